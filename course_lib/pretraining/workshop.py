"""The folder in which a model is made: its texts as ids, its tokenizer, checkpoints.

Texts are written and cut into tokens once. A run that was stopped finds them there, so
that it goes on with the same, whatever has changed in the course since.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.pretraining import vocabulary
from course_lib.pretraining.recipe import Recipe
from course_lib.training.feed import Data
from course_lib.training.randomness import seeded

FACTS = "run.json"
SPLITS = ("train", "validation", "written")


class Workshop:
    """What a run works with, on the disk.

    Attributes:
        folder: where.
        kept: what is known of the run: seed, counts; later steps, precision, seconds.
        tokenizer: the model's.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        """Name the folder; nothing is made yet."""
        self.folder, self.recipe = folder, recipe
        self.kept: dict[str, Any] = {}

    def clear(self) -> None:
        """Remove an earlier run."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def open(self, seed: int) -> None:
        """Make everything ready, or find it as it was left.

        Raises:
            CourseError: the folder holds a run of another seed.
        """
        if not (self.folder / FACTS).is_file():
            self._furnish(seed)
        self.kept = json.loads((self.folder / FACTS).read_text(encoding="utf-8"))
        if self.kept["seed"] != seed:
            raise CourseError(
                f"{self.folder} holds a run with seed {self.kept['seed']}, not {seed}: "
                "go on with that seed, or begin anew with --no-resume"
            )
        self.tokenizer = vocabulary.load(self.folder / "tokenizer")

    def _furnish(self, seed: int) -> None:
        """Texts, tokenizer, ids; the file that says so comes last."""
        recipe, began = self.recipe, time.perf_counter()
        self.folder.mkdir(parents=True, exist_ok=True)
        texts = {split: recipe.texts(split, seed) for split in SPLITS}
        tokenizer = recipe.tokenizer(texts["train"])
        vocabulary.save(tokenizer, self.folder / "tokenizer")
        counts = {}
        for split, read in texts.items():
            arrays = recipe.encode(tokenizer, read)
            np.savez(self.folder / f"{split}.npz", **arrays)
            tokens = sum(x.size for n, x in arrays.items() if n != "sizes")
            counts[split] = {"texts": len(read), "tokens": tokens}
        self.keep(seed=seed, counts=counts)
        print(f"Texts and tokenizer in {time.perf_counter() - began:.0f} s.")

    def keep(self, **facts: Any) -> None:
        """Write facts down, beside those known."""
        self.kept |= facts
        new = self.folder / f".{FACTS}"
        new.write_text(json.dumps(self.kept, indent=1), encoding="utf-8")
        os.replace(new, self.folder / FACTS)

    def examples(self, split: str) -> Data:
        """What `train` takes of a split: "train", "validation" or "written"."""
        with np.load(self.folder / f"{split}.npz") as arrays:
            known = dict(arrays)
        return self.recipe.examples(known, self.tokenizer, self.kept["seed"])

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Texts and tokens of each split."""
        return self.kept["counts"]

    def said(self) -> str:
        """What there is to learn from, for people."""
        count = self.counts["train"]
        return f"{count['tokens']:,} tokens in {count['texts']:,} texts to learn from."


@torch.no_grad()
def held_out_loss(learner: nn.Module, shop: Workshop) -> float:
    """Mean loss on the written texts that were kept aside, in nats."""
    device = next(learner.parameters()).device
    total, count = 0.0, 0
    with seeded(0):
        for batch in _batches(shop):
            terms = shop.recipe.terms(batch)
            batch = {name: x.to(device) for name, x in batch.items()}
            total += learner(**batch).loss.item() * terms
            count += terms
    return total / count


def _batches(shop: Workshop) -> Iterator[Mapping[str, Any]]:
    examples: Any = shop.examples("written")
    collate = shop.recipe.collate(shop.tokenizer)
    if collate is None:
        yield from examples
        return
    size = shop.recipe.batch_size or 1
    for first in range(0, len(examples), size):
        last = min(first + size, len(examples))
        yield collate([examples[i] for i in range(first, last)])
