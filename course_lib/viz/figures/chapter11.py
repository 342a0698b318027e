"""Drawings of chapter 11: labels on pieces, two scores, two ways to learn."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from course_lib.viz.figures.pieces import TINTS, shown
from course_lib.viz.style import BLACK, BLUE, ORANGE, RED, RULES, new_figure

IGNORED = -100


def aligned(
    words: Sequence[str],
    tags: Sequence[str],
    pieces: Sequence[str],
    word_ids: Sequence[int | None],
    labels: Sequence[int],
    names: Sequence[str],
) -> Figure:
    """Words above, their pieces below, and which piece has which label.

    Args:
        words, tags: of the sentence.
        pieces: of the tokenizer; (T,) as the next two.
        word_ids: the word of each piece.
        labels: the label of each piece, -100 where none counts.
        names: of the labels, by number.
    """
    figure = new_figure(max(7.0, 0.85 * len(pieces)), 2.5)
    with mpl.rc_context(RULES):
        axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.1, len(pieces)), ylim=(3.3, -0.2))
    for number, (word, tag) in enumerate(zip(words, tags, strict=True)):
        mine = [place for place, one in enumerate(word_ids) if one == number]
        if mine:
            _word(axes, mine, number, word, tag)
    for place, (piece, label) in enumerate(zip(pieces, labels, strict=True)):
        name = None if label == IGNORED else names[label]
        _piece(axes, place, word_ids[place], piece, name)
    return figure


CENTRED = {"ha": "center", "parse_math": False}


def _word(axes: Axes, places: Sequence[int], number: int, word: str, tag: str) -> None:
    """A word over its pieces, with its tag."""
    left, room = places[0], len(places)
    fill = TINTS[number % len(TINTS)]
    axes.add_patch(Rectangle((left + 0.04, 0), room - 0.08, 0.9, facecolor=fill))
    middle = left + room / 2
    axes.text(middle, 0.42, shown(word), weight="bold", color=BLACK, **CENTRED)
    axes.text(middle, 0.78, tag, size=9, color=BLACK, **CENTRED)


def _piece(
    axes: Axes, place: int, word: int | None, piece: str, name: str | None
) -> None:
    """A piece in the colour of its word, with the label that counts there, if any."""
    fill = "#ffffff" if word is None else TINTS[word % len(TINTS)]
    edge = {"edgecolor": "#999999", "linewidth": 0.8}
    axes.add_patch(Rectangle((place + 0.04, 1.4), 0.92, 0.7, facecolor=fill, **edge))
    axes.text(place + 0.5, 1.83, shown(piece), size=10, color=BLACK, **CENTRED)
    said, colour = (str(IGNORED), "#767676") if name is None else (name, BLACK)
    axes.text(place + 0.5, 2.75, said, size=10, color=colour, **CENTRED)


def two_scores(scores: Mapping[str, tuple[float, float]]) -> Figure:
    """Right tags beside entity F1, for each tagger: {name: (accuracy, F1)}."""
    figure = new_figure(7.5, 0.9 + 0.75 * len(scores))
    with mpl.rc_context(RULES):
        axes = figure.subplots()
    for row, (accuracy, f1) in enumerate(scores.values()):
        for shift, value, colour in ((-0.18, accuracy, ORANGE), (0.18, f1, BLUE)):
            axes.barh(row + shift, value, height=0.34, color=colour)
            axes.text(value + 0.01, row + shift, f"{value:.0%}", va="center")
    axes.set_yticks(range(len(scores)), list(scores))
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.1), title="Right tags (upper bar) and entity F1 (lower bar)")
    axes.xaxis.set_major_formatter("{x:.0%}")
    return figure


def both_learn(runs: Mapping[str, Sequence[tuple[int, float, float]]]) -> Figure:
    """Loss and F1 on validation, of two runs: (step, loss, F1) of each look."""
    figure = new_figure(9.0, 3.0)
    with mpl.rc_context(RULES):
        left, right = figure.subplots(1, 2)
    drawn = zip(runs.items(), (BLUE, RED), ("o", "s"), strict=False)
    for (name, looks), colour, marker in drawn:
        steps, losses, scores = zip(*looks, strict=True)
        left.plot(steps, losses, marker=marker, color=colour, label=name)
        right.plot(steps, scores, marker=marker, color=colour, label=name)
    left.set(xlabel="step", title="Loss on validation")
    right.set(xlabel="step", title="Entity F1 on validation", ylim=(0, 1))
    left.legend()
    return figure
