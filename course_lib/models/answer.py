"""What a model answers: named tensors, read as Transformers' answers are."""

from dataclasses import fields
from typing import Any


class Answer:
    """Base of the models' answers; a subclass is a dataclass of its fields.

    `answer.last_hidden_state`, `answer["last_hidden_state"]` and `answer[0]` are the
    same tensor. Positions count only the fields that hold something. Unpacking gives
    tensors: `hidden, pooled = model(ids)`; Transformers gives names there.
    """

    def to_tuple(self) -> tuple[Any, ...]:
        """The values of the fields that hold something, in order."""
        return tuple(getattr(self, name) for name in self.keys())

    def keys(self) -> list[str]:
        """The names of the fields that hold something."""
        names = [field.name for field in fields(self)]
        return [name for name in names if getattr(self, name) is not None]

    def __getitem__(self, which: str | int | slice) -> Any:
        if not isinstance(which, str):
            return self.to_tuple()[which]
        if which not in self.keys():
            raise KeyError(f"no {which!r} in this answer; it holds {self.keys()}")
        return getattr(self, which)

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __len__(self) -> int:
        return len(self.keys())
