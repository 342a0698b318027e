"""The browser half: modules under `static/`, joined into one without imports."""

import re
from functools import cache
from importlib.resources import files

# Each stands after those that it imports from.
MODULES = (
    "numbers",
    "words",
    "page",
    "paint",
    "wire",
    "frame",
    "lines",
    "matrix",
    "thumbnails",
    "query_key",
    "strip",
    "controls",
    "effect",
    "generation",
    "explorer",
)
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=function|const|class)", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?:/\*\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)


@cache
def module() -> str:
    """The explorer's one ES module: its default export has `render`."""
    parts = [_read(f"{name}.js") for name in MODULES]
    joined = "".join(_EXPORT.sub("", _IMPORT.sub("", part)) for part in parts)
    return re.sub(r"\n{2,}", "\n", _COMMENT.sub("", joined))


@cache
def styles() -> str:
    """The explorer's style sheet; every rule stays inside its own element."""
    return _read("explorer.css")


def _read(name: str) -> str:
    place = files("course_lib.viz.explorer") / "static" / name
    return place.read_text(encoding="utf-8")
