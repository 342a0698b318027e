"""Which rows a model learns from, is chosen by and is tested on.

The hash of a row's text, in small letters with single spaces, puts the rows of each
label in an order; the first tenth is the test, the next the validation. So a split is
the same on every machine, and a text that occurs twice is on one side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xxhash

from course_lib.errors import CourseError
from course_lib.resources.own_data.sources import SPLITS, TEST, TRAIN, VALIDATION

Fractions = tuple[float, float, float]
STANDARD: Fractions = (0.8, 0.1, 0.1)
SORTED = 1_000_000  # rows; of more each is placed by its own hash, without an order
OPEN = -1  # not yet split
_LEAST = 3  # different texts of a label: with so many it is in each split


def key_of(text: str) -> int:
    """64 bits that stand for a text, whatever its capitals and spaces."""
    return hash_of(" ".join(text.casefold().split()))


def hash_of(text: str) -> int:
    """64 bits that stand for a text, letter by letter."""
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


def checked(fractions: Sequence[float] | str | None) -> Fractions:
    """The shares of train, validation and test; None: everything is train.

    Raises:
        CourseError: they are not three, negative, or do not add up to 1.
    """
    shares = (1.0, 0.0, 0.0) if fractions is None else tuple(fractions)
    fine = len(shares) == 3 and not isinstance(fractions, str)
    fine = fine and all(0 <= s <= 1 for s in shares) and shares[0] > 0
    if not fine or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise CourseError(
            f"split={fractions!r}: expected the shares of train, validation and test, "
            "such as (0.8, 0.1, 0.1), or None"
        )
    return shares  # type: ignore[return-value]


def without(fractions: Fractions, there: Sequence[str | None]) -> Fractions:
    """The shares that are left to cut where files for some of the splits are there."""
    validation = 0.0 if VALIDATION in there else fractions[1]
    test = 0.0 if TEST in there else fractions[2]
    return 1 - validation - test, validation, test


@dataclass
class Splitter:
    """Puts rows into splits.

    Attributes:
        fractions: shares of train, validation and test.
        of_key: the split of each key, both in the keys' order; None: by the key alone.
    """

    fractions: Fractions
    keys: np.ndarray | None = None
    of_key: np.ndarray | None = None

    def __call__(self, keys: np.ndarray, splits: np.ndarray) -> np.ndarray:
        """The splits of rows by number, where theirs is open: (N,)."""
        to_cut, chosen = splits == OPEN, splits.astype(np.int8)
        if to_cut.any() and (self.keys is None or self.of_key is None):
            chosen[to_cut] = self._by_size(keys[to_cut])
        elif to_cut.any():
            chosen[to_cut] = self.of_key[np.searchsorted(self.keys, keys[to_cut])]
        return chosen

    def learn(self, keys: np.ndarray, strata: np.ndarray) -> None:
        """Order the keys (N,) of each stratum (N,), such as a label, and cut them."""
        self.keys, first = np.unique(keys, return_index=True)
        self.of_key = np.zeros(len(self.keys), np.int8)
        order = np.argsort(strata[first], kind="stable")  # inside, by key
        borders = np.flatnonzero(np.diff(strata[first][order])) + 1
        for members in np.split(order, borders):
            tests, validations = self._sizes(len(members))
            self.of_key[members[:tests]] = SPLITS.index(TEST)
            self.of_key[members[tests : tests + validations]] = SPLITS.index(VALIDATION)

    def _sizes(self, count: int) -> tuple[int, int]:
        """How many of a label's texts are for the test and for validation."""
        _, validation, test = self.fractions
        least = 1 if count >= _LEAST else 0
        tests = max(round(count * test), least if test else 0)
        validations = max(round(count * validation), least if validation else 0)
        while tests + validations >= count and count:  # one is left to learn from
            tests, validations = (
                (tests - 1, validations)
                if tests > validations
                else (tests, validations - 1)
            )
        return tests, validations

    def _by_size(self, keys: np.ndarray) -> np.ndarray:
        _, validation, test = self.fractions
        share = keys / 2.0**64
        late = np.where(share < test + validation, SPLITS.index(VALIDATION), 0)
        return np.where(share < test, SPLITS.index(TEST), late).astype(np.int8)


def sentence(counts: Sequence[int], there: Sequence[str | None]) -> str:
    """How the rows were split, for people."""
    sizes = ", ".join(
        f"{count:,} {name}" for name, count in zip(SPLITS, counts, strict=True) if count
    )
    given = [name for name in SPLITS if name in there]
    if not given:
        return (
            f"Split by a hash of the text: {sizes}."
            if any(counts[1:])
            else f"Not split: {sizes}."
        )
    cut = [
        n for n, c in zip(SPLITS, counts, strict=True) if c and n not in (*given, TRAIN)
    ]
    rest = f"; {' and '.join(cut)} cut off train by a hash of the text" if cut else ""
    return f"Splits as given: {sizes}{rest}."
