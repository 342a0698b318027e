"""What a model is asked at the end of a text: next token, masked word, or class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_lib.viz.explorer.reading import Reader
from course_lib.viz.explorer.texts import labels_of


@dataclass(frozen=True)
class Question:
    """What a model's logits answer over one text.

    Attributes:
        name: "next token", "masked word" or "class".
        position: where in the text, None for a class.
        labels: words for places of the distribution.
    """

    name: str
    position: int | None
    labels: Callable[[Sequence[int]], tuple[str, ...]]

    def logits(self, answer: Any, position: int | None = None) -> Tensor:
        """(V,) or (C,) float32 of one call, at `position` or where it is asked."""
        found = answer.logits[0].float().cpu()
        if self.position is None:
            return found
        return found[self.position if position is None else position]


def question_of(reader: Reader, tokenizer: Any, causal: bool) -> Question | None:
    """What this model says of this text; None if it only reads.

    Args:
        reader: the model and its text.
        tokenizer: the text's.
        causal: whether tokens see only what stands before them.
    """
    answer, _ = reader.run()
    logits = getattr(answer, "logits", None)
    if logits is None:
        return None
    if logits.dim() == 2:
        return Question("class", None, _class_names(reader.model.config))
    if logits.shape[-1] < len(tokenizer):  # tags of tokens, spans: no words
        return None

    def words(ids: Sequence[int]) -> tuple[str, ...]:
        return labels_of(tokenizer, ids)

    if causal or reader.target is not None:
        return Question("next token", logits.shape[1] - 1, words)
    mask = getattr(tokenizer, "mask_token_id", None)
    places = [n for n, one in enumerate(reader.words.ids) if one == mask]
    return Question("masked word", places[0], words) if places else None


def _class_names(config: Any) -> Callable[[Sequence[int]], tuple[str, ...]]:
    names = getattr(config, "id2label", None) or {}

    def labels(ids: Sequence[int]) -> tuple[str, ...]:
        known = {int(number): str(name) for number, name in names.items()}
        return tuple(known.get(int(one), f"class {one}") for one in ids)

    return labels


def strongest(probabilities: Tensor, count: int) -> list[int]:
    """Places of the largest entries, best first."""
    return torch.topk(probabilities, min(count, len(probabilities))).indices.tolist()
