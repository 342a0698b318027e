"""What of the course is there: data, models, encoder, chapters."""

import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from course_lib.cli.setup.place import Place
from course_lib.errors import CourseError
from course_lib.resources import chapters as notebooks
from course_lib.resources import encoder

NUMBERS = ("00", "01", "02", "03", "04", "05", "06")


class Count(NamedTuple):
    """Files of one kind: those that are whole, and those that are not."""

    whole: list[Path]
    broken: list[Path]

    @property
    def megabytes(self) -> float:
        """The size of the whole ones."""
        return sum(path.stat().st_size for path in self.whole) / 1e6


def tensors(folder: Path) -> Count:
    """The files of tensors below a folder, by whether they are as long as they say."""
    files = sorted(folder.rglob("*.safetensors"))
    whole = [path for path in files if is_whole(path)]
    return Count(whole, [path for path in files if path not in whole])


def is_whole(path: Path) -> bool:
    """Whether a safetensors file holds all the bytes that its header announces."""
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if not 0 < size <= path.stat().st_size:
                return False
            header = json.loads(file.read(size))
        header.pop("__metadata__", None)
        last = max(entry["data_offsets"][1] for entry in header.values())
        return path.stat().st_size == 8 + size + last
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return False


def encoder_state(place: Place) -> tuple[str, str]:
    """What to say of the encoder in an environment: its state, and what is wrong."""
    folder = place.packages / encoder.MODULE / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        return "not installed (optional)", ""
    try:
        encoder.verify(weights)
    except CourseError as error:
        return "not the known weights", str(error)
    return "all-MiniLM-L6-v2, its weights are the known ones", ""


def cache_folder() -> Path:
    """Where Hugging Face's libraries keep what they downloaded."""
    home = os.environ.get("HF_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface"
    )
    hub = os.environ.get("HF_HUB_CACHE") or os.path.join(home, "hub")
    return Path(os.path.expanduser(hub))


def cached_models() -> list[str]:
    """The models in the local cache, by name."""
    folders = sorted(cache_folder().glob("models--*/snapshots/*"))
    names = (f.parents[1].name.removeprefix("models--") for f in folders)
    return list(dict.fromkeys(name.replace("--", "/") for name in names))


def chapters_there(root: Path) -> tuple[list[str], str]:
    """The numbers of the chapters that can be read, and what is wrong with others."""
    try:
        found = [chapter.number for chapter in notebooks.chapters(root)]
    except CourseError as error:
        return [], str(error)
    lacking = [number for number in NUMBERS if number not in found]
    if not lacking:
        return found, ""
    return found, (
        f"Chapter{'s' * (len(lacking) > 1)} {', '.join(lacking)} can't be found in "
        f"{root / 'chapters'}. Bring them back with: git checkout -- chapters"
    )


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in a folder."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            return True
    except OSError:
        return False
