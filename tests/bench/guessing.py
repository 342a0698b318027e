"""Figures of a BERT: hidden words, minimal pairs, heads."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from figures import Figure, Report
from linked import HIDDEN as HIDDEN_PRONOUN
from linked import texts_to_look_at, with_hidden_pronouns
from looking import head_figures, name_figure
from materials import Materials, drawn, size

from course_lib.evaluation import (
    MaskedTokens,
    Share,
    chosen_places,
    masked_margins,
    restored,
    untrained,
)
from course_lib.models import Bert

HIDDEN = 0.15
LENGTH = 128  # of the rows that it was trained on


def report(name: str, model: Bert, tokenizer: Any, materials: Materials) -> Report:
    """Measure a BERT with its head for masked words."""
    random = untrained(model)
    kinds = {
        "world stories": materials.world,
        "written stories": paragraphs(materials.written),
    }
    usual = most_frequent(materials.learned, tokenizer)
    figures = []
    for kind, texts in kinds.items():
        figures += hidden_words(kind, texts, (model, random), tokenizer, usual)
    for kind, pairs in materials.minimal_pairs.items():
        shares = [
            Share.of(masked_margins(one, tokenizer, pairs) > 0)
            for one in (model, random)
        ]
        figures.append(Figure(f"{kind}, {len(pairs)} minimal pairs", *shares))
    looked = texts_to_look_at(materials, tokenizer, ends=True, length=LENGTH)
    figures += head_figures(model, looked, is_causal=False)
    hidden = with_hidden_pronouns(looked, tokenizer.mask_token_id)
    figures += head_figures(model, hidden, is_causal=False)
    figures.append(name_figure(model, hidden, HIDDEN_PRONOUN))
    about = (
        size(model, tokenizer),
        materials.said_of_the_world,
        f"{HIDDEN:.0%} of the tokens of each text are hidden, all behind [MASK]; texts "
        f"are cut after {LENGTH} tokens.",
    )
    return Report(name, about, tuple(figures))


def paragraphs(texts: Iterable[str]) -> list[str]:
    """Paragraphs of more than a few words: a whole story is too long to be read."""
    each = (part for text in texts for part in text.split("\n\n"))
    return [part for part in each if len(part.split()) >= 8]


def hidden_words(
    kind: str,
    texts: Sequence[str],
    models: Sequence[Bert],
    tokenizer: Any,
    commonest: int,
) -> list[Figure]:
    """Hidden tokens and words: how many each of two models restores."""
    special = set(tokenizer.all_special_ids)
    read = tokenizer(list(texts), truncation=True, max_length=LENGTH)["input_ids"]
    source = drawn()
    places = [chosen_places(ids, HIDDEN, source, special) for ids in read]
    found = [restored(one, read, places, tokenizer.mask_token_id) for one in models]
    usual = {"most frequent": Share.of((found[0].hidden == commonest).tolist())}
    count = len(found[0].hidden)
    words = [only_words(one, tokenizer) for one in found]
    letters = len(words[0].hidden)
    perplexities = [one.perplexity for one in found]
    return [
        Figure(f"hidden tokens, {kind}, {count:,}", *best(found, 1), usual),
        Figure(f"hidden tokens among its five best, {kind}", *best(found, 5)),
        Figure(f"hidden words without marks, {kind}, {letters:,}", *best(words, 1)),
        Figure(f"perplexity of a hidden token, {kind}", *perplexities),
    ]


def best(found: Iterable[MaskedTokens], guesses: int) -> list[Share]:
    """How often the hidden token was among so many guesses."""
    return [one.among(guesses) for one in found]


def only_words(found: MaskedTokens, tokenizer: Any) -> MaskedTokens:
    """Without full stops, commas and quotes, which are easy, and without ends of words
    whose beginning stands there."""
    tokens = tokenizer.convert_ids_to_tokens(found.hidden.tolist())
    kept = torch.tensor([token[0].isalnum() for token in tokens])
    return MaskedTokens(found.hidden[kept], found.ranks[kept], found.nats[kept])


def most_frequent(texts: Sequence[str], tokenizer: Any) -> int:
    """The token that these texts hold most often."""
    read = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    return Counter(token for ids in read for token in ids).most_common(1)[0][0]
