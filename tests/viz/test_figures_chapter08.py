"""The drawings of chapter 08 show the files, parts and numbers that they are given."""

import torch

from course_lib.resources import resolve
from course_lib.viz.figures import chapter08
from course_lib.viz.style import png


def words(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_files_drawn_are_those_of_a_models_folder() -> None:
    drawn = words(chapter08.from_name_to_answer())
    there = {file.name for file in resolve("course-bert").iterdir()}
    named = {file.partition(",")[0] for file, _, _ in chapter08.FILES}
    assert named <= there and {file for file, _, _ in chapter08.FILES} <= set(drawn)


def test_the_parts_stand_in_the_order_of_the_computation() -> None:
    axes = chapter08.from_name_to_answer().axes[0]
    place = {text.get_text(): text.get_position()[0] for text in axes.texts}
    order = [place[name] for name, _ in chapter08.STAGES]
    assert order == sorted(order)
    ids, states = place["ids (B, T)"], place["states (B, T, D)"]
    assert place["tokenizer"] < ids < place["body"] < states < place["head"]


def test_likeness_has_a_cell_for_every_two_sentences() -> None:
    table = torch.tensor([[1.0, 0.25], [0.25, 1.0]])
    figure = chapter08.likeness(table, ["One.", "Two?"], "a title")
    assert words(figure) == ["1.00", "0.25", "0.25", "1.00"]
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["One.  1", "Two?  2"]
    assert png(figure).startswith(b"\x89PNG")
