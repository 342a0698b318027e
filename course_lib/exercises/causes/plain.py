"""Errors of plain Python that learners meet: names, arguments, None, unpacking."""

import ast
import inspect
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches

from torch import nn

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


def _close(name: str, known: Iterable[object]) -> str:
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
    near = _close(name, {**frame.f_builtins, **frame.f_globals, **frame.f_locals})
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
    return _is_none(text) if text else ""


def _is_none(text: str) -> str:
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
    near = _close(groups["name"], {*dir(type(owner)), *stored, *inside})
    if near:
        return f"There is no `{groups['name']}`. Did you mean {near}?"
    there = ", ".join(f"`{name}`" for name in inside[:8])
    return f"There is no `{groups['name']}`; there are {there}." if there else ""


@RULES.when(r"^TypeError: (?P<call>[\w.<>]+)\(\) got an unexpected keyword .* '(\w+)'")
def unexpected_keyword(scene: Scene, match: re.Match[str]) -> str:
    """An argument by a name that the function does not have."""
    parameters = _parameters(scene)
    if not parameters:
        return ""
    near = _close(match[2], parameters)
    guess = f" Did you mean {near}?" if near else ""
    return f"There is no argument `{match[2]}`: it takes {_listed(parameters)}.{guess}"


@RULES.when(
    r"^TypeError: [\w.<>]+\(\) missing \d+ required .* arguments?: (.*)",
    r"^TypeError: ([\w.<>]+)\(\) takes .* positional arguments? but \d+ w",
)
def wrong_number_of_arguments(scene: Scene, match: re.Match[str]) -> str:
    """Too few or too many arguments."""
    if '"dim"' in match[1]:
        return "Say over which axis: `dim=-1` is the last, for scores over the keys."
    parameters = _parameters(scene)
    return f"It takes {_listed(parameters)}." if parameters else ""


def _parameters(scene: Scene) -> list[str]:
    """The parameters of the learner's function that the line calls."""
    if not isinstance(scene.node, ast.Call):
        return []
    function = scene.value(scene.node.func)
    if isinstance(function, nn.Module):
        function = type(function).forward
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        return []
    return [str(p) for p in inspect.signature(function).parameters]


def _listed(parameters: list[str]) -> str:
    return "(" + ", ".join(parameters) + ")"


@RULES.when(
    r"^TypeError: unsupported operand type\(s\) for (\S+)(?: or pow\(\))?:",
    r"^TypeError: bad operand type for unary (\S+):",
    r"^TypeError: 'NoneType' object is not (\w+)",
    r"^TypeError: cannot unpack non-iterable (NoneType) object",
    r"argument .* must be Tensor, not (NoneType)",
)
def none_or_list(scene: Scene, match: re.Match[str]) -> str:
    """None, or a list, where a tensor is needed."""
    parts = list(scene.operands)
    if isinstance(scene.node, ast.Assign):
        parts = [p for p in parts if p.text == ast.unparse(scene.node.value)]
    for part in parts:
        if part.value is None:
            return _is_none(part.text)
    for part in parts:
        if isinstance(part.value, (list, tuple)) and scene.tensors:
            kind = type(part.value).__name__
            return f"`{part.text}` is a {kind}: make it a tensor, `torch.tensor(...)`."
    if "NoneType" in scene.message and isinstance(scene.node, ast.Assign):
        return _is_none(ast.unparse(scene.node.value))
    return ""


@RULES.when(r"^TypeError: (\w+)\(\): argument .* must be Tensor, not (int|float)")
def number_for_tensor(scene: Scene, match: re.Match[str]) -> str:
    """torch.sqrt(6)."""
    if match[1] in {"sqrt", "exp", "log", "sin", "cos"}:
        return f"`torch.{match[1]}` takes a tensor; for a number: `math.{match[1]}`."
    return f"`{match[1]}` takes a tensor, not a plain number."


@RULES.when(r"^TypeError: (\w+)\(\): argument .* must be Tensor, not (\w+)")
def other_for_tensor(scene: Scene, match: re.Match[str]) -> str:
    """A list where a tensor is needed."""
    if match[2] in {"list", "tuple"}:
        return (
            f"`{match[1]}` takes a tensor: `torch.tensor(...)` or `torch.stack(...)`."
        )
    return ""


