"""What the recipes of models that read running text share: their texts, their rows."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_lib.pretraining import corpus
from course_lib.pretraining.recipe import Recipe, Texts, sample

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class TextRecipe(Recipe):
    """Rows of equal length, cut out of stories and texts that follow one another.

    Attributes:
        d_model, num_layers, num_heads: D, L and H.
    """

    d_model: int = 256
    num_layers: int = 4
    num_heads: int = 4

    @property
    @abstractmethod
    def reads(self) -> int:
        """T, how many tokens the model reads at most."""

    @abstractmethod
    def pieces(self, texts: list[str]) -> "PreTrainedTokenizerFast":
        """A tokenizer learned from these."""

    def texts(self, split: str, seed: int) -> Texts:
        """Stories of the world; to learn from, the written texts several times."""
        if split == corpus.VALIDATION:
            return list(corpus.world(self.validation_amount, seed, split))
        if split == corpus.WRITTEN:
            return list(corpus.stories(corpus.VALIDATION))
        world = list(corpus.world(self.amount, seed))
        return [*world, *list(corpus.written()) * self.written_times]

    def tokenizer(self, texts: Texts) -> "PreTrainedTokenizerFast":
        """Learned from the world and, once, the written texts."""
        return self.pieces([*sample(texts), *corpus.written()])

    @property
    def sizes(self) -> str:
        """L, H, D and T."""
        return (
            f"L = {self.num_layers}, H = {self.num_heads}, D = {self.d_model}, "
            f"T = {self.reads}"
        )

    @property
    def step_says(self) -> str:
        """Rows of equal length."""
        return f"{self.batch_size} rows of {self.length} tokens each"
