"""A course in miniature with a remote, and a learner's clone of it: real git."""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from course_lib.cli.keeping.updating import Update

DAY = date(2026, 11, 23)
CHAPTER = "chapters/03_attention.ipynb"
OTHER = "chapters/04_heads.ipynb"
ANSWER = "def my_scores(query, key):\n    return query @ key.mT  # größer"
STUB = "def my_scores(query, key):\n    ...  # your code"


def cell(name: str, source: str, exercise: str = "") -> dict[str, Any]:
    """A code cell, the stub of an exercise where one is named."""
    tags = {"tags": ["exercise", f"exercise:{exercise}"]} if exercise else {}
    empty = {"outputs": [], "execution_count": None}
    made = {"cell_type": "code", "id": name, "metadata": tags, "source": [source]}
    return made | empty


def notebook(*cells: dict[str, Any]) -> bytes:
    """The file of a notebook with these cells."""
    whole = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def chapter(intro: str = "print(1)", stub: str = STUB, end: str = "print(2)") -> bytes:
    """A chapter with an introduction, one exercise and an end."""
    return notebook(
        cell("03-intro", intro),
        cell("03-stub", stub, "03.scores"),
        cell("03-end", end),
    )


def sources(data: bytes) -> list[str]:
    """The texts of a notebook's cells."""
    return ["".join(cell["source"]) for cell in json.loads(data)["cells"]]


COPY = f"03_attention_{DAY.isoformat()}.ipynb"
"""What CHAPTER's copy is called in `mine`."""
NEW = chapter(intro="print('new')")
BOTH = ["print('new')", ANSWER, "print(2)"]


class Course:
    """The course's repository and a learner's clone."""

    def __init__(self, folder: Path) -> None:
        self.remote, self.root = folder / "remote", folder / "course"
        self.remote.mkdir()
        self.git("init", "--quiet", "--initial-branch=main", at=self.remote)
        self.publish({CHAPTER: chapter(), OTHER: chapter(), ".gitignore": b"mine/\n"})
        self.git("clone", "--quiet", str(self.remote), str(self.root), at=folder)

    def git(self, *words: str, at: Path | None = None, fails: bool = False) -> str:
        """What git says in the learner's clone, or elsewhere."""
        done = subprocess.run(
            ["git", *words], cwd=at or self.root, capture_output=True, text=True
        )
        assert (done.returncode != 0) is fails, done.stderr
        return done.stdout + done.stderr

    def publish(self, files: dict[str, bytes | None]) -> None:
        """A new version of the course: these files changed, or gone."""
        for name, data in files.items():
            path = self.remote / name
            path.parent.mkdir(exist_ok=True)
            path.unlink() if data is None else path.write_bytes(data)
        self.git("add", "--all", at=self.remote)
        self.git("commit", "--quiet", "--message=new", at=self.remote)

    def write(self, data: bytes, path: str = CHAPTER) -> bytes:
        """Let the learner save a chapter."""
        (self.root / path).write_bytes(data)
        return data

    def commit(self) -> None:
        """Let the learner commit everything."""
        self.git("commit", "--quiet", "--all", "--message=mine")

    def read(self, path: str = CHAPTER) -> bytes:
        """A file as it lies in the learner's folder."""
        return (self.root / path).read_bytes()

    def update(self) -> str:
        """Update, and return what was said."""
        return "\n".join(Update(self.root, DAY).run())

    def copies(self) -> dict[str, bytes]:
        """What is in `mine`."""
        files = sorted((self.root / "mine").glob("*"))
        return {file.name: file.read_bytes() for file in files}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A repository and a clone, whatever this user's own settings of git are."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.org")
    return Course(tmp_path)


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it: from now on nothing more gets onto the disk."""

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    return lambda: monkeypatch.setattr(os, "fsync", full)
