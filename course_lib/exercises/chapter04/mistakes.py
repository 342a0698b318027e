"""What goes wrong in multi-head attention, by name: chapter 03's, and its own."""

from dataclasses import replace

from course_lib.exercises.catalogue import Mistake
from course_lib.exercises.chapter03.mistakes import named
from course_lib.exercises.chapter04.fits import (
    fit_fill_of_heads,
    fit_inverse_of_heads,
    fit_product_of_heads,
)
from course_lib.exercises.chapter04.layouts import (
    HEADS,
    LINEAR,
    MASKS,
    OUTPUT,
    SPLIT,
    VIEW,
)

_FITS = {
    "mask-inverted": fit_inverse_of_heads,
    "mask-multiplies-scores": fit_product_of_heads,
    "mask-too-weak": fit_fill_of_heads,
}


def _again(read: str, *names: str, group: str = "") -> tuple[Mistake, ...]:
    """These mistakes of chapter 03, explained in this chapter."""
    return tuple(
        replace(mistake, read=read, fit=_FITS.get(mistake.name))
        for mistake in named(*names, group=group)
    )


MULTI_HEAD_MISTAKES = (
    *_again(HEADS, "missing-scale", "scale-by-d"),
    *_again(HEADS, "softmax-over-queries", group="axis"),
    *_again(
        MASKS,
        "mask-inverted",
        "mask-after-softmax",
        "mask-multiplies-scores",
        "mask-too-weak",
        "mask-ignored",
    ),
    *_again(HEADS, "query-key-swapped"),
    *_again(MASKS, "nan-on-empty-row"),
    Mistake(
        "scale-by-d-model",
        "You divide the scores by the root of D. Each head sums over its own d "
        "columns, so the root of d is the measure: D divided by the number of heads.",
        HEADS,
        group="scale",
    ),
    Mistake(
        "split-without-transpose",
        "You go to (B, H, T, d) in one `view`. A view keeps the numbers in their old "
        "order, so head 0 gets the first rows of the text. Cut the width, "
        "(B, T, H, d), then swap T and H.",
        VIEW,
        group="split",
    ),
    Mistake(
        "merge-without-transpose",
        "You reshape the context (B, H, T, d) to (B, T, D) at once. A row then holds "
        "several positions of one head. Swap H and T first.",
        VIEW,
        group="merge",
    ),
    Mistake(
        "output-projection-missing",
        "You return the heads side by side. Nothing has mixed them yet: multiply by "
        "the output weights, `merged @ w_output.T`.",
        OUTPUT,
        group="output",
    ),
    Mistake(
        "weight-not-transposed",
        "You multiply by a weight as it is stored, one of them or all. `nn.Linear` "
        "stores (out, in), and a square matrix gives no error: x @ w.T, for all four.",
        LINEAR,
        forms=("all", "query", "key", "value", "output"),
    ),
    *_again(MASKS, "uniform-on-empty-row"),
    Mistake(
        "heads-and-width-swapped",
        "You cut the width into d parts of H numbers, so a head gets every H-th "
        "column. A head is d columns next to each other: (B, T, H, d).",
        SPLIT,
        group="split",
    ),
    Mistake(
        "heads-ignored",
        "You compute one attention over the whole width. Cut it into heads first: each "
        "has scores, softmax and weights of its own.",
        SPLIT,
        group="split",
    ),
    Mistake(
        "softmax-over-heads",
        "Your weights sum to 1 over the heads. dim=1 was an axis of positions before "
        "there were heads; count from the end: dim=-1.",
        HEADS,
        forms=("cells", "rows"),  # what is set to 0 afterwards where a mask hides
        group="axis",
    ),
    Mistake(
        "padding-meets-heads",
        "A padding mask (B, 1, T) meets scores (B, H, T, T): its batch falls on your "
        "heads. Give it an axis for the heads, `mask.unsqueeze(1)`.",
        MASKS,
        group="padding",
    ),
    Mistake(
        "projection-repeated",
        "Two of your projections use the same weight. Queries, keys and values have a "
        "matrix each.",
        LINEAR,
        forms=("key", "value"),
    ),
)
