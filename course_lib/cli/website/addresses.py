"""Where on the site a file of the repository is, and links that lead there."""

import posixpath
import re
from pathlib import Path

from course_lib.resources import repository

PICTURE = "data/pictures/attention.png"
_LINK = re.compile(r"\]\(([^)\s#]*)(?:#([^)\s]*))?\)")


class Addresses:
    """The files of a checkout that become pages.

    Attributes:
        root: the checkout.
        pages: a file's path in the checkout, and that of its source in the site:
            "data/reviews/README.md" becomes "data/reviews.md".
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages = {"README.md": "index.md", PICTURE: PICTURE}
        for path in _files(root):
            self.pages[path] = _page(path)

    def under(self, folder: str) -> list[str]:
        """The texts of a folder of the checkout, the one that leads to them first."""
        texts = [path for path in self.pages if path.startswith(f"{folder}/")]
        texts = [path for path in texts if path.endswith(".md")]
        return sorted(texts, key=lambda path: (path != f"{folder}/README.md", path))

    def prose(self, text: str, source: str) -> str:
        """Markdown whose links work on the site.

        Anchors are spelt as on GitHub, in small letters. What the site does not hold
        is a link into the repository; what nobody holds stays, for Sphinx to name.

        Args:
            text: Markdown of the file `source`, a path in the checkout.
        """
        return _LINK.sub(lambda found: self._link(found, source), text)

    def _link(self, found: re.Match[str], source: str) -> str:
        target, anchor = found[1], f"#{slug(found[2])}" if found[2] else ""
        if not target and anchor:
            return f"]({anchor})"
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        if "://" in target or not target or not (self.root / path).exists():
            return found[0]
        if path in self.pages:
            start = posixpath.dirname(self.pages[source])
            return f"]({posixpath.relpath(self.pages[path], start or '.')}{anchor})"
        kind = "tree" if (self.root / path).is_dir() else "blob"
        base = f"{repository.REPOSITORY}/{kind}/{repository.BRANCH}"
        return f"]({base}/{path}{anchor})"


def slug(anchor: str) -> str:
    """An anchor as Jupyter writes it, in GitHub's spelling."""
    kept = re.sub(r"[^\w\- ]", "", anchor.lower(), flags=re.UNICODE)
    return kept.replace(" ", "-")


def _files(root: Path) -> list[str]:
    found = [
        *(root / "chapters").glob("[0-9]*_*.ipynb"),
        *(root / "chapters").glob("**/*.md"),
        *(root / "data").glob("**/README.md"),
    ]
    return sorted(path.relative_to(root).as_posix() for path in found)


def _page(path: str) -> str:
    """`path` in the site: chapters on top, a folder's README as its first page."""
    folder, name = posixpath.split(path.removeprefix("chapters/"))
    if name != "README.md":
        return posixpath.join(folder, name)
    if posixpath.dirname(folder):  # data/reviews, data/models/course-bert
        return f"data/{posixpath.basename(folder)}.md"
    return f"{folder}/index.md"
