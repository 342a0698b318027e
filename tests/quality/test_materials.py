"""What models are measured on was not learned from; and how figures are made of it."""

from collections import Counter
from itertools import islice

import pytest
import torch
from continuing import begun, counted_margins
from guessing import most_frequent, only_words, paragraphs
from materials import Materials, is_far, words_exchanged

from course_lib.evaluation import MaskedTokens, NgramModel
from course_lib.evaluation.minimal_pairs import differing_words
from course_lib.pretraining import corpus, vocabulary
from course_lib.resources.grammar.people import people
from course_lib.resources.world import write_stories

FEW = Materials(count=20, characters=30_000, pairs_learned=400)


def test_pairs_that_were_learned_are_not_asked():
    known = {english for english, _ in corpus.world_pairs_of(400, seed=0)}
    asked = [english for english, _ in FEW.pairs["world"]]
    assert len(asked) == 20
    assert not known & set(asked)
    assert len(FEW.pairs["written"]) == 120


def test_stories_are_of_the_split_that_nobody_learned_from():
    learned = {story.text for story in islice(write_stories(0, "train"), 200)}
    assert not learned & set(FEW.world)
    assert len(FEW.written) == 8
    assert not set(FEW.written) & set(FEW.learned)
    assert sum(map(len, FEW.learned)) > 30_000
    assert 0 <= FEW.known_sentences <= 1
    assert f"{FEW.known_sentences:.0%}" in FEW.said_of_the_world


def test_far_pairs_can_not_be_told_from_neighbours():
    hard = (pairs for kind, pairs in FEW.minimal_pairs.items() if ", " in kind)
    far = [pair for pairs in hard for pair in pairs]
    assert far
    for pair in far:
        assert is_far(pair)
        assert pair.distractors > 0 or pair.distance >= 8
        words = pair.right.split(" ")
        assert words != pair.wrong.split(" ")


def test_every_word_is_as_often_right_as_wrong():
    for kind, pairs in FEW.minimal_pairs.items():
        if kind == "name":
            continue
        both = [words_exchanged(pair) for pair in pairs]
        assert 10 <= len(both) <= 20
        assert Counter(both) == Counter((wrong, right) for right, wrong in both)


def test_strangers_take_the_place_of_names_that_were_told():
    pairs = FEW.minimal_pairs["name"]
    assert len(pairs) > 15  # one a story
    for pair in pairs:
        right, wrong = differing_words(pair.right, pair.wrong)
        name, stranger = pair.right[right], pair.wrong[wrong]
        name, stranger = name.removesuffix("'s"), stranger.removesuffix("'s")
        assert people()[name].sex == people()[stranger].sex
        assert name in pair.context
        assert stranger not in pair.context


def test_words_are_what_begins_with_a_letter_or_a_digit(models):
    tokenizer = vocabulary.load(models / "course-bert")
    ids = tokenizer("She said.", add_special_tokens=False)["input_ids"]
    tokens = tokenizer.convert_ids_to_tokens(ids)
    ranks = torch.arange(len(ids))
    found = only_words(MaskedTokens(torch.tensor(ids), ranks, ranks * 0.5), tokenizer)
    kept = [i for i, token in enumerate(tokens) if token[0].isalpha()]
    assert found.ranks.tolist() == kept
    assert found.nats.tolist() == [0.5 * i for i in kept]
    assert tokens[-1] == "."
    assert len(ids) - 1 not in kept


def test_the_most_frequent_token_is_counted(models):
    tokenizer = vocabulary.load(models / "course-bert")
    found = most_frequent(["She, she, she.", "no, no"], tokenizer)
    assert tokenizer.convert_ids_to_tokens(found) == ","


def test_short_paragraphs_are_left_out():
    long = "one two three four five six seven eight"
    assert paragraphs([f"Title\n\n{long}\n\nno", long]) == [long, long]


def test_margins_of_n_grams_are_differences_of_surprise(models):
    tokenizer = vocabulary.load(models / "course-gpt")
    learned = begun(tokenizer, ["She was here."] * 3 + ["They were there."])
    gram = NgramModel(learned, 3, len(tokenizer))

    class Pair:
        context, right, wrong = "They were there.", "She was here.", "She were here."

    (margin,) = counted_margins(gram, tokenizer, [Pair])
    texts = begun(tokenizer, [f"{Pair.context} {s}" for s in (Pair.right, Pair.wrong)])
    right, wrong = (gram.surprises(text).double().sum() for text in texts)
    assert margin.item() == pytest.approx((wrong - right).item())
    assert margin > 0
