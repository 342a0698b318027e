"""Every chapter with every stub filled in: each check passes, within the budget."""

from collections.abc import Callable
from pathlib import Path

import nbformat

from course_lib.cli.notebooks import (
    execute,
    exercise_ids,
    search_ids,
    solve,
    unpassed,
)
from notebooks.chapters import Workshop, each_chapter, load

CPU_SECONDS = 90
MEGABYTES = 1536


@each_chapter
def test_every_check_passes(
    chapter: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    workshop = Workshop(tmp_path, chapter)
    done = execute(solve(load(chapter)), workshop.notebook.parent, workshop.settings)
    cost = (done.cpu_seconds, done.wall_seconds, done.megabytes)
    record_property("cost", (chapter.stem, *cost))
    assert unpassed(done.notebook) == []
    assert workshop.asked_for() == []
    assert workshop.left_behind() == [], "a chapter leaves no files"
    assert done.cpu_seconds < CPU_SECONDS, "one thread of two cores, as on Binder"
    assert done.megabytes < MEGABYTES, "Binder kills at 2 GB, Lab itself needs 0.1"


@each_chapter
def test_every_exercise_is_replaced(chapter: Path) -> None:
    before, after = load(chapter), solve(load(chapter))
    for stub, answer in zip(before.cells, after.cells, strict=True):
        asked = exercise_ids(stub) + search_ids(stub)
        assert (stub.source != answer.source) == bool(asked)


def test_a_failing_check_is_seen(tmp_path: Path) -> None:
    source = (
        'from course_lib import check\ncheck("03.scores", lambda query, key: query)'
    )
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["check"]})
    done = execute(nbformat.v4.new_notebook(cells=[cell]), tmp_path)
    assert unpassed(done.notebook)[0].partition(": ")[2].startswith("Not yet")
    assert done.cpu_seconds > 0
    assert 100 < done.megabytes < 1000
