"""A trained model's folder: whether one may be written there, and its figures."""

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from course_lib.errors import CourseError
from course_lib.tasks.kinds import Kind

EVALUATION = "evaluation.json"


class Kept(Protocol):
    """Figures that can be written down and read again."""

    def to_dict(self) -> dict[str, Any]:
        """This as numbers, texts, lists and dicts."""

    @classmethod
    def from_dict(cls, kept: dict[str, Any], /) -> Self:
        """What `to_dict` wrote down."""


Figures = TypeVar("Figures", bound=Kept)


def require_place(folder: Path, kind: Kind, base: Path | None = None) -> None:
    """Check that a model may be saved there: nothing else is written over.

    Args:
        folder: a new or empty one, or one that holds a model of this kind.
        kind: of the model to be saved.
        base: the folder of the model that it is made of.

    Raises:
        CourseError: it holds something else, is no folder, or nothing can be written.
    """
    if base is not None and folder.resolve() == base.resolve():
        raise CourseError(
            f"{folder} is the model to begin with: save the {kind.noun} elsewhere"
        )
    if folder.exists() and not folder.is_dir():
        raise CourseError(
            f"{folder} is a file: choose another name for the {kind.noun}"
        )
    there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not os.access(there, os.W_OK):
        raise CourseError(
            f"nothing can be written in {there}: choose another folder for the "
            f"{kind.noun}"
        )
    if not folder.exists() or not any(folder.iterdir()) or is_trained(folder, kind):
        return
    raise CourseError(
        f"{folder} holds something other than {kind.a_noun}, and is left as it is: "
        "choose a new folder"
    )


def is_trained(folder: Path, kind: Kind) -> bool:
    """Whether a folder holds a model of this kind in Hugging Face's format."""
    try:
        names = _read(folder / "config.json")["architectures"]
        return any(name.endswith(kind.architectures) for name in names)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def keep(
    save: Callable[[Path], None], folder: Path, kind: Kind, say: Callable[[str], None]
) -> None:
    """Save a model; a full disk must not cost what was learned.

    Args:
        save: writes it into a folder.
        folder: where to.
        kind: of the model.
        say: is told where it is.
    """
    try:
        save(folder)
    except OSError as error:
        warnings.warn(
            f"the {kind.noun} could not be saved in {folder} ({error}). It is what "
            f"this call returns: make room, then {kind.noun}.save(...)",
            stacklevel=3,
        )
    else:
        say(f"Saved in {folder}: load_{kind.noun}({str(folder)!r}) reads it again.")


def write_evaluation(folder: Path, evaluation: Kept | None) -> None:
    """Put a model's figures beside it; those of another that was there go."""
    file = folder / EVALUATION
    if evaluation is None:
        file.unlink(missing_ok=True)
        return
    text = json.dumps(evaluation.to_dict(), indent=1, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def read_evaluation(folder: Path, figures: type[Figures]) -> Figures | None:
    """The figures saved with a model; None where there are none to be read."""
    try:
        return figures.from_dict(_read(folder / EVALUATION))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
