"""A tagger's evaluation as people read it: in a terminal, and in a notebook."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from course_lib.tasks.layout import between, lines, paragraph, table

if TYPE_CHECKING:
    from course_lib.tasks.tagging.evaluation import TagEvaluation, TagScore

HEADINGS = ("", "F1", "95 % interval", "precision", "recall", "right tags")
TYPES = ("type", "entities", "precision", "recall", "F1")
POINTS = 100


def as_text(evaluation: "TagEvaluation") -> str:
    """The figures as lines of text."""
    parts = [
        sentence(evaluation),
        lines([HEADINGS, *map(figures, evaluation.scores)]),
        comparison(evaluation),
        lines(types(evaluation)),
        errors(evaluation),
    ]
    return "\n\n".join(part for part in parts if part)


def as_html(evaluation: "TagEvaluation") -> str:
    """The figures as tables; names of types are text, whatever they hold."""
    parts = [
        paragraph(sentence(evaluation)),
        table([HEADINGS, *map(figures, evaluation.scores)]),
        paragraph(comparison(evaluation)),
        table(types(evaluation)),
        paragraph(errors(evaluation)),
    ]
    return f"<div>{''.join(parts)}</div>"


def sentence(evaluation: "TagEvaluation") -> str:
    """On what it was measured."""
    said = (
        f"On {evaluation.sentences:,} sentences kept aside ({evaluation.words:,} "
        f"words, {evaluation.entities:,} entities):"
    )
    if evaluation.unread:
        said = f"{said[:-1]}; {evaluation.unread:,} words behind what the model reads "
        said += "count as O:"
    return said


def figures(score: "TagScore") -> tuple[str, ...]:
    """A line of the table: name, F1 with its interval, and what it is made of, in %."""
    return (
        score.name,
        f"{score.f1:.1%}",
        between(score.f1_interval),
        f"{score.precision:.1%}",
        f"{score.recall:.1%}",
        f"{score.token_accuracy:.1%}",
    )


def comparison(evaluation: "TagEvaluation") -> str:
    """Whether the model is better than the last baseline, or may only seem so."""
    if evaluation.lead is None:
        return ""
    own, *_, rival = evaluation.scores
    low, high = (POINTS * edge for edge in evaluation.lead)
    said = (
        f"The F1 of {own.name} less that of {rival.name}: "
        f"{POINTS * (own.f1 - rival.f1):.1f} points (95 % interval {low:.1f} to "
        f"{high:.1f}). "
    )
    if low <= 0 <= high:
        return f"{said}These sentences do not tell which is better."
    return f"{said}The better one is {own.name if low > 0 else rival.name}."


def types(evaluation: "TagEvaluation") -> Iterator[tuple[str, ...]]:
    """The rows of the table of types, of the tagger."""
    yield TYPES
    for one in evaluation.scores[0].types:
        shares = (f"{x:.1%}" for x in (one.precision, one.recall, one.f1))
        yield (one.type, f"{one.entities:,}", *shares)


def errors(evaluation: "TagEvaluation") -> str:
    """How many errors of each kind."""
    counted = (f"{count} {kind}" for kind, count in evaluation.errors.items())
    return f"Errors of {evaluation.scores[0].name}: {', '.join(counted)}."
