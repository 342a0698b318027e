"""The lab of chapter 11: what a wrong tag costs by two measures."""

import pytest

from course_lib.viz.labs.tag_errors import TRUE, TagErrorLab


@pytest.mark.parametrize(
    ("preset", "accuracy", "f1", "says"),
    [
        ("one edge", "92%", "67%", "wrong edge"),
        ("wrong type", "85%", "67%", "wrong type"),
        ("I- for B-", "92%", "100%", "No error"),
        ("nothing", "54%", "0%", "missed, missed, missed"),
    ],
)
def test_presets_show_what_they_promise(preset, accuracy, f1, says):
    lab = TagErrorLab()
    before = lab.image
    lab.choose(preset)
    assert f"Right tags {accuracy}, entity F1 {f1}." in lab.text
    assert says in lab.text
    assert lab.image != before


def test_it_begins_and_ends_right():
    lab = TagErrorLab()
    assert "Right tags 100%, entity F1 100%. No error." in lab.text
    lab.choose("nothing")
    lab.reset()
    assert "[Ada Nwosu]PER" in lab.text


def test_tags_stand_below_their_words():
    lab = TagErrorLab()
    lab.set(word1="B-ORG", word2="O")
    below = [text.get_text() for _, text in lab.words]
    assert below[1:3] == ["B-ORG", ""]
    assert below[3:] == ["" if tag == "O" else tag for tag in TRUE[3:]]
