"""Models that write: `model.generate(...)`, as Transformers' models have it.

A door only. How texts are written stands a floor above, in `course_lib.generation`,
which imports the models: they find it when somebody goes through.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from torch import Tensor

ABOVE = "course_lib.generation"


class Writing:
    """Mixed into the models that write."""

    def generate(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, **options: Any
    ) -> Tensor:
        """Continue texts, or write others; `course_lib.generate` of this model.

        >>> model.generate(ids, max_new_tokens=20, do_sample=True, top_k=50)

        The options have the names that they have in Transformers, and the tokens are
        those of Transformers, but for two habits: drawing, Transformers leaves the 50
        best tokens where nobody says `top_k`, and here all are left; and an option that
        changes nothing (top_p without do_sample) is an error here, a warning there.

        Args:
            input_ids: (B, T), prompts; or for a Seq2Seq the texts to be read.
            attention_mask: (B, T), 0 for padding, which stands on the left of prompts.
            options: see `course_lib.generation.Options`.

        Returns:
            (B * num_return_sequences, T_longest): the prompts, or a Seq2Seq's first
            token, and what was written; padded on the right where a text ended early.

        Raises:
            CourseError: what is asked can't be done.
        """
        return import_module(ABOVE).generate(self, input_ids, attention_mask, **options)

    def stream(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, **options: Any
    ) -> Iterator[Any]:
        """The same, a token at a time; `course_lib.stream` of this model."""
        return import_module(ABOVE).stream(self, input_ids, attention_mask, **options)
