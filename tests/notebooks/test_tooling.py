"""The verb `notebooks`: the normal form and what it refuses."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image

from course_lib.cli import normal_form, notebooks

WIDGET = {"model_id": "1f", "version_major": 2, "version_minor": 0}


def sample() -> NotebookNode:
    """A notebook as an editor leaves it: nothing is in normal form."""
    prints = [new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")]
    still = {normal_form.WIDGET_VIEW: WIDGET, "image/png": "aGk=\n", "text/plain": "hi"}
    shows = new_output("execute_result", still, execution_count=9)
    shows.metadata = {"image/png": {"alt": "hi", "isolated": True}}
    return nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "mine", "display_name": "Mine"},
            "widgets": {},
        },
        cells=[
            new_markdown_cell("# 99 · A test of ids"),
            new_code_cell("print('a')  \n", outputs=prints, execution_count=7),
            new_code_cell("   "),
            new_markdown_cell("## Why scale?", id="kept-as-it-is"),
            new_code_cell(
                "show()",
                outputs=[shows],
                metadata={"tags": ["check"], "collapsed": True},
            ),
        ],
    )


def normal() -> NotebookNode:
    """The sample in normal form."""
    return normal_form.normalise(sample(), "99_test")


def test_the_same_again_when_done_twice() -> None:
    again = normal_form.normalise(normal(), "99_test")
    assert normal_form.serialise(again) == normal_form.serialise(normal())


def test_ids_tell_the_place_and_readable_ones_stay() -> None:
    ids = [cell.id for cell in normal().cells]
    first = ["99-a-test-of-ids", "99-a-test-of-ids-2"]
    assert ids == [*first, "kept-as-it-is", "99-why-scale"]


def test_a_second_cell_of_the_same_id_gets_its_own() -> None:
    twice = sample()
    for cell in twice.cells:
        cell.id = "same"
    ids = [cell.id for cell in normal_form.normalise(twice, "99_test").cells]
    assert ids[0] == "same"
    assert len(set(ids)) == len(ids)


def test_counts_streams_tags_and_metadata() -> None:
    first, second = (c for c in normal().cells if c.cell_type == "code")
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert second.outputs[0].execution_count == 2
    assert first.source == "print('a')"
    assert [output.text for output in first.outputs] == ["a\nb\n"]
    shown = {"slide_type": "fragment"}
    assert second.metadata == {"slideshow": shown, "tags": ["check"]}
    assert normal().metadata == {
        "kernelspec": normal_form.KERNEL,
        "language_info": {"name": "python"},
    }


def test_the_still_picture_stays_and_the_widget_goes() -> None:
    output = normal().cells[-1].outputs[0]
    assert output.data == {"image/png": "aGk=", "text/plain": "hi"}
    assert output.metadata == {"image/png": {"alt": "hi"}}


def test_the_notebook_given_stays_as_it_was() -> None:
    notebook = sample()
    before = nbformat.writes(notebook)
    normal_form.normalise(notebook, "99_test")
    assert nbformat.writes(notebook) == before


def printing(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


KILLED = "import os\nos._exit(137)"


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (printing("loss", name="stderr"), "stderr"),
        (printing("in /home/ann/course/data"), "path of this machine: /home/ann"),
        (printing(r"in C:\Users\Ann\course"), "path of this machine"),
        (printing("torch/site-packages/x.py"), "path of this machine"),
        (printing("<object object at 0x7f12ab34cd56>"), "memory address"),
        (printing("x" * 150_001), "150,000 are allowed"),
        (new_output("error", ename="ValueError", evalue="no"), "stores an error"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_only_the_author_can_mend(output: NotebookNode, says: str) -> None:
    notebook = normal()
    notebook.cells[1].outputs = [output]
    (problem,) = normal_form.problems(notebook)
    assert problem.startswith("99-a-test-of-ids-2: ")
    assert says in problem


@pytest.mark.parametrize("text", ["a/b", "https://arxiv.org/abs/1706.03762", "n/tmpl"])
def test_what_is_no_path(text: str) -> None:
    notebook = normal()
    notebook.cells[1].outputs = [printing(text)]
    assert normal_form.problems(notebook) == []


def test_a_notebook_that_never_ran() -> None:
    notebook = normal()
    for cell in notebook.cells[1::2]:
        cell.outputs = []
    assert normal_form.problems(notebook) == ["no cell has an output: run it"]


def test_a_notebook_that_is_too_large() -> None:
    notebook = normal()
    notebook.cells[1].outputs = [printing("x" * 149_000) for _ in range(5)]
    (problem,) = normal_form.problems(notebook)
    assert "a notebook may have 600,000" in problem


def test_an_error_shown_on_purpose_names_no_folder() -> None:
    notebook = normal()
    cell = notebook.cells[1]
    cell.metadata["tags"] = ["raises-exception"]
    folders = ("/home/ann/course/course_lib", "\x1b[32m/x/lib/site-packages")
    lines = [f"File {folder}/t.py:1" for folder in folders]
    cell.outputs = [new_output("error", ename="E", evalue="", traceback=lines)]
    normal_form.relative_tracebacks(notebook, Path("/home/ann/course"))
    assert cell.outputs[0].traceback == [
        "File course_lib/t.py:1",
        "File \x1b[32mt.py:1",
    ]
    assert normal_form.problems(notebook) == []


def test_recompressed_pictures_keep_their_pixels() -> None:
    image = Image.linear_gradient("L")
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=0)
    notebook = normal()
    data = notebook.cells[-1].outputs[0].data
    data["image/png"] = before = base64.b64encode(buffer.getvalue()).decode()
    normal_form.recompress(notebook)
    assert len(data["image/png"]) < len(before) / 2
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as smaller:
        assert smaller.tobytes() == image.tobytes()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A notebook of two cells on disk that has not run."""
    path = tmp_path / "99_test.ipynb"
    cells = [new_markdown_cell("# 99 · A test"), new_code_cell("1 + 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_run_then_check(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert notebooks.run(["--check", str(file)]) == 1
    assert "not in normal form" in capsys.readouterr().err
    assert notebooks.run([str(file)]) == 0
    assert notebooks.run(["--check", str(file)]) == 0
    cell = nbformat.read(file, as_version=4).cells[1]
    assert cell.outputs[0].data["text/plain"] == "2"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_without_running_the_outputs_stay(file: Path) -> None:
    assert notebooks.run(["--no-run", str(file)]) == 1
    assert notebooks.check(file) == ["99_test.ipynb: no cell has an output: run it"]


def test_a_cell_that_raises_leaves_the_file(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell("1 / 0")])
    nbformat.write(notebook, file)
    before = file.read_bytes()
    assert notebooks.run([str(file)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert file.read_bytes() == before


def test_a_name_that_is_no_chapter(capsys: pytest.CaptureFixture[str]) -> None:
    assert notebooks.run(["77"]) == 1
    assert "no chapter called 77" in capsys.readouterr().out


def test_writing_fails_without_a_trace(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()
    monkeypatch.setattr("os.replace", _no_space)
    with pytest.raises(OSError, match="no space"):
        notebooks.write(normal(), file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def _no_space(_source: object, _target: object) -> None:
    raise OSError("no space")


def stub(exercise: str) -> NotebookNode:
    """A stub as a chapter has it."""
    tags = ["exercise", f"exercise:{exercise}"]
    source = "def my_scores(query, key):\n    ..."
    return new_code_cell(source, metadata={"tags": tags})


def test_stubs_are_replaced_by_solutions() -> None:
    notebook = nbformat.v4.new_notebook(cells=[stub("03.scores"), new_code_cell("1")])
    solved = notebooks.solve(notebook)
    assert solved.cells[0].source.startswith("def my_scores(")
    assert "return" in solved.cells[0].source
    assert solved.cells[1].source == "1"
    assert "return" not in notebook.cells[0].source


def test_an_explorer_goes_on_to_choose_the_head() -> None:
    name = "09.find_previous_token_head"
    cell = new_code_cell("explorer", metadata={"tags": [f"search:{name}"]})
    notebook = nbformat.v4.new_notebook(cells=[cell])
    solved = notebooks.solve(notebook).cells[0].source
    assert solved.startswith("explorer\n\n")
    assert "explorer.selection = " in solved
    assert cell.source == "explorer"


def test_a_stub_of_no_exercise() -> None:
    notebook = nbformat.v4.new_notebook(cells=[stub("03.nothing")])
    with pytest.raises(KeyError, match=r"03\.nothing"):
        notebooks.solve(notebook)


@pytest.mark.parametrize(
    ("output", "passes"),
    [
        (lambda: new_output("execute_result", {"text/plain": "Passed: x"}), True),
        (lambda: new_output("execute_result", {"text/plain": "Not yet: x"}), False),
        (lambda: printing("Passed: x\n"), True),
    ],
)
def test_a_check_passes_when_it_says_so(
    output: Callable[[], NotebookNode], passes: bool
) -> None:
    cell = new_code_cell("", outputs=[output()], metadata={"tags": ["check"]})
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert (notebooks.unpassed(notebook) == []) == passes


def test_a_kernel_that_was_killed_is_told_with_its_cell(tmp_path: Path) -> None:
    cells = [new_code_cell("1", id="one"), new_code_cell(KILLED, id="two")]
    path = tmp_path / "99_killed.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    before = path.read_bytes()
    options = notebooks._parser().parse_args([str(path)])
    (fault,) = notebooks._treat(path, options)
    assert fault.startswith("99_killed.ipynb: The kernel was killed in the cell two")
    assert "memory" in fault
    assert path.read_bytes() == before
