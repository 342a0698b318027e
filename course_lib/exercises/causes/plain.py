"""Errors of plain Python that learners meet: arguments, None, numbers, unpacking."""

import ast
import inspect
import re

from torch import nn

from course_lib.exercises.causes.ghosts import Ghost
from course_lib.exercises.causes.names import close, is_none
from course_lib.exercises.causes.rules import Rules
from course_lib.exercises.causes.scene import Scene

RULES = Rules()


@RULES.when(r"^TypeError: (?P<call>[\w.<>]+)\(\) got an unexpected keyword .* '(\w+)'")
def unexpected_keyword(scene: Scene, match: re.Match[str]) -> str:
    """An argument by a name that the function does not have."""
    parameters = _parameters(scene)
    if not parameters:
        return ""
    near = close(match[2], parameters)
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
            return is_none(part.text)
    for part in parts:
        if isinstance(part.value, (list, tuple)) and scene.tensors:
            kind = type(part.value).__name__
            return f"`{part.text}` is a {kind}: make it a tensor, `torch.tensor(...)`."
    if "NoneType" in scene.message and isinstance(scene.node, ast.Assign):
        return is_none(ast.unparse(scene.node.value))
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


@RULES.when(r"^TypeError: (?:list|tuple) indices must be .*, not NoneType")
def none_as_index(scene: Scene, match: re.Match[str]) -> str:
    """word_labels[word] where word is None."""
    if not isinstance(scene.node, ast.Subscript):
        return ""
    index = ast.unparse(scene.node.slice)
    return f"`{index}` is None here. Ask `{index} is None` before you look it up."
