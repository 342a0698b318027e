"""The verb `lab`: what JupyterLab is started with."""

import json
import os
import sys
from pathlib import Path

import pytest

from course_lib.cli import lab
from course_lib.cli.serving.running import Server
from course_lib.cli.setup.place import ROOT


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    """What the process would have become."""
    calls: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(lab, "hand_over", lambda *both: calls.append(both) or 0)
    monkeypatch.setattr(lab, "encoder_note", lambda place: "How to get it")
    monkeypatch.setattr(lab.running, "server_of", lambda root: None)
    return calls


def test_lab_opens_the_first_chapter(
    started: list[tuple[list[str], dict[str, str]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert lab.run([]) == 0
    command, _ = started[0]
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--LabApp.default_url=/lab/tree/{lab.FIRST}" in command
    assert f"--ServerApp.root_dir={ROOT}" in command
    assert "How to get it" in capsys.readouterr().out


def test_other_options_go_to_jupyter_and_have_the_last_word(
    started: list[tuple[list[str], dict[str, str]]],
) -> None:
    lab.run(["--no-browser", "--port", "8899", "chapters/03_self_attention.ipynb"])
    command, _ = started[0]
    assert command[-4:-1] == ["--no-browser", "--port", "8899"]


SERVER = Server("http://localhost:8890/", "key", 8890)


@pytest.mark.parametrize("opens", [True, False])
def test_a_lab_that_runs_is_shown_rather_than_a_second_started(
    started: list[tuple[list[str], dict[str, str]]],
    opens: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(lab.running, "server_of", lambda root: SERVER)
    monkeypatch.setattr(lab.browser, "opened", lambda address: opens)
    assert lab.run([]) == 0
    said = capsys.readouterr().out
    assert said.count(f"http://localhost:8890/lab/tree/{lab.FIRST}?token=key") == 1
    assert ("browser" in said) is not opens
    monkeypatch.setattr(lab.browser, "opened", lambda address: 1 / 0)
    assert lab.run(["--no-browser"]) == 0
    assert started == []


@pytest.mark.parametrize("option", ["--port=8899", "--ServerApp.port=8899", "--port"])
def test_a_second_one_starts_at_a_port_of_its_own(
    started: list[tuple[list[str], dict[str, str]]],
    option: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lab.running, "server_of", lambda root: SERVER)
    lab.run([option])
    assert started[0][0][-1] == option


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_in_a_container_it_starts_as_root(
    monkeypatch: pytest.MonkeyPatch, user: int, allowed: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in lab.lab_command([])) is allowed


def test_help_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        lab.run(["--help"])
    assert end.value.code == 0
    assert "--no-browser" in capsys.readouterr().out


def test_kernels_do_not_spin_and_find_the_course(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", "theirs")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    environ = lab.course_environ(ROOT)
    assert environ["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environ["PYTHONPATH"] == os.pathsep.join([str(ROOT), "theirs"])
    assert "OMP_WAIT_POLICY" not in os.environ


def test_what_the_learner_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert lab.course_environ(ROOT)["OMP_WAIT_POLICY"] == "ACTIVE"


def test_lab_does_not_ask_about_news(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from jupyterlab_server.settings_utils import _get_overrides

    environ = lab.course_environ(ROOT)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", environ["JUPYTER_CONFIG_PATH"])
    overrides, error = _get_overrides(str(tmp_path))
    assert error == ""
    notifications = overrides["@jupyterlab/apputils-extension:notification"]
    assert notifications["fetchNews"] == "false"
    json.dumps(overrides)
