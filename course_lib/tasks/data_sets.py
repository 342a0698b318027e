"""The data of a task, by the name of a set or from a file, ready to be learned from.

>>> data = open_data("classification", "my.csv")
>>> data = open_data("tagging", "entities")  # written for the course
>>> data = open_data("question-answering", "world")  # generated, as much as you like
>>> data = open_data("classification", "imdb")  # of the Hub
"""

from collections.abc import Callable, Mapping
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from course_lib import resources
from course_lib.errors import CourseError
from course_lib.resources import world
from course_lib.resources.files import data_folder
from course_lib.resources.origins import resolve
from course_lib.tasks.lesson import TEST, TRAIN, VALIDATION
from course_lib.tasks.named import TASKS, Task, task
from course_lib.tasks.quiet import quiet_datasets

if TYPE_CHECKING:
    from datasets import DatasetDict

WORLD = "world"
SIZES = {TRAIN: 1200, VALIDATION: 150, TEST: 300}
"""How many examples of the world, where nothing else is asked for."""

_Rows = Callable[[int, int, str], list[dict]]


def open_data(
    name: str,
    given: str | PathLike[str],
    *,
    sizes: Mapping[str, int] | None = None,
    seed: int = 0,
    **reading: Any,
) -> "DatasetDict":
    """The splits of a task's data.

    Args:
        name: of the task, e.g. "tagging".
        given: a file or folder of your own; a set that comes with the course
            ("reviews", "entities", "questions", "pairs", "headlines"); "world", which
            is generated; or a data set of the Hub.
        sizes: how many examples of the world each split has.
        seed: decides what is drawn of the world.
        reading: for the task's loader of files, e.g. text="review", label="stars".

    Raises:
        CourseError: there is no such data, or they are not for this task, or not in
            order.
    """
    wanted = task(name)
    if given == WORLD:
        _refuse(reading, WORLD)
        return _world(wanted, sizes or SIZES, seed)
    place = resolve(given, kind="dataset")
    if place.parent == data_folder():
        _refuse(reading, place.name)
        return _written(wanted, place.name)
    return getattr(resources, wanted.loader)(place, **reading)


def _refuse(reading: Mapping[str, Any], name: str) -> None:
    """Columns and splits of the course's sets are not a matter of choice."""
    if reading:
        raise CourseError(
            f"{name} comes with the course and is read as it is; "
            f"{', '.join(reading)} is for files of your own"
        )


def _written(wanted: Task, name: str) -> "DatasetDict":
    """A written set of the course, in the columns of its task."""
    if name != wanted.shipped:
        owner = next((t.name for t in TASKS.values() if t.shipped == name), None)
        its = f"it is for {owner}" if owner else "it has no labels"
        raise CourseError(
            f"{name} can't be learned from for {wanted.name}: {its}. Take "
            f"{wanted.shipped!r} or {WORLD!r}, or a file of your own"
        )
    data = getattr(resources, name)()
    if name == "headlines":
        return data.rename_columns({"article": "source", "summary": "target"})
    return data


def _world(wanted: Task, sizes: Mapping[str, int], seed: int) -> "DatasetDict":
    """Examples of the generated world; no two splits share a story."""
    from datasets import Dataset, DatasetDict, NamedSplit

    rows = _ROWS[wanted.name]
    splits = {
        split: Dataset.from_list(rows(size, seed, split), split=NamedSplit(split))
        for split, size in sizes.items()
    }
    made = DatasetDict(splits)
    features = _features(wanted, made)
    counts = ", ".join(f"{size:,} {split}" for split, size in sizes.items())
    print(f"world: generated for {wanted.name}, seed {seed}. {counts}.")
    with quiet_datasets():
        return made if features is None else made.cast(features)


def _features(wanted: Task, made: "DatasetDict") -> Any:
    """The features of splits whose labels are still texts; None where none are."""
    from datasets import ClassLabel, List

    features = made[TRAIN].features.copy()
    if wanted.name == "classification":
        features["label"] = ClassLabel(names=["negative", "positive"])
    elif wanted.name == "tagging":
        types = ("LOC", "MISC", "ORG", "PER")
        names = ["O", *(f"{edge}-{name}" for name in types for edge in "BI")]
        features["tags"] = List(ClassLabel(names=names))
    else:
        return None
    return features


def _named(
    make: Callable[..., list[dict]],
    columns: Mapping[str, str],
    count: int,
    seed: int,
    split: str,
) -> list[dict]:
    """Rows of the world, with columns called as the task calls them."""
    rows = make(count, seed=seed, split=split)
    return [{columns.get(name, name): x for name, x in row.items()} for row in rows]


def _asked(count: int, seed: int, split: str) -> list[dict]:
    """Questions of the world, each with a name of its own."""
    rows = world.world_questions(count, seed=seed, split=split)
    return [{"id": f"{split}-{number}", **row} for number, row in enumerate(rows)]


_ROWS: dict[str, _Rows] = {
    "classification": partial(_named, world.world_reviews, {}),
    "tagging": partial(_named, world.world_entities, {}),
    "question-answering": _asked,
    "translation": partial(
        _named,
        world.world_pairs,
        {"english": "source", "french": "target", "phenomenon": "feature"},
    ),
    "summarisation": partial(
        _named, world.world_summaries, {"text": "source", "summary": "target"}
    ),
}
