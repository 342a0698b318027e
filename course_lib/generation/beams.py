"""Beam search: keep the most probable beginnings, not only the best next token.

Gives the tokens of Transformers' `generate`, its rules about when to stop included.
"""

import torch
from torch import Tensor, nn

from course_lib.generation.ending import Ending
from course_lib.generation.filters import repetition_penalty
from course_lib.generation.options import Options
from course_lib.generation.writers import (
    Continuation,
    Translation,
    require_prompts,
    writer,
)

NEVER = -1.0e9  # a log-probability that no text has


@torch.no_grad()
def search(
    model: nn.Module, ids: Tensor, mask: Tensor | None, options: Options
) -> Tensor:
    """The best continuations of prompts (B, T): (B * n, T_longest), best first."""
    require_prompts(model, ids, mask)
    ending = Ending(model, options, ids)
    text = writer(model, ids, ending.mask(ids, mask), ending.room, options.use_cache)
    beams = Beams(text, ending, options)
    while not beams.over:
        beams.advance()
    return beams.best(options.num_return_sequences)


class Beams:
    """The beams of all texts of a batch: N running beginnings each, N complete texts.

    Attributes:
        scores: (B, N), log-probabilities of the running beginnings, best first.
        done: (B, N, room), the tokens of the best complete texts so far.
        done_scores: (B, N), theirs, with the length penalty.
        done_lengths: (B, N), 0 where there is no such text yet.
        over: nothing can change any more.
    """

    def __init__(
        self, text: Continuation | Translation, ending: Ending, options: Options
    ) -> None:
        """Begin with one beam for each prompt; the first step makes it N."""
        self.text, self.ending, self.options = text, ending, options
        count, batch = options.num_beams, len(text.ids)
        self.prompt = text.ids
        logits = text.first()
        self.logits = logits.repeat_interleave(count, dim=0)  # (B * N, V)
        device = logits.device
        self.first_rows = torch.arange(batch, device=device)[:, None] * count  # (B, 1)
        self._spread(count)
        # All beams are the same now: only the first one counts.
        self.scores = torch.full((batch, count), NEVER, device=device)
        self.scores[:, 0] = 0.0
        size = batch, count, ending.room
        self.written = torch.full(size, ending.pad, device=device)
        self.done = self.written.clone()
        self.done_scores = torch.full((batch, count), NEVER, device=device)
        self.done_lengths = torch.zeros_like(self.done_scores, dtype=torch.long)
        self.hopeful = torch.ones(batch, 1, dtype=torch.bool, device=device)
        self.length, self.over = 0, False

    def _spread(self, count: int) -> None:
        rows = torch.arange(len(self.prompt), device=self.prompt.device)
        self.text.select(rows.repeat_interleave(count))

    def advance(self) -> None:
        """Try every token behind every beam."""
        scores, beams, tokens = self._candidates()  # (B, K) each
        texts = self.written.gather(1, _wide(beams, self.written))  # (B, K, room)
        texts[:, :, self.length] = tokens
        self.length += 1
        ends = self.ending.ends(tokens)
        if self.length == self.ending.room:
            ends = torch.ones_like(ends)
        self._complete(scores, texts, ends)
        # More candidates than beams: enough are left when some of them end.
        self.scores, kept = (scores + ends * NEVER).topk(self.options.num_beams)
        self.written = texts.gather(1, _wide(kept, texts))
        self._look_ahead(ends)
        if not self.over:
            rows = (self.first_rows + beams.gather(1, kept)).flatten()
            self.text.select(rows, same_prompts=True)
            self.logits = self.text.read(tokens.gather(1, kept).flatten())

    def _candidates(self) -> tuple[Tensor, Tensor, Tensor]:
        """The best (B, K): their log-probabilities, beams and tokens."""
        gains = self.logits.float().log_softmax(dim=-1)  # (B * N, V)
        penalty = self.options.repetition_penalty
        if penalty != 1:
            gains = repetition_penalty(gains, self.text.ids, penalty, self.text.mask)
        gains = self.ending.allow(gains, self.length)
        batch, count = self.scores.shape
        total = self.scores[:, :, None] + gains.view(batch, count, -1)  # (B, N, V)
        kept = max(2, 1 + len(self.ending.stops)) * count
        scores, places = total.flatten(1).topk(kept)
        vocabulary = gains.shape[-1]
        return scores, places // vocabulary, places % vocabulary

    def _complete(self, scores: Tensor, texts: Tensor, ends: Tensor) -> None:
        """Keep the best complete texts, old and new; only the first N may be new."""
        count = self.options.num_beams
        new = ends.clone()
        new[:, count:] = False
        new &= self.hopeful
        if self.options.early_stopping is True:
            new &= ~(self.done_lengths > 0).all(dim=1, keepdim=True)
        scores = scores / self.length**self.options.length_penalty + ~new * NEVER
        all_scores = torch.cat([self.done_scores, scores], dim=1)
        all_texts = torch.cat([self.done, texts], dim=1)
        lengths = torch.cat([self.done_lengths, new * self.length], dim=1)
        self.done_scores, kept = all_scores.topk(count)
        self.done = all_texts.gather(1, _wide(kept, all_texts))
        self.done_lengths = lengths.gather(1, kept)

    def _look_ahead(self, ends: Tensor) -> None:
        """Could a running beam still become better than a complete text?"""
        never = self.options.early_stopping == "never"
        penalty = self.options.length_penalty
        # With "never", the length at which the best beam would score highest.
        length = self.ending.room if never and penalty > 0 else self.length
        possible = self.scores[:, :1] / length**penalty
        is_done = self.done_lengths > 0
        worst = self.done_scores.amin(dim=1, keepdim=True)
        worst = torch.where(is_done, worst, NEVER)
        self.hopeful &= (possible > worst).any(dim=1, keepdim=True)
        full = self.options.early_stopping is True and bool(is_done.all())
        self.over = full or bool(ends.all()) or not bool(self.hopeful.any())

    def best(self, count: int) -> Tensor:
        """The best complete texts with their prompts: (B * count, T)."""
        texts = self.done[:, :count].flatten(0, 1)
        longest = int(self.done_lengths[:, :count].max())
        prompts = self.prompt.repeat_interleave(count, dim=0)
        return torch.cat([prompts, texts[:, :longest]], dim=1)


def _wide(rows: Tensor, like: Tensor) -> Tensor:
    """Indices (B, K) for whole rows of (B, N, room)."""
    return rows[:, :, None].expand(-1, -1, like.shape[-1])
