"""Writing token by token: the best one each time, or one drawn at random."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.generation.ending import Ending
from course_lib.generation.filters import repetition_penalty
from course_lib.generation.options import Options
from course_lib.generation.writers import (
    Continuation,
    Translation,
    require_prompts,
    writer,
)


@dataclass(frozen=True)
class Step:
    """One more token for each text of a batch.

    Attributes:
        tokens: (B,); a text that has ended gets padding.
        logits: (B, V), after all filters: what the tokens were chosen by.
        running: (B,), True where the token belongs to the text.
    """

    tokens: Tensor
    logits: Tensor
    running: Tensor

    @property
    def distribution(self) -> Tensor:
        """(B, V): how likely each token was."""
        return self.logits.float().softmax(dim=-1)

    @property
    def probabilities(self) -> Tensor:
        """(B,): how likely the chosen tokens were; 1 for padding."""
        chosen = self.distribution.gather(-1, self.tokens[:, None])[:, 0]
        return chosen.where(self.running, torch.ones_like(chosen))


def stream(
    model: nn.Module,
    input_ids: Tensor,
    attention_mask: Tensor | None = None,
    **options: Any,
) -> Iterator[Step]:
    """Continue texts, a token at a time, as they come.

    >>> for step in stream(model, ids, do_sample=True, seed=0):
    ...     print(tokenizer.decode(step.tokens[0]), step.probabilities[0])

    Args:
        model: a GPT or a Seq2Seq.
        input_ids: (B, T), prompts; or for a Seq2Seq the texts to be read.
        attention_mask: (B, T), 0 for padding, which stands on the left of prompts.
        options: see `Options`.

    Raises:
        CourseError: what is asked can't be done; at once, not at the first token.
    """
    wanted = Options.of(options)
    if wanted.num_beams > 1:
        raise CourseError(
            "beams change their mind about earlier tokens, so that none can be shown "
            "before the end: stream without num_beams, or use generate"
        )
    return write(model, input_ids, attention_mask, wanted)[1]


@torch.no_grad()
def write(
    model: nn.Module, ids: Tensor, mask: Tensor | None, options: Options
) -> tuple[Tensor, Iterator[Step]]:
    """What stands there before the first step, (B, T), and the steps to come."""
    require_prompts(model, ids, mask)
    ending = Ending(model, options, ids)
    mask = ending.mask(ids, mask)
    text = writer(model, ids, mask, ending.room, options.use_cache)
    copies = options.num_return_sequences
    return text.ids.repeat_interleave(copies, dim=0), _steps(text, ending, options)


@torch.no_grad()
def _steps(
    text: Continuation | Translation, ending: Ending, options: Options
) -> Iterator[Step]:
    source = options.source(text.ids.device)
    logits = _copied(text, text.first(), options.num_return_sequences)
    running = torch.ones(len(logits), dtype=torch.bool, device=logits.device)
    for written in range(ending.room):
        scores = _scores(logits, text, options)
        scores = options.filtered(ending.allow(scores, written))
        tokens = _choose(scores, options.do_sample, source)
        if ending.stops:
            tokens = tokens.masked_fill(~running, ending.pad)
        yield Step(tokens, scores, running)
        if ending.stops:
            running = running & ~ending.ends(tokens)
        if written + 1 == ending.room or not running.any():
            return
        logits = text.read(tokens)


def _copied(text: Continuation | Translation, logits: Tensor, copies: int) -> Tensor:
    """Let several texts go on from each prompt, which was read once."""
    if copies == 1:
        return logits
    rows = torch.arange(len(logits), device=logits.device).repeat_interleave(copies)
    text.select(rows)
    return logits[rows]


def _scores(
    logits: Tensor, text: Continuation | Translation, options: Options
) -> Tensor:
    logits = logits.float()
    penalty = options.repetition_penalty
    if penalty == 1:
        return logits
    return repetition_penalty(logits, text.ids, penalty, text.mask)


def _choose(scores: Tensor, do_sample: bool, source: torch.Generator | None) -> Tensor:
    """One token (B,) for each row of scores (B, V)."""
    if not do_sample:
        return scores.argmax(dim=-1)
    chances = scores.softmax(dim=-1)
    return torch.multinomial(chances, 1, generator=source)[:, 0]
