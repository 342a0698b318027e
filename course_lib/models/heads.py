"""Heads: what turns an encoder's vectors into an answer, and measures how wrong it is.

A head is small and new for every task; the encoder below it, which was trained on much
more text, is the same for all.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.blocks import ACTIVATIONS
from course_lib.errors import CourseError
from course_lib.models.answer import Answer

if TYPE_CHECKING:
    from course_lib.models.bert import BertConfig

IGNORED = -100  # a label that counts for nothing, as everywhere in Hugging Face


@dataclass
class HeadAnswer(Answer):
    """What a model with a head returns.

    Attributes:
        loss: when labels were given: one number.
        logits: masked words (B, T, V); classification (B, labels); tagging
            (B, T, labels).
        start_logits: answer spans: (B, T), how well each token begins the answer.
        end_logits: answer spans: (B, T), how well each token ends it.
        hidden_states: on request, L + 1 times (B, T, D).
        attentions: on request, L times (B, H, T, T).
    """

    loss: Tensor | None = None
    logits: Tensor | None = None
    start_logits: Tensor | None = None
    end_logits: Tensor | None = None
    hidden_states: tuple[Tensor, ...] | None = None
    attentions: tuple[Tensor, ...] | None = None


class MaskedWords(nn.Module):
    """Which word stands here? Asked at every position, graded where one was hidden."""

    architecture = "ForMaskedLM"

    def __init__(self, config: "BertConfig") -> None:
        """Make the layers; `Bert` ties the last one to its table of words."""
        super().__init__()
        width = config.hidden_size
        self.dense = nn.Linear(width, width)
        # RoBERTa's head bends by GELU, whatever its blocks do.
        roberta = config.model_type == "roberta"
        self.activation = "gelu" if roberta else config.hidden_act
        self.norm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.output = nn.Linear(width, config.vocab_size)

    def forward(self, x: Tensor, labels: Tensor | None = None) -> HeadAnswer:
        """Score every word for every position of x (B, T, D); labels (B, T)."""
        x = self.norm(ACTIVATIONS[self.activation](self.dense(x)))
        logits = self.output(x)
        return HeadAnswer(word_loss(logits, labels), logits)


class Classification(nn.Module):
    """What kind of text is this? Read from the vector of its first token."""

    architecture = "ForSequenceClassification"

    def __init__(self, config: "BertConfig") -> None:
        """Make the layers. BERT calls the first one its pooler."""
        super().__init__()
        self.config = config
        self.dropout = nn.Dropout(config.head_dropout)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.output = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, x: Tensor, labels: Tensor | None = None) -> HeadAnswer:
        """Score every label for texts x (B, T, D); labels as for `label_loss`."""
        first = x[:, 0]  # (B, D)
        if self.config.model_type == "roberta":
            first = self.dropout(first)
        logits = self.output(self.dropout(self.dense(first).tanh()))
        return HeadAnswer(label_loss(logits, labels, self.config.problem_type), logits)


class Tagging(nn.Module):
    """What is each token? A name, a place, nothing of the kind."""

    architecture = "ForTokenClassification"

    def __init__(self, config: "BertConfig") -> None:
        """Make the layer."""
        super().__init__()
        self.dropout = nn.Dropout(config.head_dropout)
        self.output = nn.Linear(config.hidden_size, config.num_labels)

    def forward(self, x: Tensor, labels: Tensor | None = None) -> HeadAnswer:
        """Score every label for every position of x (B, T, D); labels (B, T)."""
        logits = self.output(self.dropout(x))
        return HeadAnswer(word_loss(logits, labels), logits)


class AnswerSpan(nn.Module):
    """Where in the text does the answer begin, and where does it end?"""

    architecture = "ForQuestionAnswering"

    def __init__(self, config: "BertConfig") -> None:
        """Make the layer: two numbers for each token."""
        super().__init__()
        self.output = nn.Linear(config.hidden_size, 2)

    def forward(
        self,
        x: Tensor,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
    ) -> HeadAnswer:
        """Score every position of x (B, T, D) twice; both positions are (B,)."""
        start, end = self.output(x).unbind(dim=-1)  # (B, T) each
        loss = None
        if start_positions is not None and end_positions is not None:
            loss = place_loss(start, start_positions) + place_loss(end, end_positions)
            loss = loss / 2
        return HeadAnswer(loss, start_logits=start, end_logits=end)


def word_loss(logits: Tensor, labels: Tensor | None) -> Tensor | None:
    """Mean surprise at the labels (B, T), given logits (B, T, V); -100 is left out."""
    if labels is None:
        return None
    return F.cross_entropy(logits.flatten(0, -2), labels.flatten())


def label_loss(
    logits: Tensor, labels: Tensor | None, problem_type: str | None = None
) -> Tensor | None:
    """How far logits (B, labels) are from the labels.

    Args:
        logits: (B, labels)
        labels: (B,) whole numbers, one label a text; or (B, labels) fractions, any
            number of labels a text; or (B,) values, where there is one logit.
        problem_type: "single_label_classification", "multi_label_classification" or
            "regression"; None takes what the labels look like.

    Raises:
        CourseError: there is no such problem type.
    """
    if labels is None:
        return None
    kind = problem_type or _problem(logits, labels)
    if kind == "single_label_classification":
        return F.cross_entropy(logits, labels.flatten())
    if kind == "multi_label_classification":
        return F.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype))
    if kind == "regression":
        return F.mse_loss(logits.squeeze(), labels.squeeze().to(logits.dtype))
    raise CourseError(
        f"no problem type {kind!r}; choose single_label_classification, "
        "multi_label_classification or regression"
    )


def _problem(logits: Tensor, labels: Tensor) -> str:
    """The kind of problem that such labels belong to."""
    if logits.shape[-1] == 1:
        return "regression"
    fractions = labels.is_floating_point()
    return "multi_label_classification" if fractions else "single_label_classification"


def place_loss(logits: Tensor, places: Tensor) -> Tensor:
    """Mean surprise at the places (B,), given logits (B, T).

    A place behind the text, which was cut off there, is left out.
    """
    length = logits.shape[-1]
    places = places.flatten().clamp(0, length)
    return F.cross_entropy(logits, places, ignore_index=length)


HEADS: dict[str, type[MaskedWords | Classification | Tagging | AnswerSpan]] = {
    "masked-words": MaskedWords,
    "classification": Classification,
    "tagging": Tagging,
    "answer-span": AnswerSpan,
}
