"""The verb `progress`: what you have done so far, chapter by chapter.

It reads the notes that `check` and the quizzes make in one file on this machine, and
sends nothing. COURSE_PROGRESS names another file; COURSE_PROGRESS=off makes no notes.
"""

import argparse

from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError


def run(arguments: list[str]) -> int:
    """Print the table."""
    argparse.ArgumentParser(
        "python -m course_lib progress",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    from course_lib.exercises import progress

    path = progress.place()
    if path is None:
        print(f"No notes are made: {progress.SETTING} is off.")
        return 0
    try:
        done = progress.read()
    except OSError as error:
        raise CourseError(
            f"{path} can't be read: {error.strerror or error}. Mend that, or name "
            f"another file in {progress.SETTING}."
        ) from error
    if done.remark:
        print(f"{done.remark}\n")
    print(table(done))
    where = "Noted in" if path.exists() else "Nothing is noted yet. Notes will lie in"
    print(f"\n{where} {path}, on this machine alone.")
    return 0


def table(done: "progress.Progress") -> str:  # noqa: F821  imported when it is used
    """A line a chapter that has exercises or a quiz, and a line for all."""
    rows = [("chapter", "passed", "quiz", "tried, not right yet")]
    passed = total = 0
    for number, title in _titles().items():
        ids = _ids(number)
        right = [name for name in ids if name in done.passed]
        open_ = [n.partition(".")[2] for n in ids if n in done.tried - done.passed]
        passed, total = passed + len(right), total + len(ids)
        quiz = "seen" if number in done.quizzes else "-" if _has_quiz(number) else ""
        share = f"{len(right)} of {len(ids)}" if ids else ""
        if share or quiz:
            rows.append((f"{number} {title}".strip(), share, quiz, ", ".join(open_)))
    rows.append(("all", f"{passed} of {total}", "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*map(str.ljust, row, widths), row[3]]).rstrip() for row in rows
    )


def _titles() -> dict[str, str]:
    """Chapters by number; without titles where only the package is installed."""
    from course_lib.exercises.catalogue import CHAPTERS
    from course_lib.resources.chapters import chapters

    titles = {chapter.number: chapter.title for chapter in chapters(ROOT)}
    return {number: titles.get(number, "") for number in sorted({*CHAPTERS, *titles})}


def _ids(number: str) -> list[str]:
    from course_lib.exercises.catalogue import catalogue, searches

    return [name for name in (*catalogue(), *searches()) if name[:2] == number]


def _has_quiz(number: str) -> bool:
    from course_lib.resources.files import data_folder

    return (data_folder() / "quizzes" / f"{number}.json").is_file()
