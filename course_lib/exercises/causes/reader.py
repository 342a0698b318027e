"""Reads values on a failing line without running any of the learner's code."""

import ast
import builtins
import math
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.exercises.causes import ghosts
from course_lib.exercises.causes.ghosts import Ghost, Unknown, ghost_of


class Reader:
    """Reads expressions in one frame; tensors come as ghosts."""

    def __init__(self, frame: FrameType) -> None:
        # f_locals builds a new dictionary on every access.
        self.scopes = (frame.f_locals, frame.f_globals, vars(builtins))

    def read(self, node: ast.expr) -> Any:
        """The value of an expression.

        Raises:
            Unknown: it cannot be known without running something.
        """
        reading = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reading is None:
            raise Unknown
        try:
            value = reading(node)
        except Exception as error:  # whatever these shapes do not allow
            raise Unknown from error
        return ghost_of(value, ast.unparse(node)) if _is_real(value) else value

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        for scope in self.scopes:
            if node.id in scope:
                return scope[node.id]
        raise Unknown

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self.read(part) for part in node.elts)

    def _list(self, node: ast.List) -> list[Any]:
        return [self.read(part) for part in node.elts]

    def _slice(self, node: ast.Slice) -> slice:
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if part is None else self.read(part) for part in parts))

    def _attribute(self, node: ast.Attribute) -> Any:
        owner = self.read(node.value)
        if isinstance(owner, Ghost):
            return ghosts.attribute(owner, node.attr)
        # A property would run code of the learner's: only stored values are read.
        stored = object.__getattribute__(owner, "__dict__")
        if isinstance(owner, nn.Module):
            for kind in ("_parameters", "_buffers", "_modules"):
                if node.attr in stored[kind]:
                    return stored[kind][node.attr]
        return stored[node.attr]

    def _subscript(self, node: ast.Subscript) -> Any:
        owner, index = self.read(node.value), self.read(node.slice)
        if isinstance(owner, Ghost):
            return ghosts.indexed(owner, index)
        if type(owner) not in (list, tuple, dict, torch.Size):
            raise Unknown
        return owner[index]

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.read(node.operand)
        if isinstance(value, Ghost):
            return ghosts.method(value, "neg", [], {})
        return ghosts.operate("Mult", value, -1 if isinstance(node.op, ast.USub) else 1)

    def _binop(self, node: ast.BinOp) -> Any:
        name = type(node.op).__name__
        return ghosts.operate(name, self.read(node.left), self.read(node.right))

    def _compare(self, node: ast.Compare) -> Any:
        (op,), (right,) = node.ops, node.comparators
        name = type(op).__name__
        if name not in ghosts.TRUTH:
            raise Unknown
        return ghosts.operate(name, self.read(node.left), self.read(right))

    def _call(self, node: ast.Call) -> Any:
        arguments = [self.read(part) for part in node.args]
        options = {part.arg or "": self.read(part.value) for part in node.keywords}
        if isinstance(node.func, ast.Attribute):
            owner = self.read(node.func.value)
            if isinstance(owner, Ghost):
                return ghosts.method(owner, node.func.attr, arguments, options)
        function = self.read(node.func)
        if function is math.sqrt or function is int or function is float:
            return function(*arguments)
        if function is len and isinstance(arguments[0], Ghost):
            return arguments[0].shape[0]
        return ghosts.call(function, arguments)


def _is_real(value: Any) -> bool:
    # nn.Parameter and subclasses included; a ghost is no tensor.
    return isinstance(value, Tensor)
