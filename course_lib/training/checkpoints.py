"""Checkpoints that survive being killed while they are written.

A checkpoint is a folder `step-00000120` that is either complete or not there: it is
written under another name, flushed to the disk, and renamed, which a file system does
at once or not at all. SHA256SUMS in it tells a damaged one; `sha256sum -c` reads it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_model, save_model
from torch import nn

from course_lib.errors import CourseError

WEIGHTS, STATE, FACTS, SUMS = "model.safetensors", "state.pt", "run.json", "SHA256SUMS"
FILES = (WEIGHTS, STATE, FACTS)
DONE, HALF, GONE = "step-", ".writing-", ".removing-"
DAMAGED = "damaged-"


class Checkpoint:
    """One checkpoint: the folder of a step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.step = int(folder.name.removeprefix(DONE))

    def fault(self) -> str | None:
        """What is wrong with it; None if every file is as it was written."""
        try:
            lines = (self.folder / SUMS).read_text(encoding="ascii").splitlines()
            sums = dict(reversed(line.split("  ", 1)) for line in lines)
            wrong = [f for f in FILES if sums.get(f) != _sha256(self.folder / f)]
        except (OSError, ValueError) as error:
            return str(error)
        return f"{', '.join(wrong)} changed since it was written" if wrong else None

    def facts(self) -> dict[str, Any]:
        """What run.json says: the plan, the data's size, the best step so far."""
        return json.loads((self.folder / FACTS).read_text(encoding="utf-8"))

    def state(self) -> dict[str, Any]:
        """Optimisers, schedules, random states, standing. No pickled object is made."""
        return torch.load(self.folder / STATE, weights_only=True, map_location="cpu")

    def fill(self, model: nn.Module) -> None:
        """Give a model these weights; its tensors have to fit them."""
        load_model(model, self.folder / WEIGHTS, device="cpu")


class Checkpoints:
    """A folder of checkpoints, and how they are kept.

    Args:
        folder: where. Several machines need one that all of them see.
        every: steps between checkpoints; None makes it a tenth of the run. The best
            and the last step always have one.
        keep: how many of the newest stay, besides the best; at least 2, so that a
            damaged one has another before it.
        resume: go on from the newest; False refuses a folder that holds any.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        every: int | None = None,
        keep: int = 2,
        resume: bool = False,
    ) -> None:
        if keep < 2 or (every is not None and every < 1):
            raise CourseError(
                f"Checkpoints(every={every}, keep={keep}): every is at least 1, and "
                "keep at least 2, so that a damaged checkpoint has one before it"
            )
        self.folder, self.every, self.keep = Path(folder), every, keep
        self.resume = resume

    def prepare(self) -> None:
        """Make the folder, sweep up what a killed run left half-done.

        Raises:
            CourseError: nothing can be written there, or it holds another run.
        """
        there = self.all()
        if there and not self.resume:
            raise CourseError(
                f"{self.folder} already holds a run, at step {there[-1].step}: go on "
                "with Checkpoints(..., resume=True), or choose another folder"
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{HALF}trial").write_bytes(b"1")
        except OSError as error:
            raise CourseError(
                f"checkpoints can't be written to {self.folder} ({error}): choose "
                "another folder"
            ) from error
        for kind in (HALF, GONE):
            for rest in self.folder.glob(f"{kind}*"):
                _remove(rest)

    def all(self) -> list[Checkpoint]:
        """The checkpoints, the newest last."""
        found = [
            Checkpoint(folder)
            for folder in self.folder.glob(f"{DONE}*")
            if folder.name.removeprefix(DONE).isdecimal()
        ]
        return sorted(found, key=lambda checkpoint: checkpoint.step)

    def at(self, step: int) -> Checkpoint:
        """The checkpoint of a step."""
        return Checkpoint(self.folder / f"{DONE}{step:08}")

    def newest(self) -> Checkpoint | None:
        """The newest that is whole; warns of newer ones that are not.

        Raises:
            CourseError: there are some, and all are damaged.
        """
        damaged = []
        for checkpoint in reversed(self.all()):
            fault = checkpoint.fault()
            if fault is None:
                self._set_aside(damaged)
                return checkpoint
            damaged.append(checkpoint)
            warnings.warn(
                f"checkpoint {checkpoint.folder} is damaged ({fault}): going back to "
                "the one before",
                stacklevel=2,
            )
        if damaged:
            raise CourseError(
                f"all {len(damaged)} checkpoints in {self.folder} are damaged: remove "
                "the folder to begin anew"
            )
        return None

    def _set_aside(self, damaged: list[Checkpoint]) -> None:
        """Rename them, so that they no longer count as the newest that are kept."""
        for checkpoint in damaged:
            aside = self.folder / f"{DAMAGED}{checkpoint.folder.name}"
            _remove(aside)
            checkpoint.folder.rename(aside)

    def save(
        self, model: nn.Module, state: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> None:
        """Write the checkpoint of step facts["step"], then remove old ones.

        Raises:
            CourseError: it can't be written; those before are untouched.
        """
        target = self.at(facts["step"]).folder
        half = self.folder / f"{HALF}{target.name}"
        try:
            _remove(half)
            half.mkdir()
            save_model(model, str(half / WEIGHTS))
            torch.save(dict(state), half / STATE)
            (half / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
            sums = "".join(f"{_sha256(half / file)}  {file}\n" for file in FILES)
            (half / SUMS).write_text(sums, encoding="ascii")
            self._publish(half, target)
        except Exception as error:  # the libraries have their own for a full disk
            _remove(half)
            raise CourseError(
                f"the checkpoint of step {facts['step']} can't be written to "
                f"{self.folder} ({error}). Those before it are untouched: make room, "
                "and go on with Checkpoints(..., resume=True)"
            ) from error
        self._thin_out()

    def _publish(self, half: Path, target: Path) -> None:
        for file in (*FILES, SUMS):
            _flush(half / file)
        _flush(half)
        if target.exists():  # damaged, or a step that was made once before
            _remove(target)
        half.rename(target)
        _flush(self.folder)

    def _thin_out(self) -> None:
        """Keep the newest, and what is the best in the eyes of each of these."""
        there = self.all()
        stay = {checkpoint.step for checkpoint in there[-self.keep :]}
        for checkpoint in there[-self.keep :]:
            with contextlib.suppress(OSError, ValueError):  # damaged: nothing to say
                stay.add(checkpoint.facts()["best_step"])
        for checkpoint in there:
            if checkpoint.step not in stay:
                with contextlib.suppress(OSError):  # in use: the next time, then
                    _remove(checkpoint.folder)


def _remove(path: Path) -> None:
    """Remove a file or folder, so that no half of it is left under its name."""
    if path.is_file():
        path.unlink()
    elif path.exists():
        going = path.with_name(f"{GONE}{path.name}")
        shutil.rmtree(going, ignore_errors=True)
        path.rename(going)
        shutil.rmtree(going, ignore_errors=True)


def _flush(path: Path) -> None:
    """See to it that a file's contents, or a folder's names, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
