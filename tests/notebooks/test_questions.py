"""The page of questions and answers: its code runs offline and prints what it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from course_lib.cli.notebooks import SETTINGS
from notebooks.chapters import OFFLINE, ROOT
from notebooks.test_style import anchors

PAGE = ROOT / "chapters" / "questions_and_answers.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# Each program in a namespace of its own; one process, since imports cost most.
RUN_ALL = """
import contextlib, io, json, sys, traceback
said = []
for program in json.load(open(sys.argv[1], encoding="utf-8")):
    out, error = io.StringIO(), ""
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(program, "<page>", "exec"), {"__name__": "__main__"})
        except Exception:
            error = traceback.format_exc()
    said.append((out.getvalue(), error))
json.dump(said, open(sys.argv[2], "w", encoding="utf-8"))
"""


class Example(NamedTuple):
    """Code of the page, the question it belongs to, and what stands below it."""

    question: str
    code: str
    output: str | None


def examples() -> list[Example]:
    """Every block of Python; its output, where the next block is a text."""
    found = []
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        question = section.splitlines()[0]
        blocks = [(kind, body) for kind, body in BLOCK.findall(section)]
        for number, (kind, body) in enumerate(blocks):
            if kind == "python":
                after = blocks[number + 1] if number + 1 < len(blocks) else ("", "")
                shown = after[1] if after[0] == "text" else None
                found.append(Example(question, body, shown))
    return found


EXAMPLES = examples()


class Run(NamedTuple):
    """What the programs printed, their errors, and what they asked the network for."""

    printed: list[str]
    errors: list[str]
    asked_for: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("page")
    programs, results, log = (folder / name for name in ("in", "out", "asked_for"))
    programs.write_text(json.dumps([e.code for e in EXAMPLES]), encoding="utf-8")
    paths = [str(OFFLINE), str(ROOT), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(filter(None, paths))
    done = subprocess.run(
        [sys.executable, "-c", RUN_ALL, str(programs), str(results)],
        cwd=folder,
        env={**os.environ, **SETTINGS, "OFFLINE_LOG": str(log), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    printed, errors = zip(*json.loads(results.read_text("utf-8")), strict=True)
    return Run(printed, errors, log.read_text() if log.exists() else "")


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_code_runs_and_prints_what_stands_below(run: Run, number: int) -> None:
    assert run.errors[number] == ""
    shown = EXAMPLES[number].output
    assert shown is None or run.printed[number] == shown


def test_nothing_is_asked_of_a_network(run: Run) -> None:
    assert run.asked_for == ""


def test_what_depends_on_luck_shows_something(run: Run) -> None:
    stories = next(
        p for p, e in zip(run.printed, EXAMPLES, strict=True) if "One morn" in e.code
    )
    lines = [line for line in stories.splitlines() if line.startswith("One morning")]
    assert len(set(lines)) == 5, "five continuations that differ"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.question[:30])
def test_code_is_short(example: Example) -> None:
    lines = [line for line in example.code.splitlines() if line.strip()]
    assert 3 <= len(lines) <= 12
    assert max(map(len, lines)) <= 88


def test_every_question_of_the_introductions_has_its_answer() -> None:
    titles = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    for word in ("pretrained models", "own data", "generate", "frameworks", "cheaper"):
        (title,) = (title for title in titles if word in title)
        assert any(example.question == title for example in EXAMPLES), title
    assert any("mask" in title for title in titles)
    assert any("concatenated" in title for title in titles)


def test_links_lead_somewhere() -> None:
    own = {github_anchor(title) for title in re.findall(r"^## (.+)$", TEXT, re.M)}
    for link in LINK.findall(TEXT):
        if link.startswith("https://"):
            continue
        file, _, place = link.partition("#")
        if not file:
            assert place in own, link
            continue
        target = PAGE.parent / file
        assert target.exists(), link
        assert not place or place in anchors(Path(target)), link


def github_anchor(title: str) -> str:
    """The address that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def test_the_page_is_found_from_the_readme_and_from_chapter_08() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"(chapters/{PAGE.name})" in readme
    chapter = (ROOT / "chapters" / "08_pretrained_models.ipynb").read_text("utf-8")
    assert f"({PAGE.name})" in chapter
