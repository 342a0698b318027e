"""The truth of the world, as letters and as tokens."""

import pytest
from linked import (
    NEXT,
    PERSON,
    PRONOUN,
    SUBJECT,
    in_tokens,
    pronouns,
    repeated_texts,
    subjects,
    texts_to_look_at,
    tokens_in,
    with_hidden_pronouns,
    words_of,
)
from materials import Materials

from course_lib.pretraining import vocabulary

THIRD = {"he", "she", "him", "her", "his", "hers", "himself", "herself"}
THIRD |= {"they", "them", "their"}
FEW = Materials(count=12, characters=10_000, pairs_learned=100)


@pytest.fixture(scope="module")
def stories():
    return FEW.stories


def test_words_stand_where_their_letters_say(stories):
    for story in stories:
        for row in words_of(story):
            for word in row:
                assert story.text[slice(*word.span)] == word.text


def test_pronouns_are_linked_to_names_of_people(stories):
    found = [(story, *pair) for story in stories for pair in pronouns(story)]
    assert len(found) > 30
    for story, source, names in found:
        assert story.text[slice(*source)].lower() in THIRD
        said = {story.text[slice(*name)] for name in names}
        assert len(said) == 1  # every mention of one name
        assert next(iter(said))[0].isupper()
        assert min(names)[0] < source[0]  # it was told before


def test_verbs_are_linked_to_what_stands_in_their_sentence(stories):
    found = [(story, *pair) for story in stories for pair in subjects(story)]
    assert len(found) > 30
    for story, source, (subject,) in found:
        sentences = [
            number
            for number, start in enumerate(story.starts)
            for span in (source, subject)
            if start <= span[0] < start + len(story.sentences[number].text)
        ]
        assert len(sentences) == 2
        assert len(set(sentences)) == 1


def test_tokens_are_those_that_overlap():
    offsets = [(0, 0), (0, 3), (3, 7), (7, 9), (0, 0)]  # as with signs at both ends
    assert tokens_in((0, 3), offsets) == [1]
    assert tokens_in((4, 7), offsets) == [2]  # its space belongs to the token
    assert tokens_in((4, 9), offsets) == [2, 3]
    assert tokens_in((20, 22), offsets) == []  # cut off
    pairs = [((4, 9), [(0, 3), (20, 22)]), ((20, 22), [(0, 3)])]
    assert list(in_tokens(pairs, offsets)) == [(3, [1])]


@pytest.mark.parametrize("name", ["course-bert", "course-gpt"])
def test_patterns_stand_at_the_right_tokens(models, name):
    tokenizer = vocabulary.load(models / name)
    ends = name == "course-bert"
    texts = texts_to_look_at(FEW, tokenizer, ends=ends, length=90)
    words = tokenizer.convert_ids_to_tokens
    judged = 0
    for text in texts:
        assert len(text.ids) <= 90
        query, key = text.targets[PRONOUN].nonzero(as_tuple=True)
        judged += len(query)
        for token in words(text.ids[query].tolist()):
            assert token.lstrip("Ġ").removeprefix("##").lower()[-1] in "esmr"
        assert text.names[query, key].all()
        if ends:
            (hidden,) = with_hidden_pronouns([text], tokenizer.mask_token_id)
            changed = (hidden.ids != text.ids).nonzero()[:, 0].tolist()
            assert changed == sorted(set(query.tolist()))
            assert hidden.ids[changed].eq(tokenizer.mask_token_id).all()
        else:
            before, name = text.targets[NEXT].nonzero(as_tuple=True)
            assert before.tolist() == [i - 1 for i in query.tolist()]
            assert name.tolist() == key.tolist()
        if not ends:  # nobody looks ahead
            assert all(not keys.triu(1).any() for keys in text.targets.values())
            assert not text.names.triu(1).any()
    assert judged > 20
    assert ("next token" in texts[0].targets) == ends
    assert sum(int(text.targets[SUBJECT].sum()) for text in texts) > 20


def test_random_words_are_repeated_behind_the_beginning(models):
    tokenizer = vocabulary.load(models / "course-gpt")
    for text in repeated_texts(tokenizer, 40):
        assert text.ids[0] == tokenizer.bos_token_id
        assert text.ids[1:].ne(tokenizer.bos_token_id).all()
        (targets,) = text.targets.values()
        query, key = targets.nonzero(as_tuple=True)
        assert len(query) > 20
        assert text.ids[key - 1].equal(text.ids[query])


def test_names_that_are_tagged_are_names(stories):
    tags = {w.tag for story in stories for row in words_of(story) for w in row}
    assert set(PERSON) & tags
