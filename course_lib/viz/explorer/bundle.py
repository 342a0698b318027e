"""The browser half: `static/src` is written by hand, `static` is built from it.

`python -m course_lib.viz.explorer.bundle` builds it anew, with esbuild through npx; a
test says when that was forgotten. Learners need neither Node nor esbuild.
"""

import hashlib
import re
import subprocess
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"
SOURCES = STATIC / "src"
ESBUILD = "esbuild@0.28.2"
_OPEN_PAGE = re.compile(r"([\w$]+) as openPage")


@cache
def module() -> str:
    """The explorer's one ES module, without imports; its default export renders."""
    return (STATIC / "explorer.js").read_text(encoding="utf-8")


@cache
def styles() -> str:
    """The explorer's style sheet; every rule stays inside its own element."""
    return (STATIC / "explorer.css").read_text(encoding="utf-8")


def page_script() -> str:
    """The module as a saved page runs it: it opens the page's own data."""
    name = _OPEN_PAGE.search(module())[1]
    return f"{module()}\n{name}(document);"


def mark() -> str:
    """The first line of a built file: a sum over the sources that it was built from."""
    texts = [path.read_bytes() for path in sorted(SOURCES.iterdir())]
    return f"/* Built from src, {hashlib.sha256(b''.join(texts)).hexdigest()[:16]} */\n"


def build(esbuild: tuple[str, ...] = ("npx", "--yes", ESBUILD)) -> None:
    """Build both files; they change only when esbuild was content with both."""
    options = ["--bundle", "--format=esm", "--minify", "--charset=utf8"]
    built = {}
    for name in ("explorer.js", "explorer.css"):
        command = [*esbuild, SOURCES / name, *options]
        done = subprocess.run(command, capture_output=True, check=True, cwd=STATIC)
        built[name] = mark() + done.stdout.decode()
    for name, text in built.items():
        (STATIC / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    build()
