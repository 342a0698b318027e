"""What goes wrong with beams and with a cache, by name."""

from dataclasses import replace
from typing import Any

from course_lib.exercises.catalogue import Mistake
from course_lib.exercises.chapter03.mistakes import named

BEAMS = "14, Beam search"
CACHE = "14, The key-value cache"


def _again(*names: str) -> tuple[Mistake, ...]:
    """Mistakes of attention, explained in this chapter."""
    return tuple(replace(mistake, read=CACHE) for mistake in named(*names))


def _beams(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, BEAMS, **options)


BEAM_MISTAKES = (
    _beams(
        "adds-probabilities",
        "You take exp and add probabilities. The probability of a text is a "
        "product, so its logarithm is a sum: add the log-probability to the beam's "
        "score, both as they are.",
        forms=(
            "to the score",
            "to the probability of the beam",
            "log of the sum",
            "of the beam",
        ),
        group="totals",
    ),
    _beams(
        "greedy-per-beam",
        "Each of your beams goes on by itself. All continuations of all beams "
        "compete for the same places: one beam may give several, another none.",
        forms=("in their order", "sorted", "cut", "the best of each beam"),
        group="choice",
    ),
    _beams(
        "parent-token-confused",
        "Your parents and tokens do not say where the scores come from. In the "
        "flattened table (K, V) a continuation stands at place parent * V + token: "
        "`places // V` is the parent, `places % V` the token. Parents come first.",
        forms=(
            "swapped",
            "divided by K",
            "swapped and divided by K",
            "parent divided by K",
            "token divided by K",
            "table by columns",
        ),
        group="choice",
    ),
    _beams(
        "no-accumulation",
        "You rank or return the last token's log-probability alone. What counts is "
        "the whole text: the beam's score plus the token's log-probability.",
        forms=("anywhere", "not in the ranking", "not in what is returned"),
        group="totals",
    ),
    _beams(
        "place-as-token",
        "Your tokens are places in the flattened table (K, V), some larger than "
        "the vocabulary. Take the remainder: `places % V`.",
        group="choice",
    ),
    _beams(
        "only-from-the-best-beam",
        "You continue the best beam alone. The others may catch up: that is what "
        "they are kept for.",
        group="choice",
    ),
    _beams(
        "worst-instead-of-best",
        "You keep the least likely continuations. Logarithms of probabilities are "
        "below 0; the best are the largest: `topk`, or `descending=True`.",
    ),
    _beams(
        "worst-first",
        "You return the right ones, the worst of them first. Asked for is the best "
        "first.",
    ),
    _beams(
        "width-ignored",
        "You keep as many as there were beams. Asked for are `width`: the first "
        "step makes several beams out of one.",
    ),
    _beams(
        "multiplies-logarithms",
        "You multiply logarithms: two numbers below 0 give one above 0, larger for "
        "worse texts. Probabilities multiply, their logarithms add.",
        group="totals",
    ),
    _beams(
        "subtracts",
        "You subtract the log-probabilities, so that unlikely tokens raise the "
        "score. Add them.",
        group="totals",
    ),
    _beams(
        "averages",
        "You take the mean of beam score and log-probability. Add them: a length "
        "penalty comes at the end, for complete texts.",
        group="totals",
    ),
    _beams(
        "added-along-the-tokens",
        "(K,) + (K, V) adds a beam's score to a column, to one token of every "
        "beam, or raises an error. A column of its own, `beam_scores[:, None]`, "
        "goes to each beam's row.",
    ),
    _beams(
        "underflow",
        "You multiply probabilities and take the logarithm at the end. That of a "
        "long text is too small for its dtype: 0, whose log is -inf. Add "
        "logarithms all the way.",
        group="totals",
        edge=True,
    ),
    _beams(
        "returns-probabilities",
        "You return probabilities as scores. The next step adds to them: leave "
        "them as logarithms.",
    ),
)

CACHE_MISTAKES = (
    Mistake(
        "prepends-instead-of-appends",
        "You put the new position in front of the old ones, its key, its value or "
        "both. Positions stand in the order of the text: the newest comes last, "
        "`[old, new]`.",
        CACHE,
        forms=("both", "keys", "values"),
        group="order",
    ),
    Mistake(
        "replaces-cache",
        "Your new cache holds the new position alone: the next one will have forgotten "
        "all that came before. Return all T + 1 keys and values.",
        CACHE,
        forms=("and attends to it", "though it attends to all"),
        group="returned",
    ),
    Mistake(
        "masks-the-past",
        "Your query sees one position alone, the newest or the oldest. (A triangle for "
        "one row, as `is_causal=True` makes it, leaves only the first key.) All that "
        "the cache holds lies in the past: no mask is needed.",
        CACHE,
        forms=("the newest only", "the oldest only"),
        group="seen",
    ),
    Mistake(
        "mutates-shared-cache",
        "You change the cache that you were given. Two beams may go on from the same "
        "one, and the second would find the first one's position in it. `torch.cat` "
        "makes new tensors: return a new pair of them.",
        CACHE,
        forms=("the pair", "the tensors"),
    ),
    Mistake(
        "returns-old-cache",
        "You return the cache as it came, without the new position: the next one will "
        "not find it. Return what you concatenated.",
        CACHE,
        forms=("where there is one", "None stays None"),
        group="returned",
    ),
    Mistake(
        "stays-as-long",
        "Your cache does not grow: the new position takes the place of the newest or "
        "pushes out the oldest one. It becomes one position longer, T + 1.",
        CACHE,
        forms=("the newest is overwritten", "the oldest is dropped"),
        group="order",
    ),
    Mistake(
        "newest-left-out",
        "Your query sees the old positions only. A position attends to itself as well: "
        "append its key and value first, then look.",
        CACHE,
        group="seen",
    ),
    Mistake(
        "appends-twice",
        "You append the new position twice, so that it counts double from now on.",
        CACHE,
        group="order",
    ),
    Mistake(
        "keys-and-values-swapped",
        "You take the cache's keys for values, or return them in that order. The pair "
        "is (keys, values), when it comes and when it goes.",
        CACHE,
        forms=("returned", "unpacked"),
    ),
    *_again("missing-scale", "scale-by-d", "scale-by-length"),
    Mistake(
        "softmax-over-queries",
        "Your softmax runs over the queries. There is one alone, so every weight is 1 "
        "and the values are added up: the last axis, `dim=-1`.",
        CACHE,
    ),
    *_again("key-instead-of-value"),
)
