"""The pretrained models that others descend from: what each learned, and how large.

A size is counted on the architecture itself, without a single weight in memory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Family:
    """A model, as its paper describes it.

    Attributes:
        name: of the model.
        year: of its paper.
        kind: "encoder", "decoder", or "both".
        model_type: by which Transformers knows its configuration.
        learns: what it was asked in pre-training.
        reads: the texts that it was asked about.
        paper: where the paper stands.
        sizes: settings that differ from the defaults of Transformers' configuration.
    """

    name: str
    year: int
    kind: str
    model_type: str
    learns: str
    reads: str
    paper: str
    sizes: Mapping[str, Any] = field(default_factory=dict)

    def config(self) -> Any:
        """Transformers' configuration of this model."""
        from transformers import AutoConfig

        return AutoConfig.for_model(self.model_type, **self.sizes)

    def blocks(self) -> str:
        """How many blocks it has: of an encoder and a decoder, both."""
        config = self.config()
        names = {"bart": "decoder_layers", "t5": "num_decoder_layers"}
        first = f"{config.num_hidden_layers}"
        second = names.get(self.model_type)
        return f"{first} + {getattr(config, second)}" if second else first

    def parameters(self) -> int:
        """The number of parameters, heads for tasks left out."""
        import torch
        from transformers import AutoModel

        with torch.device("meta"):  # shapes without values: no memory, no time
            model = AutoModel.from_config(self.config())
        return sum(parameter.numel() for parameter in model.parameters())


BOOKS = "books and Wikipedia, 16 GB"
LARGER = "the same, news, linked pages, stories, 160 GB"
_BASE = {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072}

FAMILIES = (
    Family(
        "BERT base",
        2018,
        "encoder",
        "bert",
        "masked words; does the second text follow?",
        BOOKS,
        "https://arxiv.org/abs/1810.04805",
    ),
    Family(
        "BERT large",
        2018,
        "encoder",
        "bert",
        "as BERT base",
        BOOKS,
        "https://arxiv.org/abs/1810.04805",
        {
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
        },
    ),
    Family(
        "GPT-2",
        2019,
        "decoder",
        "gpt2",
        "the next token",
        "web pages that people linked to, 40 GB",
        "https://openai.com/index/better-language-models/",
    ),
    Family(
        "GPT-2 XL",
        2019,
        "decoder",
        "gpt2",
        "the next token",
        "as GPT-2",
        "https://openai.com/index/better-language-models/",
        {"n_embd": 1600, "n_layer": 48, "n_head": 25},
    ),
    Family(
        "RoBERTa base",
        2019,
        "encoder",
        "roberta",
        "masked words, drawn anew each time",
        LARGER,
        "https://arxiv.org/abs/1907.11692",
        {
            "vocab_size": 50265,
            "max_position_embeddings": 514,
            "type_vocab_size": 1,
        },
    ),
    Family(
        "DistilBERT",
        2019,
        "encoder",
        "distilbert",
        "masked words, and to answer as BERT does",
        BOOKS,
        "https://arxiv.org/abs/1910.01108",
    ),
    Family(
        "ALBERT base",
        2019,
        "encoder",
        "albert",
        "masked words; are two texts in order? One layer, used twelve times",
        BOOKS,
        "https://arxiv.org/abs/1909.11942",
        _BASE,
    ),
    Family(
        "BART large",
        2019,
        "both",
        "bart",
        "to repair a spoilt text",
        LARGER,
        "https://arxiv.org/abs/1910.13461",
    ),
    Family(
        "T5 base",
        2019,
        "both",
        "t5",
        "to write the gaps of a text; every task is text to text",
        "cleaned web pages (C4), 750 GB",
        "https://arxiv.org/abs/1910.10683",
        {"d_model": 768, "d_ff": 3072, "num_layers": 12, "num_heads": 12},
    ),
    Family(
        "ELECTRA base",
        2020,
        "encoder",
        "electra",
        "which words did a small model replace?",
        BOOKS,
        "https://arxiv.org/abs/2003.10555",
        _BASE | {"embedding_size": 768},
    ),
)


def family_table(families: Iterable[Family] = FAMILIES) -> str:
    """The families as a table in Markdown, each size counted."""
    head = ("model", "year", "kind", "blocks", "D", "parameters", "learns", "from")
    rows = [
        (
            f"[{one.name}]({one.paper})",
            str(one.year),
            one.kind,
            one.blocks(),
            str(one.config().hidden_size),
            f"{one.parameters() / 1e6:,.0f} M",
            one.learns,
            one.reads,
        )
        for one in families
    ]
    rule = ["---:" if name in ("D", "parameters") else "---" for name in head]
    lines = [head, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
