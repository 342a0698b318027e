"""The recipe of course-bert: which words are hidden here?

Source: Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers,
section 3.1: of the words chosen, 80 % are hidden, 10 % replaced, 10 % kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from course_lib.models import Bert, BertConfig, HeadAnswer
from course_lib.models.heads import IGNORED
from course_lib.models.saving import Pretrained
from course_lib.positions import sinusoidal_positions
from course_lib.pretraining.recipe import Arrays, Card, Texts
from course_lib.pretraining.rows import Rows, stream
from course_lib.pretraining.text_recipe import TextRecipe
from course_lib.pretraining.vocabulary import wordpiece

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

HIDDEN, REPLACED = 0.8, 0.1  # of the chosen ones; the rest stay
PIECES = (1, 2, 4, 8)  # into which the rows of a batch are cut
PAIRED = 0.5  # of the rows are two texts, as a question and its passage are
ENDS = frozenset(".!?")


@dataclass(frozen=True)
class BertRecipe(TextRecipe):
    """Masked words, in rows of whole sentences of one document after the other.

    Attributes:
        chosen: share of the tokens that are asked for.
        positions: of the model; rows have `length` of them, [CLS] and [SEP] included.
    """

    chosen: float = 0.2
    positions: int = 256

    @property
    def reads(self) -> int:
        """T: more than the rows have."""
        return self.positions

    def pieces(self, texts: list[str]) -> "PreTrainedTokenizerFast":
        """WordPiece with capitals."""
        return wordpiece(texts, self.vocab_size, self.positions)

    def encode(self, tokenizer: "PreTrainedTokenizerFast", texts: Texts) -> Arrays:
        """One stream, [SEP] between two documents."""
        texts = list(texts)
        ids = tokenizer(texts, add_special_tokens=False, verbose=False).input_ids
        return {"ids": stream(ids, tokenizer.sep_token_id)}

    def examples(
        self, arrays: Arrays, tokenizer: "PreTrainedTokenizerFast", seed: int
    ) -> Rows:
        """Rows that begin where a sentence begins."""
        begins = sentence_starts(arrays["ids"], tokenizer)
        return Rows(arrays["ids"], begins, self.length - 2)

    def collate(
        self, tokenizer: "PreTrainedTokenizerFast"
    ) -> Callable[[list[Tensor]], Mapping[str, Tensor]]:
        """Rows become texts or pairs of texts, and some of their tokens are hidden."""
        return Hiding(tokenizer, self.chosen)

    def model(self, tokenizer: "PreTrainedTokenizerFast") -> Bert:
        """A BERT of this recipe's sizes, with the head for masked words."""
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=self.d_model,
            num_hidden_layers=self.num_layers,
            num_attention_heads=self.num_heads,
            intermediate_size=4 * self.d_model,
            max_position_embeddings=self.positions,
            pad_token_id=tokenizer.pad_token_id,
            # 0.02 is made for D = 768. Narrower layers would hardly pass anything on.
            initializer_range=self.d_model**-0.5,
        )
        model = Bert(config, head="masked-words")
        # Positions are learned, but begin as waves: near ones are alike from the start.
        waves = sinusoidal_positions(self.positions, self.d_model)
        model.embeddings.positions.table.weight.data.copy_(
            waves * config.initializer_range
        )
        return model

    def learner(self, model: Pretrained) -> nn.Module:
        """The model, asked at the chosen tokens only."""
        return AskedWhereChosen(model)


class AskedWhereChosen(nn.Module):
    """A Bert whose head reads only positions with a label.

    The loss is the same as the model's own, and the last layer, the largest, computes
    a fifth.
    """

    def __init__(self, bert: Bert) -> None:
        """Take the layers of a Bert with the head for masked words; they are shared."""
        super().__init__()
        self.encoder = Bert(bert.config, pooler=False)
        self.encoder.embeddings, self.encoder.blocks = bert.embeddings, bert.blocks
        self.head = bert.head

    def forward(self, labels: Tensor, **batch: Tensor) -> HeadAnswer:
        """The loss at labels (B, T); -100 is left out."""
        x = self.encoder(**batch).last_hidden_state  # (B, T, D)
        asked = labels != IGNORED
        return self.head(x[asked], labels[asked])


