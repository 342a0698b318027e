"""The verb finetune: from options to a saved model; what is wrong is named first."""

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from course_lib import cli
from course_lib.cli import finetune
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError
from course_lib.tasks import load_classifier
from course_lib.training.progress import Progress
from tests.tasks.tiny import make_bert, review
from tests.training.test_processes import LAUNCHERS, loopback

OPTIONS = (
    *("data", "validation", "test", "column", "encoding", "delimiter", "model", "save"),
    *("trainer", "device", "no-resume", "epochs", "learning-rate", "batch-size"),
    *("max-length", "patience", "mixed-precision", "balanced", "no-balanced", "seed"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a tiny model and a file of labelled texts."""
    make_bert(tmp_path / "tiny")
    rows = [(review(random.Random(i), i % 2 == 0), "ny"[i % 2 == 0]) for i in range(60)]
    with (tmp_path / "mine.csv").open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("said", "liked"), *rows])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def go(*more: str) -> int:
    """Fine-tune the tiny model on the file."""
    quick = ["--model", "tiny", "--data", "mine.csv", "--device", "cpu"]
    if "--data" not in more:
        quick += ["--column", "text=said", "--column", "label=liked"]
    return finetune.run(["classification", *quick, *more])


def test_help_names_every_option_and_task(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        finetune.run(["--help"])
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert all(f"--{option}" in said for option in OPTIONS)
    tasks = "classification tagging question-answering translation summarisation"
    assert all(name in said for name in tasks.split())
    assert "accelerate launch" in said
    assert cli.VERBS["finetune"].module == "finetune"


def test_a_file_becomes_a_saved_and_tested_model(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert go("--epochs", "2", "--seed", "3", "--save", "kept") == 0
    said = capsys.readouterr().out
    assert "texts kept aside" in said and "commonest label" in said
    assert load_classifier(folder / "kept", device="cpu").labels == ("n", "y")
    model = AutoModelForSequenceClassification.from_pretrained(folder / "kept")
    assert model.config.id2label == {0: "n", 1: "y"}
    assert not (folder / "kept.training").exists()


@pytest.mark.parametrize("way", [[], ["--trainer"]], ids=["own loop", "Trainer"])
def test_a_run_that_was_stopped_goes_on(
    folder: Path, way: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["--epochs", "4", "--patience", "99", *way]
    assert go(*asked, "--save", "whole") == 0
    tell, seen = Progress.tell, []

    def stops(self: Progress, *values: object) -> None:
        tell(self, *values)
        seen.append(self)
        if len(seen) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "tell", stops)
    with pytest.raises(KeyboardInterrupt):
        go(*asked, "--save", "parts")
    assert len(list((folder / "parts.training").iterdir())) > 1
    assert not (folder / "parts").exists()
    with pytest.raises(CourseError, match=r"asked for .*epochs 4.*; .*epochs 2"):
        go("--epochs", "2", *way, "--save", "parts")
    assert go(*asked, "--save", "parts") == 0
    one, other = (folder / name / "model.safetensors" for name in ("whole", "parts"))
    assert one.read_bytes() == other.read_bytes()
    assert not (folder / "parts.training").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--column", "txt=said"], "classification has the roles text, label"),
        (["--column", "text"], "expected ROLE=NAME"),
        (["--epochs", "-1"], "epochs = -1.0 must be above 0"),
        (["--learning-rate", "0"], "learning_rate = 0.0 must be above 0"),
        (["--max-length", "4000"], "the model reads at most 32"),
        (["--data", "none.csv"], "no file or folder 'none.csv'"),
        (["--data", "entities"], "it is for tagging"),
        (["--model", "nowhere/at/all"], "nowhere/at/all"),
        (["--save", "mine.csv"], "is a file"),
        (["--device", "gpu"], "gpu"),
        (["--mixed-precision", "fp16"], "fp16.*needs a GPU"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_trained(
    folder: Path, options: list[str], message: str
) -> None:
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(CourseError, match=message):
        go(*options)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert not list(folder.glob("*.training"))


def test_balanced_is_for_labels_only(folder: Path) -> None:
    with pytest.raises(CourseError, match="no setting balanced"):
        finetune.run(["tagging", "--data", "world", "--model", "tiny", "--balanced"])


def test_two_processes_make_one_model(folder: Path) -> None:
    if not torch.distributed.is_gloo_available():
        pytest.skip("this build of PyTorch has no gloo")
    asked = "classification --model tiny --data mine.csv --epochs 2 --device cpu "
    asked += "--column text=said --column label=liked --save both"
    program = ["-m", "course_lib", "finetune", *asked.split()]
    own = {"COURSE_HANDED_OVER": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    own |= {"ACCELERATE_USE_CPU": "true", "GLOO_SOCKET_IFNAME": loopback()}
    done = subprocess.run(
        [sys.executable, "-m", *LAUNCHERS["torchrun"].split(), *program],
        env=os.environ | own,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("texts kept aside") == 1  # one process speaks
    assert load_classifier(folder / "both", device="cpu").labels == ("n", "y")
    assert not (folder / "both.training").exists()
