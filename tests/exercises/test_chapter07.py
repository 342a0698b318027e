"""Answers to chapter 07 as learners write them, and what they are told."""

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises import check
from course_lib.exercises.catalogue import find
from course_lib.exercises.findings import Share
from course_lib.exercises.proof import singles

MASK, MASKED, CAUSAL = "07.mask_tokens", "07.masked_lm_loss", "07.causal_lm_loss"


def after(skip: int, answer):
    """The same answer with other draws: some numbers of the generator are used up."""

    def later(ids, maskable, mask_id, vocab_size, generator):
        torch.rand(skip, generator=generator)
        return answer(ids, maskable, mask_id, vocab_size, generator)

    return later


def hide(ids, maskable, mask_id, vocab_size, generator, share=0.15, words=None):
    """A right answer that the wrong ones below vary."""
    inputs, labels = ids.clone(), ids.clone()
    chosen = (torch.rand(ids.shape, generator=generator) < share) & maskable
    labels[~chosen] = -100
    fate = torch.rand(ids.shape, generator=generator)
    inputs[chosen & (fate < 0.8)] = mask_id
    if words is None:
        words = torch.randint(0, vocab_size, ids.shape, generator=generator)
    replaced = chosen & (fate > 0.9)
    inputs[replaced] = words[replaced]
    return inputs, labels


def test_right_answers_pass_whatever_they_draw() -> None:
    for skip in (1, 2, 3):
        report = check(MASK, after(skip, hide))
        assert report.passed and report.remarks == (), report


def test_the_references_own_shares_lie_near_what_is_expected() -> None:
    """So the limits leave a right answer 5.7 standard errors on either side."""
    for case in find(MASK).cases(torch.float32)[:2]:
        seen = find(MASK).expected(case.inputs, {}).seen
        size = case.inputs["vocab_size"]
        one, two, three = 0.8 + 0.1 / size, 0.1 - 0.2 / size, 0.1 + 0.1 / size
        expected = {
            "positions that may be masked: with a label": 0.15,
            "of those with a label: [MASK] in the inputs": one,
            "of those with a label: another word": two,
            "of those with a label: the word itself": three,
            "below one with a label: another": 0.15,
            "behind one with a label: another": 0.15,
            "below one with a label: treated alike": one**2 + two**2 + three**2,
            "behind one with a label: treated alike": one**2 + two**2 + three**2,
        }
        for name, value in expected.items():
            found = seen[name]
            assert isinstance(found, Share)
            assert abs(found.value - value) < 0.75 * found.error, name


@pytest.mark.parametrize("wrong", list(singles(find(MASK))), ids=str)
def test_a_mistake_is_named_whatever_it_draws(wrong: dict) -> None:
    report = check(MASK, after(5, find(MASK).with_mistakes(wrong)))
    assert report.mistake == next(iter(wrong)), report


def test_random_words_from_any_part_are_named() -> None:
    def part(low: int, high: int):
        def answer(ids, maskable, mask_id, vocab_size, generator):
            top = vocab_size if high == 0 else vocab_size + high
            words = torch.randint(low, top, ids.shape, generator=generator)
            return hide(ids, maskable, mask_id, vocab_size, generator, words=words)

        return check(MASK, answer).mistake

    assert part(1, 0) == part(0, -1) == part(5, 0) == "random-words-from-a-part"
    assert part(0, 3) == part(1, 1) == "words-outside-the-vocabulary"


def global_words(ids, maskable, mask_id, vocab_size, generator):
    words = torch.randint(vocab_size, ids.shape)
    return hide(ids, maskable, mask_id, vocab_size, generator, words=words)


def numpy_words(ids, maskable, mask_id, vocab_size, generator):
    words = torch.from_numpy(np.random.randint(vocab_size, size=tuple(ids.shape)))
    return hide(ids, maskable, mask_id, vocab_size, generator, words=words)


