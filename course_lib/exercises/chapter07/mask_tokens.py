"""07.mask_tokens: hide words, so that a model can learn to restore them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter07.draws import look
from course_lib.exercises.chapter07.mask_mistakes import MISTAKES

Wrong = Mapping[str, Any]
RULE = (0.8, 0.1)  # of the chosen: [MASK], and a random word
ELSEWHERE = torch.Generator().manual_seed(7)  # a source that nobody passed in


def mask_tokens(ids, maskable, mask_id, vocab_size, generator):
    chosen = maskable & (torch.rand(ids.shape, generator=generator) < 0.15)
    labels = ids.masked_fill(~chosen, -100)
    fate = torch.rand(ids.shape, generator=generator)
    words = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)
    inputs = torch.where(chosen & (fate >= 0.9), words, inputs)
    return inputs, labels


def _steps(
    wrong: Wrong,
    ids: Tensor,
    maskable: Tensor,
    mask_id: int,
    vocab_size: int,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    dice = _dice(wrong, generator)
    candidates = _candidates(wrong, maskable)
    chosen = _chosen(wrong, candidates, dice)
    fate = _drawn(wrong, ids.shape, dice, ("everything", "treatment"))
    masked, random = wrong.get("wrong-split") or _split(wrong)
    as_word = chosen & (fate >= masked) & (fate < masked + random)
    inputs = ids.masked_fill(chosen & (fate < masked), mask_id)
    inputs = torch.where(as_word, _words(wrong, ids, vocab_size, dice), inputs)
    labels = _labels(wrong, ids, inputs, chosen, candidates, mask_id)
    if "changes-inputs-in-place" in wrong:
        ids.copy_(inputs if wrong["changes-inputs-in-place"] == "inputs" else labels)
    return {"inputs": inputs, "labels": labels}


@dataclass(frozen=True)
class _Dice:
    """Where random numbers come from; None is PyTorch's global source."""

    numbers: torch.Generator | None
    words: torch.Generator | None

    def rand(self, shape: tuple[int, ...]) -> Tensor:
        return torch.rand(shape, generator=self.numbers)

    def words_in(self, low: int, high: int, shape: tuple[int, ...]) -> Tensor:
        return torch.randint(low, high, shape, generator=self.words)


def _dice(wrong: Wrong, generator: torch.Generator) -> _Dice:
    if "seeds-itself" in wrong:
        if wrong["seeds-itself"] == "global":
            torch.manual_seed(0)
            return _Dice(None, None)
        own = torch.Generator().manual_seed(0)
        return _Dice(own, own)
    source = wrong.get("ignores-the-generator")
    if source == "words":
        return _Dice(generator, None)
    if source == "elsewhere":
        return _Dice(ELSEWHERE, ELSEWHERE)
    return _Dice(None, None) if source else _Dice(generator, generator)


def _drawn(
    wrong: Wrong, shape: torch.Size, dice: _Dice, forms: tuple[str, ...]
) -> Tensor:
    """A number for each position, or one for many of them."""
    form = wrong.get("one-draw-for-the-batch")
    if form in forms:
        return dice.rand((1, shape[1])).expand(shape)
    if form == "whole rows" and "choice" in forms:
        return dice.rand((shape[0], 1)).expand(shape)
    return dice.rand(shape)


def _candidates(wrong: Wrong, maskable: Tensor) -> Tensor:
    if "masks-special-tokens" in wrong:
        return torch.ones_like(maskable)
    return ~maskable if "maskable-inverted" in wrong else maskable


def _chosen(wrong: Wrong, candidates: Tensor, dice: _Dice) -> Tensor:
    rate = wrong.get("wrong-share", 0.15)
    numbers = _drawn(wrong, candidates.shape, dice, ("everything", "choice"))
    form = wrong.get("fixed-number")
    if form is None:
        return candidates & (numbers < rate)
    groups = (1, -1) if form == "batch" else candidates.shape
    may = candidates.reshape(groups)
    rank = numbers.reshape(groups).masked_fill(~may, 2.0).argsort(-1).argsort(-1)
    first = rank < (rate * may.sum(-1, keepdim=True)).round()
    return (first & may).view_as(candidates)


