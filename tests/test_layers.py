"""The house of DESIGN: who may import whom, and how large a part may grow."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "course_lib"

HOUSE = (
    # From the roof to the ground, as README and CONTRIBUTING draw it: a module
    # imports from lines below its own, or from its own package.
    (4, "cli"),
    (4, "start"),
    (3, "exercises"),
    (3, "viz"),
    (2, "tasks"),
    (2, "evaluation"),
    (2, "pretraining"),
    (2, "training"),
    (2, "generation"),
    (2, "compression"),
    (2, "multimodal"),
    (2, "inference"),
    (1, "models"),
    (1, "blocks"),
    (1, "attention"),
    (1, "positions"),
    (1, "cache"),
    (1, "fit"),
    (1, "head_patterns"),
    (1, "tokens"),
    (0, "resources"),
    (0, "errors"),
    (0, "lazy"),
)
HEIGHT = {name: -line for line, (_, name) in enumerate(HOUSE)}

LONGEST_MODULE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 350, 40, 12
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}

MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = {path: path.read_text(encoding="utf-8") for path in MODULES}


def place(path: Path) -> str:
    """A module's name as a path from the package: models/bert.py."""
    return path.relative_to(PACKAGE).as_posix()


def room(path: Path) -> str:
    """The top-level name that a module belongs to: models, attention, ..."""
    name = path.relative_to(PACKAGE).with_suffix("").parts[0]
    return "cli" if name == "__main__" else name  # its front door


def imports(path: Path) -> Iterator[str]:
    """Full names of what a module imports, inside functions too."""
    package = ("course_lib", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(SOURCES[path])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # from . import x: one dot is the package itself, each further one up.
            base = package[: len(package) - node.level + 1] if node.level else ()
            start = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def rooms_used(path: Path) -> set[str]:
    """The top-level names of course_lib that a module imports from."""
    inside = (name.split(".") for name in imports(path))
    rooms = {parts[1] for parts in inside if parts[0] == "course_lib" and parts[1:]}
    return {"cli" if name == "__main__" else name for name in rooms}


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the package with its lines, docstring included."""
    for path in MODULES:
        for node in ast.walk(ast.parse(SOURCES[path])):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                yield f"{place(path)}: {node.name}", lines


INSIDE = [path for path in MODULES if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", INSIDE, ids=place)
def test_a_module_imports_from_below_or_from_its_own_package(path):
    own = room(path)
    assert own in HEIGHT, f"{own} has no floor: give it one in HOUSE"
    used = rooms_used(path) - {own}
    assert [name for name in used if name not in HEIGHT] == []
    assert [name for name in used if HEIGHT[name] > HEIGHT[own]] == []


def test_the_package_itself_imports_nothing_of_its_own():
    assert rooms_used(PACKAGE / "__init__.py") == set()


def test_doors_upwards_are_these_alone():
    """What imports by a name in a text; `cli` and `exercises` do so in their own."""
    doors = {}
    for path in INSIDE:
        nodes = ast.walk(ast.parse(SOURCES[path]))
        texts = (node.value for node in nodes if isinstance(node, ast.Constant))
        named = (re.fullmatch(r"course_lib\.(\w+)[\w.]*", str(text)) for text in texts)
        rooms = {match[1] for match in named if match} & set(HEIGHT)
        above = {name for name in rooms if HEIGHT[name] > HEIGHT[room(path)]}
        if above:
            doors[place(path)] = above
    assert doors == {"models/writing.py": {"generation"}}


def test_the_house_is_drawn_from_top_to_bottom():
    floors = [floor for floor, _ in HOUSE]
    assert floors == sorted(floors, reverse=True)


def test_imports_are_seen_in_every_form(tmp_path, monkeypatch):
    module = PACKAGE / "viz" / "labs" / "imagined.py"
    forms = (
        "import course_lib.cli.bench",
        "from course_lib import training",
        "from course_lib.models import Bert",
        "def later():\n    from ... import tasks",
        "from ..style import show",
        "from . import lab",
        "from torch import nn",
    )
    monkeypatch.setitem(SOURCES, module, "\n".join(forms))
    assert rooms_used(module) == {"cli", "training", "models", "tasks", "viz"}


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_is_one_concept_with_a_name(path):
    assert path.stem not in NAMELESS
    assert len(SOURCES[path].splitlines()) <= LONGEST_MODULE


def test_functions_are_short():
    lengths = dict(functions())
    assert [f for f, length in lengths.items() if length > LONGEST_FUNCTION] == []
    assert statistics.median(lengths.values()) <= MEDIAN_FUNCTION
