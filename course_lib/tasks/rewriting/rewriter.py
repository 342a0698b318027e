"""Trained encoder-decoders: they write, are measured, are saved and read again."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.generation import generate
from course_lib.models.saving import Pretrained
from course_lib.resources.devices import device as choose_device
from course_lib.tasks.kinds import SUMMARISER, TRANSLATOR
from course_lib.tasks.quiet import quiet_transformers
from course_lib.tasks.rewriting import baselines
from course_lib.tasks.rewriting.evaluation import RewritingEvaluation
from course_lib.tasks.rewriting.measures import SUMMARIES, TRANSLATION, Measure
from course_lib.tasks.rewriting.settings import RewriterTuning
from course_lib.tasks.rewriting.text_pairs import (
    SOURCE,
    TARGET,
    TextPairs,
    require_pairs,
)
from course_lib.tasks.trained import Trained

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

    from course_lib.training import TrainingResult

BATCH = 32


class Rewriter(Trained):
    """A model and its tokenizer, made to write one text of another.

    Attributes:
        model: the course's `Seq2Seq`, or one of Transformers', in evaluation mode.
        tokenizer: cuts texts as the model was trained on them.
        settings: how long texts may be, and how many beams look for them.
        evaluation: its figures on the test split, where it was tested.
        result: how the training went; None after loading.
    """

    measures: ClassVar[tuple[Measure, ...]]
    baselines: ClassVar[Callable[[TextPairs], dict[str, list[str]]]]

    def __init__(
        self,
        model: nn.Module,
        tokenizer: "PreTrainedTokenizerBase",
        settings: RewriterTuning | None = None,
        *,
        evaluation: RewritingEvaluation | None = None,
        result: "TrainingResult | None" = None,
        device: str | None = None,
    ) -> None:
        """Join them; `device` as for training, None takes the fastest."""
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        self.tokenizer, self.settings = tokenizer, settings or RewriterTuning()
        self.evaluation, self.result = evaluation, result

    @property
    def room(self) -> int:
        """How many tokens it may write of a text."""
        config = self.model.config
        places = getattr(config, "max_position_embeddings", None)  # T5 has no end
        longest = self.settings.longest_written
        return min(longest, places) if places else longest

    def predict(self, texts: Sequence[str], **options: Any) -> list[str]:
        """What it writes of each text.

        Args:
            texts: to be read; one alone is a list of one.
            options: of `generate`, such as num_beams=4.

        Raises:
            CourseError: something in the list is no text, or an option is none.
        """
        texts = [texts] if isinstance(texts, str) else list(texts)
        for number, text in enumerate(texts):
            if not isinstance(text, str) or not text.strip():
                raise CourseError(f"text {number} is {text!r}: expected a text")
        # Texts of similar length stand together: little is padded.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        written = [""] * len(texts)
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            found = self._write([texts[i] for i in chosen], options)
            for i, text in zip(chosen, found, strict=True):
                written[i] = text.strip()
        return written

    def evaluate(self, pairs: "Dataset") -> RewritingEvaluation:
        """Measure it on pairs with columns source and target.

        Raises:
            CourseError: the pairs are not in order.
        """
        require_pairs(pairs, "this data set")
        said = {f"this {self.kind.noun}": self.predict(pairs[SOURCE][:])}
        return RewritingEvaluation.of(self.measures, pairs[TARGET][:], said)

    def __repr__(self) -> str:
        tested, name = self.evaluation, self.measures[0].name
        return (
            f"{type(self).__name__}({f'{name} {tested[name]:.1f}' if tested else ''})"
        )

    @torch.inference_mode()
    def _write(self, texts: list[str], options: dict[str, Any]) -> list[str]:
        """What it writes of a batch of texts."""
        wanted = {
            "max_new_tokens": self.room,
            "num_beams": self.settings.num_beams,
            **options,
        }
        batch = self.tokenizer(
            [self.settings.prefix + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self.tokenizer.model_max_length,
            return_tensors="pt",
        ).to(self.device)
        ids, mask = batch["input_ids"], batch["attention_mask"]
        if isinstance(self.model, Pretrained):
            written = generate(self.model, ids, mask, **wanted)
        else:
            with quiet_transformers():
                written = self.model.generate(ids, attention_mask=mask, **wanted)
        return self.tokenizer.batch_decode(written, skip_special_tokens=True)


class Translator(Rewriter):
    """Writes a text in another language.

    >>> translator.predict(["Peter lost the red rope."])
    ['Peter a perdu la corde rouge.']
    """

    kind, measures = TRANSLATOR, TRANSLATION
    baselines = staticmethod(baselines.for_translation)


class Summariser(Rewriter):
    """Writes in a sentence what a text says."""

    kind, measures = SUMMARISER, SUMMARIES
    baselines = staticmethod(baselines.for_summaries)
