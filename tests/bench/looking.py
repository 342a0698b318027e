"""Which heads of a model follow a pattern that has a name, and how closely.

The best head is chosen on one half of the texts and measured on the other: the best of
many is good by chance, too, but not on texts that it was not chosen by.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from figures import Figure
from torch import Tensor, nn

from course_lib.evaluation import Share, untrained
from course_lib.head_patterns import even, mass


@dataclass(frozen=True)
class Text:
    """What is read, and what belongs together in it.

    Attributes:
        ids: (T,)
        targets: by pattern the keys (T, T) that a head of that kind looks at.
        names: (T, T), for each query the names of people that it may look at; None
            where they are not known.
    """

    ids: Tensor
    targets: dict[str, Tensor]
    names: Tensor | None = None


class Head(NamedTuple):
    """A head, and the share of its weight on a pattern's keys."""

    layer: int
    head: int
    mass: float

    @property
    def said(self) -> str:
        """Which one it is, counted from 0."""
        return f"layer {self.layer} head {self.head}"


Look = Callable[[Tensor], Tensor]
"""Gives the weights (L, H, T, T) of a text (T,)."""


def looks(model: nn.Module) -> Look:
    """The weights of a model that has one stack of blocks."""

    @torch.inference_mode()
    def look(ids: Tensor) -> Tensor:
        answer = model(ids[None], output_attentions=True)
        return torch.stack(answer.attentions)[:, 0]

    return look


def nearest_before(ids: Tensor) -> Tensor:
    """Weights of one head that prefers what is close, and what stands before."""
    places = torch.arange(len(ids))
    distance = (places[:, None] - places).float()  # (T, T), above 0: before
    far = torch.where(distance >= 0, distance, len(ids) - distance)
    return (-far).softmax(-1, dtype=torch.float64)[None, None]


def scores(look: Look, texts: Sequence[Text]) -> dict[str, Tensor]:
    """By pattern each head's mass, (L, H), over the queries of all texts."""
    sums: dict[str, Tensor] = {}
    counts: dict[str, int] = {}
    for text in texts:
        weights = look(text.ids)
        for name, targets in text.targets.items():
            count = int(targets.any(-1).sum())
            if count:
                sums[name] = sums.get(name, 0) + mass(weights, targets) * count
                counts[name] = counts.get(name, 0) + count
    return {name: total / counts[name] for name, total in sums.items()}


def best(look: Look, texts: Sequence[Text]) -> dict[str, Head]:
    """By pattern the head that is best on every other text; its mass on the rest."""
    chosen, measured = scores(look, texts[::2]), scores(look, texts[1::2])
    found = {}
    for name in chosen.keys() & measured.keys():
        layer, head = divmod(int(chosen[name].argmax()), chosen[name].shape[1])
        found[name] = Head(layer, head, measured[name][layer, head].item())
    return found


def head_figures(
    model: nn.Module, texts: Sequence[Text], *, is_causal: bool
) -> list[Figure]:
    """The best head of every pattern, next to an untrained model's and an even one."""

    def spread(ids: Tensor) -> Tensor:
        return even(len(ids), is_causal=is_causal)[None, None]

    found, random = best(looks(model), texts), best(looks(untrained(model)), texts)
    chance = scores(spread, texts[1::2])
    return [
        Figure(
            f"{name}: share of weight, {found[name].said}",
            found[name].mass,
            random[name].mass,
            {"even": chance[name].item()},
        )
        for name in texts[0].targets
        if name in found
    ]


def name_figure(model: nn.Module, texts: Sequence[Text], pattern: str) -> Figure:
    """Of all names, is it the right one that gets most? The best head, and others."""
    each, heads = [], []
    for one in (model, untrained(model)):
        chosen, _ = right_names(looks(one), texts[::2], pattern)
        right, count = right_names(looks(one), texts[1::2], pattern)
        layer, head = divmod(int(chosen.argmax()), chosen.shape[1])
        heads.append(Head(layer, head, 0.0).said)
        each.append(Share(int(right[layer, head]), count))
    near, _ = right_names(nearest_before, texts[1::2], pattern)
    what = f"{pattern}: of all names most to the right one, {count:,}, {heads[0]}"
    return Figure(what, *each, {"nearest name": Share(int(near), count)})


def right_names(look: Look, texts: Sequence[Text], pattern: str) -> tuple[Tensor, int]:
    """How often each head, (L, H), gives most to a right name; of how many queries.

    Asked are those that can see other names, too.
    """
    total, count = torch.zeros(1, 1), 0
    for text in texts:
        targets = text.targets[pattern]
        asked = targets.any(-1) & (text.names & ~targets).any(-1)
        weights = look(text.ids)  # (L, H, T, T)
        strongest = weights.masked_fill(~text.names, -1.0).argmax(-1, keepdim=True)
        right = targets.expand(weights.shape).gather(-1, strongest)[..., 0]
        total = total + right[..., asked].sum(-1)
        count += int(asked.sum())
    return total, count
