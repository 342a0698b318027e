"""What goes wrong between pictures and their captions, by name."""

from typing import Any

from course_lib.exercises.catalogue import Mistake

PAIRS = "16, Pictures and captions in one space"


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, PAIRS, **options)


MISTAKES = (
    _mistake(
        "one-direction-only",
        "Only one side chooses, pictures among texts or texts among pictures. Take the "
        "mean of both: cross entropy of `logits` and of `logits.T`.",
        forms=("to texts", "to images"),
        group="directions",
    ),
    _mistake(
        "not-normalised",
        "Your vectors keep their lengths, of pictures, texts or both, so that a long "
        "one is similar to everything. `F.normalize(..., dim=-1)` both.",
        forms=("both", "images", "texts"),
        group="units",
    ),
    _mistake(
        "temperature-multiplied",
        "You multiply by the temperature, or by its exponential as models do that "
        "learn the logarithm of a scale. Here similarities are divided by it.",
        forms=("itself", "exp"),
        group="temperature",
    ),
    _mistake(
        "wrong-targets",
        "Your targets are not on the diagonal. Picture n belongs to text n: the right "
        "answers are `torch.arange(N)`, the same for both directions.",
        forms=(
            "the first",
            "the second",
            "reversed",
            "the next",
            "all alike",
        ),
    ),
    _mistake(
        "directions-added",
        "You add the losses of both directions. Take their mean: divide by 2.",
        group="directions",
    ),
    _mistake(
        "tables-averaged",
        "You average the table with its transpose and take one loss. Take two losses, "
        "of `logits` and of `logits.T`, and then their mean.",
        group="directions",
    ),
    _mistake(
        "sum-instead-of-mean",
        "You add the losses of all pairs. Take their mean, so that a larger batch has "
        "no larger loss for its size alone.",
    ),
    _mistake(
        "temperature-missing",
        "The temperature changes nothing in your loss. Similarities lie between -1 and "
        "1; divide them by the temperature before the softmax.",
        group="temperature",
    ),
    _mistake(
        "temperature-twice",
        "You divide by the temperature twice, once in each vector perhaps. Divide the "
        "similarities, once.",
        group="temperature",
    ),
    _mistake(
        "temperature-on-the-loss",
        "You divide the loss by the temperature. It belongs before the softmax: divide "
        "the similarities.",
        group="temperature",
    ),
    _mistake(
        "normalised-otherwise",
        "Your vectors are scaled, but not each to length 1: over the wrong axis or all "
        "together, or by another measure. `F.normalize(..., dim=-1)` divides each row "
        "by the root of its sum of squares.",
        forms=(
            "over the batch",
            "whole matrix",
            "softmax",
            "squared length",
        ),
        group="units",
    ),
    _mistake(
        "compared-with-themselves",
        "You compare pictures with pictures, or texts with texts. The table has "
        "pictures in its rows and texts in its columns: `images @ texts.T`.",
        forms=("images", "texts"),
    ),
    _mistake(
        "distances-as-similarities",
        "You use distances, which are small where vectors are alike. Softmax wants "
        "the right pair largest: products of unit vectors.",
    ),
    _mistake(
        "positive-left-out",
        "You leave the right pair out of the sum that you divide by. Softmax shares "
        "among all N, the right one included.",
        group="loss",
    ),
    _mistake(
        "same-side-too",
        "You count pictures among the wrong answers of a picture, and texts among "
        "those of a text, as a loss for two views of one thing does. Here a picture "
        "chooses among the N texts alone.",
        group="loss",
    ),
    _mistake(
        "each-pair-alone",
        "You judge each cell of the table for itself, with a sigmoid. Here the cells "
        "of a row share one softmax, and so do those of a column.",
        forms=("sum", "mean"),
        group="loss",
    ),
    _mistake(
        "softmax-missing",
        "You average the similarities of the right pairs alone. How likely a pair is "
        "shows beside the wrong ones: log_softmax, or `F.cross_entropy`.",
        group="loss",
    ),
    _mistake(
        "softmax-twice",
        "You apply softmax, and `F.cross_entropy` or log_softmax does so again. Both "
        "take the logits themselves.",
        group="loss",
    ),
    _mistake(
        "log-missing",
        "You average probabilities. The loss is minus the mean of their logarithms: "
        "log_softmax in place of softmax.",
        group="loss",
    ),
    _mistake(
        "overflow",
        "You take powers of the logits as they are, or a logarithm after the softmax. "
        "With a small temperature they are too large or too small for their dtype, and "
        "the loss is NaN or inf: `F.cross_entropy` does both steps at once.",
        forms=("quotient", "log of the sum", "softmax, then log"),
        group="loss",
        edge=True,
    ),
    _mistake("sign-missing", "Your loss has the wrong sign: logarithms are below 0."),
)
