"""A classifier's folder: whether one may be written there, and what it says of it."""

import json
import os
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError
from course_lib.tasks.evaluation import Evaluation

EVALUATION = "evaluation.json"
CLASSIFIES = "ForSequenceClassification"
"""How Transformers' names for classifiers end."""


def require_place(folder: Path, base: Path | None = None) -> None:
    """Check that a classifier may be saved there: nothing else is written over.

    Args:
        folder: a new or empty one, or one that holds a classifier.
        base: the folder of the model that it is made of.

    Raises:
        CourseError: it holds something else, is no folder, or nothing can be written.
    """
    if base is not None and folder.resolve() == base.resolve():
        raise CourseError(
            f"{folder} is the model to begin with: save the classifier elsewhere"
        )
    if folder.exists() and not folder.is_dir():
        raise CourseError(f"{folder} is a file: choose another name for the classifier")
    there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    if not os.access(there, os.W_OK):
        raise CourseError(
            f"nothing can be written in {there}: choose another folder for the "
            "classifier"
        )
    if not folder.exists() or not any(folder.iterdir()) or is_classifier(folder):
        return
    raise CourseError(
        f"{folder} holds something other than a classifier, and is left as it is: "
        "choose a new folder"
    )


def is_classifier(folder: Path) -> bool:
    """Whether a folder holds a classifier in Hugging Face's format."""
    try:
        kinds = _read(folder / "config.json")["architectures"]
        return any(kind.endswith(CLASSIFIES) for kind in kinds)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def write_evaluation(folder: Path, evaluation: Evaluation | None) -> None:
    """Put a classifier's figures beside it; those of another that was there go."""
    file = folder / EVALUATION
    if evaluation is None:
        file.unlink(missing_ok=True)
        return
    text = json.dumps(evaluation.to_dict(), indent=1, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def read_evaluation(folder: Path) -> Evaluation | None:
    """The figures saved with a classifier; None where there are none to be read."""
    try:
        return Evaluation.from_dict(_read(folder / EVALUATION))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
