"""The recipe of course-marian: an English sentence in, a French one out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from course_lib.models import Seq2Seq, Seq2SeqConfig
from course_lib.pretraining import corpus
from course_lib.pretraining.recipe import Arrays, Card, Recipe, Texts, sample
from course_lib.pretraining.rows import PairBatches
from course_lib.pretraining.vocabulary import sentence_pieces

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class MarianRecipe(Recipe):
    """Translation: an encoder and a decoder over one vocabulary of both languages.

    Attributes:
        d_model, num_layers, num_heads: D, L on each side, and H.
        batch_tokens: in a step, on the longer side.
    """

    d_model: int = 256
    num_layers: int = 3
    num_heads: int = 4
    batch_tokens: int = 1536

    def texts(self, split: str, seed: int) -> Texts:
        """Pairs of the world; to learn from, the written pairs several times."""
        if split == corpus.VALIDATION:
            return list(corpus.world_pairs_of(self.validation_amount, seed, split))
        if split == corpus.WRITTEN:
            return list(corpus.written_pairs(corpus.VALIDATION))
        world = list(corpus.world_pairs_of(self.amount, seed))
        return [*world, *list(corpus.written_pairs()) * self.written_times]

    def tokenizer(self, texts: Texts) -> "PreTrainedTokenizerFast":
        """Pieces of both languages; the written pairs, and some English, count once."""
        world = sample(text for pair in texts for text in pair)
        pairs = [text for pair in corpus.written_pairs() for text in pair]
        return sentence_pieces([*world, *pairs], self.vocab_size, self.length)

    def encode(self, tokenizer: "PreTrainedTokenizerFast", texts: Texts) -> Arrays:
        """Both sides, each text's ids behind the other's; and their sizes, (N, 2)."""
        sides = zip(*texts, strict=True)
        ids = [tokenizer(list(side), verbose=False).input_ids for side in sides]
        sizes = np.array([[len(one) for one in side] for side in ids], dtype=np.uint16)
        return {"english": _flat(ids[0]), "french": _flat(ids[1]), "sizes": sizes.T}

    def examples(
        self, arrays: Arrays, tokenizer: "PreTrainedTokenizerFast", seed: int
    ) -> PairBatches:
        """Batches of pairs of about equal length."""
        ends = arrays["sizes"].astype(np.int64).cumsum(axis=0)[:-1]
        english = np.split(arrays["english"], ends[:, 0])
        french = np.split(arrays["french"], ends[:, 1])
        pairs = [(a.tolist(), b.tolist()) for a, b in zip(english, french, strict=True)]
        return PairBatches(pairs, self.batch_tokens, tokenizer.pad_token_id, seed)

    @property
    def sizes(self) -> str:
        """L, H, D and T."""
        return (
            f"L = {self.num_layers} on each side, H = {self.num_heads}, "
            f"D = {self.d_model}, T = {self.length}"
        )

    @property
    def step_says(self) -> str:
        """Pairs of about equal length."""
        return f"at most {self.batch_tokens:,} tokens on either side"

    def model(self, tokenizer: "PreTrainedTokenizerFast") -> Seq2Seq:
        """A Marian of this recipe's sizes."""
        pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
        sides = {
            f"{side}_{what}": value
            for side in ("encoder", "decoder")
            for what, value in (
                ("layers", self.num_layers),
                ("attention_heads", self.num_heads),
                ("ffn_dim", 4 * self.d_model),
            )
        }
        config = Seq2SeqConfig(
            vocab_size=len(tokenizer),
            d_model=self.d_model,
            max_position_embeddings=self.length,
            scale_embedding=True,
            activation_function="swish",
            init_std=self.d_model**-0.5,
            pad_token_id=pad,
            eos_token_id=end,
            decoder_start_token_id=pad,
            forced_eos_token_id=end,
            bad_words_ids=[[pad]],
            max_length=self.length,
            **sides,
        )
        return Seq2Seq(config)


def _flat(rows: Iterable[list[int]]) -> np.ndarray:
    return np.array([i for row in rows for i in row], dtype=np.uint16)


RECIPE = MarianRecipe(
    name="course-marian",
    steps=2000,
    batch_size=None,
    learning_rate=2e-3,
    amount=150_000,
    validation_amount=800,
    written_times=12,
    vocab_size=4096,
    d_model=192,
    length=128,
    warmup=0.1,
    card=Card(
        title="a small English-French translator",
        learns="to translate from English to French, sentence by sentence",
        data="sentences of the course's generated world with their translations, and "
        "the training part of the course's written pairs, many times",
        can=(
            "translate sentences of the world: gender, agreement, clitics, negation, "
            "questions, word order",
            "show cross-attention between two languages on any laptop",
        ),
        cannot=(
            "translate English in general: its words are those of the world and of 640 "
            "written sentences; of others, even in a sentence of the world, it makes "
            "something up",
            "translate more than a sentence at a time, or from French",
        ),
        use="""from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("course-marian")
model = AutoModelForSeq2SeqLM.from_pretrained("course-marian")
batch = tokenizer("She doesn't see the red car.", return_tensors="pt")
ids = model.generate(**batch, num_beams=4)
print(tokenizer.decode(ids[0], skip_special_tokens=True))""",
        tags=("translation",),
    ),
)
