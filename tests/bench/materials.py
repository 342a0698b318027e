"""What models are measured on: texts and pairs that they have not learned from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import torch
from strangers import name_pairs

from course_lib.evaluation.minimal_pairs import differing_words
from course_lib.pretraining import corpus
from course_lib.pretraining.marian import RECIPE
from course_lib.resources.world import (
    MinimalPair,
    Story,
    minimal_pairs,
    world_pairs,
    write_stories,
)

SPLIT, SEED = "test", 7
ENOUGH = 500  # sentences, to tell how many are known
TRAINED = 0  # the seed of the texts that the models learned from
FARTHER = {"agreement": "nouns between", "pronoun": "name 8 words back or more"}


@dataclass(frozen=True)
class Materials:
    """Everything that is read, made when it is first asked for.

    Attributes:
        count: stories, pairs of sentences, and minimal pairs of each kind.
        characters: of the world's stories in which baselines are counted.
        pairs_learned: pairs that translators learned from; none of them is asked.
    """

    count: int
    characters: int
    pairs_learned: int = RECIPE.amount

    @cached_property
    def stories(self) -> list[Story]:
        """Stories of the world that no model learned from."""
        return list(islice(write_stories(seed=SEED, split=SPLIT), self.count))

    @cached_property
    def world(self) -> list[str]:
        """Their texts."""
        return [story.text for story in self.stories]

    @cached_property
    def written(self) -> list[str]:
        """Written stories that no model learned from."""
        return list(corpus.stories("validation"))

    @cached_property
    def learned(self) -> list[str]:
        """Texts as BERT and GPT learned from: what baselines are counted in."""
        world = corpus.world(self.characters, seed=TRAINED)
        return [*world, *corpus.written()]

    @cached_property
    def minimal_pairs(self) -> dict[str, list[MinimalPair]]:
        """Pairs of sentences of which one is right, by what is spoilt.

        All but names are balanced.
        """
        found = {}
        for kind, hard in FARTHER.items():
            pairs = minimal_pairs(kind, 20 * self.count, seed=SEED, split=SPLIT)
            far = [pair for pair in pairs if is_far(pair)]
            found[kind] = list(islice(balanced(pairs), self.count))
            found[f"{kind}, {hard}"] = list(islice(balanced(far), self.count))
        found["name"] = list(name_pairs(self.stories, SEED))
        return {kind: pairs for kind, pairs in found.items() if pairs}

    @cached_property
    def pairs(self) -> dict[str, list[corpus.Pair]]:
        """English sentences with their French, by where they come from."""
        known = corpus.world_pairs_of(self.pairs_learned, seed=TRAINED)
        seen = {english for english, _ in known}
        pairs = world_pairs(20 * self.count, seed=SEED, split=SPLIT)
        sides = ((pair["english"], pair["french"]) for pair in pairs)
        new = (pair for pair in sides if pair[0] not in seen)
        written = list(corpus.written_pairs(SPLIT))
        return {"world": list(islice(new, self.count)), "written": written}

    @cached_property
    def known_sentences(self) -> float:
        """The share of the stories' sentences that stand in the learned texts, too.

        The world repeats itself: a story is new, many of its sentences are not.
        """
        learned = "\n".join(self.learned)
        every = (s.text for story in self.stories for s in story.sentences)
        each = list(islice(every, ENOUGH))
        return sum(text in learned for text in each) / len(each)

    @property
    def said_of_the_world(self) -> str:
        """What one has to know of it: a sentence."""
        return (
            f"The {len(self.stories)} stories of the world are new: no plot with these "
            "people was learned from; but "
            f"{self.known_sentences:.0%} of their sentences stand, word for word, in "
            f"{self.characters / 1e6:.1f} million characters that were."
        )


def balanced(pairs: Iterable[MinimalPair]) -> Iterator[MinimalPair]:
    """Pairs two by two: what is right in one is wrong in the other.

    Who prefers "was" to "were" wherever they stand gets half of them, no more.
    """
    waiting: dict[tuple[str, str], list[MinimalPair]] = defaultdict(list)
    for pair in pairs:
        right, wrong = words_exchanged(pair)
        if waiting[wrong, right]:
            yield waiting[wrong, right].pop(0)
            yield pair
        else:
            waiting[right, wrong].append(pair)


def words_exchanged(pair: MinimalPair) -> tuple[str, str]:
    """The right word and the wrong one, in small letters."""
    right, wrong = differing_words(pair.right, pair.wrong)
    return pair.right[right].lower(), pair.wrong[wrong].lower()


def is_far(pair: MinimalPair) -> bool:
    """Whether counting what stands next to each other can't help."""
    far = {"agreement": pair.distractors > 0, "pronoun": pair.distance >= 8}
    return far[pair.kind]


def drawn() -> torch.Generator:
    """A source of random numbers that begins anew."""
    return torch.Generator().manual_seed(SEED)


def size(model: torch.nn.Module, tokenizer: Any) -> str:
    """How large a model is: a sentence."""
    count = sum(x.numel() for x in model.parameters())
    return f"{count / 1e6:.1f} million parameters, {len(tokenizer):,} tokens."
