"""What test_processes.py runs in one process and in two: it trains and tells."""

import json
import os
import shutil
import sys
from pathlib import Path

import torch
from tiny import Tiny, examples, noisy, run

from course_lib.errors import CourseError
from course_lib.training import Checkpoints, NotFinite


class WithSpare(Tiny):
    """A part of it is never used, as a pooler under another head."""

    def __init__(self) -> None:
        super().__init__(dropout=0.0)
        self.spare = torch.nn.Linear(3, 3)


class Breaks(Tiny):
    """Its loss is NaN for a batch that holds example 17."""

    def forward(self, input_ids, labels):
        answer = super().forward(input_ids, labels)
        found = (input_ids == examples()[17]["input_ids"]).all(1).any()
        answer.loss = answer.loss * (torch.nan if found else 1.0)
        return answer


def alike(folder: Path, model: torch.nn.Module) -> dict:
    """A run that does not depend on the number of processes."""
    model, result = run(
        model,
        examples(ragged=True),
        {
            "batch_size": 8,
            "gradient_accumulation": 2,
            "patience": 9,
            "validate_every": 10,
        },
        validation=examples(11, ragged=True),
        checkpoints=Checkpoints(folder),
    )
    return {"weights": model.state_dict(), "history": result.history}


def resumed(folder: Path) -> bool:
    """Whether a run with dropout, taken up at step 20, ends as it did before."""
    keep = {"checkpoints": Checkpoints(folder / "again", every=5, keep=9, resume=True)}
    whole, _ = run(collate=noisy, **keep)
    if os.environ.get("RANK", "0") == "0":
        for step in (25, 30):
            shutil.rmtree(folder / "again" / f"step-{step:08}")
    again, _ = run(Tiny(seed=5), collate=noisy, **keep)
    pairs = zip(whole.parameters(), again.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def nan_is_named(folder: Path) -> str:
    """What a NaN in one process says in this one."""
    try:
        run(Breaks())
    except NotFinite as error:
        return error.names
    return "nothing"


def unwritable(folder: Path) -> str:
    """What a folder that can't be written says in every process."""
    (folder / "file").touch()
    try:
        run(checkpoints=Checkpoints(folder / "file" / "x"))
    except CourseError as error:
        return str(error)
    return "nothing"


def main(folder: Path) -> None:
    process = os.environ.get("RANK", "0")
    found = alike(folder / "whole", Tiny(dropout=0.0))
    spare = alike(folder / "spare", WithSpare())
    torch.save([found["weights"], spare["weights"]], folder / f"weights-{process}.pt")
    told = {
        "losses": [record.loss for record in found["history"]],
        "judged": [record.validation["loss"] for record in found["history"]],
        "processes": torch.distributed.get_world_size()
        if torch.distributed.is_initialized()
        else 1,
        "resumed": resumed(folder),
        "nan": nan_is_named(folder),
        "unwritable": unwritable(folder),
    }
    (folder / f"told-{process}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
