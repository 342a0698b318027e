"""The lower bounds of pyproject.toml against what an environment holds."""

import json
import re
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from course_lib.errors import CourseError

_LIST = """
import importlib.metadata, json, sys
found = {}
for package in importlib.metadata.distributions():
    name = package.metadata["Name"]
    if name:
        found.setdefault(name, package.version)
print(json.dumps(found))
"""
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*([^;]*)")
_CONDITION = re.compile(r"\s*(>=|<=|==|!=|>|<|~=)\s*([^\s,]+)\s*")


class Requirement(NamedTuple):
    """One line of pyproject.toml: a package and the versions that will do."""

    name: str
    text: str
    conditions: tuple[tuple[str, str], ...]

    def met_by(self, version: str | None) -> bool:
        """Whether an installed version will do; None is a package that is not there."""
        return version is not None and all(
            holds(version, sign, bound) for sign, bound in self.conditions
        )


def plain(name: str) -> str:
    """Return a package's name as every tool writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse(text: str) -> Requirement:
    """Read a requirement such as `ipywidgets>=7.7,<9`."""
    found = _REQUIREMENT.match(text)
    if found is None:
        raise CourseError(f"pyproject.toml: {text!r} is not a requirement.")
    parts = [part for part in found[2].split(",") if part.strip()]
    matches = [_CONDITION.fullmatch(part) for part in parts]
    conditions = tuple((match[1], match[2]) for match in matches if match)
    return Requirement(plain(found[1]), text, conditions)


def numbers(version: str) -> tuple[int, ...]:
    """Return the release numbers of a version: 2.13.0+cpu is (2, 13), 2.6rc1 (2, 6)."""
    found = re.match(r"v?(?:\d+!)?(\d+(?:\.\d+)*)", version)
    release = [int(part) for part in found[1].split(".")] if found else []
    while release and release[-1] == 0:
        release.pop()
    return tuple(release)


def holds(version: str, sign: str, bound: str) -> bool:
    """Whether `version sign bound` holds, by release numbers."""
    one, other = numbers(version), numbers(bound)
    series = tuple(int(part) for part in re.findall(r"\d+", bound))[:-1]
    return {
        ">=": one >= other,
        "<=": one <= other,
        "==": one == other,
        "!=": one != other,
        ">": one > other,
        "<": one < other,
        "~=": one >= other and one[: len(series)] == series,
    }[sign]


def wanted(pyproject: Path, extras: Sequence[str]) -> list[Requirement]:
    """Return what the course and these extras of it need."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    texts = [
        *project["dependencies"],
        *(t for extra in extras for t in optional[extra]),
    ]
    return [parse(text) for text in dict.fromkeys(texts)]


def installed(python: Path) -> dict[str, str]:
    """Return name and version of all that an environment holds."""
    answer = subprocess.run(
        [python, "-c", _LIST], capture_output=True, text=True, cwd=python.parent
    )
    if answer.returncode:
        raise CourseError(f"{python} does not work: {answer.stderr.strip()}")
    return {plain(name): version for name, version in json.loads(answer.stdout).items()}


def missing(
    requirements: Sequence[Requirement], there: Mapping[str, str]
) -> list[Requirement]:
    """Return the requirements that what is installed does not meet."""
    return [need for need in requirements if not need.met_by(there.get(need.name))]
