"""Answers to chapter 14 as learners write them, and what they are told."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib.attention import scaled_dot_product_attention
from course_lib.cache import KeyValueCache
from course_lib.exercises import check
from course_lib.exercises.catalogue import find
from course_lib.generation import filters, generate
from course_lib.models import GPT, GPTConfig

TEMPERATURE, TOP_K, TOP_P = "14.temperature", "14.top_k", "14.top_p"
BEAMS, CACHED = "14.beam_step", "14.cached_attention"
INF, F64 = math.inf, torch.float64


# The references are what the course itself computes.


def test_the_references_agree_with_the_filters() -> None:
    torch.manual_seed(0)
    logits = 3 * torch.randn(2, 5, 40)
    for t in (0.01, 0.5, 1.0, 3.0):
        expected = filters.temperature(logits, t).softmax(-1)
        given = find(TEMPERATURE).reference(logits, t)
        assert torch.allclose(given, expected, atol=1e-6)
    ties = torch.randint(-3, 4, (20, 12)).float()
    for k in (1, 2, 7, 12, 50):
        for numbers in (logits, ties):
            given = find(TOP_K).reference(numbers, k)
            assert torch.equal(given, filters.top_k(numbers, k))
    for p in (0.01, 0.3, 0.5, 0.9, 0.999):
        assert torch.equal(find(TOP_P).reference(logits, p), filters.top_p(logits, p))


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


# 14.temperature


def by_hand(logits, t):
    powers = (logits / t - (logits / t).amax(-1, keepdim=True)).exp()
    return powers / powers.sum(-1, keepdim=True)


def in_numpy(logits, t):
    scaled = logits.double().numpy() / t
    powers = np.exp(scaled - scaled.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def row_by_row(logits, t):
    rows = [(row / t).softmax(0) for row in logits.reshape(-1, logits.shape[-1])]
    return torch.stack(rows).reshape(logits.shape)


def naive(logits, t):
    powers = torch.exp(logits / t)
    return powers / powers.sum(-1, keepdim=True)


TEMPERATURE_ANSWERS = [
    (by_hand, None),
    (in_numpy, None),
    (row_by_row, None),
    (lambda x, t: F.softmax(x.div(t), -1), None),
    (lambda x, t: (x / t).log_softmax(-1).exp(), None),
    (lambda x, t: (x * t).softmax(-1), "multiplies-instead-of-divides"),
    (lambda x, t: x.softmax(-1) ** t / (x.softmax(-1) ** t).sum(-1, keepdim=True),)
    + ("multiplies-instead-of-divides",),
    (lambda x, t: x.softmax(-1) / t, "applied-after-softmax"),
    (lambda x, t: (x.softmax(-1) / t).softmax(-1), "applied-after-softmax"),
    (lambda x, t: x.softmax(-1) ** (1 / t), "applied-after-softmax"),
    (lambda x, t: x.softmax(-1) * t,)
    + ("multiplies-instead-of-divides+applied-after-softmax",),
    (naive, "overflow"),
    (lambda x, t: naive(x * t, 1.0), "multiplies-instead-of-divides+overflow"),
    (lambda x, t: (x + t).softmax(-1), "temperature-ignored"),
    (lambda x, t: x.softmax(-1), "temperature-ignored"),
    (lambda x, t: F.normalize(x.softmax(-1) / t, p=1, dim=-1), "temperature-ignored"),
    (lambda x, t: x / t, "softmax-missing"),
    (lambda x, t: (x / t).log_softmax(-1), "log-softmax"),
    (lambda x, t: (x / t).softmax(0), "softmax-over-batch"),
    (lambda x, t: (x / t).exp(), "not-normalised"),
    (lambda x, t: (x / t**2).softmax(-1), "applied-twice"),
    (lambda x, t: F.one_hot(x.argmax(-1), x.shape[-1]).to(x.dtype), "greedy-instead"),
]


@pytest.mark.parametrize(("answer", "name"), TEMPERATURE_ANSWERS)
def test_temperatures_as_people_write_them(answer, name: str | None) -> None:
    judged(TEMPERATURE, answer, name)


def judged(exercise: str, answer, name: str | None) -> None:
    """Passed where no name is given, else called by this name."""
    report = check(exercise, answer)
    assert (report.passed, report.mistake) == (name is None, name), report
    assert report._repr_html_()


def test_a_temperature_of_1_changes_nothing_and_0_is_not_asked_for() -> None:
    logits = torch.tensor([[1.0, 2.0, 4.0]])
    given = find(TEMPERATURE).reference(logits, 1.0)
    assert torch.allclose(given, logits.softmax(-1))
    assert all(c.inputs["temperature"] > 0 for c in find(TEMPERATURE).cases(F64))


# 14.top_k


def topk_and_where(logits, k):
    return torch.where(logits >= logits.topk(k).values.amin(-1, True), logits, -INF)


def numpy_partition(logits, k):
    numbers = logits.double().numpy()
    kth = np.partition(numbers, -k, axis=-1)[..., [-k]]
    return np.where(numbers >= kth, numbers, -np.inf)


def copied_and_written(logits, k):
    result = logits.clone()
    result[result < result.sort(-1).values[..., -k, None]] = float("-inf")
    return result


def one_at_a_time(logits, k):
    """Take the largest away k times; what remains is too small."""
    rest = logits.clone()
    for _ in range(k):
        last = rest.max(-1, keepdim=True)
        rest.scatter_(-1, last.indices, -INF)
    return logits.masked_fill(logits < last.values, -INF)


def scattered(logits, k, count=0, largest=True):
    values, places = logits.topk(k + count, largest=largest)
    return torch.full_like(logits, -INF).scatter(-1, places, values)


def through_python(logits, k):
    rows = logits.reshape(-1, logits.shape[-1]).tolist()
    for row in rows:
        keep = sorted(range(len(row)), key=lambda i, row=row: row[i])[-k:]
        row[:] = [x if i in keep else -INF for i, x in enumerate(row)]
    return torch.tensor(rows, dtype=logits.dtype).reshape(logits.shape)


def below(logits, threshold, fill=-INF):
    return logits.masked_fill(logits < threshold, fill)


def kth(logits, k):
    return logits.topk(k).values[..., -1:]


TOP_K_ANSWERS = [
    (topk_and_where, None),
    (numpy_partition, None),
    (copied_and_written, None),
    (one_at_a_time, None),
    (lambda x, k: below(x, kth(x, k)), None),
    (lambda x, k: below(x, kth(x, k + 1)), "keeps-one-too-many"),
    (lambda x, k: below(x, x.sort(descending=True).values[..., k, None]),)
    + ("keeps-one-too-many",),
    (lambda x, k: x.masked_fill(x > -kth(-x, k), -INF), "keeps-smallest"),
    (lambda x, k: scattered(x, k, largest=False), "keeps-smallest"),
    (lambda x, k: x.masked_fill(x <= kth(x, k), -INF), "ties-drop-all"),
    (lambda x, k: x.masked_fill(x <= kth(x, k + 1), -INF), "ties-drop-all"),
    (scattered, "ties-drop-all"),
    (through_python, "ties-drop-all"),
    (lambda x, k: scattered(x, k, 1), "keeps-one-too-many+ties-drop-all"),
    (lambda x, k: below(x, kth(x, k), 0.0), "zero-instead-of-minus-infinity"),
    (lambda x, k: x * (x >= kth(x, k)), "zero-instead-of-minus-infinity"),
    (lambda x, k: below(x, kth(x, k + 1), 0.0),)
    + ("keeps-one-too-many+zero-instead-of-minus-infinity",),
    (lambda x, k: below(x, kth(x, k), -1e10), "finite-instead-of-minus-infinity"),
    (lambda x, k: below(x, kth(x, k), torch.finfo(x.dtype).min),)
    + ("finite-instead-of-minus-infinity",),
    (lambda x, k: x - 50.0 * (x < kth(x, k)), "finite-instead-of-minus-infinity"),
    (lambda x, k: x.masked_fill(x >= kth(x, k), -INF), "mask-inverted"),
    (lambda x, k: x >= kth(x, k), "returns-the-mask"),
    (lambda x, k: below(x, kth(x, k)).softmax(-1), "returns-probabilities"),
    (lambda x, k: below(x, x.flatten().topk(k).values[-1]),)
    + ("one-threshold-for-all-rows",),
    (lambda x, k: x.topk(k).values, "returns-only-the-best"),
    (lambda x, k: x.topk(k).indices, "returns-only-the-best"),
    (lambda x, k: below(x, kth(x, k)).sort(descending=True).values,)
    + ("returns-sorted",),
]


@pytest.mark.parametrize(("answer", "name"), TOP_K_ANSWERS)
def test_top_k_as_people_write_it(answer, name: str | None) -> None:
    judged(TOP_K, answer, name)


# 14.top_p


def nucleus(logits, p, keep=None, bring_back=None, fill=-INF, add_up=None):
    """Top-p in the learner's hand; each argument replaces one line."""
    ordered, places = torch.sort(logits, descending=True, dim=-1)
    sums = (add_up or (lambda x: x.softmax(-1).cumsum(-1)))(ordered)
    remove = (keep or shifted_right)(sums, p)
    if bring_back is not None:
        return bring_back(logits, ordered, places, remove)
    return logits.masked_fill(remove.scatter(-1, places, remove), fill)