@RULES.when(
    r"must be tuple of ints, not float",
    r"type must be tuple of ints,but got float",
    r"'float' object cannot be interpreted as an integer",
    r"argument '\w+' .*must be int, not float",
)
def float_size(scene: Scene, match: re.Match[str]) -> str:
    """A size computed with / ."""
    return "A size must be a whole number, and `/` gives a float: use `//`."


@RULES.when(r"^TypeError: 'torch.Size' object is not callable")
def shape_called(scene: Scene, match: re.Match[str]) -> str:
    """x.shape(0)."""
    return "`shape` is a tuple: `x.shape[0]`, or `x.size(0)`."


@RULES.when(r"^TypeError: 'builtin_function_or_method' object is not subscriptable")
def method_indexed(scene: Scene, match: re.Match[str]) -> str:
    """x.size[0]."""
    return "A method is called with round brackets: `x.size(0)`, or `x.shape[0]`."


@RULES.when(
    r"^ValueError: not enough values to unpack \(expected (\d+), got \d+\)",
    r"^ValueError: too many values to unpack \(expected (\d+)",
)
def unpacking(scene: Scene, match: re.Match[str]) -> str:
    """`B, T, D = x.shape` with another number of axes."""
    if not isinstance(scene.place.statement, ast.Assign):
        return ""
    right = scene.place.statement.value
    text, value = ast.unparse(right), scene.value(right)
    if isinstance(value, Ghost):
        value = value.shape[:1] and range(value.shape[0])
    if not isinstance(value, (tuple, list, range, str, dict)):
        return ""
    shown = f" = {tuple(value)}" if text.endswith(".shape") else ""
    return f"`{text}`{shown} has {len(value)} entries; {match[1]} names wait for them."


@RULES.when(r"^RecursionError")
def endless_recursion(scene: Scene, match: re.Match[str]) -> str:
    """A function that calls itself for ever."""
    name = scene.place.frame.f_code.co_name
    return f"`{name}` calls itself without an end: did you mean another function?"


@RULES.when(r"^ZeroDivisionError")
def zero(scene: Scene, match: re.Match[str]) -> str:
    """Division by a name that is 0."""
    if not isinstance(scene.node, ast.BinOp):
        return ""
    right = scene.node.right
    return (
        "" if isinstance(right, ast.Constant) else f"`{ast.unparse(right)}` is 0 here."
    )


@RULES.when(r"^KeyError")
def unknown_key(scene: Scene, match: re.Match[str]) -> str:
    """A key that the dictionary does not have."""
    if not isinstance(scene.node, ast.Subscript) or not scene.error.args:
        return ""
    key, table = scene.error.args[0], scene.value(scene.node.value)
    if type(table) is not dict:
        return ""
    near = _close(key, table) if isinstance(key, str) else ""
    guess = f" Did you mean {near}?" if near else ""
    return f"`{ast.unparse(scene.node.value)}` has no key {key!r:.60}.{guess}"


@RULES.when(r"^IndexError: (list|tuple|string) index out of range")
def list_index(scene: Scene, match: re.Match[str]) -> str:
    """An index beyond the end of a list, or of a shape."""
    if not isinstance(scene.node, ast.Subscript):
        return ""
    owner, index = scene.value(scene.node.value), scene.value(scene.node.slice)
    if not isinstance(owner, (list, tuple, str)) or not isinstance(index, int):
        return ""
    text = ast.unparse(scene.node.value)
    last = f", 0 to {len(owner) - 1}" if owner else ""
    return f"`{text}` has {len(owner)} entries{last}; {index} was asked for."


@RULES.when(r"^ModuleNotFoundError: No module named '([\w.]+)'")
def not_installed(scene: Scene, match: re.Match[str]) -> str:
    """A package that is not there, or misspelt."""
    near = _close(match[1], {*sys.stdlib_module_names, *map(str, sys.modules)})
    guess = f"Did you mean {near}?" if near else "Is it spelt right, is it installed?"
    return f"There is no package `{match[1]}` here. {guess}"
