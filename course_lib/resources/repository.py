"""Where the course is published: one constant, and the addresses that follow from it.

python -m course_lib.resources.repository            table of chapters into README
python -m course_lib.resources.repository ADDRESS    the same, under a new address
"""

import re
import sys
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.resources.chapters import Chapter, chapters
from course_lib.resources.files import repository_folder

# OWNER stands here until the course is published.
REPOSITORY = "https://github.com/OWNER/transformer-course"
BRANCH = "main"

COLAB_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
BINDER_BADGE = "https://mybinder.org/badge_logo.svg"
BEGIN, END = "<!-- chapters: begin -->", "<!-- chapters: end -->"
_ADDRESS = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")


def slug(repository: str = REPOSITORY) -> str:
    """Owner and name: "OWNER/transformer-course"."""
    return repository.removeprefix("https://github.com/")


def colab_url(file: str) -> str:
    """Where Colab opens a chapter, such as "03_self_attention.ipynb"."""
    base = "https://colab.research.google.com/github"
    return f"{base}/{slug()}/blob/{BRANCH}/chapters/{file}"


def binder_url(file: str) -> str:
    """Where Binder opens a chapter in Lab."""
    base = "https://mybinder.org/v2/gh"
    return f"{base}/{slug()}/{BRANCH}?urlpath=lab/tree/chapters/{file}"


def table(rows: list[Chapter]) -> str:
    """The table of chapters for the README, with minutes and badges."""
    lines = ["| | chapter | minutes | | |", "|---|---|---|---|---|", *map(_row, rows)]
    return "\n".join(lines)


def _row(chapter: Chapter) -> str:
    name, file = chapter.title, chapter.file
    colab = f"[![Open {name} in Colab]({COLAB_BADGE})]({colab_url(file)})"
    binder = f"[![Open {name} on Binder]({BINDER_BADGE})]({binder_url(file)})"
    link = f"[{name}](chapters/{file})"
    return (
        f"| {chapter.number} | {link} | {chapter.minutes or ''} | {colab} | {binder} |"
    )


def write_table(root: Path) -> None:
    """Put the table of chapters into README.md, between its two marks.

    Raises:
        CourseError: the marks are not there.
    """
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise CourseError(f"README.md needs the lines {BEGIN} and {END}.")
    body = f"{head}{BEGIN}\n\n{table(chapters(root))}\n\n{END}{tail}"
    readme.write_text(body, encoding="utf-8", newline="\n")


def files_with_address(root: Path) -> list[Path]:
    """The files that name the repository: this one, the texts and the chapters."""
    texts = [root / name for name in ("README.md", "CONTRIBUTING.md")]
    own = root / "course_lib" / "resources" / "repository.py"
    found = [own, *texts, *sorted((root / "chapters").glob("*.ipynb"))]
    return [path for path in found if path.is_file()]


def publish(address: str, root: Path) -> list[Path]:
    """Write a new address everywhere; return the files that changed.

    Raises:
        CourseError: it is no address of a GitHub repository.
    """
    address = address.rstrip("/").removesuffix(".git")
    if not _ADDRESS.fullmatch(address):
        raise CourseError(
            f"{address!r} is no repository; expected https://github.com/owner/name"
        )
    changed = []
    for path in files_with_address(root):
        before = path.read_text(encoding="utf-8")
        after = before.replace(slug(), slug(address))
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            changed.append(path)
    return changed


def main(arguments: list[str]) -> int:
    """Rewrite what depends on the address and on the chapters."""
    root = repository_folder()
    if root is None:
        print("This is the installed package alone: run it in a checkout.")
        return 1
    write_table(root)
    for path in publish(arguments[0], root) if arguments else []:
        print(path.relative_to(root))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
