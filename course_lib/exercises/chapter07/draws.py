"""What is seen of an answer to 07.mask_tokens when it masks batch after batch."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.compare import Reading, read
from course_lib.exercises.findings import Findings, Share, share

Answer = Callable[..., Any]
IGNORED = -100
ENTRIES = 2000  # a small batch is masked again and again, until so many were seen
ENOUGH = 25  # random words for each id, to say that one of them never comes
UNEVEN = 7.0  # standard errors between an id's count and that of the others

ALL, FIRST, REST = slice(None), slice(None, -1), slice(1, None)  # along one axis
MAY = "positions that may be masked"
MAY_NOT = "positions that may not be masked"
LABELLED = f"{MAY}: with a label"
AS_MASK = "of those with a label: [MASK] in the inputs"
AS_WORD = "of those with a label: another word"
AS_BEFORE = "of those with a label: the word itself"
WORDS = "words that came in by chance"
IN_PLACE = "ids and maskable afterwards"
AGAIN = "the same state of the generator again"
NEXT_BATCH = "the next batch, from the same generator"
COUNT = "number of labels"
GLOBAL = "PyTorch's global random state"


@dataclass
class Drawn:
    """Batches that an answer has masked, one after the other.

    Attributes:
        ids, maskable: (B, T), the same in every batch.
        inputs, labels: (batches, B, T)
        mask_id, vocab_size: as passed to the answer.
    """

    ids: Tensor
    maskable: Tensor
    inputs: Tensor
    labels: Tensor
    mask_id: int
    vocab_size: int

    @cached_property
    def labelled(self) -> Tensor:
        return self.labels != IGNORED

    @cached_property
    def changed(self) -> Tensor:
        return self.inputs != self.ids

    @cached_property
    def masked(self) -> Tensor:
        return self.inputs == self.mask_id

    def seen(self) -> dict[str, Share | str]:
        """Shares, and where they come from."""
        chosen = self.labelled
        may = self.maskable.expand_as(chosen)
        return {
            f"{MAY_NOT}: with a label": share(chosen, ~may, by_rule=True),
            f"{MAY_NOT}: changed": share(self.changed, ~may, by_rule=True),
            LABELLED: share(chosen, may),
            "labels that are the word itself": share(
                self.labels == self.ids, chosen & may, by_rule=True
            ),
            f"{MAY}, without a label: changed": share(
                self.changed, may & ~chosen, by_rule=True
            ),
            AS_MASK: share(self.masked, chosen),
            AS_WORD: share(self.changed & ~self.masked, chosen),
            AS_BEFORE: share(~self.changed, chosen),
            WORDS: self.words(chosen),
            **self.neighbours(chosen),
        }

    def words(self, chosen: Tensor) -> str:
        """Where the random words come from."""
        words = self.inputs[chosen & self.changed & ~self.masked]
        if not len(words):
            return "none"
        if words.min() < 0 or words.max() >= self.vocab_size:
            return "also ids outside the vocabulary"
        others = torch.arange(self.vocab_size) != self.mask_id
        counts = words.bincount(minlength=self.vocab_size)[others].double()
        if counts.mean() < ENOUGH:
            return "ids of the vocabulary"
        if counts.min() == 0:
            return "only a part of the vocabulary"
        far = (counts - counts.mean()).abs().max() / counts.mean().sqrt()
        return "the vocabulary, unevenly" if far > UNEVEN else "the whole vocabulary"

    def neighbours(self, chosen: Tensor) -> dict[str, Share | str]:
        """Whether positions were drawn each by itself."""
        fate = self.masked.long() + 2 * (self.changed & ~self.masked)
        found: dict[str, Share | str] = {}
        for text, here, there in (
            ("below one with a label", (ALL, FIRST), (ALL, REST)),
            ("behind one with a label", (ALL, ALL, FIRST), (ALL, ALL, REST)),
        ):
            beside = chosen[here] & self.maskable[there[1:]]
            found[f"{text}: another"] = share(chosen[there], beside)
            both = chosen[here] & chosen[there]
            found[f"{text}: treated alike"] = share(fate[here] == fate[there], both)
        return found


def look(
    answer: Answer,
    ids: Tensor,
    maskable: Tensor,
    mask_id: int,
    vocab_size: int,
    generator: torch.Generator,
) -> Findings:
    """Mask batch after batch, as training does, and say what is seen.

    A large batch is masked once. A small one is masked many times with one generator,
    each time also with a copy of it, which has to give the same.
    """
    given = (ids, maskable, mask_id, vocab_size)
    generator = generator.clone_state()
    batches, again, remarks = [], [], ()
    before = torch.random.get_rng_state()
    with torch.random.fork_rng(devices=[]):  # the notebook's own draws stay as they are
        for _ in range(max(1, ENTRIES // ids.numel())):
            copy = generator.clone_state()
            reading, kept = _call(answer, given, generator)
            if reading.problem:
                return Findings(problem=reading.problem)
            batches.append((*reading.value, kept))
            remarks = reading.remarks
            if ids.numel() < ENTRIES:
                again.append(_same(_call(answer, given, copy)[0], reading))
        untouched = torch.equal(before, torch.random.get_rng_state())
    inputs, labels, kept = zip(*batches, strict=True)
    drawn = Drawn(
        ids,
        maskable,
        torch.stack(inputs),
        torch.stack(labels),
        mask_id,
        vocab_size,
    )
    seen = drawn.seen() | _habits(labels, all(kept), all(again), untouched)
    return Findings(seen, remarks)


def _call(
    answer: Answer, given: tuple[Any, ...], generator: torch.Generator
) -> tuple[Reading, bool]:
    """What the answer returns, and whether it leaves its arguments alone."""
    ids, maskable = given[0].clone(), given[1].clone()
    value = answer(ids, maskable, *given[2:], generator)
    reading = read(value, (given[0], given[0]))
    if not reading.problem:  # what is returned may be changed by the next call
        values = tuple(part.clone() for part in reading.value)
        reading = Reading(values, reading.remarks)
    return reading, torch.equal(ids, given[0]) and torch.equal(maskable, given[1])


def _same(one: Reading, other: Reading) -> bool:
    return not one.problem and all(
        torch.equal(a, b) for a, b in zip(one.value, other.value, strict=True)
    )


def _habits(
    labels: tuple[Tensor, ...], kept: bool, again: bool, untouched: bool
) -> dict[str, str]:
    """Facts about how the answer draws, in words."""
    found = {
        GLOBAL: "untouched" if untouched else "changed",
        IN_PLACE: "as they were" if kept else "changed",
    }
    if len(labels) == 1:
        return found
    counts = {int((batch != IGNORED).sum()) for batch in labels}
    alike = all(torch.equal(batch, labels[0]) for batch in labels)
    return found | {
        AGAIN: "the same result" if again else "another result",
        NEXT_BATCH: "the same positions" if alike else "other positions",
        COUNT: "varies" if len(counts) > 1 else "always the same",
    }
