"""Quizzes: every choice, right or wrong, opens its own explanation."""

import html
import json
from dataclasses import dataclass

from course_lib.exercises import progress
from course_lib.resources.files import data_folder


@dataclass(frozen=True)
class Choice:
    """One choice of a question: its text, whether it is right, and why (not)."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A question and its choices, exactly one of them right."""

    question: str
    choices: tuple[Choice, ...]


class Quiz:
    """The questions of a chapter. It shows itself in a notebook, without a kernel too.

    No score is kept and nothing is sent anywhere: opening a choice shows its reason.
    That a quiz was shown is noted in the learner's own file of progress.
    """

    def __init__(self, chapter: str, questions: tuple[Question, ...]) -> None:
        self.chapter, self.questions = chapter, questions

    def __repr__(self) -> str:
        return f"Quiz {self.chapter}: {len(self.questions)} questions"

    def _repr_html_(self) -> str:
        parts = (_question(n, q) for n, q in enumerate(self.questions, 1))
        return f'<div style="max-width:46em">{"".join(parts)}</div>'


def quiz(chapter: str) -> Quiz:
    """The quiz of a chapter, such as "03".

    Raises:
        KeyError: that chapter has no quiz; the message lists those that have.
    """
    folder = data_folder() / "quizzes"
    path = folder / f"{chapter}.json"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.json")))
        raise KeyError(f"no quiz for chapter {chapter!r}; there are {known}")
    questions = tuple(
        Question(q["question"], tuple(Choice(**choice) for choice in q["choices"]))
        for q in json.loads(path.read_text(encoding="utf-8"))
    )
    progress.note_quiz(chapter)
    return Quiz(chapter, questions)


def _question(place: int, question: Question) -> str:
    choices = "".join(map(_choice, question.choices))
    return (
        f'<p style="margin:14px 0 4px"><b>{place}. {_inline(question.question)}</b></p>'
        f"{choices}"
    )


def _choice(choice: Choice) -> str:
    # Right or wrong is said in words and by a sign, never by the colour alone.
    colour, word = ("#009E73", "✓ Right.") if choice.right else ("#D55E00", "✗ No.")
    return (
        f'<details style="margin:2px 0 2px 1em"><summary>{_inline(choice.text)}'
        f'</summary><p style="margin:2px 0 8px 1.2em;border-left:3px solid {colour};'
        f'padding-left:8px"><b>{word}</b> {_inline(choice.why)}</p></details>'
    )


def _inline(text: str) -> str:
    """Text as HTML; `code` in backticks is set as code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(parts))
