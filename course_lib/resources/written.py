"""The texts written for the course, in `data/`, as Hugging Face datasets.

Each is a `DatasetDict` with its splits; `reviews()["train"].to_list()` is a plain list.
They are read from files, without a network. The cards beside the files say how they
were made and what they are good for.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.errors import CourseError
from course_lib.resources.files import data_folder

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict


def reviews() -> "DatasetDict":
    """Short reviews with a verdict.

    Returns:
        train (690), validation (160), test (200), with columns text, label (negative,
        positive), style (plain, negation, mixed, irony) and domain (films, ...).
    """
    from course_lib.resources.own_data import load_classification

    keep = ("style", "file")
    data = load_classification(data_folder() / "reviews", keep=keep, split="split")
    return data.rename_column("file", "domain")


def entities() -> "DatasetDict":
    """News-like sentences with named entities.

    Returns:
        train (420), validation (100), test (120), with columns tokens and tags: BIO
        tags of PER, ORG, LOC, MISC.
    """
    from course_lib.resources.own_data import load_tagging

    return load_tagging(data_folder() / "entities")


def questions() -> "DatasetDict":
    """Questions on short passages; about a fifth have no answer there.

    Returns:
        train (380), validation (93), test (148), with columns id, title, context,
        question and answers (text and answer_start, empty where there is none).
    """
    from course_lib.resources.own_data import load_questions

    return load_questions(data_folder() / "questions")


def pairs() -> "DatasetDict":
    """English sentences with a French translation, where word order differs.

    Returns:
        train (640), validation (80), test (120), with columns source (English), target
        (French) and feature, what the pair was written to show.
    """
    from course_lib.resources.own_data import load_pairs

    return load_pairs(data_folder() / "pairs", keep=("feature",))


def headlines() -> "DatasetDict":
    """Short articles with a title and a summary of one sentence.

    Returns:
        train (100), validation (10), test (21), with columns article, summary, title.
    """
    from course_lib.resources.own_data import load_pairs

    file = data_folder() / "headlines" / "headlines.jsonl"
    sides = {"source": "article", "target": "summary"}
    # An article is five times as long as its summary, on purpose.
    data = load_pairs(file, **sides, keep=("title",), split="split", ratio=None)
    return data.rename_columns(sides)


def stories() -> "DatasetDict":
    """Short stories.

    Returns:
        train (68) and validation (8), with columns title and text (paragraphs with an
        empty line between them).

    Raises:
        CourseError: the folder holds no stories.
    """
    from datasets import DatasetDict

    folder = data_folder() / "stories"
    files = sorted(folder.glob("[0-9]*.txt"))
    if not files:
        raise CourseError(f"No stories in {folder}: fetch the repository again.")
    held_out = set(_text(folder / "validation.txt").split())
    rows: dict[str, list[dict[str, str]]] = {"train": [], "validation": []}
    for file in files:
        title, _, text = _text(file).partition("\n\n")
        split = "validation" if file.name in held_out else "train"
        rows[split].append({"title": title, "text": text})
    sizes = ", ".join(f"{len(some)} {name}" for name, some in rows.items())
    print(f"stories: from the files of the course. Splits as given: {sizes}.")
    return DatasetDict({name: _dataset(some, name) for name, some in rows.items()})


def _dataset(rows: list[dict[str, str]], split: str) -> "Dataset":
    from datasets import Dataset, NamedSplit

    return Dataset.from_list(rows, split=NamedSplit(split))


def _text(path: Path) -> str:
    # As bytes first: the same text on every system, whatever its line ends.
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n").strip()