def shifted_right(sums, p):
    remove = sums > p
    remove[..., 1:] = remove[..., :-1].clone()
    remove[..., 0] = False
    return remove


def shifted_twice(sums, p):
    remove = shifted_right(sums, p)
    remove[..., 1:] = remove[..., :-1].clone()
    return remove


def counted(logits, p):
    ordered = logits.sort(-1, descending=True).values
    count = (ordered.softmax(-1).cumsum(-1) < p).sum(-1, keepdim=True)
    return logits.masked_fill(logits < ordered.gather(-1, count), -INF)


def in_numpy_rows(logits, p):
    result = np.full(logits.shape, -np.inf)
    rows = logits.double().numpy().reshape(-1, logits.shape[-1])
    for row, out in zip(rows, result.reshape(rows.shape), strict=True):
        probabilities = np.exp(row - row.max())
        probabilities /= probabilities.sum()
        order = np.argsort(-probabilities)
        count = np.searchsorted(np.cumsum(probabilities[order]), p) + 1
        out[order[:count]] = row[order[:count]]
    return result


def while_loop(logits, p):
    result = torch.full_like(logits, -INF)
    for row, out in zip(logits.flatten(0, -2) if logits.ndim > 1 else [logits],
                        result.flatten(0, -2) if logits.ndim > 1 else [result],
                        strict=True):  # fmt: skip
        left, total = row.softmax(-1).clone(), 0.0
        while total < p:
            best = int(left.argmax())
            total += float(left[best])
            out[best], left[best] = row[best], -1.0
    return result


