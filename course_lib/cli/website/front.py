"""The front page: what the course is, where to begin, and how to run it."""

import re
import shutil
from pathlib import Path

from course_lib.cli.website.addresses import PICTURE, Addresses
from course_lib.cli.website.running import badges, places
from course_lib.resources import repository
from course_lib.resources.chapters import Chapter

QUESTIONS = "questions_and_answers"
_PICTURE = re.compile(r"^(!\[[^]]*\]\([^)]*\))$", re.MULTILINE)
_SECTION = re.compile(r"^## Start\n(.*?)^## ", re.MULTILINE | re.DOTALL)
_READING = """These pages are for reading: each chapter with all that it prints, its \
quiz, and explorers that move. To answer the exercises, open the notebook."""
_ALONE = f"""A notebook that you downloaded by itself needs the course's package, too:

```
pip install git+{repository.REPOSITORY}
```"""
_WIDE = "---\nhtml_theme.sidebar_secondary.remove: true\n---"


def write_front(root: Path, found: list[Chapter], folder: Path) -> None:
    """Write index.md and its picture.

    Args:
        root: the checkout; its README says what the course is and how it starts.
        found: the chapters.
        folder: the sources of the site.
    """
    addresses = Addresses(root)
    (folder / PICTURE).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(root / PICTURE, folder / PICTURE)
    readme = (root / "README.md").read_text(encoding="utf-8")
    opening, picture, _ = _PICTURE.split(readme.partition("\n## ")[0], maxsplit=1)
    start = _SECTION.search(readme)
    rows = "\n".join(map(_row, found))
    parts = (
        _WIDE,
        addresses.prose(opening.strip(), "README.md"),
        _actions(found[0]),
        _READING,
        addresses.prose(picture, "README.md"),
        "## Chapters",
        f"| | chapter | minutes | run it |\n|---|---|---|---|\n{rows}",
        "## Run it on your machine",
        addresses.prose(start[1].strip(), "README.md") if start else "",
        _ALONE,
        _contents("Chapters", [Path(chapter.file).stem for chapter in found]),
        _contents("Beside the chapters", _beside(addresses)),
    )
    (folder / "index.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _actions(first: Chapter) -> str:
    """The four ways to begin, as buttons."""
    (_, colab, _), (_, binder, _), _ = places(first)
    ways = (
        (f"{Path(first.file).stem}.html", "Begin to read"),
        (colab, "Run it on Colab"),
        (binder, "Run it on Binder"),
        ("#run-it-on-your-machine", "Run it on your machine"),
    )
    links = "\n".join(f'<a href="{address}">{says}</a>' for address, says in ways)
    return f'<p class="course-actions">\n{links}\n</p>'


def _row(chapter: Chapter) -> str:
    link = f"[{chapter.title}]({chapter.file})"
    return (
        f"| {chapter.number} | {link} | {chapter.minutes or ''} | {badges(chapter)} |"
    )


def _beside(addresses: Addresses) -> list[str]:
    """What stands beside the chapters, as far as the checkout has it."""
    wanted = {
        f"chapters/{QUESTIONS}.md": "",
        "chapters/for_lecturers/README.md": "",
        "data/README.md": "Data and models",
    }
    pages = {path: addresses.pages.get(path) for path in wanted}
    docs = {path: page.removesuffix(".md") for path, page in pages.items() if page}
    return [
        f"{wanted[path]} <{page}>" if wanted[path] else page
        for path, page in docs.items()
    ]


def _contents(caption: str, entries: list[str]) -> str:
    lines = "\n".join(entries)
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{lines}\n```"
