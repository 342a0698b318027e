"""From a model and a text to what the explorer shows of it."""

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.viz.explorer.given import MOST_TOKENS
from course_lib.viz.explorer.recording import Call, Off, recording
from course_lib.viz.explorer.texts import Words
from course_lib.viz.explorer.view_data import AttentionPart

_ACROSS = re.compile(r"encoder_attn|EncDecAttention|cross_?att|crossattention", re.I)


@dataclass
class Reader:
    """One model over one text, which can be read again with heads switched off.

    Attributes:
        model: Transformers' or course_lib's.
        inputs: tensors of the text, as the tokenizer gives them.
        words: tokens of the text; for an encoder-decoder, of its source.
        target: tokens written by a decoder, its start token first; None without one.
        places: by part, the names of its attention modules, from the first layer up;
            known once `parts` has read the text.
        heads: by part, how many heads a layer has.
    """

    model: nn.Module
    inputs: dict[str, Tensor]
    words: Words
    target: Words | None = None
    places: dict[str, list[str]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)

    def run(self, off: Off | None = None) -> tuple[Any, list[Call]]:
        """The model's answer and what its attentions did."""
        inputs = dict(self.inputs)
        if self.target is not None:
            inputs["decoder_input_ids"] = self.target.tensor()
        inputs = {name: x.to(_device(self.model)) for name, x in inputs.items()}
        with recording(self.model, off) as recorder:
            answer = self.model(**inputs, **_options(self.model))
        return answer, recorder.calls

    def parts(self) -> list[AttentionPart]:
        """All attention of the model over its text.

        Raises:
            CourseError: the model did no attention that can be recorded.
        """
        _, calls = self.run()
        if not calls:
            raise CourseError(
                f"{type(self.model).__name__} computed no attention that can be "
                "watched: hand AttentionExplorer(weights, tokens) its weights."
            )
        grouped: dict[str, list[Call]] = {}
        for call in calls:
            grouped.setdefault(self.part_of(call.place), []).append(call)
        for name, found in grouped.items():
            self.places[name] = [call.place for call in found]
            self.heads[name] = len(found[0].weights)
        return [self._part(name, found) for name, found in grouped.items()]

    def part_of(self, place: str) -> str:
        """Which kind of attention a module of the model does."""
        if self.target is None:
            return "self"
        if _ACROSS.search(place):
            return "cross"
        return "decoder" if re.search(r"(^|\.)decoder(\.|$)", place) else "encoder"

    def _part(self, name: str, calls: Sequence[Call]) -> AttentionPart:
        asking = self.words if name in ("self", "encoder") else self.target
        giving = self.target if name == "decoder" else self.words
        assert asking is not None and giving is not None
        bias = None
        if any(call.bias is not None for call in calls):
            bias = _stacked([_or_zeros(call) for call in calls])
        return AttentionPart(
            name=name,
            weights=_stacked([call.weights for call in calls]),
            query_tokens=asking.tokens,
            key_tokens=giving.tokens,
            query_segments=asking.segments,
            key_segments=giving.segments,
            query_special=asking.special,
            key_special=giving.special,
            query=_stacked([call.query for call in calls]),
            key=_stacked([call.key for call in calls]),
            scale=calls[0].scale,
            bias=bias,
        )


def _or_zeros(call: Call) -> Tensor:
    zeros = torch.zeros_like(call.weights)
    return zeros if call.bias is None else call.bias.expand_as(zeros)


def _stacked(tensors: list[Tensor]) -> np.ndarray:
    """One array (L, ...), float32 on the CPU."""
    return torch.stack(tensors).float().cpu().numpy()


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def _options(model: nn.Module) -> dict[str, bool]:
    """What the model has to be asked for, where it knows the word."""
    known = inspect.signature(model.forward).parameters
    wanted = {"output_attentions": True, "use_cache": False}
    if not hasattr(model, "set_attn_implementation"):  # course_lib's
        del wanted["use_cache"]
        return wanted
    return {name: value for name, value in wanted.items() if name in known}


def require_length(words: Words, model: nn.Module) -> None:
    """Refuse a text that the model or the explorer cannot take.

    Raises:
        CourseError: no token, over 1,024 tokens, or more than the model has positions.
    """
    length = len(words.ids)
    config = getattr(model, "config", None)
    positions = getattr(config, "max_position_embeddings", None)
    positions = positions or getattr(config, "n_positions", None) or MOST_TOKENS
    if length == 0:
        raise CourseError("The text has no token: give at least one word.")
    if length > min(positions, MOST_TOKENS):
        whose = "the explorer shows" if positions >= MOST_TOKENS else "the model has"
        raise CourseError(
            f"The text has {length:,} tokens; {whose} {min(positions, MOST_TOKENS):,} "
            "positions at most. Take a part of the text."
        )
