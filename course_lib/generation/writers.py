"""Writers: a model in the middle of a text, which reads a token and scores the next.

A writer hides what differs between a model that continues its prompt and one that
reads a text and writes another, with a cache or without.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from course_lib.errors import CourseError, ShapeError
from course_lib.generation.threads import one_thread, texts_alone
from course_lib.models import GPT, Seq2Seq
from course_lib.models.inputs import require_batch


class Written:
    """The texts so far; new tokens are laid aside until somebody asks."""

    def __init__(self, ids: Tensor) -> None:
        """Begin with ids (B, T)."""
        self._ids, self._new = ids, []

    def add(self, tokens: Tensor) -> None:
        """Put tokens (B,) behind the texts."""
        self._new.append(tokens)

    @property
    def ids(self) -> Tensor:
        """(B, T), everything so far, prompts included."""
        if self._new:
            new = torch.stack(self._new, dim=1)
            self._ids, self._new = torch.cat([self._ids, new], dim=1), []
        return self._ids


class Continuation(Written):
    """A GPT that continues prompts (B, T), padded on the left.

    Attributes:
        mask: (B, T), 0 for padding; None where there is none.
    """

    def __init__(
        self, model: GPT, ids: Tensor, mask: Tensor | None, room: int, use_cache: bool
    ) -> None:
        """Begin with the prompts, and room for so many tokens behind them."""
        super().__init__(ids)
        self.model, self.mask = model, mask
        longest = _longest(ids, mask)
        _require_positions(longest + room - 1, longest, model.config.n_positions)
        self.positions = None if mask is None else _positions(mask)
        capacity = ids.shape[1] + room
        self.cache = model.new_cache(capacity) if use_cache else None
        self.step = model.new_step(self.cache) if use_cache else None
        self.alone = texts_alone(model)

    def first(self) -> Tensor:
        """Scores (B, V) for what follows the prompts."""
        with evaluating(self.model):
            answer = self.model(
                self.ids,
                self.cache,
                self.mask,
                position_ids=self.positions,
                use_cache=self.cache is not None,
                logits_to_keep=1,
            )
        return answer.logits[:, -1]

    def read(self, tokens: Tensor) -> Tensor:
        """Put tokens (B,) behind the texts; scores (B, V) for what follows them."""
        self.add(tokens)
        if self.mask is not None:
            self.mask = torch.cat(
                [self.mask, self.mask.new_ones(len(tokens), 1)], dim=1
            )
            self.positions = torch.cat(
                [self.positions, self.positions[:, -1:] + 1], dim=1
            )
        if self.step is None:
            return self.first()
        newest = None if self.positions is None else self.positions[:, -1]
        with evaluating(self.model), one_thread(len(tokens) <= self.alone):
            return self.step(tokens, newest, self.mask)

    def select(self, rows: Tensor, *, same_prompts: bool = False) -> None:
        """Go on with these rows of the batch, in this order."""
        self._ids = self.ids[rows]
        if self.mask is not None and not same_prompts:
            self.mask, self.positions = self.mask[rows], self.positions[rows]
        if self.cache is not None:
            self.cache.select(rows)


class Translation(Written):
    """An encoder-decoder that has read texts (B, T) and writes others."""

    def __init__(
        self,
        model: Seq2Seq,
        ids: Tensor,
        mask: Tensor | None,
        room: int,
        use_cache: bool,
    ) -> None:
        """Read the texts; there is to be room for so many tokens to write."""
        limit = model.config.max_position_embeddings
        _require_positions(room, 1, limit)
        start = model.config.decoder_start_token_id
        super().__init__(ids.new_full((len(ids), 1), start))
        self.model, self.text_mask = model, mask
        self.mask = None  # of what is written: there is no padding in it
        self.cache = model.new_cache(room) if use_cache else None
        self.alone = texts_alone(model) if use_cache else 0
        with evaluating(model):
            self.memory = model.encode(ids, mask)[0]

    def first(self) -> Tensor:
        """Scores (B, V) for what follows everything written so far."""
        return self._score(self.ids)

    def read(self, tokens: Tensor) -> Tensor:
        """Put tokens (B,) behind the texts; scores (B, V) for what follows them."""
        self.add(tokens)
        return self._score(self.ids if self.cache is None else tokens[:, None])

    def _score(self, ids: Tensor) -> Tensor:
        with evaluating(self.model), one_thread(len(ids) <= self.alone):
            answer = self.model(
                attention_mask=self.text_mask,
                decoder_input_ids=ids,
                encoder_outputs=(self.memory,),
                past_key_values=self.cache,
                use_cache=self.cache is not None,
            )
        return answer.logits[:, -1]

    def select(self, rows: Tensor, *, same_prompts: bool = False) -> None:
        """Go on with these rows of the batch, in this order.

        With `same_prompts` each row's text read is that of the row it replaces.
        """
        self._ids = self.ids[rows]
        if not same_prompts:
            self.memory = self.memory[rows]
        if self.text_mask is not None and not same_prompts:
            self.text_mask = self.text_mask[rows]
        if self.cache is not None:
            self.cache.select(rows, same_memory=same_prompts)


WRITERS = {GPT: Continuation, Seq2Seq: Translation}


def writer(
    model: nn.Module,
    ids: Tensor,
    mask: Tensor | None,
    room: int,
    use_cache: bool = True,
) -> Continuation | Translation:
    """The writer that fits a model; it has room for so many new tokens.

    Raises:
        CourseError: the texts, with what is to be written, are longer than the model
            has positions for; or prompts are padded on the right.
    """
    if mask is not None and mask.all():
        mask = None
    made = next(made for kind, made in WRITERS.items() if isinstance(model, kind))
    return made(model, ids, mask, room, use_cache)


def require_prompts(model: nn.Module, ids: Tensor, mask: Tensor | None) -> None:
    """Check what is to be continued.

    Raises:
        CourseError: the model does not write.
        ShapeError: the ids are not (B, T), there are none, or the mask does not fit.
    """
    if not isinstance(model, tuple(WRITERS)):
        raise CourseError(
            f"{type(model).__name__} does not write texts: give a GPT or a Seq2Seq"
        )
    require_batch(ids)
    if ids.numel() == 0:
        raise ShapeError(
            f"input_ids has shape {tuple(ids.shape)}: a text needs at least one token, "
            "such as the tokenizer's bos_token_id"
        )
    if mask is not None and mask.shape != ids.shape:
        raise ShapeError(
            f"attention_mask {tuple(mask.shape)} and input_ids {tuple(ids.shape)} "
            "differ: pass both as the tokenizer gave them"
        )


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Nothing is dropped, even in the middle of training."""
    was_training = model.training
    if was_training:
        model.eval()
    try:
        yield
    finally:
        if was_training:
            model.train()


def _positions(mask: Tensor) -> Tensor:
    """Positions (B, T) that leave padding out, for a mask (B, T)."""
    return (mask.long().cumsum(dim=-1) - 1).clamp(min=0)


def _longest(ids: Tensor, mask: Tensor | None) -> int:
    """Tokens of the longest prompt."""
    if mask is None:
        return ids.shape[1]
    if not mask[:, -1].all():
        raise CourseError(
            "the prompts are padded on the right, where the texts are to go on: "
            'tokenize with padding_side="left"'
        )
    return int(mask.sum(dim=-1).max())


def _require_positions(needed: int, prompt: int, limit: int) -> None:
    if prompt > limit:
        raise CourseError(
            f"the prompt has {prompt} tokens, the model has positions for {limit}: "
            "cut the prompt"
        )
    if needed > limit:
        raise CourseError(
            f"{prompt} tokens and {needed - prompt + 1} new ones do not fit: the model "
            f"has positions for {limit}. Ask for at most max_new_tokens="
            f"{limit - prompt + 1}, or begin with a shorter text"
        )
