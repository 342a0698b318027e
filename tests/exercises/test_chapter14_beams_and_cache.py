"""Beam steps and cached attention as learners write them, and what they are told."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib.attention import scaled_dot_product_attention
from course_lib.cache import KeyValueCache
from course_lib.exercises import check
from course_lib.exercises.catalogue import find
from course_lib.generation import generate
from course_lib.models import GPT, GPTConfig

BEAMS, CACHED = "14.beam_step", "14.cached_attention"


# The references are what the course itself computes.


def test_steps_from_one_beam_give_the_tokens_of_beam_search() -> None:
    torch.manual_seed(1)
    config = GPTConfig(
        vocab_size=30, n_positions=16, n_embd=16, n_layer=1, n_head=2, eos_token_id=None
    )
    model = GPT(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
        texts, scores = torch.tensor([[3, 5]]), torch.zeros(1)
        for _ in range(5):
            log_probs = model(texts).logits[:, -1].log_softmax(-1)
            scores, parents, tokens = find(BEAMS).reference(scores, log_probs, 4)
            texts = torch.cat([texts[parents], tokens[:, None]], dim=1)
    expected = generate(
        model, torch.tensor([[3, 5]]), num_beams=4, max_new_tokens=5,
        num_return_sequences=4,
    )  # fmt: skip
    assert texts.tolist() == expected.tolist()


def test_a_cache_of_its_own_gives_what_the_courses_cache_gives() -> None:
    torch.manual_seed(2)
    ours, cache = KeyValueCache(), None
    for _ in range(4):
        query, key, value = torch.randn(3, 2, 3, 1, 6)
        context, cache = find(CACHED).reference(query, key, value, cache)
        keys, values = ours.append(key, value)
        expected, _ = scaled_dot_product_attention(query, keys, values)
        assert torch.allclose(context, expected, atol=1e-6)
        assert torch.equal(cache[0], keys) and torch.equal(cache[1], values)


def judged(exercise: str, answer, name: str | None) -> None:
    """Passed where no name is given, else called by this name."""
    report = check(exercise, answer)
    assert (report.passed, report.mistake) == (name is None, name), report
    assert report._repr_html_()


# 14.beam_step


def table(scores, logs):
    return scores.unsqueeze(1) + logs


def numpy_step(scores, logs, width):
    totals = scores.double().numpy()[:, None] + logs.double().numpy()
    order = np.argsort(-totals, axis=None)[:width]
    parents, tokens = np.unravel_index(order, totals.shape)
    return totals[parents, tokens], parents, tokens


def python_step(scores, logs, width):
    all_of_them = [
        (-(scores[k] + logs[k, v]).item(), k, v)
        for k in range(logs.shape[0])
        for v in range(logs.shape[1])
    ]
    best = sorted(all_of_them)[:width]
    return [-b[0] for b in best], [b[1] for b in best], [b[2] for b in best]


def read_off(totals, width, split=None):
    best, at = totals.reshape(-1).topk(width)
    size = split or totals.shape[1]
    return best, torch.div(at, size, rounding_mode="floor"), at % size


def each_by_itself(scores, logs, width):
    best, tokens = table(scores, logs).max(dim=1)
    return best, torch.arange(len(scores)), tokens


def float_parents(scores, logs, width):
    best, at = table(scores, logs).flatten().topk(width)
    return best, at / logs.shape[1], at % logs.shape[1]


def stacked(scores, logs, width):
    return torch.stack([v.double() for v in read_off(table(scores, logs), width)])


def turned(step):
    def answer(scores, logs, width):
        best, parents, tokens = step(table(scores, logs), width)
        return best, tokens, parents

    return answer


BEAM_ANSWERS = [
    (numpy_step, None),
    (python_step, None),
    (lambda s, x, w: read_off(table(s, x), w), None),
    (lambda s, x, w: read_off((s + x.T).T, w), None),
    (lambda s, x, w: read_off(s.reshape(-1, 1) + x.exp(), w), "adds-probabilities"),
    (lambda s, x, w: read_off(s.exp()[:, None] + x.exp(), w), "adds-probabilities"),
    (each_by_itself, "greedy-per-beam"),
    (turned(read_off), "parent-token-confused"),
    (lambda s, x, w: read_off(table(s, x), w, len(s)), "parent-token-confused"),
    (lambda s, x, w: read_off(x, w), "no-accumulation"),
    (lambda s, x, w: read_off(s[:, None] * x, w), "multiplies-logarithms"),
    (lambda s, x, w: read_off(table(s, x), len(s)), "width-ignored"),
    (lambda s, x, w: tuple(v.flip(0) for v in read_off(table(s, x), w)), "worst-first"),
    (lambda s, x, w: read_off(s + x, w), "added-along-the-tokens"),
    (lambda s, x, w: read_off((s.exp()[:, None] * x.exp()).log(), w), "underflow"),
    (
        lambda s, x, w: (
            read_off(table(s, x), w)[0].exp(),
            *read_off(table(s, x), w)[1:],
        ),
    )
    + ("returns-probabilities",),
    (lambda s, x, w: turned(read_off)(0 * s, x, w),)
    + ("parent-token-confused+no-accumulation",),
]


@pytest.mark.parametrize(("answer", "name"), BEAM_ANSWERS)
def test_beam_steps_as_people_write_them(answer, name: str | None) -> None:
    judged(BEAMS, answer, name)


def test_broken_contracts_of_a_beam_step_are_said() -> None:
    report = check(BEAMS, float_parents)
    assert "value 2 of the answer: its dtype is torch.float32" in report.message
    report = check(BEAMS, stacked)
    assert "3 values are expected" in report.message


def test_no_two_continuations_are_nearly_as_good() -> None:
    for case in find(BEAMS).cases(torch.float64):
        scores, logs, width = case.inputs.values()
        best = table(scores, logs).flatten().sort(descending=True).values
        assert float((best[:width] - best[1 : width + 1]).min()) > 0.1, case.name


# 14.cached_attention


def attend(query, keys, values, scale=True, seen=slice(None)):
    keys, values = keys[:, :, seen], values[:, :, seen]
    scores = query @ keys.mT / (query.shape[-1] ** 0.5 if scale else 1)
    return scores.softmax(-1) @ values


def learner(join=None, give=None, **how):
    """Cached attention in the learner's hand; arguments replace one line each."""

    def answer(query, key, value, cache):
        keys, values = key, value
        if cache is not None:
            keys, values = (join or joined)(cache, key, value)
        context = attend(query, keys, values, **how)
        return context, give(keys, values, key, value, cache) if give else (
            keys,
            values,
        )

    return answer


