"""The tasks by name: their data, their functions, the model that they begin with."""

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError
from course_lib.models.checkpoints import read_config
from course_lib.tasks.kinds import (
    ANSWERER,
    CLASSIFIER,
    SUMMARISER,
    TAGGER,
    TRANSLATOR,
    Kind,
)
from course_lib.tasks.saved import is_trained


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: as people type it.
        says: what it does, for a list of tasks.
        kind: what is trained.
        loader: the function of `course_lib.resources` that reads data for it.
        columns: of a file, as that function calls them.
        shipped: the written set that comes with the course.
        model: the pretrained model that is taken where none is named.
    """

    name: str
    says: str
    kind: Kind
    loader: str
    columns: tuple[str, ...]
    shipped: str
    model: str = "course-bert"

    @property
    def finetune(self) -> Callable[..., Any]:
        """The function that fine-tunes a model for it."""
        return getattr(importlib.import_module("course_lib.tasks"), self.kind.made_by)

    @property
    def load(self) -> Callable[..., Any]:
        """The function that reads a trained model again."""
        name = f"load_{self.kind.noun}"
        return getattr(importlib.import_module("course_lib.tasks"), name)


TASKS = {
    task.name: task
    for task in (
        Task(
            "classification",
            "which label has a text?",
            CLASSIFIER,
            "load_classification",
            ("text", "label"),
            "reviews",
        ),
        Task(
            "tagging",
            "which words of a text are names, and of what?",
            TAGGER,
            "load_tagging",
            ("tokens", "tags"),
            "entities",
        ),
        Task(
            "question-answering",
            "where in a passage stands the answer to a question?",
            ANSWERER,
            "load_questions",
            ("context", "question", "answers"),
            "questions",
        ),
        Task(
            "translation",
            "what is a text in the other language?",
            TRANSLATOR,
            "load_pairs",
            ("source", "target"),
            "pairs",
            "course-marian",
        ),
        Task(
            "summarisation",
            "what does a text say, in a sentence?",
            SUMMARISER,
            "load_pairs",
            ("source", "target"),
            "headlines",
            "course-marian",
        ),
    )
}
_ALSO = {
    "sentiment": "classification",
    "ner": "tagging",
    "qa": "question-answering",
    "summarization": "summarisation",
}
"""Names that others use."""


def task(name: str) -> Task:
    """The task of this name.

    Raises:
        CourseError: there is none.
    """
    known = _ALSO.get(name.casefold(), name.casefold())
    if known not in TASKS:
        near = difflib.get_close_matches(known, [*TASKS, *_ALSO], n=1)
        guess = f" Did you mean {near[0]}?" if near else ""
        raise CourseError(
            f"there is no task {name!r}.{guess} The tasks are: {', '.join(TASKS)}"
        )
    return TASKS[known]


def task_of(folder: Path) -> Task:
    """The task that the model in a folder was trained for.

    A model that writes texts is a translator, whatever it was taught to write.

    Raises:
        CourseError: for none of them.
    """
    for one in TASKS.values():
        if is_trained(folder, one.kind):
            return one
    names = ", ".join(read_config(folder).get("architectures") or ["nothing known"])
    made = ", ".join(f"{one.kind.noun}s" for one in TASKS.values())
    raise CourseError(
        f"{folder} holds {names}, which answers nothing yet. `finetune` makes {made} "
        "of a pretrained model"
    )
