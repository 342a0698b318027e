"""Floor 2: writing texts with a model, token by token."""

from typing import Any

import torch
from torch import Tensor, nn

from course_lib.generation.beams import search
from course_lib.generation.filters import (
    min_p,
    repetition_penalty,
    temperature,
    top_k,
    top_p,
)
from course_lib.generation.options import Options
from course_lib.generation.streaming import Step, stream, write

__all__ = [
    "Options",
    "Step",
    "generate",
    "min_p",
    "repetition_penalty",
    "stream",
    "temperature",
    "top_k",
    "top_p",
]


def generate(
    model: nn.Module,
    input_ids: Tensor,
    attention_mask: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """Continue texts; or, with an encoder-decoder, read texts and write others.

    >>> ids = generate(model, prompt_ids, do_sample=True, top_p=0.9, seed=0)

    Args:
        model: a GPT or a Seq2Seq.
        input_ids: (B, T), prompts; or for a Seq2Seq the texts to be read.
        attention_mask: (B, T), 0 for padding, which stands on the left of prompts.
        options: see `Options`; by default the best token, 20 times, or what a
            translation checkpoint's settings say: so many beams, such a max_length.

    Returns:
        (B * num_return_sequences, T_longest): the prompts, or a Seq2Seq's first token,
        and what was written; padded on the right where a text ended early.

    Raises:
        CourseError: what is asked can't be done.
    """
    wanted = Options.of(_usual_beams(model, options) | options)
    if wanted.num_beams > 1:
        return search(model, input_ids, attention_mask, wanted)
    begun, steps = write(model, input_ids, attention_mask, wanted)
    tokens = [step.tokens for step in steps]
    return torch.cat([begun, torch.stack(tokens, dim=1)], dim=1)


def _usual_beams(model: nn.Module, options: dict[str, Any]) -> dict[str, Any]:
    """As many as the checkpoint says, as in Transformers; none for drawing."""
    usual = getattr(getattr(model, "config", None), "num_beams", None)
    return {} if usual is None or options.get("do_sample") else {"num_beams": usual}
