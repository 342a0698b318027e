"""The steps of CONTRIBUTING.md, done as they stand there, in a copy of the course."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from course_lib.cli import VERBS
from course_lib.cli.setup.place import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COPIED = ("course_lib", "tests", "chapters", "data", "README.md", "CONTRIBUTING.md")
ALONE = ("pyproject.toml", "requirements.txt", "LICENSE", "binder")
# A verb runs here without its set-up, which would look at this machine's environment.
VERB = "import sys; from course_lib.cli.{0} import run; sys.exit(run(sys.argv[1:]))"
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`([\w./]+\.(?:py|json))`")


class Step(NamedTuple):
    """One fenced block: what kind it is, which file it is for, and its text."""

    kind: str
    file: str
    text: str


def steps(section: str) -> Iterator[Step]:
    """The blocks of a section, each with the file named last before it."""
    (body,) = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    assert re.findall(r"^\d+\. ", body, re.M), "numbered steps"
    for match in BLOCK.finditer(body):
        paths = PATH.findall(body[: match.start()])
        text = textwrap.dedent(match[3])
        yield Step(match[2], paths[-1] if match[2] else "", text)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course after the steps for a mistake, an exercise, a chapter."""
    folder = tmp_path_factory.mktemp("course")
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.part")
    for name in COPIED + ALONE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        elif source.exists():
            shutil.copy(source, folder / name)
    return folder


def follow(course: Path, section: str) -> list[str]:
    """Do every step of a section; return what its commands printed."""
    printed = []
    for step in steps(section):
        if step.kind == "diff":
            change(course / step.file, step.text)
        elif step.kind:
            write(course / step.file, step.text)
        else:
            printed += [run(course, line) for line in step.text.splitlines()]
    return printed


def change(path: Path, diff: str) -> None:
    """Apply a diff without line numbers: its old lines stand once in the file."""
    lines = [(line[:1], line[1:]) for line in diff.splitlines()]
    old = "".join(f"{text}\n" for sign, text in lines if sign != "+")
    new = "".join(f"{text}\n" for sign, text in lines if sign != "-")
    before = path.read_text(encoding="utf-8")
    assert before.count(old) == 1, f"CONTRIBUTING.md: {path.name} has changed"
    path.write_text(before.replace(old, new), encoding="utf-8")


def write(path: Path, text: str) -> None:
    assert not path.exists(), path
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".json":  # "at least six": the first of them is shown
        questions = json.loads(text)
        text = json.dumps([{**questions[0], "question": f"Q{n}?"} for n in range(6)])
    path.write_text(text, encoding="utf-8")


def run(course: Path, line: str) -> str:
    """Run one line of a command block in the copy; it must succeed."""
    words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
    assert words[:2] == ["python", "-m"], line
    arguments = words[1:]
    if words[2] == "course_lib":
        if words[3:] == ["test"]:  # everything: this test is a part of it
            return ""
        arguments = ["-c", VERB.format(VERBS[words[3]].module), *words[4:]]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(course), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def ask(course: Path, program: str) -> str:
    """What a small program says in the copy."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(course)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_new_mistake_is_caught_and_named(course: Path) -> None:
    program = (
        "from course_lib.exercises import check; report = check('03.scores', "
        "lambda query, key: query @ key.mT / query.shape[-1] ** 0.25); "
        "print(report.passed, report.mistake, 'fourth root' in report.message)"
    )
    assert ask(course, program) == "False None False"
    (proof,) = follow(course, "Add a mistake")
    assert re.search(r"\b\d+ passed", proof)
    assert ask(course, program) == "False half-the-scale True"


def test_a_new_exercise_is_checked_and_a_new_chapter_accepted(course: Path) -> None:
    (proof,) = follow(course, "Add an exercise")
    assert re.search(r"\b[5-9] passed", proof)
    program = (
        "import torch; from course_lib.exercises import check; "
        "wrong = check('90.entropy', lambda w: torch.special.entr(w).sum(-2)); "
        "right = check('90.entropy', lambda w: torch.special.entr(w).sum(-1)); "
        "print(wrong.mistake, right.passed)"
    )
    assert ask(course, program) == "over-queries True"
    made, ran, _, tests, _ = follow(course, "Add a chapter")
    assert made == "chapters/90_entropy.ipynb: 22 cells\n"
    assert ran.startswith("90_entropy.ipynb: ")
    assert re.search(r"\b[2-9]\d passed", tests)
    row = "| 90 | [Entropy of attention](chapters/90_entropy.ipynb) | 15 | "
    assert row in (course / "README.md").read_text(encoding="utf-8")


def test_the_floors_are_those_of_the_house() -> None:
    from test_layers import HOUSE

    rows = re.findall(r"^\| (\d) \| (.*) \|$", TEXT, re.MULTILINE)
    assert [floor for floor, _ in rows] == ["4", "3", "2", "1", "0"]
    said = {floor: set(re.findall(r"`([a-z]+)`", text)) for floor, text in rows}
    for floor, names in said.items():
        there = {name for number, name in HOUSE if str(number) == floor}
        assert names <= there


def test_every_path_in_the_text_exists() -> None:
    named = re.findall(r"`((?:course_lib|tests|data)/[\w./]+\w)`", TEXT)
    missing = [n for n in named if "90" not in n and not (ROOT / n).exists()]
    assert named and missing == []
