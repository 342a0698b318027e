"""What a learner has done, noted in one local file that is never sent anywhere.

A line a note, in JSON. Notes are only ever added, under a lock, so that two notebooks
at once lose nothing. COURSE_PROGRESS names another file; "off" notes nothing.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

SETTING = "COURSE_PROGRESS"
FORMAT = 1
HEAD = json.dumps({"course-progress": FORMAT})
PATIENCE = 2.0  # seconds to wait for another notebook's note
_noted: set[tuple[Path, str, bool]] = set()  # by this process
_complained: set[str] = set()


@dataclass
class Progress:
    """What the notes add up to.

    Attributes:
        passed: ids of exercises that were right at least once.
        tried: ids of exercises that were checked, right or not.
        quizzes: chapters whose quiz was shown.
        remark: what was set aside while reading, "" as a rule.
    """

    passed: set[str] = field(default_factory=set)
    tried: set[str] = field(default_factory=set)
    quizzes: set[str] = field(default_factory=set)
    remark: str = ""


def place() -> Path | None:
    """The file; None where it is switched off."""
    setting = os.environ.get(SETTING, "").strip()
    if setting.lower() == "off":
        return None
    if setting:
        return Path(setting).expanduser().absolute()
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "transformer-course" / "progress.jsonl"


def note(exercise: str, passed: bool) -> None:
    """Note that an exercise was checked. It never raises; a failure is said once."""
    _add({"exercise": exercise, "passed": passed})


def note_quiz(chapter: str) -> None:
    """Note that a chapter's quiz was shown."""
    _add({"quiz": chapter})


def read() -> Progress:
    """All notes; a file that is not whole is set aside first.

    Raises:
        OSError: the file is there and can't be read.
    """
    progress, path = Progress(), place()
    if path is None or not path.is_file():
        return progress
    lines, whole = _lines(path)
    if not whole:
        with _lock(path):
            progress.remark = _mend(path)
    for entry in _entries(lines):
        if "quiz" in entry:
            progress.quizzes.add(entry["quiz"])
            continue
        progress.tried.add(entry["exercise"])
        if entry["passed"]:
            progress.passed.add(entry["exercise"])
    return progress


def _add(entry: dict[str, Any]) -> None:
    path = place()
    key = (path or Path(), json.dumps(entry), path is not None and path.exists())
    if path is None or key in _noted:
        return  # the same again says nothing new
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _lock(path):
            remark = _mend(path)
            _append(path, entry)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        _say(f"Your progress is not noted: {path} can't be written to ({reason}).")
        return
    _noted.add((path, json.dumps(entry), True))
    _say(remark)


def _append(path: Path, entry: dict[str, Any]) -> None:
    new = not path.exists()
    stamped = entry | {"at": datetime.now(UTC).isoformat(timespec="seconds")}
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"{HEAD}\n" * new + json.dumps(stamped) + "\n")


def _lock(path: Path) -> FileLock:
    return FileLock(f"{path}.lock", timeout=PATIENCE)


def _mend(path: Path) -> str:
    """Set a file aside that is not whole; what can be read of it is kept on.

    Called under the lock. Returns what the learner should know, "" for a whole file.
    """
    if not path.exists():
        return ""
    lines, whole = _lines(path)
    if whole:
        return ""
    aside = next(p for p in _names_beside(path) if not p.exists())
    path.replace(aside)
    kept = [json.dumps(entry) for entry in _entries(lines)]
    path.write_text("\n".join([HEAD, *kept]) + "\n", encoding="utf-8")
    return (
        f"The file of your progress was damaged or of another version. It is kept as "
        f"{aside}; {_count(len(kept))} could be read and count on."
    )


def _count(notes: int) -> str:
    return f"{notes} note" if notes == 1 else f"{notes or 'no'} notes"


def _names_beside(path: Path) -> Iterator[Path]:
    number = 1
    while True:
        yield path.with_name(f"{path.stem}-aside-{number}{path.suffix}")
        number += 1


def _lines(path: Path) -> tuple[list[str], bool]:
    """The lines, and whether the file is whole and of this format."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    head, *lines = text.splitlines() or [""]
    whole = head == HEAD and text.endswith("\n")
    return lines, whole and len(list(_entries(lines))) == len(lines)


def _entries(lines: list[str]) -> Iterator[dict[str, Any]]:
    """The notes among these lines; whatever else stands there is passed over."""
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and _is_note(entry):
            yield entry


def _is_note(entry: dict[str, Any]) -> bool:
    if isinstance(entry.get("quiz"), str):
        return True
    names = isinstance(entry.get("exercise"), str)
    return names and isinstance(entry.get("passed"), bool)


def _say(sentence: str) -> None:
    """Say a thing once in this process: a class should not read it at every check."""
    if sentence and sentence not in _complained:
        _complained.add(sentence)
        print(sentence)
