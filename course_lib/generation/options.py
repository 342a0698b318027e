"""How to continue a text: the options of `generate`, checked before anything runs."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import torch
from torch import Tensor

from course_lib.errors import CourseError
from course_lib.generation import filters

MODEL = "model"  # take what the model's config.json says


@dataclass(frozen=True, kw_only=True)
class Options:
    """By the names of Transformers' `generate`.

    Attributes:
        max_new_tokens: write at most so many tokens; None writes 20.
        max_length: the same, but the prompt counts too.
        do_sample: draw tokens at random; else always take the best.
        temperature: see `filters`; with do_sample.
        top_k: see `filters`; with do_sample.
        top_p: see `filters`; with do_sample.
        min_p: see `filters`; with do_sample.
        repetition_penalty: see `filters`; above 1 avoids repetition.
        num_beams: search for the most probable continuation, with so many at a time.
        length_penalty: a beam's score is its log-probability / length ** penalty:
            above 0 favours longer texts, below 0 shorter ones.
        early_stopping: True ends once num_beams texts are complete; False once a
            better one is unlikely; "never" once it is impossible.
        num_return_sequences: so many continuations of each prompt.
        eos_token_id: a text ends behind one of these; None never ends one.
        pad_token_id: stands behind texts that ended before others.
        seed: the same seed draws the same tokens.
        generator: draws the tokens, in place of a seed.
        use_cache: keep keys and values; False computes all anew for every token.
    """

    max_new_tokens: int | None = None
    max_length: int | None = None
    do_sample: bool = False
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0
    num_beams: int = 1
    length_penalty: float = 1.0
    early_stopping: bool | str = False
    num_return_sequences: int = 1
    eos_token_id: int | Sequence[int] | str | None = MODEL
    pad_token_id: int | None = None
    seed: int | None = None
    generator: torch.Generator | None = None
    use_cache: bool = True

    @classmethod
    def of(cls, given: dict[str, Any]) -> Self:
        """Options by name.

        Raises:
            CourseError: there is no such option, or what is asked can't be done.
        """
        known = [field.name for field in fields(cls)]
        strange = [name for name in given if name not in known]
        if strange:
            raise CourseError(
                f"generate knows no {', '.join(strange)}; choose from "
                f"{', '.join(known)}"
            )
        return cls(**given)

    def __post_init__(self) -> None:
        self._require_numbers()
        self._require_sense()

    def _require_numbers(self) -> None:
        filters.require_temperature(self.temperature)
        filters.require_penalty(self.repetition_penalty)
        if self.top_k is not None:
            filters.require_k(self.top_k)
        for name in ("top_p", "min_p"):
            if getattr(self, name) is not None:
                filters.require_share(name, getattr(self, name))
        for name in ("max_new_tokens", "num_beams", "num_return_sequences"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise CourseError(f"{name} is {value}, expected 1 or more")
        if self.early_stopping not in (True, False, "never"):
            raise CourseError(
                f"early_stopping is {self.early_stopping!r}; choose True, False or "
                '"never"'
            )

    def _require_sense(self) -> None:
        """Refuse what would silently do something else."""
        if self.max_new_tokens is not None and self.max_length is not None:
            raise CourseError("give max_new_tokens or max_length, one of the two")
        if self.do_sample and self.num_beams > 1:
            raise CourseError("beams are not drawn: choose do_sample or num_beams")
        idle = [name for name in FILTERS if getattr(self, name) is not None]
        if self.temperature not in (0, 1):
            idle.append("temperature")
        if idle and not self.do_sample:
            raise CourseError(
                f"{' and '.join(idle)} would change nothing: the best token is taken. "
                "Draw at random, with do_sample=True"
            )
        if self.seed is not None and self.generator is not None:
            raise CourseError("give a seed or a generator, one of the two")
        self._require_different_texts()

    def _require_different_texts(self) -> None:
        count = self.num_return_sequences
        if self.do_sample or count <= self.num_beams:
            return
        if self.num_beams == 1:
            raise CourseError(
                f"num_return_sequences is {count}, but the best token is always the "
                "same: draw at random, with do_sample=True, or search with "
                f"num_beams={count}"
            )
        raise CourseError(
            f"num_return_sequences is {count}, num_beams only {self.num_beams}: "
            f"search with num_beams={count}"
        )

    def filtered(self, logits: Tensor) -> Tensor:
        """Logits (B, V) as they are drawn from."""
        if self.temperature != 1:
            logits = filters.temperature(logits, self.temperature)
        for name, apply in FILTERS.items():
            value = getattr(self, name)
            if value is not None:
                logits = apply(logits, value)
        return logits

    def source(self, device: torch.device) -> torch.Generator | None:
        """What draws the tokens; None is PyTorch's own generator."""
        if self.seed is None:
            return self.generator
        return torch.Generator(device).manual_seed(self.seed)


FILTERS = {"top_k": filters.top_k, "top_p": filters.top_p, "min_p": filters.min_p}
