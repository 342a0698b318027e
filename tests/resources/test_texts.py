"""The course's prose: what its card says, holds."""

import re

import pytest

from course_lib.errors import CourseError
from course_lib.resources import course_text, course_texts, data_folder, texts


def test_the_card_counts_right() -> None:
    card = (data_folder() / "texts" / "README.md").read_text(encoding="utf-8")
    text = course_text()
    assert len(course_texts()) == 20
    assert f"{len(text.split()):,} words" in card
    assert f"{len(text):,} characters ({len(text.encode()):,} bytes" in card
    paragraphs = len(text.split("\n\n"))
    assert re.search(rf"\b{paragraphs}\s+paragraphs", card)


def test_each_piece_is_prose_of_its_own() -> None:
    openings = set()
    for name, piece in course_texts().items():
        assert 700 < len(piece) < 1700, name
        assert piece[0].isupper(), name
        assert "  " not in piece and "\r" not in piece, name
        openings.add(tuple(piece.split()[:3]))
    assert len(openings) == 20


def test_no_sentence_occurs_twice() -> None:
    sentences = re.split(r"(?<=[.?!])\s+", course_text())
    assert len(sentences) > 200
    assert len(set(sentences)) == len(sentences)


def test_an_empty_folder_says_what_to_do(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(texts, "data_folder", lambda: tmp_path)
    texts.course_texts.cache_clear()
    with pytest.raises(CourseError, match="Fetch|fetch"):
        texts.course_texts()
    texts.course_texts.cache_clear()
