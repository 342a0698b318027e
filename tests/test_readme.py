"""The README says what is true: its commands, table, addresses and picture."""

import io
import re
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from course_lib.cli import VERBS
from course_lib.cli.setup.place import ROOT
from course_lib.resources import repository
from course_lib.resources.chapters import chapters
from course_lib.viz.figures import readme
from course_lib.viz.style import png

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
VERBS_NAMED = ("keep", "update")
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Addresses whose owner is the course's, wherever they stand.
OURS = re.compile(
    r"(?:git\+)?https://(?:github\.com|colab\.research\.google\.com/github|"
    r"mybinder\.org/v2/gh)/([\w.-]+/[\w.-]+)"
)


def test_it_begins_with_three_sentences() -> None:
    first = TEXT.split("\n\n")[1]
    assert len(re.findall(r"\.(?:\s|$)", first)) == 3


def test_its_commands_are_the_courses() -> None:
    verbs = re.findall(r"python3 -m course_lib ([\w-]+)", TEXT)
    assert {"lab", "test", "doctor"} <= set(verbs) <= set(VERBS)
    begin = TEXT.index("## Start"), TEXT.index("## Chapters")
    blocks = re.findall(r"```\n(.*?)```", TEXT[slice(*begin)], re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert [line for line in commands if line.startswith("python3")] == [
        "python3 -m course_lib lab",
        "python3 -m course_lib test",
    ]


def test_the_table_is_that_of_the_notebooks() -> None:
    rows = chapters(ROOT)
    assert repository.table(rows) in TEXT, (
        "run: python -m course_lib.resources.repository"
    )
    assert [row.file for row in rows if row.minutes is None] == []


def test_every_chapter_can_be_opened_on_colab_and_binder() -> None:
    for chapter in chapters(ROOT):
        assert TEXT.count(repository.colab_url(chapter.file)) == 1
        assert TEXT.count(repository.binder_url(chapter.file)) == 1


@pytest.mark.parametrize(
    "path", repository.files_with_address(ROOT), ids=lambda path: path.name
)
def test_all_addresses_come_from_the_constant(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ours = [slug for slug in OURS.findall(text) if slug.endswith("/transformer-course")]
    assert set(ours) <= {repository.slug()}
    foreign = set(OURS.findall(text)) - set(ours)
    known = ("huggingface", "jessevig", "pytorch", "openai", "karpathy", "tensorflow")
    places = {name for name in foreign if not name.startswith(known)}
    assert places <= {"owner/name", "you/your-course"}


def test_links_lead_to_files_that_are_there() -> None:
    local = [link for link in LINK.findall(TEXT) if not link.startswith("https://")]
    missing = [link for link in local if not (ROOT / link).exists()]
    assert len(local) > 3 and missing == []


def test_the_picture_is_small_and_its_words_are_its_numbers() -> None:
    path = ROOT / "data" / readme.PICTURE
    assert path.stat().st_size < 100_000
    assert f"![{readme.alt_text()}](data/pictures/{path.name})" in TEXT


def test_the_picture_is_what_the_course_draws() -> None:
    stored = matplotlib.image.imread(ROOT / "data" / readme.PICTURE)
    drawn = matplotlib.image.imread(io.BytesIO(png(readme.attention_of_it())))
    assert stored.shape == drawn.shape
    # Letters fall on other pixels with another version of FreeType.
    assert np.abs(stored - drawn).mean() < 0.03


def test_the_command_draws_it_into_the_data(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "pictures").mkdir()
    monkeypatch.setattr(
        readme, "data_folder", lambda: tmp_path
    )  # the sentences are read elsewhere
    readme.main()
    assert (tmp_path / readme.PICTURE).stat().st_size < 100_000
    assert "0.64 of its attention" in capsys.readouterr().out


def test_both_licences_are_named_and_one_is_there() -> None:
    assert "[Apache-2.0](LICENSE)" in TEXT and "CC BY 4.0" in TEXT
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence and "Version 2.0, January 2004" in licence


def test_what_goes_wrong_is_told_in_words_that_people_see() -> None:
    section = TEXT.partition("### When something goes wrong")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)[1:]
    assert len(rows) >= 8
    names = (
        "serving/browser.py",
        "serving/extension.py",
        "lab.py",
        "keeping/shared.py",
    )
    code = "".join((ROOT / "course_lib/cli" / name).read_text() for name in names)
    for said in ("No browser could be opened", "is taken", "can't be written to"):
        assert said in section and said in code
    options = set(re.findall(r"`[^`]*(--[a-z]+)", section))
    texts = [(ROOT / f"course_lib/cli/{name}.py").read_text() for name in VERBS_NAMED]
    assert options - {"--port"} <= set(re.findall(r'"(--[a-z]+)"', "".join(texts)))
