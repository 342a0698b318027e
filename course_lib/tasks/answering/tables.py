"""An answerer's evaluation as people read it: in a terminal, and in a notebook."""

from typing import TYPE_CHECKING

from course_lib.tasks.layout import between, lines, paragraph, table

if TYPE_CHECKING:
    from course_lib.tasks.answering.evaluation import AnswerEvaluation, AnswerScore

HEADINGS = (
    *("", "exact", "95 % interval", "F1", "95 % interval"),
    *("with answer", "without"),
)
POINTS = 100


def as_text(evaluation: "AnswerEvaluation") -> str:
    """The figures as lines of text."""
    parts = [
        sentence(evaluation),
        lines([HEADINGS, *map(figures, evaluation.scores)]),
        comparison(evaluation),
    ]
    return "\n\n".join(part for part in parts if part)


def as_html(evaluation: "AnswerEvaluation") -> str:
    """The figures as a table."""
    parts = [
        paragraph(sentence(evaluation)),
        table([HEADINGS, *map(figures, evaluation.scores)]),
        paragraph(comparison(evaluation)),
    ]
    return f"<div>{''.join(parts)}</div>"


def sentence(evaluation: "AnswerEvaluation") -> str:
    """On what it was measured."""
    without = evaluation.questions - evaluation.answered
    return (
        f"On {evaluation.questions:,} questions kept aside ({without:,} have no answer "
        "in their passage):"
    )


def figures(score: "AnswerScore") -> tuple[str, ...]:
    """A line of the table; the last two are exact match by kind of question, in %."""
    kinds = (score.answerable, score.unanswerable)
    return (
        score.name,
        f"{score.exact:.1%}",
        between(score.exact_interval),
        f"{score.f1:.1%}",
        between(score.f1_interval),
        *("" if share is None else f"{share:.1%}" for share in kinds),
    )


def comparison(evaluation: "AnswerEvaluation") -> str:
    """Whether the model is better than the best baseline, or may only seem so."""
    if evaluation.lead is None:
        return ""
    own = evaluation.scores[0]
    rival = next(s for s in evaluation.scores if s.name == evaluation.rival)
    low, high = (POINTS * edge for edge in evaluation.lead)
    said = (
        f"The exact match of {own.name} less that of {rival.name}: "
        f"{POINTS * (own.exact - rival.exact):.1f} points (95 % interval {low:.1f} to "
        f"{high:.1f}). "
    )
    if low <= 0 <= high:
        return f"{said}These questions do not tell which is better."
    return f"{said}The better one is {own.name if low > 0 else rival.name}."
