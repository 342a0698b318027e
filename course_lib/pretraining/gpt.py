"""The recipe of course-gpt: which word comes next?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from course_lib.models import GPT, GPTConfig
from course_lib.pretraining.recipe import Arrays, Card, Texts
from course_lib.pretraining.rows import Rows, stream
from course_lib.pretraining.text_recipe import TextRecipe
from course_lib.pretraining.vocabulary import byte_pairs
from course_lib.training.terms import Terms, next_token_terms

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


@dataclass(frozen=True)
class GPTRecipe(TextRecipe):
    """Next words, in rows cut out of stories that follow one another."""

    @property
    def reads(self) -> int:
        """T: as many as the rows have."""
        return self.length

    def pieces(self, texts: list[str]) -> "PreTrainedTokenizerFast":
        """Pieces of bytes."""
        return byte_pairs(texts, self.vocab_size, self.length)

    def encode(self, tokenizer: "PreTrainedTokenizerFast", texts: Texts) -> Arrays:
        """One stream, the end of a text between two."""
        ids = tokenizer(list(texts), verbose=False).input_ids
        return {"ids": stream(ids, tokenizer.eos_token_id)}

    def examples(
        self, arrays: Arrays, tokenizer: "PreTrainedTokenizerFast", seed: int
    ) -> Rows:
        """Rows that begin where a text begins, or where the row before it ended."""
        ids = arrays["ids"]
        begins = (ids[:-1] == tokenizer.eos_token_id).nonzero()[0] + 1
        return Rows(ids, begins, self.length, lead=True)

    def collate(
        self, tokenizer: "PreTrainedTokenizerFast"
    ) -> Callable[[list[Tensor]], Mapping[str, Tensor]]:
        """Rows on top of one another; each is its own label."""
        return as_batch

    @property
    def terms(self) -> Terms:
        """No row's first token is predicted."""
        return next_token_terms

    def model(self, tokenizer: "PreTrainedTokenizerFast") -> GPT:
        """A GPT-2 of this recipe's sizes."""
        end = tokenizer.eos_token_id
        config = GPTConfig(
            vocab_size=len(tokenizer),
            n_positions=self.length,
            n_embd=self.d_model,
            n_layer=self.num_layers,
            n_head=self.num_heads,
            bos_token_id=end,
            eos_token_id=end,
            pad_token_id=end,
        )
        model = GPT(config)
        for block in model.blocks:  # a new block changes nothing: it learns sooner
            nn.init.zeros_(block.attention.output.weight)
            nn.init.zeros_(block.feed_forward.outer.weight)
        return model


def as_batch(rows: list[Tensor]) -> Mapping[str, Tensor]:
    """input_ids and labels, (B, T) both."""
    ids = torch.stack(rows)
    return {"input_ids": ids, "labels": ids}


RECIPE = GPTRecipe(
    name="course-gpt",
    steps=2200,
    batch_size=8,
    learning_rate=3e-3,
    amount=12_000_000,
    validation_amount=120_000,
    written_times=3,
    vocab_size=2048,
    length=256,
    card=Card(
        title="a small GPT-2 that tells stories",
        learns="to predict the next token",
        data="stories of the course's generated world, one in eight taken apart into "
        "its sentences, and the training parts of the course's written texts "
        "(stories, pieces, articles, reviews, news sentences, passages)",
        can=(
            "go on with a story of the world in whole sentences; names and pronouns "
            "mostly fit, and now and then somebody meets themselves",
            "show how a model that writes attends, step by step, on any laptop",
            "be trained further on a text of your own",
        ),
        cannot=(
            "know anything: it has read of no real person, place or event",
            "write well outside the world: a prompt in other words than the world's "
            "(such as Once upon a time) leads it astray at once",
            "follow an instruction, answer a question, or read more than 256 tokens",
        ),
        use="""from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("course-gpt")
model = AutoModelForCausalLM.from_pretrained("course-gpt")
batch = tokenizer("One morning", return_tensors="pt")
ids = model.generate(**batch, do_sample=True, temperature=0.8, max_new_tokens=120)
print(tokenizer.decode(ids[0]))""",
        tags=("text-generation",),
    ),
)
