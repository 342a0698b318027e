"""Checkpoints in Hugging Face's format: config.json and model.safetensors.

A checkpoint is read as a whole, compared with what the model needs, and only then
taken over: a model is filled completely or not at all. Pickled weights are never
opened, since opening a pickle runs whatever program it holds.
"""

import json
from collections.abc import Collection, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.resources.origins import resolve

CONFIG = "config.json"
GENERATION = "generation_config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")

Sources = Mapping[str, tuple[str, ...]]
"""Name of a model's tensor -> names in the checkpoint, joined along the rows."""


class CheckpointError(CourseError):
    """A checkpoint can't be used; the message says what is wrong with which file."""


def locate(name: str | PathLike[str]) -> Path:
    """The folder of a checkpoint, given as a folder or by its name on the Hub.

    Raises:
        CheckpointError: it is nowhere.
    """
    try:
        # A stand-in is a chapter's choice: here a name is that model or an error.
        return resolve(name, kind="weights", stand_in=None)
    except CourseError as error:
        raise CheckpointError(str(error)) from error


def read_config(folder: Path) -> dict[str, Any]:
    """The settings in a checkpoint's config.json.

    Raises:
        CheckpointError: there is no such file, or it is not JSON.
    """
    config = _read_json(folder / CONFIG)
    if not isinstance(config, dict):
        raise CheckpointError(f"{folder / CONFIG} holds no settings: fetch it again")
    return config


def read_writing_config(folder: Path) -> dict[str, Any]:
    """The settings of a model that writes: Transformers keeps some in another file."""
    config = read_config(folder)
    if (folder / GENERATION).is_file():
        config |= _read_json(folder / GENERATION)
    return config


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint by name, from one file or from its shards.

    Where config.json names float32, weights that are stored in 16 bit become that.

    Raises:
        CheckpointError: a file is missing, cut off, or there are only pickles.
    """
    if (folder / WEIGHTS).is_file():
        tensors = _read_safetensors(folder / WEIGHTS)
    elif (folder / INDEX).is_file():
        tensors = {}
        for shard in _shards(folder):
            tensors |= _read_safetensors(folder / shard)
    else:
        raise CheckpointError(_why_no_weights(folder))
    if read_config(folder).get("dtype") != "float32":
        return tensors
    short = torch.float16, torch.bfloat16
    return {n: x.float() if x.dtype in short else x for n, x in tensors.items()}


def fill(
    model: nn.Module,
    tensors: Mapping[str, Tensor],
    sources: Sources,
    transposed: Collection[str] = (),
) -> None:
    """Give the tensors of a model their values from a checkpoint.

    Args:
        model: may lie on the meta device, that is, hold no values yet.
        tensors: the checkpoint's, by their names there.
        sources: for each of the model's tensors where it comes from; several names
            are joined along the rows. A tensor that shares its memory with one of
            these needs no source of its own.
        transposed: those of the model's that the checkpoint keeps as (in, out).

    Raises:
        CheckpointError: lists what is missing, extra or misshapen; the model is as
            it was.
    """
    faults = _faults(tensors, _wanted(model, sources, transposed))
    if faults:
        raise CheckpointError("\n".join(["the checkpoint does not fit:", *faults]))
    values = {
        # Joining copies: the model's memory is its own, no longer the file's.
        ours: torch.cat([tensors[theirs] for theirs in parts])
        for ours, parts in sources.items()
    }
    for ours in transposed:
        values[ours] = values[ours].T.contiguous()
    shared = _shared(model)
    model.load_state_dict(values, strict=False, assign=True)
    for name, other in shared.items():
        layer, _, kind = name.rpartition(".")
        setattr(model.get_submodule(layer), kind, model.get_parameter(other))


def spread(
    model: nn.Module, sources: Sources, transposed: Collection[str] = ()
) -> dict[str, Tensor]:
    """A model's tensors as a checkpoint holds them: the way back from `fill`."""
    found = {}
    for ours, x in model.state_dict().items():
        if ours in sources:
            x = x.T if ours in transposed else x
            pieces = x.chunk(len(sources[ours]))
            found |= dict(zip(sources[ours], pieces, strict=True))
    return {name: x.contiguous() for name, x in found.items()}


def _wanted(
    model: nn.Module, sources: Sources, transposed: Collection[str]
) -> dict[str, tuple[int, ...]]:
    """The shape that each of the checkpoint's tensors must have."""
    shapes = {name: tuple(x.shape) for name, x in model.state_dict().items()}
    shapes |= {name: shapes[name][::-1] for name in transposed}
    return {
        theirs: (shapes[ours][0] // len(parts), *shapes[ours][1:])
        for ours, parts in sources.items()
        for theirs in parts
    }


def _shared(model: nn.Module) -> dict[str, str]:
    """Names of parameters that are another one's second name, and that one's first."""
    first: dict[Tensor, str] = {}
    named = model.named_parameters(remove_duplicate=False)
    names = {name: first.setdefault(x, name) for name, x in named}
    return {name: other for name, other in names.items() if name != other}


def _faults(
    tensors: Mapping[str, Tensor], wanted: Mapping[str, tuple[int, ...]]
) -> list[str]:
    """One line for each kind of fault that there is."""
    found = {
        "missing": [name for name in wanted if name not in tensors],
        "extra": [name for name in tensors if name not in wanted],
        "misshapen": [
            f"{name} is {tuple(tensors[name].shape)}, expected {shape}"
            for name, shape in wanted.items()
            if name in tensors and tuple(tensors[name].shape) != shape
        ],
    }
    return [
        f"  {kind} ({len(names)}): {'; '.join(names)}"
        for kind, names in found.items()
        if names
    ]


def _read_safetensors(file: Path) -> dict[str, Tensor]:
    try:
        return load_file(file)
    except FileNotFoundError:
        raise CheckpointError(
            f"{file} is missing, though {INDEX} names it: fetch it again"
        ) from None
    except (SafetensorError, OSError) as error:
        raise CheckpointError(
            f"{file} can't be read ({error}): it may have been cut off on its way; "
            "fetch it again"
        ) from error


def _shards(folder: Path) -> list[str]:
    """The files that the index names, each once."""
    index = _read_json(folder / INDEX)
    try:
        shards = sorted(set(index["weight_map"].values()))
        inside = all(Path(shard).name == shard for shard in shards)
    except (TypeError, KeyError, AttributeError):
        inside = False
    if not inside:
        raise CheckpointError(
            f"{folder / INDEX} is no index of shards beside it: fetch it again"
        )
    return shards


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(
            f"{file} is missing: a model's folder holds {CONFIG} and {WEIGHTS}"
        ) from None
    except ValueError as error:
        raise CheckpointError(
            f"{file} is not JSON ({error}): fetch it again"
        ) from error


def _why_no_weights(folder: Path) -> str:
    pickles = sorted(file.name for kind in PICKLES for file in folder.glob(kind))
    if not pickles:
        return f"{folder / WEIGHTS} is missing, and there is no {INDEX}: fetch it again"
    return (
        f"{folder} holds its weights as a pickle ({', '.join(pickles)}), and opening a "
        f"pickle runs whatever program is in it. Get the model as {WEIGHTS}, or load "
        "it where you trust it and call save_pretrained with Transformers"
    )
