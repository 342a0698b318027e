"""An evaluation of written texts as people read it: in a terminal, in a notebook."""

from typing import TYPE_CHECKING

from course_lib.tasks.layout import lines, paragraph, table

if TYPE_CHECKING:
    from course_lib.tasks.rewriting.evaluation import (
        RewritingEvaluation,
        RewritingScore,
    )


def as_text(evaluation: "RewritingEvaluation") -> str:
    """The figures as lines of text."""
    rows = [headings(evaluation), *map(figures, evaluation.scores)]
    parts = [sentence(evaluation), lines(rows), comparison(evaluation)]
    return "\n\n".join(part for part in parts if part)


def as_html(evaluation: "RewritingEvaluation") -> str:
    """The figures as a table."""
    rows = [headings(evaluation), *map(figures, evaluation.scores)]
    said = paragraph(sentence(evaluation)), paragraph(comparison(evaluation))
    return f"<div>{said[0]}{table(rows)}{said[1]}</div>"


def sentence(evaluation: "RewritingEvaluation") -> str:
    """On what it was measured."""
    return f"On {evaluation.texts:,} texts kept aside (0 to 100, more is better):"


def headings(evaluation: "RewritingEvaluation") -> tuple[str, ...]:
    """The measures' names; the first has an interval."""
    first, *others = evaluation.measures
    return ("", first, "95 % interval", *others)


def figures(score: "RewritingScore") -> tuple[str, ...]:
    """A line of the table."""
    first, *others = score.values
    low, high = score.interval
    shown = (f"{value:.1f}" for value in others)
    return (score.name, f"{first:.1f}", f"{low:.1f} to {high:.1f}", *shown)


def comparison(evaluation: "RewritingEvaluation") -> str:
    """Whether the model is better than the best baseline, or may only seem so."""
    if evaluation.lead is None:
        return ""
    own = evaluation.scores[0]
    rival = next(s for s in evaluation.scores if s.name == evaluation.rival)
    low, high = evaluation.lead
    said = (
        f"The {evaluation.measures[0]} of {own.name} less that of {rival.name}: "
        f"{own.values[0] - rival.values[0]:.1f} (95 % interval {low:.1f} to "
        f"{high:.1f}). "
    )
    if low <= 0 <= high:
        return f"{said}These texts do not tell which is better."
    return f"{said}The better one is {own.name if low > 0 else rival.name}."
