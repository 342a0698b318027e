"""Passages in windows, and where an answer is in them."""

import pytest

from course_lib.errors import CourseError
from course_lib.tasks.answering.settings import AnswererTuning
from course_lib.tasks.answering.windows import encode, windows
from course_lib.tasks.pretrained import read_tokenizer
from tests.tasks.tiny import asked, passages

RECIPE = AnswererTuning(stride=4)


@pytest.fixture(scope="module")
def tokenizer(bert):
    return read_tokenizer(bert, {"model_type": "bert", "max_position_embeddings": 32})


def texts(tokenizer, examples):
    """The tokens between the two edges of each window, as text."""
    for one in examples:
        first, last = one["start_positions"], one["end_positions"]
        yield tokenizer.decode(one["input_ids"][first : last + 1])


def test_the_answer_stands_between_the_edges(tokenizer):
    data = asked(30, seed=1)
    found = list(texts(tokenizer, encode(data, tokenizer, RECIPE)))
    truth = [(one["text"] or ["[CLS]"])[0] for one in data["answers"]]
    assert [text.replace(" ", "") for text in found] == [
        t.replace(" ", "") for t in truth
    ]


def test_a_long_passage_is_read_in_windows_that_overlap(tokenizer):
    data = passages(
        ["the tent was rude and dull . " * 6 + "the soup was fresh ."],
        ["what was fresh ?"],
        ["soup"],
    )
    made = encode(data, tokenizer, RECIPE)
    assert len(made) > 1
    assert all(len(ids) <= 32 for ids in made["input_ids"])
    found = list(texts(tokenizer, made))
    assert found[:-1] == ["[CLS]"] * (len(made) - 1) and found[-1] == "soup"
    cut = windows(tokenizer, data["question"][:], data["context"][:], 4)
    spans = [
        [
            o
            for o, side in zip(
                cut["offset_mapping"][i], cut.sequence_ids(i), strict=True
            )
            if side == 1
        ]
        for i in range(len(made))
    ]
    for one, other in zip(spans, spans[1:], strict=False):
        assert one[-4:] == other[:4]
    covered = {place for span in spans for a, b in span for place in range(a, b)}
    context = data["context"][0]
    assert covered == {i for i, letter in enumerate(context) if letter != " "}


def test_an_answer_that_is_cut_is_in_no_window_as_a_half(tokenizer):
    long = "the soup was fresh " * 12
    data = passages([long], ["what ?"], [long.strip()])
    made = encode(data, tokenizer, RECIPE)
    assert set(made["start_positions"]) == set(made["end_positions"]) == {0}


def test_a_question_without_an_answer_points_at_the_first_token(tokenizer):
    made = encode(passages(["the soup was warm"], ["who ?"], [None]), tokenizer, RECIPE)
    assert (made[0]["start_positions"], made[0]["end_positions"]) == (0, 0)


def test_a_question_that_leaves_no_room_is_named(tokenizer):
    with pytest.raises(
        CourseError, match="'soup soup.*has 30 tokens.*shorter questions"
    ):
        windows(tokenizer, ["soup " * 30], ["the soup was warm"], 4)