class Hiding:
    """Makes a batch of rows: [CLS], one text or two, [SEP]; some tokens are hidden."""

    def __init__(self, tokenizer: "PreTrainedTokenizerFast", chosen: float) -> None:
        """Take the tokenizer's special tokens, and the share that is asked for."""
        self.begin, self.part = tokenizer.cls_token_id, tokenizer.sep_token_id
        self.mask, self.chosen = tokenizer.mask_token_id, chosen
        self.special = torch.tensor(sorted(tokenizer.all_special_ids))
        self.starts = torch.from_numpy(_starting(tokenizer))
        self.ends = torch.from_numpy(_ending(tokenizer))
        self.words = len(tokenizer)

    def __call__(self, rows: list[Tensor]) -> Mapping[str, Tensor]:
        """input_ids, token_type_ids and labels, (B, T) all, of rows.

        Some batches hold the rows as they are, others several times as many pieces of
        them: texts in use are short, and it is in those that a model finds out first
        that neighbours matter.
        """
        pieces = PIECES[torch.randint(len(PIECES), ())]
        size = len(rows[0]) // pieces
        texts = torch.stack(rows)[:, : pieces * size].reshape(-1, size)
        edge = torch.full((len(texts), 1), self.begin)
        ids = torch.cat([edge, texts, torch.full_like(edge, self.part)], dim=1)
        types = torch.zeros_like(ids)
        for row, kinds in zip(ids, types, strict=True):
            if torch.rand(()) < PAIRED:
                self._part(row, kinds)
        hidden, labels = self._hide(ids)
        return {"input_ids": hidden, "token_type_ids": types, "labels": labels}

    def _part(self, row: Tensor, kinds: Tensor) -> None:
        """Put [SEP] between two sentences of a row: what follows is the second text."""
        between = self.ends[row[1:-2]] & self.starts[row[2:-1]]
        places = between.nonzero().flatten() + 2
        if len(places):
            place = int(places[torch.randint(len(places), ())])
            row[place + 1 : -1] = row[place:-2].clone()
            row[place] = self.part
            kinds[place + 1 :] = 1

    def _hide(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Ids with some hidden, and as labels what stood there."""
        may = ~torch.isin(ids, self.special)
        chosen = may & (torch.rand(ids.shape) < self.chosen)
        chosen[0, 1] |= not chosen.any()  # a loss needs a label
        fate = torch.rand(ids.shape)
        hidden = ids.masked_fill(chosen & (fate < HIDDEN), self.mask)
        others = chosen & (fate >= HIDDEN) & (fate < HIDDEN + REPLACED)
        hidden[others] = torch.randint(self.words, (int(others.sum()),))
        return hidden, ids.masked_fill(~chosen, IGNORED)


def sentence_starts(
    ids: np.ndarray, tokenizer: "PreTrainedTokenizerFast"
) -> np.ndarray:
    """Places in a stream (N,) at which a document or a sentence begins."""
    behind_end = _ending(tokenizer)[ids[:-1]] & _starting(tokenizer)[ids[1:]]
    return (behind_end | (ids[:-1] == tokenizer.sep_token_id)).nonzero()[0] + 1


def _ending(tokenizer: "PreTrainedTokenizerFast") -> np.ndarray:
    """Which tokens end a sentence, (V,)."""
    return np.array([token in ENDS for token in _tokens(tokenizer)])


def _starting(tokenizer: "PreTrainedTokenizerFast") -> np.ndarray:
    """Which tokens may begin one, (V,): those with a capital."""
    return np.array([token[0].isupper() for token in _tokens(tokenizer)])


def _tokens(tokenizer: "PreTrainedTokenizerFast") -> list[str]:
    return tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))


RECIPE = BertRecipe(
    name="course-bert",
    steps=2800,
    batch_size=16,
    learning_rate=2e-3,
    amount=12_000_000,
    validation_amount=120_000,
    written_times=3,
    vocab_size=4096,
    length=128,
    warmup=0.08,
    card=Card(
        title="a small BERT that restores hidden words",
        learns="to restore masked words (one token in five is asked for; of these 80 % "
        "are hidden, 10 % replaced, 10 % kept)",
        data="stories of the course's generated world, one in eight taken apart into "
        "its sentences, and the training parts of the course's written texts "
        "(stories, pieces, articles, reviews, news sentences, passages)",
        can=(
            "restore words in texts of the world from what stands on both sides",
            "show attention in both directions on any laptop",
            "be fine-tuned on sentences of the world: tagging, classification, answer "
            "spans",
        ),
        cannot=(
            "know anything: it has read of no real person, place or event",
            "replace a real pretrained encoder: of free English it has read a few "
            "hundred thousand characters",
            "read more than 256 tokens; rows of 128 are what it was trained on",
        ),
        use="""from transformers import AutoModelForMaskedLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("course-bert")
model = AutoModelForMaskedLM.from_pretrained("course-bert")
batch = tokenizer("She gave him the [MASK] back.", return_tensors="pt")
scores = model(**batch).logits[0, batch.input_ids[0] == tokenizer.mask_token_id]
print(tokenizer.convert_ids_to_tokens(scores.topk(5).indices[0]))""",
        tags=("fill-mask",),
    ),
)
