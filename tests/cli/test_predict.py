"""The verb predict: texts in, answers out, whatever the model was made for."""

import io
import json
from pathlib import Path

import pytest

from course_lib import cli
from course_lib.cli import predict
from course_lib.errors import CourseError
from course_lib.tasks import finetune_classifier
from tests.tasks.tiny import make_bert, reviews

TEXTS = ["the soup was lovely and warm", "the film was dull"]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a classifier."""
    folder = tmp_path_factory.mktemp("predict")
    base, made = make_bert(folder / "tiny"), folder / "mine"
    way = {"save": made, "device": "cpu", "progress": False, "epochs": 20}
    finetune_classifier(reviews(), model=base, patience=None, **way)
    return made


def test_help_has_an_example_for_each_kind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stop:
        predict.run(["--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert all(
        f"--{option}" in said for option in ("file", "context", "json", "device")
    )
    assert cli.VERBS["predict"].module == "predict"


def test_texts_are_answered_a_line_each(
    classifier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert predict.run([str(classifier), *TEXTS]) == 0
    good, bad = capsys.readouterr().out.splitlines()
    assert good.startswith("good (") and good.endswith(TEXTS[0])
    assert bad.startswith("bad (") and bad.endswith(TEXTS[1])


def test_a_file_and_a_pipe_are_read_and_json_is_for_programs(
    classifier: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "\ufeff" + "\r\n\r\n".join(TEXTS)
    (tmp_path / "texts.txt").write_bytes(text.encode())
    predict.run([str(classifier), "--json", "--file", str(tmp_path / "texts.txt")])
    from_file = capsys.readouterr().out
    found = [json.loads(line) for line in from_file.splitlines()]
    assert [one["text"] for one in found] == TEXTS
    assert [one["answer"]["label"] for one in found] == ["good", "bad"]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(TEXTS)))
    predict.run([str(classifier), "--json"])
    assert capsys.readouterr().out == from_file


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--file", "none.txt"], "none.txt can't be read"),
        (["--file", "odd.txt"], "odd.txt is no text in UTF-8"),
        (["--file", "empty.txt"], "empty.txt holds no text"),
        (["a text", "--file", "empty.txt"], "not both"),
        (["a text", "--context", "empty.txt"], "--context is for answering questions"),
    ],
)
def test_what_is_wrong_is_named(
    classifier: Path,
    more: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd.txt").write_bytes(b"\xff\xfe\x00caf\xe9")
    Path("empty.txt").write_text("\n \n")
    with pytest.raises(CourseError, match=message):
        predict.run([str(classifier), *more])


def test_a_model_without_a_task_is_no_answer(tmp_path: Path) -> None:
    base = make_bert(tmp_path / "tiny")
    with pytest.raises(CourseError, match="BertForMaskedLM, which answers nothing"):
        predict.run([str(base), "a text"])
