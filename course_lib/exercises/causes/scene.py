"""A failing line as the rules see it: the exception, its expression, its tensors."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from torch import nn

from course_lib.exercises.causes.ghosts import Ghost, Unknown, ghost_of
from course_lib.exercises.causes.place import Place
from course_lib.exercises.causes.reader import Reader

UNKNOWN = object()
SHOWN = 6  # tensors named at most


@dataclass(frozen=True)
class Operand:
    """One part of the failing expression: its text, and its value where known."""

    text: str
    value: Any

    @property
    def ghost(self) -> Ghost:
        """The value, where it is known to be a tensor."""
        assert isinstance(self.value, Ghost)
        return self.value

    def size(self, axis: int) -> str:
        """A size with its symbol: "d = 6", or "6" where the axis has none."""
        number = str(self.ghost.shape[axis])
        return f"{self.ghost.axes[axis]} = {number}" if self.ghost.axes else number

    def __str__(self) -> str:
        shape = _bracketed(map(str, self.ghost.shape))
        axes = f"{_bracketed(self.ghost.axes)} = " if self.ghost.axes else ""
        return f"`{self.text}` {axes}{shape}"


def _bracketed(parts: Any) -> str:
    inner = list(parts)
    return f"({', '.join(inner)}{',' * (len(inner) == 1)})"


@dataclass(frozen=True)
class Scene:
    """What a rule may look at."""

    error: BaseException
    place: Place

    @cached_property
    def message(self) -> str:
        """The exception's first 2,000 characters."""
        return str(self.error)[:2000]

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.place.frame)

    @cached_property
    def node(self) -> ast.AST | None:
        """The failing expression, or the statement where that says more."""
        narrow, whole = self.place.expression, self.place.statement
        stored = isinstance(narrow, (ast.Subscript, ast.Tuple)) and isinstance(
            getattr(narrow, "ctx", None), ast.Load
        )
        if isinstance(whole, ast.Assign) and stored:
            target = whole.targets[0]
            if ast.unparse(target) == ast.unparse(narrow):  # type: ignore[arg-type]
                return whole
        return narrow or whole

    @cached_property
    def text(self) -> str:
        """The failing expression as code, "" if it is not known."""
        return ast.unparse(self.node) if self.node else ""

    def value(self, node: ast.expr) -> Any:
        """A value on the line, tensors as ghosts; UNKNOWN where it cannot be read."""
        try:
            return self.reader.read(node)
        except (Unknown, RecursionError):
            return UNKNOWN

    @cached_property
    def operands(self) -> list[Operand]:
        """The parts that the failing operation works on, in their order."""
        parts = _parts(self.node) if self.node else []
        found = [Operand(ast.unparse(part), self.value(part)) for part in parts]
        return [*found, *self._own_weight()]

    def _own_weight(self) -> list[Operand]:
        """The weight of a layer that is called: `layer(x)` fails on layer.weight."""
        if not isinstance(self.node, ast.Call):
            return []
        layer = self.value(self.node.func)
        if not isinstance(layer, nn.Module):
            return []
        weight = vars(layer).get("_parameters", {}).get("weight")
        if type(weight) is not nn.Parameter:
            return []
        name = f"{ast.unparse(self.node.func)}.weight"
        return [Operand(name, ghost_of(weight, name))]

    @property
    def tensors(self) -> list[Operand]:
        """The operands that are tensors."""
        return [one for one in self.operands if isinstance(one.value, Ghost)]

    @property
    def subject_inside(self) -> str:
        """The line's first tensor as it stands inside a sentence."""
        return f"`{self.tensors[0].text}`" if self.tensors else "the tensor"

    @property
    def subject(self) -> str:
        """The line's first tensor as it begins a sentence."""
        return f"`{self.tensors[0].text}`" if self.tensors else "The tensor"

    @cached_property
    def named(self) -> list[Operand]:
        """The tensors to name: operands, and what stands inside unreadable ones."""
        if self.node is None:
            return []
        found = {one.text: one for one in self._inside(self.node)}
        found |= {one.text: one for one in self._own_weight()}
        return list(found.values())[:SHOWN]

    def _inside(self, node: ast.AST) -> Iterator[Operand]:
        for part in _parts(node) or list(ast.iter_child_nodes(node)):
            value = self.value(part) if isinstance(part, ast.expr) else UNKNOWN
            if isinstance(value, Ghost):
                yield Operand(ast.unparse(part), value)
            elif value is UNKNOWN:
                yield from self._inside(part)

    def listing(self) -> str:
        """The tensors of the line; dtype and device where they differ."""
        dtypes = len({one.ghost.dtype for one in self.named}) > 1
        devices = len({one.ghost.device for one in self.named}) > 1

        def told(one: Operand) -> str:
            dtype = f" {one.ghost.dtype}" if dtypes else ""
            return f"{one}{dtype}{f' on {one.ghost.device}' if devices else ''}"

        return ", ".join(map(told, self.named))


def _parts(node: ast.AST) -> list[ast.expr]:
    """The expressions that one operation takes; lists in a call taken apart."""
    match node:
        case ast.BinOp():
            parts = [node.left, node.right]
        case ast.Compare():
            parts = [node.left, *node.comparators]
        case ast.UnaryOp():
            parts = [node.operand]
        case ast.Subscript():
            parts = [node.value, *_unpacked(node.slice)]
        case ast.Attribute():
            parts = [node.value]
        case ast.AugAssign():
            parts = [node.target, node.value]
        case ast.Assign():
            parts = [*node.targets, node.value]
        case ast.Call():
            owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            keywords = [part.value for part in node.keywords]
            arguments = [piece for part in node.args for piece in _unpacked(part)]
            parts = [*owner, *arguments, *keywords]
        case ast.If() | ast.While() | ast.Assert():
            parts = [node.test]
        case _:
            parts = []
    return parts


def _unpacked(node: ast.expr) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, (ast.List, ast.Tuple)) else [node]
