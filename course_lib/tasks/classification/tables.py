"""An evaluation as people read it: in a terminal, and in a notebook."""

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.tasks.classification.evaluation import Evaluation, Interval, Score

HEADINGS = ("", "accuracy", "95 % interval", "macro-F1", "95 % interval")
LARGEST = 12  # labels of which a whole matrix is shown
PAIRS = 10  # confusions named where there are more
CHANCE = 0.05  # a difference less probable than that is called one


def as_text(evaluation: "Evaluation") -> str:
    """The figures as lines of text."""
    matrix = list(confusions(evaluation))
    parts = [
        sentence(evaluation),
        _lines([HEADINGS, *map(figures, evaluation.scores)]),
        comparison(evaluation),
        matrix_title(evaluation),
        _lines(matrix),
    ]
    return "\n\n".join(part for part in parts if part)


def as_html(evaluation: "Evaluation") -> str:
    """The figures as tables; names of labels are text, whatever they hold."""
    matrix = list(confusions(evaluation))
    parts = [
        _paragraph(sentence(evaluation)),
        _table([HEADINGS, *map(figures, evaluation.scores)]),
        _paragraph(comparison(evaluation)),
        _paragraph(matrix_title(evaluation)),
        _table(matrix),
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
        _between(score.accuracy_interval),
        f"{score.macro_f1:.1%}",
        _between(score.macro_f1_interval),
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


def _between(interval: "Interval") -> str:
    low, high = interval
    return f"{low:.1%} to {high:.1%}"


def _lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as columns of equal width: the first to the left, others to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0])]
            + [x.rjust(w) for x, w in zip(row[1:], widths[1:], strict=True)]
        ).rstrip()
        for row in rows
    )


def _table(rows: Iterable[Sequence[str]]) -> str:
    heading, *others = rows
    head = "".join(f'<th scope="col">{html.escape(x)}</th>' for x in heading)
    body = "".join(_row(row) for row in others)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: Sequence[str]) -> str:
    name = f'<th scope="row" style="text-align:left">{html.escape(row[0])}</th>'
    return f"<tr>{name}{''.join(f'<td>{html.escape(x)}</td>' for x in row[1:])}</tr>"


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>" if text else ""
