"""The verb `slides`: what it says, and what JupyterLab is started with."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from course_lib.cli import slides
from course_lib.cli.lab import course_environ
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError
from course_lib.resources.chapters import chapters

CHAPTER = "chapters/03_self_attention.ipynb"
Started = list[tuple[list[str], dict[str, str]]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Started:
    """What the process would have become, with a lecturer's settings in a folder.

    What it was given in a folder of its own is kept for the tests to look at.
    """
    calls: Started = []

    def hand_over(command: list[str], environ: dict[str, str]) -> int:
        given = Path(environ[slides.OWN_FOLDER])
        kept = shutil.copytree(given, tmp_path / f"given-{len(calls)}")
        moved = {k: v.replace(str(given), str(kept)) for k, v in environ.items()}
        calls.append((command, moved))
        return 0

    monkeypatch.setattr(slides, "hand_over", hand_over)
    monkeypatch.setattr(slides, "require_extension", lambda: None)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("JUPYTERLAB_SETTINGS_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return calls


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """The folder where Lab keeps what the lecturer has set."""
    folder = tmp_path / "config" / "lab" / "user-settings"
    folder.mkdir(parents=True)
    return folder


def settings(started: Started, name: str) -> dict[str, object]:
    """What Lab will read under this name."""
    folder = Path(started[-1][1]["JUPYTERLAB_SETTINGS_DIR"])
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_alone_it_says_which_chapters_there_are(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    assert slides.run([]) == 0
    said = capsys.readouterr().out
    for chapter in chapters(ROOT):
        assert f"{chapter.number}  {chapter.title}" in said
    assert started == []


@pytest.mark.parametrize("asked", ["03", "3", "03_self_attention.ipynb"])
def test_it_opens_the_chapter_and_says_the_keys(
    started: Started, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    assert slides.run([asked, "--no-browser", "--port", "8899"]) == 0
    command, _ = started[0]
    opened = [part for part in command if part.startswith("--LabApp.default_url=")]
    assert opened == [f"--LabApp.default_url=/lab/tree/{CHAPTER}"]
    assert command[-3:] == ["--no-browser", "--port", "8899"]
    said = capsys.readouterr().out
    assert "03, Self-attention" in said
    for key in ("Space", "Home", "Ctrl-Enter", "Ctrl-Shift-Enter", "Esc "):
        assert key in said


@pytest.mark.parametrize("asked", ["42", "attention", "../README.md"])
def test_a_chapter_that_is_not_there_is_answered_with_those_that_are(
    started: Started, asked: str
) -> None:
    with pytest.raises(CourseError) as refusal:
        slides.run([asked])
    assert f"`{asked}`" in str(refusal.value)
    assert "  16  " in str(refusal.value)
    assert started == []


def test_without_the_extension_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slides, "EXTENSION", "no_such_extension")
    with pytest.raises(CourseError, match='pip install "jupyterlab-slideshow'):
        slides.run(["03"])


def test_lab_begins_with_slides_whatever_it_did_last_time(
    started: Started, theirs: Path
) -> None:
    left = theirs / slides.DECK
    left.parent.mkdir()
    left.write_text('{"active": false, "showCodeCellPrompt": true}', encoding="utf-8")
    slides.run(["03"])
    assert settings(started, slides.DECK) == {
        "active": True,
        "showCodeCellPrompt": True,
    }
    assert json.loads(left.read_text(encoding="utf-8"))["active"] is False


def test_theme_and_keys_of_the_lecturer_stay(started: Started, theirs: Path) -> None:
    theme = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"
    mine = {"command": "notebook:run-cell", "keys": ["F9"], "selector": "body"}
    for name, values in ((theme, {"theme": "Dark"}), (slides.SHORTCUTS, [mine])):
        (theirs / name).parent.mkdir(parents=True)
        text = values if name == theme else {"shortcuts": values}
        written = f"// Lab writes comments\n{json.dumps(text)}"
        (theirs / name).write_text(written, encoding="utf-8")
    slides.run(["03"])
    folder = Path(started[-1][1]["JUPYTERLAB_SETTINGS_DIR"])
    assert '"Dark"' in (folder / theme).read_text(encoding="utf-8")
    first, *ours = settings(started, slides.SHORTCUTS)["shortcuts"]
    assert first == mine
    assert {key for binding in ours for key in binding["keys"]} == set(slides.BINDINGS)


def test_settings_that_cannot_be_read_do_not_stop_a_lecture(
    started: Started, theirs: Path
) -> None:
    broken = theirs / slides.SHORTCUTS
    broken.parent.mkdir(parents=True)
    broken.write_text('{"shortcuts": [', encoding="utf-8")
    assert slides.run(["03"]) == 0
    ours = settings(started, slides.SHORTCUTS)["shortcuts"]
    assert len(ours) == len(slides.BINDINGS)


def test_each_lecture_has_a_folder_of_its_own_and_leaves_none(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slides.run(["03"])
    workspaces = Path(started[0][1]["JUPYTERLAB_WORKSPACES_DIR"])
    assert not workspaces.exists() or not list(workspaces.iterdir())
    assert slides.own_folder() != slides.own_folder()
    for folder in (tmp_path / "temporary").iterdir():
        folder.rmdir()  # those two are empty; the lecture's is gone
    monkeypatch.setattr(slides, "write_settings", lambda folder: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        slides.run(["03"])
    assert list((tmp_path / "temporary").iterdir()) == []


def lecture(home: Path) -> "subprocess.Popen[str]":
    """The real Lab with slides, once it has said where it is; `home` is its user's."""
    names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    own = {f"JUPYTER_{name}": str(home / name) for name in names}
    own |= {"TMPDIR": str(home / "temporary"), "COURSE_HANDED_OVER": "1"}
    options = ["03", "--no-browser", "--ServerApp.ip=127.0.0.1", "--port=0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "course_lib", "slides", *options],
        env={**os.environ, **own, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    for line in process.stdout:
        said += line
        if re.match("Ctrl-C in this window", line):
            return process
    raise AssertionError(said)


@pytest.mark.skipif(os.name == "nt", reason="its processes end at once")
def test_the_end_of_one_lecture_is_not_the_end_of_another(tmp_path: Path) -> None:
    pytest.importorskip("jupyterlab_slideshow", reason="the extra `slides` is missing")
    folder = tmp_path / "temporary"
    folder.mkdir()
    both, own = [], []
    try:
        for _ in range(2):
            both.append(lecture(tmp_path))
            own += {*folder.glob("course-slides-*")}.difference(own)
        assert all((one / "settings" / slides.DECK).is_file() for one in own)
        assert len(own) == 2
        for process in both:
            process.terminate()
            process.communicate(timeout=60)
            left = list(folder.glob("course-slides-*"))
            assert left == (own[1:] if process is both[0] else [])
    finally:
        for process in both:
            process.kill()
            process.communicate()


def test_the_dress_of_the_slides_is_among_the_settings_of_the_course(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from jupyterlab_server.settings_utils import _get_overrides

    path = course_environ(ROOT)["JUPYTER_CONFIG_PATH"]
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", path)
    overrides, _ = _get_overrides(str(tmp_path))
    styles = overrides["@deathbeds/jupyterlab-fonts:fonts"]["styles"]
    outside = [selector for selector in styles if not selector.startswith(".jp-Deck")]
    assert outside == []