def python_loop(ids, maskable, mask_id, vocab_size, generator):
    inputs, labels = ids.tolist(), torch.full_like(ids, -100)
    for row, column in maskable.nonzero().tolist():
        if random.random() < 0.15:
            labels[row, column] = ids[row, column]
            fate = random.random()
            if fate < 0.8:
                inputs[row][column] = mask_id
            elif fate < 0.9:
                inputs[row][column] = random.randrange(vocab_size)
    return torch.tensor(inputs), labels


def seeded_again(ids, maskable, mask_id, vocab_size, generator):
    generator.manual_seed(42)
    return hide(ids, maskable, mask_id, vocab_size, generator)


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (global_words, "ignores-the-generator"),
        (numpy_words, "ignores-the-generator"),
        (python_loop, "ignores-the-generator"),
        (seeded_again, "seeds-itself"),
    ],
)
def test_randomness_from_elsewhere_is_named(answer, name: str) -> None:
    assert check(MASK, answer).mistake == name


def test_the_notebooks_random_numbers_stay_as_they_were() -> None:
    torch.manual_seed(3)
    wanted = torch.rand(4)
    torch.manual_seed(3)
    check(MASK, hide)
    check(MASK, find(MASK).with_mistakes({"seeds-itself": "global"}))
    assert torch.equal(torch.rand(4), wanted)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.5, 1.0])
def test_any_other_share_is_named(share: float) -> None:
    def answer(*arguments):
        return hide(*arguments, share=share)

    assert check(MASK, answer).mistake == "wrong-share"


def test_any_other_split_is_named() -> None:
    def thirds(ids, maskable, mask_id, vocab_size, generator):
        chosen = maskable & (torch.rand(ids.shape, generator=generator) < 0.15)
        fate = torch.randint(3, ids.shape, generator=generator)
        words = torch.randint(vocab_size, ids.shape, generator=generator)
        inputs = torch.where(chosen & (fate == 0), mask_id, ids)
        inputs = torch.where(chosen & (fate == 1), words, inputs)
        return inputs, torch.where(chosen, ids, -100)

    assert check(MASK, thirds).mistake == "wrong-split"


def test_labels_that_are_the_callers_ids_are_found() -> None:
    def aliased(ids, maskable, mask_id, vocab_size, generator):
        inputs, labels = hide(ids, maskable, mask_id, vocab_size, generator)
        ids[labels == -100] = -100
        return inputs, ids

    assert check(MASK, aliased).mistake == "changes-inputs-in-place"


@pytest.mark.parametrize("value", [-1, 0, 100])
def test_any_other_value_than_minus_100_is_named(value: int) -> None:
    def answer(*arguments):
        inputs, labels = hide(*arguments)
        return inputs, labels.masked_fill(labels == -100, value)

    assert check(MASK, answer).mistake == "another-value-than-minus-100"


def test_two_mistakes_in_another_hand_are_both_named() -> None:
    def both(ids, maskable, mask_id, vocab_size, generator):
        number = torch.rand(ids.shape, generator=generator)
        inputs = ids.masked_fill(number < 0.15, mask_id)
        return inputs, ids.masked_fill(number >= 0.15, -100)

    report = check(MASK, both)
    assert report.mistake == "masks-special-tokens+always-mask"
    assert "2 mistakes together give what your answer does." in report.message


def test_arrays_are_read_and_a_broken_contract_is_said() -> None:
    def arrays(*arguments):
        return tuple(part.numpy() for part in hide(*arguments))

    report = check(MASK, arrays)
    assert report.passed and "numpy array" in report.remarks[0]
    assert "2 values are expected" in check(MASK, lambda *a: hide(*a)[0]).message
    flat = check(MASK, lambda *a: tuple(part.flatten() for part in hide(*a)))
    assert "its shape is (96,), expected (4, 24)" in flat.message
    assert flat.given is not None and flat._repr_html_()


def test_an_unknown_mistake_is_shown_in_shares() -> None:
    def every_other_word(ids, maskable, mask_id, vocab_size, generator):
        inputs, labels = hide(ids, maskable, mask_id, vocab_size, generator, share=0.3)
        labels[:, ::2], inputs[:, ::2] = -100, ids[:, ::2]
        return inputs, labels

    report = check(MASK, every_other_word)
    assert report.mistake is None and not report.passed
    assert "Behind one with a label: another: 0%, expected" in report.message
    assert "≠ 0%" in report._repr_html_()


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    return F.cross_entropy(logits.transpose(1, 2), labels)


