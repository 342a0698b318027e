"""Figures of a GPT: perplexity beside that of n-grams, minimal pairs, heads."""

from collections.abc import Sequence
from typing import Any

import torch
from figures import Figure, Report
from linked import NEXT, repeated_texts, texts_to_look_at
from looking import head_figures, name_figure
from materials import Materials, size

from course_lib.evaluation import (
    NgramModel,
    Perplexity,
    Share,
    surprises,
    untrained,
    with_beginning,
    writing_margins,
)
from course_lib.models import GPT

ORDERS = {"unigram": 1, "bigram": 2, "5-gram": 5}
LENGTH = 192  # tokens of a story in which heads are looked at

Ids = list[list[int]]


def report(name: str, model: GPT, tokenizer: Any, materials: Materials) -> Report:
    """Measure a GPT."""
    random = untrained(model)
    learned = begun(tokenizer, materials.learned)
    vocabulary = model.config.vocab_size
    grams = {n: NgramModel(learned, order, vocabulary) for n, order in ORDERS.items()}
    figures = []
    for kind, texts in (
        ("world stories", materials.world),
        ("written stories", materials.written),
    ):
        figures += perplexities(kind, texts, (model, random), grams, tokenizer)
    for kind, pairs in materials.minimal_pairs.items():
        shares = [
            Share.of(writing_margins(one, tokenizer, pairs) > 0)
            for one in (model, random)
        ]
        counted = Share.of(counted_margins(grams["5-gram"], tokenizer, pairs) > 0)
        what = f"{kind}, {len(pairs)} minimal pairs"
        figures.append(Figure(what, *shares, {"5-gram": counted}))
    length = min(LENGTH, model.config.n_positions)
    looked = texts_to_look_at(materials, tokenizer, ends=False, length=length)
    figures += head_figures(model, looked, is_causal=True)
    figures.append(name_figure(model, looked, NEXT))
    figures += head_figures(
        model, repeated_texts(tokenizer, length // 2), is_causal=True
    )
    about = (
        size(model, tokenizer),
        materials.said_of_the_world,
        counted_in(materials, learned),
    )
    return Report(name, about, tuple(figures))


def begun(tokenizer: Any, texts: Sequence[str]) -> Ids:
    """Texts as a model that writes reads them: its first token in front."""
    read = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    return [[tokenizer.bos_token_id, *ids] for ids in read]


def counted_in(materials: Materials, learned: Ids) -> str:
    """What the n-grams know: a sentence."""
    characters = sum(map(len, materials.learned))
    tokens = sum(map(len, learned))
    return (
        f"N-grams (modified Kneser-Ney) were counted in {characters / 1e6:.1f} million "
        f"characters, {tokens / 1e6:.1f} million tokens, of texts as the model learned "
        "from. All see the same tokens."
    )


def perplexities(
    kind: str,
    texts: Sequence[str],
    models: Sequence[GPT],
    grams: dict[str, NgramModel],
    tokenizer: Any,
) -> list[Figure]:
    """Perplexity of a token and of a word, of two models and of n-grams."""
    ids = begun(tokenizer, texts)
    found = [Perplexity.of(surprises(one, ids), texts) for one in models]
    counted = {
        name: Perplexity.of([gram.surprises(text) for text in ids], texts)
        for name, gram in grams.items()
    }
    tokens = {name: one.per_token for name, one in counted.items()}
    words = {name: one.per_word for name, one in counted.items()}
    what = f"{kind}, {found[0].tokens:,} tokens"
    return [
        Figure(f"perplexity of a token, {what}", *(x.per_token for x in found), tokens),
        Figure(f"perplexity of a word, {kind}", *(x.per_word for x in found), words),
    ]


def counted_margins(
    gram: NgramModel, tokenizer: Any, pairs: Sequence[Any]
) -> torch.Tensor:
    """By how much an n-gram model holds the right sentences to be more probable."""
    margins = []
    for pair in pairs:
        before = f"{pair.context} " if pair.context else ""
        right, wrong = (
            gram.surprises(with_beginning(tokenizer, before + text)).double().sum()
            for text in (pair.right, pair.wrong)
        )
        margins.append(wrong - right)
    return torch.stack(margins)
