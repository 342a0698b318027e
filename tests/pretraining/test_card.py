"""Figures come into a card later, between two marks."""

from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.pretraining import replace_figures
from course_lib.pretraining.card import record_checksum


def test_figures_take_the_place_between_the_marks(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("# A\n\n<!-- figures -->\nnone\n<!-- /figures -->\n\nMore.\n")
    for figures in ("| a | 1 |", "| a | 2 |\n"):
        replace_figures(tmp_path, figures)
        middle = f"<!-- figures -->\n{figures.strip()}\n<!-- /figures -->"
        assert card.read_text() == f"# A\n\n{middle}\n\nMore.\n"


def test_a_card_is_exchanged_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = tmp_path / "README.md"
    card.write_text("<!-- figures -->\nnone\n<!-- /figures -->\n")
    replace_figures(tmp_path, "| é | 1 |")
    before = card.read_bytes()
    replace_figures(tmp_path, "| é | 1 |")
    assert card.read_bytes() == before  # the same figures change nothing

    def full(*names: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        replace_figures(tmp_path, "| é | 2 |")
    assert card.read_bytes() == before
    assert list(tmp_path.iterdir()) == [card]


@pytest.mark.parametrize("text", [None, "# A\n", "<!-- figures -->\n"])
def test_a_card_without_a_place_for_them_is_left_alone(
    text: str | None, tmp_path: Path
) -> None:
    card = tmp_path / "README.md"
    if text is not None:
        card.write_text(text)
    with pytest.raises(CourseError, match="no place for figures"):
        replace_figures(tmp_path, "| a | 1 |")
    assert (card.read_text() if card.exists() else None) == text


def test_checksums_of_other_models_stay(tmp_path: Path) -> None:
    for name, content in (("b", b"1"), ("a", b"2"), ("b", b"3")):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "model.safetensors").write_bytes(content)
        record_checksum(tmp_path / name)
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    names = [line.split("  ")[1] for line in lines]
    assert names == ["a/model.safetensors", "b/model.safetensors"]
    assert lines[1].startswith("4e07408562bedb8b")  # the SHA-256 of "3"
