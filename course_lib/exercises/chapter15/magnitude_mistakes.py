"""What goes wrong in choosing the weights that go, by name."""

from typing import Any

from course_lib.exercises.catalogue import Mistake

OUT = "15, Weights left out"


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, OUT, **options)


MISTAKES = (
    _mistake(
        "prunes-largest",
        "You drop the largest weights. It is the smallest magnitudes that matter least "
        "and go.",
        group="order",
    ),
    _mistake(
        "by-signed-value",
        "You order the weights by their value, so that the most negative go first. A "
        "weight of -2 matters as much as one of 2: order `weight.abs()`.",
    ),
    _mistake(
        "off-by-one-count",
        "You drop one weight too many, or one too few. Exactly round(sparsity * count) "
        "go: look at `[:going]`, and at `>` or `>=` where you compare.",
        forms=(1, -1),
        group="count",
    ),
    _mistake(
        "mask-inverted",
        "Your mask is True where a weight goes. Here True means that it stays, as in "
        "`weight * mask`.",
    ),
    _mistake(
        "share-kept-instead-of-dropped",
        "You keep a share of `sparsity` and drop the rest. Sparsity is the share that "
        "becomes 0: at 0.9 one weight in ten is left.",
        group="share",
    ),
    _mistake(
        "count-not-rounded",
        "You round the number of weights down, as `int` and `//` do, or always up. "
        "Take the nearest: `round(sparsity * weight.numel())`.",
        forms=("down", "up"),
        group="count",
    ),
    _mistake(
        "threshold-by-quantile",
        "A quantile lies between two weights, and where it falls the number of those "
        "below it can be one too many or too few. Count: round(sparsity * count).",
        forms=(">", ">="),
        group="share",
    ),
    _mistake(
        "ties-go-together",
        "You compare with a threshold, so weights of equal magnitude all go or all "
        "stay. Exactly round(sparsity * count) go: cut the ordered places instead.",
        forms=("all go", "all stay", "all go, at least one"),
        group="order",
        edge=True,
    ),
    _mistake(
        "zero-sparsity-drops-all",
        "With nothing to drop your threshold is `ordered[-1]`, the largest of all, and "
        "everything goes. With sparsity 0 every weight stays.",
        edge=True,
    ),
    _mistake(
        "sparsity-as-threshold",
        "You compare magnitudes with `sparsity` itself, or with that part of the "
        "largest. It is a share of the weights: count how many go.",
        forms=("as it is", "of the largest"),
        group="share",
    ),
    _mistake(
        "row-by-row",
        "You drop the same share of every row. Order all weights of the matrix "
        "together: `flatten()` first.",
    ),
    _mistake(
        "argsort-taken-for-rank",
        "You compare what `argsort` returns with the count. Those are places, the "
        "smallest weight's first, not ranks: use them as an index, "
        "`mask[order[:going]] = False`.",
        forms=("stable", "unstable"),
        group="order",
    ),
    _mistake(
        "weights-instead-of-mask",
        "You return the weights with zeros in them. Asked for is the mask alone, True "
        "and False, so that it can be applied again after each step of training.",
        group="kind",
    ),
    _mistake(
        "numbers-instead-of-booleans",
        "Your mask holds 0 and 1 as numbers. As an index those would be places: make "
        "it boolean, `mask.bool()`.",
        forms=("float", "int"),
        group="kind",
    ),
    _mistake(
        "shape-lost",
        "Your mask is a flat list. Bring it back into the weight's shape: "
        "`mask.view(weight.shape)`.",
    ),
)
