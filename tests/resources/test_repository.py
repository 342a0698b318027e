"""Addresses follow from one constant; the README's table from the notebooks."""

import json
from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.resources import repository
from course_lib.resources.chapters import Chapter, chapters

FIRST = "# 03 · Self-attention\n\nYou will ...\n\nNeeds: chapter 02. 75 minutes."


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "chapters").mkdir()
    cell = {"cell_type": "markdown", "source": FIRST.splitlines(keepends=True)}
    setup = {"source": f'%pip install "git+{repository.REPOSITORY}"'}
    text = json.dumps({"cells": [cell, setup]}, ensure_ascii=False)
    path = tmp_path / "chapters" / "03_self_attention.ipynb"
    path.write_text(text, encoding="utf-8")
    marks = f"{repository.BEGIN}\nold\n{repository.END}"
    readme = f"# Course\n\n{marks}\n\n{repository.REPOSITORY}\n"
    (tmp_path / "README.md").write_text(readme, encoding="utf-8")
    return tmp_path


def test_a_chapter_tells_its_number_title_and_minutes(checkout: Path) -> None:
    assert chapters(checkout) == [
        Chapter("03_self_attention.ipynb", "Self-attention", 75)
    ]
    assert chapters(checkout)[0].number == "03"


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("Time: 80 minutes, 35 of them for exercises.", 80), ("**Minutes:** 40", 40)]
    + [("An hour.", None), ("A 1-minute look.", 1)],
)
def test_minutes_are_read_as_people_write_them(checkout, said, minutes) -> None:
    path = checkout / "chapters" / "04_heads.ipynb"
    path.write_text(json.dumps({"cells": [{"source": [f"# 04 · Heads\n\n{said}"]}]}))
    assert chapters(checkout)[1] == Chapter("04_heads.ipynb", "Heads", minutes)


def test_a_chapter_that_is_cut_off_is_named_with_the_cure(checkout: Path) -> None:
    (checkout / "chapters" / "04_heads.ipynb").write_text("{")
    with pytest.raises(CourseError, match="04_heads.*git checkout"):
        chapters(checkout)


def test_badges_lead_to_the_chapter() -> None:
    file, slug = "03_self_attention.ipynb", repository.slug()
    assert f"https://github.com/{slug}" == repository.REPOSITORY
    assert repository.colab_url(file) == (
        f"https://colab.research.google.com/github/{slug}/blob/main/chapters/{file}"
    )
    assert repository.binder_url(file) == (
        f"https://mybinder.org/v2/gh/{slug}/main?urlpath=lab/tree/chapters/{file}"
    )


def test_the_table_is_written_between_its_marks(checkout: Path) -> None:
    repository.write_table(checkout)
    repository.write_table(checkout)
    text = (checkout / "README.md").read_text(encoding="utf-8")
    row = "| 03 | [Self-attention](chapters/03_self_attention.ipynb) | 75 | "
    assert text.count(row) == 1 and "old" not in text
    assert text.startswith("# Course\n") and text.endswith("transformer-course\n")


def test_a_readme_without_marks_is_left_alone(checkout: Path) -> None:
    (checkout / "README.md").write_text("nothing here")
    with pytest.raises(CourseError, match="chapters: begin"):
        repository.write_table(checkout)
    assert (checkout / "README.md").read_text() == "nothing here"


def test_publishing_writes_one_address_everywhere(checkout: Path) -> None:
    repository.write_table(checkout)
    changed = repository.publish("https://github.com/ada/attention.git", checkout)
    assert [path.name for path in changed] == ["README.md", "03_self_attention.ipynb"]
    for path in changed:
        text = path.read_text(encoding="utf-8")
        assert "OWNER" not in text and "ada/attention" in text
        assert "\u00b7" in text or path.name == "README.md"
    assert repository.publish("https://github.com/ada/attention", checkout) == []


@pytest.mark.parametrize("address", ["ada/attention", "https://example.org/a/b", ""])
def test_what_is_no_repository_is_refused(address: str, checkout: Path) -> None:
    with pytest.raises(CourseError, match="https://github.com/owner/name"):
        repository.publish(address, checkout)


def test_the_command_writes_table_and_address(checkout, monkeypatch, capsys) -> None:
    monkeypatch.setattr(repository, "repository_folder", lambda: checkout)
    assert repository.main([]) == 0
    assert repository.main(["https://github.com/ada/attention"]) == 0
    assert "README.md" in capsys.readouterr().out
    monkeypatch.setattr(repository, "repository_folder", lambda: None)
    assert repository.main([]) == 1
