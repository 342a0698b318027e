"""Exercises of chapter 06: in which half of a computation a mistake sits."""

from collections.abc import Mapping
from typing import Any

Wrong = Mapping[str, Any]
HALVES = ("both", "first", "second")


def sits_in(wrong: Wrong, name: str, half: str) -> bool:
    """True if this mistake concerns this half of the computation."""
    return wrong.get(name) in ("both", half)
