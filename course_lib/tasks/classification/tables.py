"""An evaluation as people read it: in a terminal, and in a notebook."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from course_lib.tasks.layout import between, lines, paragraph, table

if TYPE_CHECKING:
    from course_lib.tasks.classification.evaluation import Evaluation, Score

HEADINGS = ("", "accuracy", "95 % interval", "macro-F1", "95 % interval")
LARGEST = 12  # labels of which a whole matrix is shown
PAIRS = 10  # confusions named where there are more
CHANCE = 0.05  # a difference less probable than that is called one


def as_text(evaluation: "Evaluation") -> str:
    """The figures as lines of text."""
    matrix = list(confusions(evaluation))
    parts = [
        sentence(evaluation),
        lines([HEADINGS, *map(figures, evaluation.scores)]),
        comparison(evaluation),
        matrix_title(evaluation),
        lines(matrix),
    ]
    return "\n\n".join(part for part in parts if part)


def as_html(evaluation: "Evaluation") -> str:
    """The figures as tables; names of labels are text, whatever they hold."""
    matrix = list(confusions(evaluation))
    parts = [
        paragraph(sentence(evaluation)),
        table([HEADINGS, *map(figures, evaluation.scores)]),
        paragraph(comparison(evaluation)),
        paragraph(matrix_title(evaluation)),
        table(matrix),
    ]
    return f"<div>{''.join(parts)}</div>"


def sentence(evaluation: "Evaluation") -> str:
    """On what it was measured."""
    counts = [sum(row) for row in evaluation.confusion]
    named = zip(evaluation.labels, counts, strict=True)
    shown = [f"{name} {count:,}" for name, count in named]
    if len(shown) > LARGEST:
        shown = [f"{len(shown)} labels"]
    return f"On {evaluation.texts:,} texts kept aside ({', '.join(shown)}):"


def figures(score: "Score") -> tuple[str, ...]:
    """A line of the table: name, accuracy, macro-F1, each with its interval, in %."""
    return (
        score.name,
        f"{score.accuracy:.1%}",
        between(score.accuracy_interval),
        f"{score.macro_f1:.1%}",
        between(score.macro_f1_interval),
    )


def comparison(evaluation: "Evaluation") -> str:
    """Whether the model is better than the last baseline, or may only seem so."""
    if evaluation.rivalry is None:
        return ""
    mine, its = evaluation.rivalry
    own, *_, rival = (score.name for score in evaluation.scores)
    said = (
        f"{mine} texts only {own} has right, {its} only {rival}: equals differ that "
        f"much with a probability of {evaluation.chance:.2g}. "
    )
    if evaluation.chance >= CHANCE:
        return f"{said}These texts do not tell which is better."
    return f"{said}The better one is {own if mine > its else rival}."


def matrix_title(evaluation: "Evaluation") -> str:
    """What the matrix shows."""
    name = evaluation.scores[0].name
    if len(evaluation.labels) > LARGEST:
        return f"The most frequent confusions of {name}:"
    return f"Confusions of {name}: true labels in rows, predicted ones in columns."


def confusions(evaluation: "Evaluation") -> Iterator[tuple[str, ...]]:
    """The rows of the confusion matrix; of many labels, the largest confusions."""
    labels, counts = evaluation.labels, evaluation.confusion
    if len(labels) <= LARGEST:
        yield ("", *labels)
        for name, row in zip(labels, counts, strict=True):
            yield (name, *map(str, row))
        return
    wrong = [
        (count, labels[i], labels[j])
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    yield ("true", "predicted", "texts")
    for count, truth, found in sorted(wrong, key=lambda one: -one[0])[:PAIRS]:
        yield (truth, found, str(count))