def _split(wrong: Wrong) -> tuple[float, float]:
    """Shares of the chosen that become [MASK], and a random word."""
    if "always-mask" in wrong:
        return 1.0, 0.0
    if "never-keeps" in wrong:
        return wrong["never-keeps"], 1.0
    if "never-random" in wrong:
        return wrong["never-random"], 0.0
    if "tenth-of-the-rest" in wrong:
        return 0.8, wrong["tenth-of-the-rest"]
    return RULE


def _words(wrong: Wrong, ids: Tensor, vocab_size: int, dice: _Dice) -> Tensor:
    shape = tuple(ids.shape)
    if wrong.get("one-draw-for-the-batch") == "everything":
        return dice.words_in(0, vocab_size, (1, shape[1])).expand(shape)
    if "words-outside-the-vocabulary" in wrong:
        return dice.words_in(1, vocab_size + 1, shape)
    part = wrong.get("random-words-from-a-part")
    if part == "one word":
        return dice.words_in(0, vocab_size, (1, 1)).expand(shape)
    if part == "of the batch":
        places = dice.words_in(0, ids.numel(), shape)
        return ids.flatten()[places]
    low = {"without 0": 1, "no special tokens": 5}.get(part, 0)
    high = {"without the last": vocab_size - 1, "half": vocab_size // 2}
    return dice.words_in(low, high.get(part, vocab_size), shape)


def _labels(
    wrong: Wrong,
    ids: Tensor,
    inputs: Tensor,
    chosen: Tensor,
    candidates: Tensor,
    mask_id: int,
) -> Tensor:
    if "labels-everywhere" in wrong:
        everywhere = wrong["labels-everywhere"] == "all"
        chosen = torch.ones_like(chosen) if everywhere else candidates
    if "labels-of-the-kept-forgotten" in wrong:
        chosen = chosen & (inputs != ids)
    if "labels-only-where-hidden" in wrong:
        chosen = chosen & (inputs == mask_id)
    words = inputs if "labels-after-masking" in wrong else ids
    return words.masked_fill(~chosen, wrong.get("another-value-than-minus-100", -100))


def _cases(_dtype: torch.dtype) -> list[Case]:
    return [
        _case("small batches, one after the other", 4, 24, (7, 1000), seed=199),
        _case("a large batch", 140, 600, (3, 20), seed=22),
        _case("nothing may be masked", 4, 24, (7, 1000), seed=30, nothing=True),
    ]


def _case(
    name: str,
    rows: int,
    length: int,
    words: tuple[int, int],
    seed: int,
    nothing: bool = False,
) -> Case:
    """Sentences of several lengths: special tokens 1 and 2 at their ends, then 0.

    With these seeds the reference's own shares lie near what is expected of them, so
    that all the room between them is there for the learner's.
    """
    mask_id, vocab_size = words
    source = torch.Generator().manual_seed(20)
    ids = torch.randint(mask_id + 1, vocab_size, (rows, length), generator=source)
    ends = torch.randint(length * 2 // 3, length, (rows, 1), generator=source)
    place = torch.arange(length)
    maskable = (place > 0) & (place < ends)
    ids = ids.masked_fill(place == 0, 1).masked_fill(place == ends, 2)
    ids = ids.masked_fill(place > ends, 0)
    maskable &= torch.rand(rows, length, generator=source) < 0.97  # and some words
    inputs = {"ids": ids, "maskable": maskable & (not nothing), "mask_id": mask_id}
    generator = torch.Generator().manual_seed(seed)
    return Case(name, {**inputs, "vocab_size": vocab_size, "generator": generator})


def _one_number(ids, maskable, mask_id, vocab_size, generator):
    """One number decides everything: below 0.12 hidden, then replaced, then kept."""
    number = torch.rand(ids.shape, generator=generator) + ~maskable
    words = torch.randint(vocab_size, ids.shape, generator=generator)
    inputs = torch.where(number < 0.135, words, ids)
    inputs[number < 0.12] = mask_id
    return inputs, torch.where(number < 0.15, ids, -100)


def _coins(ids, maskable, mask_id, vocab_size, generator):
    """Three coins, as data collators toss them: the second rest is halved."""
    inputs, labels = ids.clone(), ids.clone()
    chosen = torch.bernoulli(maskable * 0.15, generator=generator).bool()
    labels[~chosen] = -100
    hidden = torch.bernoulli(torch.full(ids.shape, 0.8), generator=generator).bool()
    other = torch.bernoulli(torch.full(ids.shape, 0.5), generator=generator).bool()
    inputs[chosen & hidden] = mask_id
    places = chosen & other & ~hidden
    count = int(places.sum())
    inputs[places] = torch.randint(vocab_size, (count,), generator=generator)
    return inputs, labels


def _loops(ids, maskable, mask_id, vocab_size, generator):
    inputs, labels = ids.tolist(), torch.full_like(ids, -100)
    for row, column in maskable.nonzero().tolist():
        if torch.rand(1, generator=generator) >= 0.15:
            continue
        labels[row, column] = ids[row, column]
        fate = torch.rand(1, generator=generator).item()
        if fate < 0.8:
            inputs[row][column] = mask_id
        elif fate < 0.9:
            word = torch.randint(vocab_size, (1,), generator=generator)
            inputs[row][column] = word.item()
    return torch.tensor(inputs), labels


def _numpy(ids, maskable, mask_id, vocab_size, generator):
    """NumPy draws, seeded by the generator."""
    seed = int(torch.randint(2**40, (1,), generator=generator))
    source = np.random.default_rng(seed)
    words, may = ids.numpy(), maskable.numpy()
    chosen = may & (source.random(words.shape) < 0.15)
    fate = source.choice(3, size=words.shape, p=[0.8, 0.1, 0.1])
    inputs = np.where(chosen & (fate == 0), mask_id, words)
    random = source.integers(vocab_size, size=words.shape)
    inputs = np.where(chosen & (fate == 1), random, inputs)
    labels = np.where(chosen, words, -100)
    return torch.from_numpy(inputs), torch.from_numpy(labels)


MASK_TOKENS = Exercise(
    id="07.mask_tokens",
    title="Hide 15 % of the words",
    returns="inputs (B, T) and labels (B, T): the hidden batch, and what to restore",
    reference=mask_tokens,
    computation=_steps,
    answer=("inputs", "labels"),
    cases=_cases,
    mistakes=MISTAKES,
    variants={
        "one number": _one_number,
        "coins": _coins,
        "loops": _loops,
        "numpy": _numpy,
    },
    hints=(
        "Two draws. The first chooses positions, each by itself. The second says what "
        "becomes of a chosen one: [MASK], another word, or nothing at all.",
        "`torch.rand(ids.shape, generator=generator) < 0.15` is True for 15 % of all "
        "positions; `&` with `maskable` leaves those that count. Labels are the old "
        "ids there and -100 elsewhere: `ids.masked_fill(~chosen, -100)`.",
        "A second `fate = torch.rand(...)`: below 0.8 becomes `mask_id`; from 0.9 on a "
        "word of `torch.randint(vocab_size, ids.shape, generator=generator)`; in "
        "between the word stays.",
        "`inputs = ids.masked_fill(chosen & (fate < 0.8), mask_id)`, then "
        "`torch.where(chosen & (fate >= 0.9), words, inputs)`. Neither changes `ids`.",
    ),
    explanation="Every position draws its own number, so that no pattern of the batch "
    "can be learned. A label stands wherever a word was chosen, also where it stayed: "
    "the model must not be able to tell from the input which words are asked for, and "
    "so it has to understand all of them. Everything comes from one generator; whoever "
    "saves its state can repeat the training to the last word.",
    trial=look,
)
