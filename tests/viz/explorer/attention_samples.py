"""Attention made up for the explorer's tests: heads with known patterns."""

from collections.abc import Callable, Sequence

import numpy as np

from course_lib.viz.explorer.view_data import (
    AttentionPart,
    Comparison,
    Head,
    LensRow,
    NextToken,
)

TEXT = (
    "[CLS] the animal did not cross the street because it was too tired . [SEP] "
    "it slept all day [SEP]"
)
WORDS = TEXT.split()
# What must never become HTML, or vanish.
HOSTILE = (
    "<script>window.owned = true</script>",
    "</script><img src=x onerror='window.owned = true'>",
    "\"quotes' &amp; <b>bold</b>",
    "\u2028\u2029",
    "\u202egnitaerc\u202c",
    "\u200b",
    " ",
    "\n",
    "",
    "x" * 10_000,
    "עברית",
    "👩‍🔬",
)


def sample(layers: int = 2, heads: int = 4, length: int = 20) -> np.ndarray:
    """(L, H, T, T) weights: heads look back, ahead, at the first token, at themselves.

    Each of the four patterns holds 0.9 of a row where it can.
    """
    weights = np.full((layers, heads, length, length), 0.1 / length, dtype=np.float32)
    at = np.arange(length)
    targets = (np.maximum(at - 1, 0), np.minimum(at + 1, length - 1), at * 0, at)
    for layer in range(layers):
        for head in range(heads):
            weights[layer, head, at, targets[(head + layer) % 4]] += 0.9
    return weights


def part(words: Sequence[str] = WORDS, **options: object) -> AttentionPart:
    """A part over these words, with queries, keys, sentences and special tokens."""
    length, (layers, heads, d) = len(words), (2, 4, 8)
    random = np.random.default_rng(0)
    vectors = random.normal(size=(2, layers, heads, length, d)).astype(np.float32)
    given = {
        "query_segments": tuple(int(place > 14) for place in range(length)),
        "query_special": tuple(word in ("[CLS]", "[SEP]") for word in words),
        "query": vectors[0],
        "key": vectors[1],
    }
    return AttentionPart(
        name="self",
        weights=sample(layers, heads, length),
        query_tokens=tuple(words),
        key_tokens=tuple(words),
        **{**given, **options},
    )


class ImaginedModel:
    """Effects without a model: each head switched off moves a tenth of the answer."""

    can = frozenset({"ablate", "importance", "lens", "generate"})

    def __init__(self) -> None:
        self.asked: list[object] = []
        self._text: list[str] = []

    def ablate(self, heads: Sequence[Head]) -> Comparison:
        self.asked.append(list(heads))
        moved = min(0.7, 0.1 * len(heads))
        labels, before = ("<b>tired</b>", "wet"), (0.8, 0.2)
        after = (0.8 - moved, 0.2 + moved)
        return Comparison("next token", labels, before, after, moved)

    def importance(self, tick: Callable[[int, int], None]) -> dict[str, np.ndarray]:
        for done in range(8):
            tick(done + 1, 8)
        return {"self": np.arange(8).reshape(2, 4) / 8}

    def lens(self, position: int | None) -> tuple[LensRow, ...]:
        self.asked.append(position)
        return tuple(LensRow(f"layer {i}", ("a", "b"), (0.6, 0.2)) for i in range(2))

    def begin(self, prompt: str) -> NextToken:
        self._text = prompt.split()
        self._prompt = len(self._text)
        return self._now(None)

    def append(self, token_id: int) -> NextToken:
        self._text.append(f"w{token_id}")
        return self._now(token_id)

    def _now(self, last: int | None) -> NextToken:
        length, size = len(self._text), 50
        attention = np.zeros((2, 4, length), dtype=np.float32)
        attention[..., 0] = 1
        return NextToken(
            text=" ".join(self._text),
            tokens=tuple(self._text),
            prompt_length=self._prompt,
            ids=np.arange(100, 100 + size, dtype=np.int32),
            logits=np.linspace(5, -5, size, dtype=np.float32),
            labels=tuple(f"w{100 + i}" for i in range(size)),
            attention=attention,
            id_of_last=last,
        )
