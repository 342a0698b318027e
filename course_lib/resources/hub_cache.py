"""The local Hub cache: whether it holds a model or a data set, whole.

Its layout is documented and shared with Hugging Face's libraries: `refs/main` names a
commit, `snapshots/COMMIT` holds its files as links to `blobs/CHECKSUM`.
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Literal

Kind = Literal["model", "weights", "dataset"]

SETTINGS = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
# What the course reads of a model. No pickles: they are neither opened nor fetched.
MODEL_FILES = {".json", ".txt", ".spm", ".model", ".jinja"}
DATA_FILES = {
    *(".csv", ".tsv", ".json", ".jsonl", ".parquet", ".txt", ".conll", ".arrow"),
}
PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl"}
CARD = "README.md"  # says which files of a data set are which split
# One of these makes a tokenizer; tokenizer_config.json alone does not.
VOCABULARIES = (
    *("tokenizer.json", "vocab.txt", "vocab.json", "source.spm"),
    *("spiece.model", "sentencepiece.bpe.model", "tokenizer.model"),
)
_QUICK = 16_000_000  # bytes, up to which a checksum is computed on every use
_SHA1, _SHA256 = 40, 64  # hexadecimal digits


def repository(name: str, kind: Kind) -> Path:
    """Where the cache keeps a model or a data set, which need not be there."""
    from huggingface_hub import constants

    prefix = "datasets" if kind == "dataset" else "models"
    return Path(constants.HF_HUB_CACHE) / "--".join([prefix, *name.split("/")])


def cached(name: str, kind: Kind) -> tuple[Path | None, str]:
    """The folder of a model or a data set in the cache, and what is wrong with it.

    A damaged file is removed, so that the next download brings it anew.

    Returns:
        The folder if all is there and sound, else None with the reason: "" if the
        cache knows nothing of it.
    """
    root = repository(name, kind)
    try:
        commit = (root / "refs" / "main").read_text(encoding="utf-8").strip()
    except OSError:
        return None, ""
    folder = root / "snapshots" / commit
    if not folder.is_dir():
        return None, ""
    broken = [path for path in sorted(folder.rglob("*")) if not is_sound(path)]
    for path in broken:
        remove(path)
    if broken:
        names = ", ".join(path.name for path in broken)
        return None, f"its copy of {names} was damaged and has been removed"
    lacking = what_lacks(folder, kind)
    return (None, f"it holds no {lacking}") if lacking else (folder, "")


def what_lacks(folder: Path, kind: Kind) -> str:
    """The first thing that a folder lacks to be used, "" if nothing."""
    if kind == "dataset":
        return "" if holds_any(folder, kind) else "data"
    needed = [SETTINGS, *_weights(folder)]
    lacking = [file for file in needed if not (folder / file).is_file()]
    if not lacking and kind == "model" and not has_vocabulary(folder):
        return "tokenizer"
    return lacking[0] if lacking else ""


def holds_any(folder: Path, kind: Kind) -> bool:
    """Whether a folder holds anything that might belong to a model or a data set."""
    if kind == "dataset":
        return any(file.suffix.lower() in DATA_FILES for file in folder.rglob("*"))
    kinds = MODEL_FILES | {".safetensors"} | PICKLES
    return any(file.suffix in kinds for file in folder.iterdir())


def has_vocabulary(folder: Path) -> bool:
    """Whether a folder holds a tokenizer's vocabulary."""
    return any((folder / file).is_file() for file in VOCABULARIES)


def _weights(folder: Path) -> list[str]:
    """The files of weights that should be there."""
    if (folder / WEIGHTS).is_file() or not (folder / INDEX).is_file():
        return [WEIGHTS]
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return sorted(set(index["weight_map"].values()))
    except (ValueError, LookupError, AttributeError, TypeError):
        return [WEIGHTS]


def wanted(files: Iterable[str], kind: Kind) -> list[str]:
    """Of a repository's files those to fetch, in that order.

    Weights come last: where they are, everything else is.
    """
    if kind == "dataset":
        return sorted(f for f in files if _suffix(f) in DATA_FILES or f == CARD)
    files = sorted(f for f in files if "/" not in f)
    weights = [f for f in files if f == WEIGHTS]
    weights = weights or [f for f in files if SHARD.fullmatch(f)]
    return [f for f in files if _suffix(f) in MODEL_FILES] + weights


def _suffix(file: str) -> str:
    return PurePosixPath(file).suffix.lower()


def is_sound(path: Path) -> bool:
    """Whether a file of the cache is what its name, or its own header, says.

    Checksums of long files are left to the download; here their length is looked at.
    """
    if path.is_dir():
        return True
    if not path.is_file():  # a link to nothing
        return False
    if path.suffix == ".safetensors" and not _opens(path):
        return False
    announced = path.readlink().name if path.is_symlink() else ""
    if path.stat().st_size > _QUICK or not _is_checksum(announced):
        return True
    return checksum(path, announced) == announced


def checksum(path: Path, like: str) -> str:
    """The checksum of a file: SHA-256, or Git's SHA-1 where `like` has its length."""
    with path.open("rb") as file:
        if len(like) == _SHA256:
            return hashlib.file_digest(file, "sha256").hexdigest()
        # Git puts the length before the contents.
        digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _is_checksum(name: str) -> bool:
    return len(name) in (_SHA1, _SHA256) and not name.strip("0123456789abcdef")


def _opens(path: Path) -> bool:
    """Whether a safetensors file is as long as its header says."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np"):
            return True
    except (SafetensorError, OSError):
        return False


def remove(path: Path) -> None:
    """Take one file out of the cache: its links, one after the other, and contents."""
    while True:
        link = path.is_symlink()
        following = path.parent / path.readlink() if link else path
        # A cache that is shared and read-only is left as it is: the copy is unused.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        if not link:
            return
        path = following


def keep(name: str, kind: Kind, commit: str) -> None:
    """Note that a snapshot is whole: from now on its name finds it."""
    ref = repository(name, kind) / "refs" / "main"
    ref.parent.mkdir(parents=True, exist_ok=True)
    new = ref.with_name(f"main.{os.getpid()}")  # another notebook may do the same
    new.write_text(commit, encoding="utf-8")
    new.replace(ref)
