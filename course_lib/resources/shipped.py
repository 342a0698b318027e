"""What ships with the course: its small models, each file checked, and its data sets.

Standard library only.
"""

import hashlib
from functools import cache
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.resources.files import data_folder

MODELS = ("course-bert", "course-gpt", "course-marian")
DATA_SETS = ("reviews", "entities", "questions", "pairs", "headlines", "stories")
SUMS = "SHA256SUMS"
_POINTER = b"version https://git-lfs"


def shipped_models() -> list[str]:
    """The names of the models that are there."""
    folder = data_folder() / "models"
    return [name for name in MODELS if (folder / name / "config.json").is_file()]


def shipped(name: str, kind: str = "model") -> Path | None:
    """The folder of what ships under a name, None if nothing does.

    Raises:
        CourseError: it is a model of the course, and it is missing, or one of its files
            is not the one that was trained; says which and what to do.
    """
    if not is_shipped(name, kind):
        if name in MODELS and kind != "dataset":
            raise CourseError(
                f"data/models holds no {name}, which should ship with the course. "
                f"{_cure(Path(name))}"
            )
        return None
    if kind == "dataset":
        return data_folder() / name
    folder = data_folder() / "models" / name
    verify(folder)
    return folder


def is_shipped(name: str, kind: str = "model") -> bool:
    """Whether something ships under a name. Nothing is checked."""
    if kind == "dataset":
        return name in DATA_SETS and (data_folder() / name).is_dir()
    return name in shipped_models()


@cache
def verify(folder: Path) -> None:
    """Compare a shipped model's files with `SHA256SUMS` beside it. Once a process.

    Raises:
        CourseError: a file is missing or differs, or the list lacks the weights.
    """
    sums = _sums(folder)
    if "model.safetensors" not in sums:
        raise CourseError(
            f"data/models/{SUMS} does not name {folder.name}/model.safetensors, so it "
            f"can't be checked and was not loaded. {_cure(folder)}"
        )
    for file, expected in sums.items():
        fault = _fault(folder / file, expected)
        if fault:
            raise CourseError(
                f"data/models/{folder.name}/{file} is {fault}. The model was not "
                f"loaded. {_cure(folder)}"
            )


def _sums(folder: Path) -> dict[str, str]:
    """What `sha256sum` wrote: for each of a model's files its checksum."""
    try:
        text = (folder.parent / SUMS).read_text(encoding="utf-8")
    except OSError:
        return {}
    lines = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    pairs = ((pair[-1].lstrip("*").strip(), pair[0].lower()) for pair in lines)
    own = f"{folder.name}/"
    return {file.removeprefix(own): s for file, s in pairs if file.startswith(own)}


def _fault(file: Path, expected: str) -> str:
    """What is wrong with a file, "" if nothing."""
    if not file.is_file():
        return "missing"
    contents = file.read_bytes()  # some megabytes
    if contents.startswith(_POINTER):
        return "a pointer of Git LFS, not the file itself (git lfs pull fetches it)"
    found = hashlib.sha256(contents).hexdigest()
    if found == expected:
        return ""
    return (
        f"not the file that the course knows: its SHA-256 begins with {found[:12]}, "
        f"expected {expected[:12]}"
    )


def _cure(folder: Path) -> str:
    return (
        f"Bring it back: git checkout -- data/models; without Git, fetch the course "
        f"again. To train it anew: python -m course_lib train-model {folder.name}"
    )
