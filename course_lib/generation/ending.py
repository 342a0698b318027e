"""When a text ends: the tokens that stop it, and how long it may become."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.generation.options import MODEL, Options
from course_lib.models import Seq2Seq

USUAL = 20  # new tokens, where nobody says how many; as in Transformers


class Ending:
    """What ends texts, taken from the options and from the model's settings.

    Attributes:
        room: at most so many tokens are written.
        stops: the tokens behind which a text ends; none, if nothing ends it.
        pad: stands behind texts that ended before others.
    """

    def __init__(self, model: nn.Module, options: Options, ids: Tensor) -> None:
        """Collect what applies to prompts (B, T), or to texts to be read."""
        config = model.config
        own = options.eos_token_id
        self.stops = _listed(config.eos_token_id if own == MODEL else own)
        pads = [options.pad_token_id, config.pad_token_id]
        self._known = next((pad for pad in pads if pad is not None), None)
        self.pad = next(pad for pad in [*pads, *self.stops, 0] if pad is not None)
        begun = 1 if isinstance(model, Seq2Seq) else ids.shape[-1]
        self.room = _room(options, begun, getattr(config, "max_length", None))
        # What MarianMT's settings ask for; a GPT's do not.
        forced = getattr(config, "forced_eos_token_id", None)
        self._forced = None if own is None else forced
        banned = getattr(config, "bad_words_ids", None) or []
        self._never = [words[0] for words in banned if len(words) == 1]

    def mask(self, ids: Tensor, mask: Tensor | None) -> Tensor | None:
        """The mask of prompts (B, T); without one, padding is recognised by its token.

        A pad token that also ends texts can't be told from a text's last token.
        """
        if mask is not None or self._known is None or self._known in self.stops:
            return mask
        return (ids != self._known).long()

    def ends(self, tokens: Tensor) -> Tensor:
        """True where a token ends its text; the shape is that of the tokens."""
        ended = torch.zeros_like(tokens, dtype=torch.bool)
        for stop in self.stops:
            ended |= tokens == stop
        return ended

    def allow(self, scores: Tensor, written: int) -> Tensor:
        """Rule out what may not stand behind so many tokens: scores (B, V)."""
        if self._never:
            scores = scores.clone()
            scores[:, self._never] = -math.inf
        if self._forced is not None and written == self.room - 1:
            scores = torch.full_like(scores, -math.inf)
            scores[:, self._forced] = 0.0
        return scores


def _listed(stops: int | Sequence[int] | None) -> list[int]:
    if stops is None:
        return []
    return [int(stops)] if isinstance(stops, int | Tensor) else list(stops)


def _room(options: Options, begun: int, usual_length: int | None) -> int:
    """How many tokens may be written behind those that stand there."""
    if options.max_new_tokens is not None:
        return options.max_new_tokens
    if options.max_length is None:
        return USUAL if usual_length is None else max(usual_length - begun, 1)
    if options.max_length <= begun:
        raise CourseError(
            f"max_length is {options.max_length}, the prompt has {begun} tokens "
            "already: ask for more, or use max_new_tokens, which counts only new ones"
        )
    return options.max_length - begun
