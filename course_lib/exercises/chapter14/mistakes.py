"""What goes wrong with a cache, by name: attention's mistakes, and its own."""

from dataclasses import replace

from course_lib.exercises.catalogue import Mistake
from course_lib.exercises.chapter03.mistakes import named

CACHE = "14, The key-value cache"


def _again(*names: str) -> tuple[Mistake, ...]:
    """Mistakes of attention, explained in this chapter."""
    return tuple(replace(mistake, read=CACHE) for mistake in named(*names))


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
