"""From BIO tags to entities, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.exercises.chapter11.align_labels import align_labels as taught
from course_lib.tasks.tagging import spans
from course_lib.tasks.tagging.alignment import align_labels
from course_lib.tasks.tagging.bio import tags_of
from course_lib.tasks.tagging.words import places

TAGS = st.lists(st.sampled_from(["O", "B-X", "I-X", "B-Y-Z", "I-Y-Z"]), max_size=12)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("O B-X I-X O", [("X", 1, 3)]),
        ("B-X B-X I-X", [("X", 0, 1), ("X", 1, 3)]),
        ("I-X I-X O I-Y", [("X", 0, 2), ("Y", 3, 4)]),
        ("B-X I-Y I-Y", [("X", 0, 1), ("Y", 1, 3)]),
        ("B-work-of-art I-work-of-art", [("work-of-art", 0, 2)]),
        ("O O", []),
        ("", []),
    ],
)
def test_entities_are_read_off(tags, found):
    assert spans(tags.split()) == found


@given(TAGS)
def test_tags_written_again_mark_the_same(tags):
    again = tags_of(spans(tags), len(tags))
    assert spans(again) == spans(tags)
    assert tags_of(spans(again), len(again)) == again


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=8))
def test_labels_are_aligned_as_the_exercise_teaches(pieces):
    # None, then each word's pieces; words are numbered as a tokenizer does.
    ids: list[int | None] = [None]
    for word, (more, special) in enumerate(pieces):
        ids += [word] * (1 + more) + [None] * special
    labels = list(range(10, 10 + len(pieces)))
    assert align_labels(labels, ids) == taught(labels, ids)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada's bridge.", "Ada 's bridge ."),
        ("Don’t ask Ann-Marie!", "Don’t ask Ann-Marie !"),
        ("It cost 3,000.50 (U.S. dollars), at 10:30", None),
        ("@ada: #rain, AT&T", "@ada : #rain , AT&T"),
        ("Göttingen, Łódź…", "Göttingen , Łódź …"),
        ("  ", ""),
    ],
)
def test_texts_are_cut_as_the_written_sentences_are(text, words):
    found = [text[a:b] for a, b in places(text)]
    usual = "It cost 3,000.50 ( U.S. dollars ) , at 10:30"
    assert " ".join(found) == (usual if words is None else words)
    assert "".join(found) == "".join(text.split())
