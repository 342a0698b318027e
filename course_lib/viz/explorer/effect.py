"""What heads are for: switch them off and ask the model again."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.viz.explorer.predicting import Question, strongest
from course_lib.viz.explorer.reading import Reader
from course_lib.viz.explorer.recording import Off
from course_lib.viz.explorer.view_data import Comparison, Head, LensRow, NextToken
from course_lib.viz.explorer.writing import Writer

SHOWN = 6  # likeliest answers before and after
LENS = 5


class ModelEffects:
    """A model over one text, asked again with heads switched off.

    Args:
        reader: the model and its text, read once.
        question: what it answers, None if it only reads.
        writer: lets it write, None if it cannot.
    """

    def __init__(
        self, reader: Reader, question: Question | None, writer: Writer | None
    ) -> None:
        self._reader, self._question, self._writer = reader, question, writer
        can = {"ablate", "importance"} if question else set()
        if question and question.name != "class":
            can.add("lens")
        if writer:
            can.add("generate")
        self.can = frozenset(can)
        self._before = self._distribution({}) if question else None

    def ablate(self, heads: Sequence[Head]) -> Comparison:
        """The likeliest answers with and without these heads."""
        question, before = self._asked()
        after = self._distribution(self._off(heads))
        both = [*strongest(before, SHOWN), *strongest(after, SHOWN)]
        shown = sorted(
            dict.fromkeys(both), key=lambda one: -max(before[one], after[one])
        )
        return Comparison(
            question=question.name,
            labels=question.labels(shown),
            before=tuple(before[shown].tolist()),
            after=tuple(after[shown].tolist()),
            change=_change(before, after),
        )

    def importance(self, tick: Callable[[int, int], None]) -> dict[str, np.ndarray]:
        """How far each head alone changes the answer, (L, H) by part, 0 to 1."""
        _, before = self._asked()
        counts = {name: len(places) for name, places in self._reader.places.items()}
        heads = self._reader.heads
        total, done = sum(counts[name] * heads[name] for name in counts), 0
        result = {}
        for name, layers in counts.items():
            result[name] = np.zeros((layers, heads[name]), dtype=np.float32)
            for layer, head in np.ndindex(result[name].shape):
                after = self._distribution(self._off([(name, layer, head)]))
                result[name][layer, head] = _change(before, after)
                done += 1
                tick(done, total)
        return result

    def lens(self, position: int | None) -> tuple[LensRow, ...]:
        """What the model would say at this token if its layers ended earlier."""
        question, _ = self._asked()
        blocks = self._blocks()
        rows = []
        for kept in range(len(blocks) + 1):
            with _passing_through(blocks[kept:]):
                answer, _ = self._reader.run()
            distribution = question.logits(answer, position).softmax(-1)
            best = strongest(distribution, LENS)
            name = "embedding" if kept == 0 else f"layer {kept - 1}"
            values = tuple(distribution[best].tolist())
            rows.append(LensRow(name, question.labels(best), values))
        return tuple(rows)

    def begin(self, prompt: str) -> NextToken:
        """Start writing after this prompt."""
        return self._writing().begin(prompt)

    def append(self, token_id: int) -> NextToken:
        """Go on with this token."""
        return self._writing().append(token_id)

    def _writing(self) -> Writer:
        if self._writer is None:
            raise CourseError("This model does not write: it has no next token.")
        return self._writer

    def _asked(self) -> tuple[Question, Tensor]:
        if self._question is None or self._before is None:
            raise CourseError(
                "This model says nothing of this text. Take one that predicts the "
                "next token or a class, or put the tokenizer's mask into the text."
            )
        return self._question, self._before

    def _distribution(self, off: Off) -> Tensor:
        """(V,) or (C,): what the model answers."""
        assert self._question is not None
        answer, _ = self._reader.run(off)
        return self._question.logits(answer).softmax(-1)

    def _off(self, heads: Sequence[Head]) -> Off:
        result: dict[str, set[int]] = {}
        for part, layer, head in heads:
            result.setdefault(self._reader.places[part][layer], set()).add(head)
        return result

    def _blocks(self) -> list[nn.Module]:
        """The blocks of the stack that predicts, from the first up."""
        part = "decoder" if "decoder" in self._reader.places else "self"
        names = [_block_of(place) for place in self._reader.places[part]]
        return [self._reader.model.get_submodule(name) for name in names]


def _block_of(place: str) -> str:
    """The block that an attention belongs to: h.3.attn lies in h.3."""
    found = re.match(r".*?\.\d+(?=\.|$)", place)
    if found is None:
        raise CourseError(f"{place} lies in no numbered block: no lens by layer here.")
    return found[0]


@contextmanager
def _passing_through(blocks: Sequence[nn.Module]) -> Iterator[None]:
    """Let blocks hand on what they are given, as if they were not there."""

    def unchanged(
        _: nn.Module, args: tuple[Any, ...], options: dict[str, Any], out: Any
    ) -> Any:
        given = args[0] if args else options["hidden_states"]
        return (given, *out[1:]) if isinstance(out, tuple) else given

    with ExitStack() as stack:
        for block in blocks:
            handle = block.register_forward_hook(unchanged, with_kwargs=True)
            stack.callback(handle.remove)
        yield


def _change(before: Tensor, after: Tensor) -> float:
    """Total variation: half the sum of what probabilities gain and lose, 0 to 1."""
    return float(torch.clamp((before - after).abs().sum() / 2, 0, 1))
