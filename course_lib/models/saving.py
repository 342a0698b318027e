"""Writing a model where Transformers, and this course, will read it.

Everything is written beside its place first. Moving it there happens last, the weights
in a single step: whoever interrupts a save finds the old model, whole.
"""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.models.checkpoints import CONFIG, INDEX, WEIGHTS, Sources, spread

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "source.spm",
    "target.spm",
)
_SHARD = re.compile(r"model(\.\d+)?-\d{5}-of-\d{5}\.safetensors")
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


class Tokenizer(Protocol):
    """Hugging Face's tokenizers, as far as saving goes."""

    def save_pretrained(self, save_directory: str, /) -> Any:
        """Write the tokenizer's files into a folder."""


class Pretrained(nn.Module):
    """Base of the models: saves them in Hugging Face's format."""

    architecture: str
    """Transformers' class of the same computation."""
    transposed: tuple[str, ...] = ()
    """Tensors that checkpoints keep as (in, out)."""

    def sources(self) -> Sources:
        """Where each tensor of this model stands in a Hugging Face checkpoint."""
        raise NotImplementedError

    def save_pretrained(
        self,
        folder: str | PathLike[str],
        *,
        tokenizer: Tokenizer | str | PathLike[str] | None = None,
        max_shard_size: int | str = "5GB",
        stored_as: torch.dtype | None = None,
    ) -> None:
        """Save the model where `from_pretrained` reads it, here and in Transformers.

        An interrupted save leaves what was there. Other files stay.

        Args:
            folder: made if it is not there.
            tokenizer: saved with the model: a Hugging Face tokenizer, or the folder
                that holds one's files.
            max_shard_size: larger models are split into several files; bytes, or
                a text such as "500MB".
            stored_as: keep the weights in this type, e.g. torch.float16, in half the
                space; config.json names the model's own, in which it is read again.

        Raises:
            CourseError: the size, or the folder of the tokenizer, is none.
        """
        tensors = spread(self, self.sources(), self.transposed)
        dtype = next(iter(tensors.values())).dtype
        if stored_as is not None:
            tensors = {name: x.to(stored_as) for name, x in tensors.items()}
        about = {
            "architectures": [self.architecture],
            "dtype": str(dtype).removeprefix("torch."),
        }
        with _arriving(Path(folder)) as new:
            _write_json(new / CONFIG, self.config.to_dict() | about)
            if tokenizer is not None:
                _write_tokenizer(new, tokenizer)
            write_tensors(new, tensors, in_bytes(max_shard_size))


def write_tensors(folder: Path, tensors: Mapping[str, Tensor], limit: int) -> None:
    """Write model.safetensors, or shards of at most `limit` bytes and their index."""
    shards = _shards(tensors, limit)
    if len(shards) == 1:
        _write_safetensors(folder / WEIGHTS, shards[0])
        return
    places: dict[str, str] = {}
    for number, shard in enumerate(shards, start=1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        _write_safetensors(folder / file, shard)
        places |= dict.fromkeys(shard, file)
    total = sum(x.nbytes for x in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": places}
    _write_json(folder / INDEX, index)


def in_bytes(size: int | str) -> int:
    """A size in bytes: 5_000_000 or "5MB".

    Raises:
        CourseError: it is not a positive size.
    """
    text = str(size).strip().upper().removesuffix("B")
    unit = f"{text[-1:]}B" if text[-1:].isalpha() else "B"
    try:
        found = int(float(text.rstrip("KMG")) * _UNITS[unit])
    except (ValueError, KeyError):
        found = 0
    if found < 1:
        raise CourseError(f'{size!r} is no size: give bytes, or a text as "500MB"')
    return found


def _shards(tensors: Mapping[str, Tensor], limit: int) -> list[dict[str, Tensor]]:
    """Tensors in their order, as many together as fit; a larger one stands alone."""
    shards: list[dict[str, Tensor]] = [{}]
    room = limit
    for name, x in tensors.items():
        if x.nbytes > room and shards[-1]:
            shards.append({})
            room = limit
        shards[-1][name] = x
        room -= x.nbytes
    return shards


def _write_safetensors(file: Path, tensors: Mapping[str, Tensor]) -> None:
    # Transformers refuses a file that does not say whose tensors these are.
    own = {name: _alone(x.detach()) for name, x in tensors.items()}
    save_file(own, file, metadata={"format": "pt"})


def _alone(x: Tensor) -> Tensor:
    """The tensor in memory of its own, on the CPU: safetensors takes no views."""
    x = x.cpu()
    return x if x.untyped_storage().nbytes() == x.nbytes else x.clone()


def _write_json(file: Path, content: Any) -> None:
    text = json.dumps(content, indent=2, sort_keys=True)
    file.write_text(f"{text}\n", encoding="utf-8")


def _write_tokenizer(folder: Path, tokenizer: Tokenizer | str | PathLike[str]) -> None:
    if not isinstance(tokenizer, str | PathLike):
        tokenizer.save_pretrained(str(folder))
        return
    files = [Path(tokenizer) / name for name in TOKENIZER_FILES]
    found = [file for file in files if file.is_file()]
    if not found:
        raise CourseError(
            f"no tokenizer in {str(tokenizer)!r}: give the folder that holds "
            "tokenizer.json or vocab.txt, or the tokenizer itself"
        )
    for file in found:
        shutil.copyfile(file, folder / file.name)


@contextmanager
def _arriving(folder: Path) -> Iterator[Path]:
    """An empty folder to write into; what it holds in the end moves to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for left_behind in folder.glob(".saving-*"):  # by a save that was killed
        shutil.rmtree(left_behind, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=".saving-", dir=folder))
    try:
        yield new
        _move_in(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _move_in(new: Path, folder: Path) -> None:
    """Move new files to their place; old weights go when the new ones count."""
    _name_afresh(new, folder)
    old = _weights(folder)
    decisive = WEIGHTS if (new / WEIGHTS).is_file() else INDEX
    files = sorted(new.iterdir(), key=lambda file: file.name == decisive)
    for file in files:
        _to_disk(file)
        os.replace(file, folder / file.name)
    # model.safetensors counts more than an index: it goes first.
    for name in sorted(old - {file.name for file in files}, key=WEIGHTS.__ne__):
        (folder / name).unlink(missing_ok=True)


def _weights(folder: Path) -> set[str]:
    """Names of the files that hold a model's weights: no others are removed."""
    shards = {file.name for file in folder.iterdir() if _SHARD.fullmatch(file.name)}
    return shards | {WEIGHTS, INDEX}


def _name_afresh(new: Path, folder: Path) -> None:
    """Give shards names that no old shard has: until the index moves, those count."""
    if not (new / INDEX).is_file():
        return
    index = json.loads((new / INDEX).read_text(encoding="utf-8"))
    shards = sorted(set(index["weight_map"].values()))
    names, count = {shard: shard for shard in shards}, 1
    while any((folder / name).exists() for name in names.values()):
        count += 1
        names = {
            shard: f"model.{count}{shard.removeprefix('model')}" for shard in shards
        }
    for shard, name in names.items():
        os.replace(new / shard, new / name)
    places = index["weight_map"].items()
    index["weight_map"] = {tensor: names[shard] for tensor, shard in places}
    _write_json(new / INDEX, index)


def _to_disk(file: Path) -> None:
    """Have the system write the file out: a crash must not leave it empty."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
