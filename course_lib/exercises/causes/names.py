"""Names that lead to nothing: variables, attributes, keys, packages, None."""

import ast
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches

from course_lib.exercises.causes.ghosts import Ghost
from course_lib.exercises.causes.rules import Rules
from course_lib.exercises.causes.scene import UNKNOWN, Scene

RULES = Rules()
_IMPORTS = {
    "torch": "import torch",
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "math": "import math",
    "np": "import numpy as np",
    "plt": "import matplotlib.pyplot as plt",
    "check": "from course_lib.exercises import check",
    "hint": "from course_lib.exercises import hint",
}


def close(name: str, known: Iterable[object]) -> str:
    """Names that look alike: "`a` or `b`", "" where there are none."""
    words = [
        word
        for word in known
        if isinstance(word, str) and word != name and word[:1].strip("_") == word[:1]
    ]
    found = get_close_matches(name, words, n=2, cutoff=0.75)
    return " or ".join(f"`{word}`" for word in found)


@RULES.when(r"^UnboundLocalError: .*'(\w+)'")
def used_before(scene: Scene, match: re.Match[str]) -> str:
    """A local name read before it is set."""
    return (
        f"`{match[1]}` gets its value further down in this function, or in a branch "
        "that did not run."
    )


@RULES.when(r"^NameError: (?:name|free variable) '(\w+)'")
def unknown_name(scene: Scene, match: re.Match[str]) -> str:
    """A name without a value."""
    name = match[1]
    if name in _IMPORTS:
        return f"`{name}` is not imported: `{_IMPORTS[name]}`."
    frame = scene.place.frame
    near = close(name, {**frame.f_builtins, **frame.f_globals, **frame.f_locals})
    if near:
        return f"`{name}` has no value here. Did you mean {near}?"
    return (
        f"`{name}` has no value here: it is spelt otherwise, or the cell that sets it "
        "has not run yet."
    )


@RULES.when(r"^AttributeError: 'NoneType' object has no attribute '(\w+)'")
def attribute_of_none(scene: Scene, match: re.Match[str]) -> str:
    """`mask.unsqueeze` without a mask."""
    if not isinstance(scene.node, ast.Attribute | ast.Call):
        return ""
    owner = scene.node.func if isinstance(scene.node, ast.Call) else scene.node
    text = ast.unparse(owner.value) if isinstance(owner, ast.Attribute) else ""
    return is_none(text) if text else ""


def is_none(text: str) -> str:
    """A sentence for code that is None where it must not be."""
    if text == "None":
        return ""
    if re.fullmatch(r"[\w.]+", text):
        return (
            f"`{text}` is None here. Where that is allowed, ask first: "
            f"`if {text} is not None:`."
        )
    return f"`{text}` gives None: does that function end with `return`?"


@RULES.when(r"^AttributeError: .*'tuple' object has no attribute '(\w+)'")
def attribute_of_tuple(scene: Scene, match: re.Match[str]) -> str:
    """Two results taken for one."""
    text = (
        ast.unparse(scene.node.value) if isinstance(scene.node, ast.Attribute) else ""
    )
    name = f"`{text}`" if text else "It"
    return (
        f"{name} is a tuple of several results: take them apart first, "
        "`context, weights = ...`."
    )


@RULES.when(r"torch\.return_types\.(\w+)")
def values_and_places(scene: Scene, match: re.Match[str]) -> str:
    """`weight.max(dim=1) / 127`: a pair taken for its values."""
    alone = f"; `a{match[1]}` returns them alone" if match[1] in ("max", "min") else ""
    return (
        f"`{match[1]}` along an axis returns values and their places: take the values "
        f"with `.values`{alone}."
    )


@RULES.when(
    r"^AttributeError: module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
    r"^AttributeError: '(?P<type>\w+)' object has no attribute '(?P<name>\w+)'",
    r"^AttributeError: type object '(?P<type>\w+)' has no attribute '(?P<name>\w+)'",
)
def unknown_attribute(scene: Scene, match: re.Match[str]) -> str:
    """An attribute that is spelt otherwise."""
    groups = match.groupdict()
    owner: object = sys.modules.get(groups.get("module", ""))
    if owner is None and isinstance(scene.node, ast.Attribute):
        owner = scene.value(scene.node.value)
        owner = owner.meta if isinstance(owner, Ghost) else owner
    if owner is None or owner is UNKNOWN:
        return ""
    stored = getattr(owner, "__dict__", {})
    inside = [*stored.get("_modules", ()), *stored.get("_parameters", ())]
    near = close(groups["name"], {*dir(type(owner)), *stored, *inside})
    if near:
        return f"There is no `{groups['name']}`. Did you mean {near}?"
    there = ", ".join(f"`{name}`" for name in inside[:8])
    return f"There is no `{groups['name']}`; there are {there}." if there else ""


@RULES.when(r"^KeyError")
def unknown_key(scene: Scene, match: re.Match[str]) -> str:
    """A key that the dictionary does not have."""
    if not isinstance(scene.node, ast.Subscript) or not scene.error.args:
        return ""
    key, table = scene.error.args[0], scene.value(scene.node.value)
    if type(table) is not dict:
        return ""
    near = close(key, table) if isinstance(key, str) else ""
    guess = f" Did you mean {near}?" if near else ""
    return f"`{ast.unparse(scene.node.value)}` has no key {key!r:.60}.{guess}"


@RULES.when(r"^ModuleNotFoundError: No module named '([\w.]+)'")
def not_installed(scene: Scene, match: re.Match[str]) -> str:
    """A package that is not there, or misspelt."""
    near = close(match[1], {*sys.stdlib_module_names, *map(str, sys.modules)})
    guess = f"Did you mean {near}?" if near else "Is it spelt right, is it installed?"
    return f"There is no package `{match[1]}` here. {guess}"
