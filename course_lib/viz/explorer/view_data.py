"""What the explorer shows: plain data between a model's readers and the widget.

Who reads a model makes `AttentionPart`s and, where the model can be asked again, an
`Effects`; the widget knows nothing else of models.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

Head = tuple[str, int, int]
"""A head by the part's name, the layer and its number there, both from 0."""


@dataclass(frozen=True)
class AttentionPart:
    """The attention of one kind of a model: all its layers and heads over one text.

    Attributes:
        name: "self", "encoder", "decoder" or "cross"; unique in one explorer.
        weights: (L, H, T_q, T_k) float32; each row sums to 1, or to 0 where nothing
            is allowed.
        query_tokens, key_tokens: T_q and T_k words as the tokenizer cut them.
        query_segments, key_segments: 0 for sentence A, 1 for sentence B, of each
            token; None where there is one sentence. Where the tokens of both sides
            are the same, those of the queries serve for the keys.
        query_special, key_special: True for tokens such as [CLS] that can be hidden;
            None where there are none. As with the sentences, one side serves both.
        head_figures: name to (L, H): "entropy", "previous", "next", "first", "same",
            "induction", "importance". What is missing is measured by the explorer,
            apart from importance, which needs `Effects`.
        head_labels: [layer][head], "previous token" and the like, "" for no pattern;
            None lets the explorer label.
        query, key: (L, H, T_q, d) and (L, H, T_k, d) as they are multiplied: after
            rotation, keys of a group repeated for its heads; None without them.
        scale: what a product is multiplied by to give a score; None means 1 / √d.
        bias: (L or 1, H, T_q, T_k) added to the scaled scores (T5, ALiBi), without
            the mask; None for none.
    """

    name: str
    weights: np.ndarray
    query_tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    query_segments: tuple[int, ...] | None = None
    key_segments: tuple[int, ...] | None = None
    query_special: tuple[bool, ...] | None = None
    key_special: tuple[bool, ...] | None = None
    head_figures: Mapping[str, np.ndarray] = field(default_factory=dict)
    head_labels: Sequence[Sequence[str]] | None = None
    query: np.ndarray | None = None
    key: np.ndarray | None = None
    scale: float | None = None
    bias: np.ndarray | None = None


@dataclass(frozen=True)
class Comparison:
    """What a model says before and after heads were switched off.

    Attributes:
        question: what the answers answer: "next token", "masked word", "class".
        labels: the answers, the likeliest before or after first; at most 12.
        before, after: their probabilities, one for each label.
        change: how far the whole distributions differ, 0 to 1: total variation.
    """

    question: str
    labels: tuple[str, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]
    change: float


@dataclass(frozen=True)
class LensRow:
    """What the model would say if it ended after this layer.

    Attributes:
        layer: "embedding", "layer 0", ...
        labels, probabilities: the likeliest tokens, best first; at most 5.
    """

    layer: str
    labels: tuple[str, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class NextToken:
    """Where the generation lab stands: the text so far, and what may follow.

    Attributes:
        text: prompt and what was generated, as a reader sees it.
        tokens: the T tokens of it.
        prompt_length: how many of them were the prompt.
        ids: (V,) int32, token ids from the likeliest to the least likely.
        logits: (V,) float32 in the same order, raw: temperature 1, nothing filtered.
        labels: words of the first ids, at least 200 of them where V allows.
        attention: (L, H, T) float32: where the newest token looks.
        id_of_last: id of the newest token, None where the prompt is all.
    """

    text: str
    tokens: tuple[str, ...]
    prompt_length: int
    ids: np.ndarray
    logits: np.ndarray
    labels: tuple[str, ...]
    attention: np.ndarray
    id_of_last: int | None = None


class Effects(Protocol):
    """A model that can be asked again, for the effect panel and the generation lab.

    `can` says what it answers; the widget offers nothing else. A question that fails
    raises `CourseError`: its message is shown in the panel.
    """

    can: frozenset[str]
    """Out of "ablate", "importance", "lens", "generate"."""

    def ablate(self, heads: Sequence[Head]) -> Comparison:
        """Answer with these heads' context set to 0; without heads, before = after."""
        ...

    def importance(self, tick: Callable[[int, int], None]) -> dict[str, np.ndarray]:
        """The change that switching off each head alone makes, (L, H) by part.

        `tick(done, of)` is called after each head.
        """
        ...

    def lens(self, position: int | None) -> tuple[LensRow, ...]:
        """The logit lens at a token of the part that predicts, layer by layer.

        None is where the question is asked: at the end, or at the masked word.
        """
        ...

    def begin(self, prompt: str) -> NextToken:
        """Start generating after this prompt."""
        ...

    def append(self, token_id: int) -> NextToken:
        """Let the text go on with this token."""
        ...
