"""Texts of the world with what belongs together in them, as tokens: the truth that
heads are compared with."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import torch
from looking import Text
from materials import Materials, drawn
from torch import Tensor

from course_lib.head_patterns import PATTERNS, induction, linked
from course_lib.resources.patterns import repeated_patterns
from course_lib.resources.world import Story

PRONOUN, SUBJECT = "pronoun to its name", "verb to its subject"
NEXT = "before a pronoun, to its name"  # there a model that writes has to choose it
HIDDEN = "hidden pronoun to its name"
PLAIN = ("previous token", "next token", "first token", "same token", "induction")
LOOKED_AT = 120  # stories: they hold hundreds of pronouns
PERSON = ("B-PER", "I-PER")
REPEATED, PERIODS = 24, (6, 16)  # texts of random words; how many there are of them

Span = tuple[int, int]


class Word(NamedTuple):
    """A word in a story: its letters from `start` to `end`, and its label."""

    text: str
    span: Span
    tag: str


def words_of(story: Story) -> list[list[Word]]:
    """The words of a story's sentences, with their places in the whole text."""
    found = []
    for sentence, begin in zip(story.sentences, story.starts, strict=True):
        spans = [(begin + start, begin + end) for start, end in sentence.spans]
        rows = zip(sentence.words, spans, sentence.tags, strict=True)
        found.append([Word(*row) for row in rows])
    return found


def pronouns(story: Story) -> Iterator[tuple[Span, list[Span]]]:
    """Of each pronoun that stands for a person: its place, and all of the name's."""
    words = words_of(story)
    people = [word for row in words for word in row if word.tag in PERSON]
    for source, target in _links(story, words, "pronoun"):
        if target.tag in PERSON:
            named = [word.span for word in people if word.text == target.text]
            yield source.span, named


def subjects(story: Story) -> Iterator[tuple[Span, list[Span]]]:
    """Of each finite verb: its place, and that of its subject."""
    for source, target in _links(story, words_of(story), "subject"):
        yield source.span, [target.span]


def _links(
    story: Story, words: list[list[Word]], kind: str
) -> Iterator[tuple[Word, Word]]:
    for number, sentence in enumerate(story.sentences):
        for link in sentence.links:
            if link.kind == kind:
                there, word = link.target
                yield words[number][link.source], words[there][word]


def texts_to_look_at(
    materials: Materials, tokenizer: Any, *, ends: bool, length: int
) -> list[Text]:
    """Stories as a model reads them, with the patterns' keys.

    Args:
        materials: the stories.
        tokenizer: the model's.
        ends: whether it stands between special tokens, as for BERT; else its first
            token stands in front, and nobody sees what comes behind.
        length: stories are cut after so many tokens.
    """
    stories = materials.stories[:LOOKED_AT]
    return [_text(story, tokenizer, ends, length) for story in stories]


def _text(story: Story, tokenizer: Any, ends: bool, length: int) -> Text:
    ids, offsets = read(tokenizer, story.text, ends, length)
    targets = {name: PATTERNS[name](ids) for name in PLAIN}
    for name, pairs in ((PRONOUN, pronouns(story)), (SUBJECT, subjects(story))):
        targets[name] = linked(len(ids), in_tokens(pairs, offsets))
    people = [w.span for row in words_of(story) for w in row if w.tag in PERSON]
    names = torch.zeros(len(ids), len(ids), dtype=torch.bool)
    for span in people:
        names[:, tokens_in(span, offsets)] = True
    if not ends:
        del targets["next token"]
        targets[NEXT] = one_earlier(targets[PRONOUN])
        targets = {name: keys.tril() for name, keys in targets.items()}
        names = names.tril()
    return Text(ids, targets, names)


def one_earlier(targets: Tensor) -> Tensor:
    """The same keys (T, T), asked for by the token in front of each query."""
    return torch.cat([targets[1:], torch.zeros_like(targets[:1])])


def with_hidden_pronouns(texts: Iterable[Text], mask_id: int) -> list[Text]:
    """The same texts with their pronouns hidden: a model has to find out who is meant.

    Args:
        texts: with the keys of their pronouns.
        mask_id: the mask token.
    """
    hidden = []
    for text in texts:
        targets = text.targets[PRONOUN]
        ids = text.ids.masked_fill(targets.any(-1), mask_id)
        hidden.append(Text(ids, {HIDDEN: targets}, text.names))
    return hidden


def read(
    tokenizer: Any, text: str, ends: bool, length: int
) -> tuple[Tensor, list[Span]]:
    """Token ids (T,) and the letters that each stands for."""
    options = {"return_offsets_mapping": True, "verbose": False}
    read = tokenizer(text, add_special_tokens=ends, **options)
    ids, offsets = read["input_ids"], read["offset_mapping"]
    if not ends:
        ids, offsets = [tokenizer.bos_token_id, *ids], [(0, 0), *offsets]
    return torch.tensor(ids[:length]), offsets[:length]


def tokens_in(span: Span, offsets: list[Span]) -> list[int]:
    """The tokens that stand for some of these letters."""
    start, end = span
    return [i for i, (a, b) in enumerate(offsets) if a < end and b > start and b > a]


def in_tokens(
    pairs: Iterable[tuple[Span, list[Span]]], offsets: list[Span]
) -> Iterator[tuple[int, list[int]]]:
    """Links between letters as links between tokens, where the text was not cut.

    The query is a word's last token: there a model has read the whole word.
    """
    for source, targets in pairs:
        queries = tokens_in(source, offsets)
        keys = [token for span in targets for token in tokens_in(span, offsets)]
        if queries:
            yield queries[-1], keys


def repeated_texts(tokenizer: Any, length: int) -> list[Text]:
    """Random words, repeated: what comes next is known only from what stood before."""
    names = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    words = [i for i, name in enumerate(names) if name[1:].isalpha() and name[0] == "Ġ"]
    rows, _ = repeated_patterns(REPEATED, length, len(words), drawn(), PERIODS)
    texts = torch.tensor(words)[rows]
    begin = torch.full((REPEATED, 1), tokenizer.bos_token_id)
    return [
        Text(ids, {"induction, random words": induction(ids)})
        for ids in torch.cat([begin, texts], dim=1)
    ]