def joined(cache, key, value):
    return torch.cat([cache[0], key], 2), torch.cat([cache[1], value], 2)


def in_front(cache, key, value):
    return torch.cat([key, cache[0]], 2), torch.cat([value, cache[1]], 2)


def only_values_in_front(cache, key, value):
    return torch.cat([cache[0], key], 2), torch.cat([value, cache[1]], 2)


def into_the_pair(cache, key, value):
    cache[0] = torch.cat([cache[0], key], dim=2)
    cache[1] = torch.cat([cache[1], value], dim=2)
    return cache


def into_the_data(cache, key, value):
    for old, new in zip(cache, (key, value), strict=True):
        old.data = torch.cat([old, new], dim=2)
    return cache


def resized(cache, key, value):
    for old, new in zip(cache, (key, value), strict=True):
        whole = torch.cat([old, new], dim=2)
        old.resize_(whole.shape).copy_(whole)
    return cache


def over_the_newest(cache, key, value):
    keys, values = cache
    keys[:, :, -1:], values[:, :, -1:] = key, value
    return keys, values


def padded(cache, key, value):
    keys, values = (F.pad(old, (0, 0, 0, 1)) for old in cache)
    keys[:, :, -1:], values[:, :, -1:] = key, value
    return keys, values


def numpy_cached(query, key, value, cache):
    query, key, value = (t.double().numpy() for t in (query, key, value))
    if cache is not None:
        key = np.concatenate([cache[0].double().numpy(), key], axis=2)
        value = np.concatenate([cache[1].double().numpy(), value], axis=2)
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True) @ value, (key, value)


