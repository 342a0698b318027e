"""From documents to equal rows of token ids, and from pairs to batches of equal length.

Nothing is computed for padding where it can be helped: rows are cut out of one long
stream of documents, and pairs meet others of their own length.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from course_lib.errors import CourseError


def stream(documents: Sequence[Sequence[int]], end: int) -> np.ndarray:
    """All documents one after the other, (N,): an `end` in front and behind each."""
    if not documents:
        raise CourseError("there is nothing to learn from: no document at all")
    sizes = [len(one) + 1 for one in documents]
    ids = np.full(1 + sum(sizes), end, dtype=np.uint16)
    place = 1
    for one, size in zip(documents, sizes, strict=True):
        ids[place : place + size - 1] = one
        place += size
    return ids


def cuts(allowed: np.ndarray, last: int, length: int) -> np.ndarray:
    """Where rows begin, so that together they hold the stream.

    Args:
        allowed: places, ascending, at which a row may begin; the first is taken.
        last: the last place at which a whole row still fits.
        length: of a row. Where no allowed place lies within it, the next row begins
            right behind it.

    Returns:
        (rows,): a row's end and the next one's beginning may overlap.
    """
    places, place = [], int(allowed[0])
    while place <= last:
        places.append(place)
        found = int(np.searchsorted(allowed, place + length, side="right")) - 1
        following = int(allowed[found])
        place = following if following > place else place + length
    return np.array(places, dtype=np.int64)


class Rows(Dataset):
    """Rows of `length` ids each, cut out of a stream.

    Args:
        ids: (N,), the stream.
        begins: places at which a row may begin, ascending, the first above 0.
        length: T.
        lead: every second row begins with the `end` in front of it: a text's
            beginning is then to be seen with and without the token that says so.
    """

    def __init__(
        self, ids: np.ndarray, begins: np.ndarray, length: int, *, lead: bool = False
    ) -> None:
        if len(ids) <= length:
            raise CourseError(
                f"{len(ids)} tokens make no row of {length}: take more text"
            )
        self.ids, self.length, self.lead = ids, length, lead
        self.places = cuts(begins, len(ids) - length, length)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, number: int) -> Tensor:
        """A row, (T,)."""
        place = self.places[number] - (number % 2 if self.lead else 0)
        return torch.from_numpy(self.ids[place : place + self.length].astype(np.int64))


Ids = Sequence[int]


class PairBatches:
    """Batches of pairs of about equal length, in an order shuffled anew each epoch.

    Args:
        pairs: ids of the text to read, and of the one to write.
        tokens: at most so many in a batch on either side, padding included.
        pad: fills up the texts read; labels are filled up with -100.
        seed: decides the orders.
    """

    def __init__(
        self, pairs: Sequence[tuple[Ids, Ids]], tokens: int, pad: int, seed: int
    ) -> None:
        self.pairs, self.pad, self.seed, self.epoch = pairs, pad, seed, 0
        draw = np.random.default_rng([seed, 1])
        order = draw.permutation(len(pairs))  # among equals it is chance
        lengths = np.array([(len(a), len(b)) for a, b in pairs])[order]
        self.groups = _grouped(order[np.lexsort(lengths.T[::-1])], pairs, tokens)

    def __len__(self) -> int:
        return len(self.groups)

    def set_epoch(self, epoch: int) -> None:
        """Called before an epoch's batches are asked for."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        draw = np.random.default_rng([self.seed, self.epoch])
        for number in draw.permutation(len(self.groups)):
            yield self.batch([self.pairs[i] for i in self.groups[number]])

    def batch(self, pairs: Sequence[tuple[Ids, Ids]]) -> dict[str, Tensor]:
        """input_ids and attention_mask (B, T_k), labels (B, T_q)."""
        read = _filled([a for a, _ in pairs], self.pad)
        sizes = torch.tensor([len(a) for a, _ in pairs])
        mask = torch.arange(read.shape[1]) < sizes[:, None]
        labels = _filled([b for _, b in pairs], -100)
        return {"input_ids": read, "attention_mask": mask.long(), "labels": labels}


def _grouped(
    order: np.ndarray, pairs: Sequence[tuple[Ids, Ids]], tokens: int
) -> list[list[int]]:
    """Neighbours in the order, as many as fit into a batch."""
    groups: list[list[int]] = [[]]
    longest = 0
    for number in order.tolist():
        longest = max(longest, *map(len, pairs[number]))
        if groups[-1] and longest * (len(groups[-1]) + 1) > tokens:
            groups.append([])
            longest = max(map(len, pairs[number]))
        groups[-1].append(number)
    return groups


def _filled(rows: Sequence[Ids], filler: int) -> Tensor:
    table = torch.full((len(rows), max(map(len, rows))), filler)
    for row, ids in zip(table, rows, strict=True):
        row[: len(ids)] = torch.tensor(ids)
    return table
