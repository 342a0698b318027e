"""Quizzes: their data, and how they show themselves."""

import json

import pytest

from course_lib.exercises import quiz
from course_lib.resources.files import data_folder

CHAPTERS = sorted(path.stem for path in (data_folder() / "quizzes").glob("*.json"))


def test_chapters_have_quizzes() -> None:
    assert len(CHAPTERS) >= 6


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_choice_explains_itself(chapter: str) -> None:
    questions = quiz(chapter).questions
    assert len(questions) >= 6
    for question in questions:
        assert 3 <= len(question.choices) <= 5, question.question
        assert sum(choice.right for choice in question.choices) == 1
        reasons = [choice.why for choice in question.choices]
        assert len(set(reasons)) == len(reasons)
        assert all(len(why.split()) >= 5 for why in reasons), question.question


def test_the_right_choice_has_no_place_of_its_own() -> None:
    """Nor is it always the longest: guessing by form must not pay."""
    questions = [q for chapter in CHAPTERS for q in quiz(chapter).questions]
    right = [next(c for c in q.choices if c.right) for q in questions]
    places = [q.choices.index(c) for q, c in zip(questions, right, strict=True)]
    longest = sum(
        len(c.text) == max(len(o.text) for o in q.choices)
        for q, c in zip(questions, right, strict=True)
    )
    assert max(places.count(place) for place in range(4)) <= 0.5 * len(places)
    assert longest <= 0.6 * len(questions)


def test_a_quiz_shows_every_reason_and_no_raw_html(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "quizzes"
    folder.mkdir()
    choices = [
        {"text": "<b>one</b>", "right": True, "why": "because `<i>`"},
        {"text": "two", "right": False, "why": "it is not"},
    ]
    data = [{"question": "Which?", "choices": choices}]
    (folder / "77.json").write_text(json.dumps(data))
    monkeypatch.setattr("course_lib.exercises.quizzes.data_folder", lambda: tmp_path)
    page = quiz("77")._repr_html_()
    assert "<b>one</b>" not in page and "&lt;b&gt;one" in page
    assert page.count("<details") == 2 and "it is not" in page
    assert "<code>&lt;i&gt;</code>" in page


def test_an_unknown_chapter_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="03"):
        quiz("99")