def triangle(query, key, value, cache):
    keys, values = (key, value) if cache is None else joined(cache, key, value)
    given = F.scaled_dot_product_attention(query, keys, values, is_causal=True)
    return given, (keys, values)


def two_lists(query, key, value, cache):
    context, pair = learner()(query, key, value, cache)
    return [context, list(pair)]


CACHED_ANSWERS = [
    (learner(), None),
    (learner(padded), None),
    (numpy_cached, None),
    (two_lists, None),
    (lambda q, k, v, cache=None: learner()(q, k, v, cache), None),
    (learner(in_front), "prepends-instead-of-appends"),
    (learner(only_values_in_front), "prepends-instead-of-appends"),
    (learner(give=lambda K, V, k, v, c: (k, v)), "replaces-cache"),
    (learner(lambda c, k, v: (k, v)), "replaces-cache"),
    (learner(seen=slice(-1, None)), "masks-the-past"),
    (learner(seen=slice(1)), "masks-the-past"),
    (triangle, "masks-the-past"),
    (learner(into_the_pair), "mutates-shared-cache"),
    (learner(into_the_data), "mutates-shared-cache"),
    (learner(resized), "mutates-shared-cache"),
    (learner(over_the_newest), "mutates-shared-cache+stays-as-long"),
    (learner(into_the_pair, scale=False), "mutates-shared-cache+missing-scale"),
    (learner(give=lambda K, V, k, v, c: c), "returns-old-cache"),
    (learner(give=lambda K, V, k, v, c: c or (k, v)), "returns-old-cache"),
    (learner(lambda c, k, v: joined((c[0][:, :, 1:], c[1][:, :, 1:]), k, v)),)
    + ("stays-as-long",),
    (learner(give=lambda K, V, k, v, c: (V, K)), "keys-and-values-swapped"),
    (learner(lambda c, k, v: joined(c[::-1], k, v)), "keys-and-values-swapped"),
    (learner(scale=False), "missing-scale"),
    (learner(in_front, scale=False), "prepends-instead-of-appends+missing-scale"),
]


@pytest.mark.parametrize(("answer", "name"), CACHED_ANSWERS)
def test_cached_attention_as_people_write_it(answer, name: str | None) -> None:
    judged(CACHED, answer, name)


def test_the_old_position_alone_is_named() -> None:
    def answer(query, key, value, cache):
        keys, values = cache if cache is not None else (key, value)
        grown = (key, value) if cache is None else joined(cache, key, value)
        return attend(query, keys, values), grown

    judged(CACHED, answer, "newest-left-out")


def test_a_query_changed_in_place_is_no_changed_cache() -> None:
    def answer(query, key, value, cache):
        query /= query.shape[-1] ** 0.5
        return learner(scale=False)(query, key, value, cache)

    report = check(CACHED, answer)
    assert report.passed and "`query` in place" in " ".join(report.remarks)


def test_what_is_kept_between_calls_is_told() -> None:
    kept: list[torch.Tensor] = []

    def answer(query, key, value, cache):
        kept.append(key)
        context, pair = learner()(query, key, value, cache)
        return context + (len(kept) > 1), pair

    report = check(CACHED, answer)
    assert not report.passed and report.mistake is None
    kept.clear()

    def later(query, key, value, cache):
        if not any(torch.equal(key, old) for old in kept):
            kept.append(key)
            return learner()(query, key, value, cache)
        return learner(in_front)(query, key, value, cache)

    report = check(CACHED, later)
    assert "It keeps something between its calls" in report.message
    assert "returns something else" not in report.message


def test_an_empty_cache_that_is_not_handled_raises_with_its_line() -> None:
    def answer(query, key, value, cache):
        keys, values = cache
        keys = torch.cat([keys, key], dim=2)
        values = torch.cat([values, value], dim=2)
        return attend(query, keys, values), (keys, values)

    report = check(CACHED, answer)
    assert "keys, values = cache" in report.message
    assert "cache None" in report.message
