"""A trained tagger: it finds entities, is measured, is saved and read again."""

import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.resources.devices import device as choose_device
from course_lib.tasks.kinds import TAGGER
from course_lib.tasks.tagging.alignment import first_pieces, for_words
from course_lib.tasks.tagging.bio import OUTSIDE, spans
from course_lib.tasks.tagging.evaluation import TagEvaluation
from course_lib.tasks.tagging.tagged_sentences import (
    TOKENS,
    named,
    repair,
    require_columns,
    require_sentences,
    tag_names,
)
from course_lib.tasks.tagging.words import places
from course_lib.tasks.trained import Trained

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

    from course_lib.training import TrainingResult

BATCH = 64


class Entity(NamedTuple):
    """What a tagger finds.

    Attributes:
        type: what it is: PER, LOC, ...
        words: as they stand in the text; of a list of words, with spaces between.
        start: the place of its first character; of a list, the number of its first
            word.
        end: the place behind its last one.
    """

    type: str
    words: str
    start: int
    end: int


class Tagger(Trained):
    """A model and its tokenizer, made for tags.

    >>> tagger.predict("Ada Nwosu lives in Andermatt.")
    [[Entity(type='PER', words='Ada Nwosu', start=0, end=9), ...]]

    Attributes:
        model: the course's `Bert`, or one of Transformers', in evaluation mode.
        tokenizer: cuts words as the model was trained on them, and sentences where
            they are too long.
        names: of the tags, by number.
        evaluation: its figures on the test split, where it was tested.
        result: how the training went; None after loading.
    """

    kind = TAGGER

    def __init__(
        self,
        model: nn.Module,
        tokenizer: "PreTrainedTokenizerBase",
        names: Sequence[str],
        *,
        evaluation: TagEvaluation | None = None,
        result: "TrainingResult | None" = None,
        device: str | None = None,
    ) -> None:
        """Join them; `device` as for training, None takes the fastest."""
        self.device = choose_device(device)
        self.model = model.to(self.device).eval()
        self.tokenizer, self.names = for_words(tokenizer), tuple(names)
        self.evaluation, self.result = evaluation, result

    def predict(self, texts: Sequence[str | Sequence[str]]) -> list[list[Entity]]:
        """The entities of each text.

        Args:
            texts: each a text, or a list of its words; a text alone is a list of one.
                Texts are cut into words at spaces and punctuation.

        Raises:
            CourseError: something in the list is neither.
        """
        texts = [texts] if isinstance(texts, str) else list(texts)
        found = [_places(number, text) for number, text in enumerate(texts)]
        words = [
            [text[a:b] for a, b in where] if isinstance(text, str) else list(text)
            for text, where in zip(texts, found, strict=True)
        ]
        tags, unread = self.tag(words)
        if unread:
            warnings.warn(
                f"{unread} words were not read: the model reads at most "
                f"{self.tokenizer.model_max_length} tokens of a text. Give it a "
                "sentence or a paragraph at a time",
                stacklevel=2,
            )
        return list(map(_entities, texts, found, tags))

    @torch.inference_mode()
    def tag(self, sentences: Sequence[Sequence[str]]) -> tuple[list[list[str]], int]:
        """A tag for each word of sentences, and how many words were not read.

        Those, behind what the model can read, are O.
        """
        tags = [[OUTSIDE] * len(words) for words in sentences]
        unread = 0
        for numbers in _alike(sentences):
            batch = self.tokenizer(
                [list(sentences[i]) for i in numbers],
                is_split_into_words=True,
                padding=True,
                truncation=True,
                max_length=self.tokenizer.model_max_length,
                return_tensors="pt",
            )
            inputs = {name: x.to(self.device) for name, x in batch.items()}
            best = self.model(**inputs).logits.argmax(dim=-1).tolist()  # (B, T)
            for row, number in enumerate(numbers):
                read = first_pieces(batch.word_ids(row))
                unread += len(tags[number]) - len(read)
                for word, place in read.items():
                    tags[number][word] = self.names[best[row][place]]
        return tags, unread

    def evaluate(self, sentences: "Dataset") -> TagEvaluation:
        """Measure it on sentences with columns tokens and tags, of the same tags.

        Raises:
            CourseError: the tags are others, or the sentences are not in order.
        """
        require_columns(sentences, "this data set")
        names = tag_names(sentences)
        if names != self.names:
            raise CourseError(
                f"these sentences have the tags {', '.join(names)}, the tagger knows "
                f"{', '.join(self.names)}: load_tagging(..., labels=tagger.names) "
                "numbers them alike"
            )
        require_sentences(sentences, "this data set")
        sentences, _ = repair(sentences, names)
        found, unread = self.tag(sentences[TOKENS][:])
        truth = named(sentences, names)
        return TagEvaluation.of(truth, {"this tagger": found}, unread)

    def __repr__(self) -> str:
        types = sorted({name[2:] for name in self.names if name != OUTSIDE})
        tested = self.evaluation
        figures = f", F1 {tested.f1:.1%}" if tested else ""
        return f"Tagger({', '.join(types)}{figures})"


def _places(number: int, text: str | Sequence[str]) -> list[tuple[int, int]]:
    """Where the words of a text are: characters of a text, or numbers of words."""
    if isinstance(text, str):
        return places(text)
    if isinstance(text, list | tuple) and all(isinstance(word, str) for word in text):
        return [(i, i + 1) for i in range(len(text))]
    raise CourseError(
        f"text {number} is {text!r}, a {type(text).__name__}: give a list whose items "
        "are texts, or lists of words"
    )


def _entities(
    text: str | Sequence[str], places: list[tuple[int, int]], tags: list[str]
) -> list[Entity]:
    """The entities that tags mark, with their places in a text."""
    found = []
    for type_, first, behind in spans(tags):
        start, end = places[first][0], places[behind - 1][1]
        part = text[start:end]
        words = part if isinstance(part, str) else " ".join(part)
        found.append(Entity(type_, words, start, end))
    return found


def _alike(sentences: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    """Numbers of sentences, those of similar length together: little is padded."""
    filled = [i for i, words in enumerate(sentences) if words]
    order = sorted(filled, key=lambda i: sum(map(len, sentences[i])))
    for first in range(0, len(order), BATCH):
        yield order[first : first + BATCH]
