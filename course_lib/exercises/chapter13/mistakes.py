"""What goes wrong in cross attention, by name: earlier chapters', and its own."""

from dataclasses import replace
from typing import Any

from course_lib.exercises.catalogue import Mistake
from course_lib.exercises.chapter03.mistakes import named
from course_lib.exercises.chapter04.fits import (
    fit_fill_of_heads,
    fit_inverse_of_heads,
    fit_product_of_heads,
)

CROSS = "13, Cross attention"
MASKS = "13, Padding in the memory"
_FITS = {
    "mask-inverted": fit_inverse_of_heads,
    "mask-multiplies-scores": fit_product_of_heads,
    "mask-too-weak": fit_fill_of_heads,
}


def _again(name: str, read: str = CROSS, **changed: Any) -> Mistake:
    """A mistake of attention, explained in this chapter."""
    (mistake,) = named(name)
    return replace(mistake, read=read, fit=_FITS.get(name), **changed)


CROSS_MISTAKES = (
    Mistake(
        "query-from-memory",
        "Your queries come from the memory. It is the decoder that asks: `x @ "
        "w_query.T`, so that the answer has a row for each of its T_q positions.",
        CROSS,
    ),
    Mistake(
        "key-from-x",
        "Your keys come from x. What can be found is the encoder's text: `memory @ "
        "w_key.T`. (Keys and values from x together are self-attention.)",
        CROSS,
    ),
    Mistake(
        "value-from-x",
        "Your values come from x. What is handed over is the encoder's text: `memory "
        "@ w_value.T`.",
        CROSS,
    ),
    Mistake(
        "mask-over-queries",
        "Your mask hides rows, the positions of x. It says which positions of the "
        "memory are real, and those are the columns: `memory_mask[:, None, None, :]`.",
        MASKS,
        group="mask",
    ),
    Mistake(
        "causal-mask-on-memory",
        "You hide later positions of the memory. The source text is there as a whole "
        "before the first word is translated: a causal mask belongs to the decoder's "
        "self-attention alone.",
        CROSS,
        forms=("beside the mask", "instead of the mask", "not mended"),
        group="mask",
    ),
    _again("missing-scale"),
    _again("scale-by-d"),
    Mistake(
        "scale-by-d-model",
        "You divide the scores by the root of D. Each head sums over its own d = D / H "
        "columns: divide by the root of d.",
        CROSS,
        group="scale",
    ),
    _again("softmax-over-queries"),
    _again("mask-inverted", MASKS),
    _again("mask-after-softmax", MASKS),
    _again("mask-multiplies-scores", MASKS),
    _again("mask-too-weak", MASKS),
    _again("mask-ignored", MASKS),
    _again("nan-on-empty-row", MASKS),
    _again("uniform-on-empty-row", MASKS),
    Mistake(
        "memory-mask-meets-heads",
        "Your memory_mask meets scores of (B, H, T_q, T_k) without axes of its own "
        "for H and T_q, so its batch falls on another axis: `memory_mask[:, None, "
        "None, :]`.",
        MASKS,
        forms=("(B, 1, T_k)", "(B, T_k)"),
        group="mask",
    ),
    Mistake(
        "x-and-memory-swapped",
        "The encoder asks and the decoder answers: x and memory have changed places. "
        "Queries come from x, keys and values from memory.",
        CROSS,
    ),
    Mistake(
        "split-without-transpose",
        "You go to (B, H, T, d) in one `view`, so that a head gets whole rows of the "
        "text. Cut the width, (B, T, H, d), then swap T and H.",
        CROSS,
        group="split",
    ),
    Mistake(
        "heads-ignored",
        "You compute one attention over the whole width. Cut it into heads first: each "
        "has scores and weights of its own.",
        CROSS,
        group="split",
    ),
    Mistake(
        "merge-without-transpose",
        "You reshape the context (B, H, T_q, d) to (B, T_q, D) at once. A row then "
        "holds several positions of one head. Swap H and T_q first.",
        CROSS,
    ),
    Mistake(
        "output-projection-missing",
        "You return the heads side by side. Multiply by the output weights: `merged @ "
        "w_output.T`.",
        CROSS,
    ),
    Mistake(
        "weight-not-transposed",
        "You multiply by a weight as it is stored, one of them or all. They are "
        "(out, in), and a square matrix gives no error: x @ w.T, for all four.",
        CROSS,
        forms=("all", "query", "key", "value", "output"),
    ),
)