def test_ignored_labels_that_count_are_named_in_every_reading() -> None:
    def as_class_0(logits, labels):
        return masked_loss(logits, labels.clamp(min=0))

    def in_the_divisor(logits, labels):
        return F.cross_entropy(logits.mT, labels, reduction="none").mean()

    def numpy_divisor(logits, labels):
        total = F.cross_entropy(logits.mT, labels, reduction="sum")
        return total.numpy() / labels.size()[0] / labels.size()[1]

    for answer in (as_class_0, in_the_divisor, numpy_divisor):
        assert check(MASKED, answer).mistake == "counts-ignored"


def test_every_wrong_axis_of_the_loss_is_named() -> None:
    def unmoved(logits, labels):
        return F.cross_entropy(logits, labels)

    def reshaped(logits, labels):
        batch, length, size = logits.shape
        return F.cross_entropy(logits.reshape(batch, size, length), labels)

    def over_words(logits, labels):
        counted = labels != -100
        return F.nll_loss(logits.log_softmax(1)[counted], labels[counted])

    for answer in (unmoved, reshaped, over_words):
        assert check(MASKED, answer).mistake == "wrong-axis"


def test_sums_and_second_softmaxes_are_named() -> None:
    def summed(logits, labels):
        return F.cross_entropy(logits.mT, labels, reduction="sum")

    def twice(logits, labels):
        return masked_loss(logits.softmax(-1), labels)

    assert check(MASKED, summed).mistake == "sums-instead-of-mean"
    assert check(MASKED, twice).mistake == "softmax-twice"


@pytest.mark.parametrize("name", [MASKED, CAUSAL])
def test_a_plain_number_is_a_loss_too(name: str) -> None:
    reference = find(name).reference
    report = check(name, lambda *arguments: reference(*arguments).item())
    assert report.passed and "a float; a tensor was asked for" in report.remarks[0]


def test_an_unknown_loss_is_told_in_numbers() -> None:
    report = check(MASKED, lambda logits, labels: 1.1 * masked_loss(logits, labels))
    assert report.mistake is None
    assert "The number is" in report.message and "Entry []" not in report.message


@pytest.mark.parametrize(
    ("moved", "name"),
    [
        (lambda x, y: (x, y), "not-shifted"),
        (lambda x, y: (x[:, :-2], y[:, 2:]), "shifted-twice"),
        (lambda x, y: (x[:, 1:], y[:, :-1]), "shifted-backwards"),
        (lambda x, y: (x, y.roll(-1, 1)), "wraps-around"),
        (lambda x, y: (x[:, :-1], y[:, 1:].clamp_min(0)), "counts-padding"),
        (lambda x, y: (x[:, 1:], y[:, :-1].clamp_min(0)), "shifted-backwards+counts"),
    ],
)
def test_each_way_to_shift_is_told_from_the_others(moved, name: str) -> None:
    def answer(logits, ids):
        logits, ids = moved(logits, ids)
        return F.cross_entropy(logits.transpose(1, 2), ids)

    mistake = check(CAUSAL, answer).mistake
    assert mistake == name.replace("+counts", "+counts-padding")


def test_padding_in_the_divisor_is_named() -> None:
    def every_position(logits, ids):
        losses = F.cross_entropy(logits[:, :-1].mT, ids[:, 1:], reduction="none")
        return losses.mean()

    def every_entry(logits, ids):
        losses = F.cross_entropy(logits[:, :-1].mT, ids[:, 1:], reduction="sum")
        return losses / ids.numel()

    for answer in (every_position, every_entry):
        assert check(CAUSAL, answer).mistake == "counts-padding"


def test_transformers_own_loss_passes() -> None:
    """It moves the labels by itself and leaves out -100."""
    from transformers.loss.loss_utils import ForCausalLMLoss

    def library(logits, ids):
        return ForCausalLMLoss(logits, ids, vocab_size=logits.shape[-1])

    assert check(CAUSAL, library).passed
