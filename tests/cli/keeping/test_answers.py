"""What is the learner's in a notebook, and what a new version takes over."""

import json

import pytest

from cli.keeping.conftest import ANSWER, STUB, cell, chapter, notebook, sources
from course_lib.cli.keeping import answers


def test_outputs_and_counts_are_not_the_learners() -> None:
    ran = json.loads(chapter())
    ran["cells"][0] |= {"execution_count": 7, "outputs": [{"text": "1"}]}
    ran["metadata"] = {"kernelspec": {"name": "python3"}}
    assert answers.only_run(json.dumps(ran).encode(), chapter())
    assert not answers.only_run(chapter(stub=ANSWER), chapter())
    ran["cells"][0]["attachments"] = {"a.png": {"image/png": "x"}}
    assert not answers.only_run(json.dumps(ran).encode(), chapter())


@pytest.mark.parametrize("data", [b"", b"<<<<<<< HEAD", b"[1]", b'{"cells": [1]}'])
def test_what_is_no_notebook_counts_as_the_learners(data: bytes) -> None:
    assert answers.cells(data) is None
    assert not answers.only_run(data, chapter())
    assert answers.carry(data, chapter(), chapter()).data == chapter()


def test_an_answer_goes_into_the_new_version() -> None:
    new = chapter(intro="print('new')")
    result = answers.carry(chapter(stub=ANSWER), chapter(), new)
    assert sources(result.data) == ["print('new')", ANSWER, "print(2)"]
    assert (result.answers, result.cells, result.left) == (["03.scores"], 0, [])


def test_nothing_changed_leaves_the_bytes_alone() -> None:
    new = chapter(intro="print('new')")
    assert answers.carry(chapter(), chapter(), new) == answers.Carried(new)


def test_an_answer_counts_more_than_a_new_stub() -> None:
    new = chapter(stub=STUB.replace("your code", "your own code"))
    result = answers.carry(chapter(stub=ANSWER), chapter(), new)
    assert sources(result.data)[1] == ANSWER


def test_a_cell_that_both_changed_stays_the_courses() -> None:
    mine, new = chapter(intro="print('mine')"), chapter(intro="print('new')")
    result = answers.carry(mine, chapter(), new)
    assert result == answers.Carried(new, left=["03-intro"])


def test_a_changed_cell_comes_over_without_its_outputs() -> None:
    mine = json.loads(chapter(intro="print('mine')"))
    mine["cells"][0]["outputs"] = [{"text": "mine"}]
    result = answers.carry(json.dumps(mine).encode(), chapter(), chapter(end="new"))
    assert sources(result.data) == ["print('mine')", STUB, "new"]
    assert json.loads(result.data)["cells"][0]["outputs"] == []
    assert (result.answers, result.cells) == ([], 1)


def test_cells_of_the_learners_own_stand_where_they_stood() -> None:
    stub, end = cell("03-stub", ANSWER, "03.scores"), cell("03-end", "print(2)")
    notes = [cell("a", "# first"), cell("b", "# second"), cell("c", "  ")]
    mine = notebook(cell("03-intro", "print(1)"), *notes, stub, end, cell("d", "last"))
    new = notebook(cell("03-intro", "new"), cell("03-more", "more"), stub, end)
    result = answers.carry(mine, chapter(), new)
    wanted = ["new", "# first", "# second", "more", ANSWER, "print(2)", "last"]
    assert sources(result.data) == wanted
    assert result.cells == 3
    ids = [cell["id"] for cell in json.loads(result.data)["cells"]]
    assert len(set(ids)) == len(ids)


def test_a_first_cell_of_the_learners_own_stays_first() -> None:
    mine = notebook(cell("", "# mine"), *json.loads(chapter())["cells"])
    result = answers.carry(mine, chapter(), chapter(end="new"))
    assert sources(result.data)[0] == "# mine"


def test_without_ids_the_tag_tells_and_nothing_is_doubled() -> None:
    mine = json.loads(chapter(stub=ANSWER))
    for one in mine["cells"]:
        del one["id"]
    result = answers.carry(json.dumps(mine).encode(), chapter(), chapter(end="new"))
    assert sources(result.data) == ["print(1)", ANSWER, "new"]


def test_the_answer_wins_over_a_copy_of_its_cell() -> None:
    copied = cell("x", "second try", "03.scores")
    mine = json.loads(chapter(stub=ANSWER))["cells"]
    mine.insert(1, copied)
    result = answers.carry(notebook(*mine), chapter(), chapter(end="new"))
    assert sources(result.data) == ["print(1)", "second try", ANSWER, "new"]


def test_an_exercise_that_is_gone_is_named() -> None:
    new = notebook(cell("03-intro", "print(1)"))
    result = answers.carry(chapter(stub=ANSWER), chapter(), new)
    assert result == answers.Carried(new, left=["03.scores"])


def test_without_the_version_it_began_as_only_answers_come_over() -> None:
    mine = chapter(intro="old text or mine?", stub=ANSWER)
    result = answers.carry(mine, None, chapter())
    assert sources(result.data) == ["print(1)", ANSWER, "print(2)"]
    assert answers.carry(chapter(intro="old"), None, chapter()).data == chapter()
    gone = answers.carry(mine, None, notebook(cell("03-intro", "print(1)")))
    assert gone.left == ["03.scores"]
