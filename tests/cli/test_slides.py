"""The verb `slides`: what it says, and what JupyterLab is started with."""

import json
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
    """What the process would have become, with a lecturer's settings in a folder."""
    calls: Started = []
    monkeypatch.setattr(slides, "hand_over", lambda *both: calls.append(both) or 0)
    monkeypatch.setattr(slides, "require_extension", lambda: None)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.delenv("JUPYTERLAB_SETTINGS_DIR", raising=False)
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


def test_each_lecture_starts_from_an_empty_workspace(started: Started) -> None:
    slides.run(["03"])
    workspaces = Path(started[-1][1]["JUPYTERLAB_WORKSPACES_DIR"])
    workspaces.mkdir()
    (workspaces / "yesterday.jupyterlab-workspace").touch()
    slides.run(["04"])
    assert not workspaces.exists() or not list(workspaces.iterdir())


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