def scattered_back(logits, ordered, places, remove):
    kept = ordered.masked_fill(remove, -INF)
    return torch.zeros_like(logits).scatter_(-1, places, kept)


def gathered_back(logits, ordered, places, remove):
    return logits.masked_fill(remove.gather(-1, places), -INF)


def through_the_inverse(logits, ordered, places, remove):
    return ordered.masked_fill(remove, -INF).gather(-1, places.argsort(-1))


def not_brought_back(logits, ordered, places, remove):
    return logits.masked_fill(remove, -INF)


def left_sorted(logits, ordered, places, remove):
    return ordered.masked_fill(remove, -INF)


def no_shift(sums, p):
    return sums > p


def no_shift_but_one(sums, p):
    remove = sums > p
    remove[..., 0] = False
    return remove


TOP_P_ANSWERS = [
    (nucleus, None),
    (counted, None),
    (in_numpy_rows, None),
    (while_loop, None),
    (lambda x, p: nucleus(x, p, bring_back=scattered_back), None),
    (lambda x, p: nucleus(x, p, bring_back=through_the_inverse), None),
    (lambda x, p: nucleus(x, p, no_shift), "drops-the-crossing-token"),
    (lambda x, p: nucleus(x, p, no_shift_but_one), "drops-the-crossing-token"),
    (lambda x, p: nucleus(x, p, shifted_twice), "keeps-one-too-many"),
    (lambda x, p: nucleus(x, p, bring_back=not_brought_back), "not-unsorted"),
    (lambda x, p: nucleus(x, p, bring_back=left_sorted), "not-unsorted"),
    (lambda x, p: nucleus(x, p, no_shift, left_sorted),)
    + ("drops-the-crossing-token+not-unsorted",),
    (lambda x, p: nucleus(x, p, bring_back=gathered_back), "unsorted-the-wrong-way"),
    (lambda x, p: nucleus(x, p, add_up=lambda s: s.cumsum(-1)),)
    + ("uses-logits-as-probabilities",),
    (lambda x, p: nucleus(x, p, fill=0.0), "zero-instead-of-minus-infinity"),
    (lambda x, p: nucleus(x, p, fill=-100.0), "finite-instead-of-minus-infinity"),
    (lambda x, p: nucleus(x, p).softmax(-1), "returns-probabilities"),
    (lambda x, p: x.masked_fill(x.softmax(-1) < p, -INF), "threshold-instead-of-sum"),
    (filters.min_p, "threshold-instead-of-sum"),
    (lambda x, p: nucleus(x, 1 - p), "p-of-the-rest"),
    (lambda x, p: nucleus(x, p, add_up=lambda s: s.softmax(0).cumsum(-1)),)
    + ("softmax-over-the-batch",),
]


@pytest.mark.parametrize(("answer", "name"), TOP_P_ANSWERS)
def test_top_p_as_people_write_it(answer, name: str | None) -> None:
    judged(TOP_P, answer, name)


def test_rounding_decides_no_case_of_top_p() -> None:
    """Sums stay away from p, so that bfloat16 keeps the same tokens."""
    for case in find(TOP_P).cases(F64):
        ordered = case.inputs["logits"].sort(-1, descending=True).values
        sums = ordered.softmax(-1).cumsum(-1)
        assert float((sums - case.inputs["p"]).abs().min()) > 0.03, case.name


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
    for case in find(BEAMS).cases(F64):
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
