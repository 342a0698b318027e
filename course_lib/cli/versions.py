"""The course's packages in an environment: installed, tested, needed."""

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from course_lib.cli.setup import bounds, sources
from course_lib.cli.setup.place import Place


@dataclass(frozen=True)
class Package:
    """One row of the table of packages."""

    name: str
    installed: str
    tested: str
    needed: str
    good: bool


def packages(place: Place, root: Path) -> list[Package]:
    """What the course and Lab need, and what of it an environment holds."""
    there = bounds.installed(place.python)
    tested = pins(root / "requirements.txt")
    return [
        Package(
            need.name,
            there.get(need.name, "missing"),
            tested.get(need.name, ""),
            ",".join(sign + bound for sign, bound in need.conditions),
            need.met_by(there.get(need.name)),
        )
        for need in needs(root / "pyproject.toml")
    ]


def needs(pyproject: Path) -> list[bounds.Requirement]:
    """The lower bounds, from the checkout or else from the installed package."""
    if pyproject.is_file():
        return bounds.wanted(pyproject, ("lab",))
    texts = importlib.metadata.requires("course_lib") or []
    return [bounds.parse(text) for text in texts if "extra ==" not in text]


def pins(requirements: Path) -> dict[str, str]:
    """The tested versions by package; empty without the file."""
    if not requirements.is_file():
        return {}
    pairs = (pin.split("==") for pin in sources.pins(requirements))
    return {bounds.plain(name): version for name, version in pairs}
