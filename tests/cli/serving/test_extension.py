"""The last words on the screen are the address, and what to do with it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib.cli import lab
from course_lib.cli.serving import browser, extension, running
from course_lib.cli.setup.place import ROOT


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the extension sees of Jupyter's server."""
    monkeypatch.setattr(browser, "is_wsl", lambda: False)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return SimpleNamespace(
        port=8888,
        ip="127.0.0.1",
        open_browser=True,
        browser="",
        use_redirect_file=True,
        browser_open_file="/run/open me.html",
        connection_url="http://localhost:8889/",
        default_url="/lab/tree/chapters/00.ipynb",
        identity_provider=SimpleNamespace(token="k y", token_generated=True),
    )


ADDRESS = "    http://localhost:8889/lab/tree/chapters/00.ipynb?token=k%20y\n"


@pytest.mark.parametrize("opens", [True, False])
def test_the_address_is_said_whether_a_browser_opens_or_not(
    server: SimpleNamespace,
    opens: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = []
    monkeypatch.setattr(browser, "opened", lambda *both: asked.append(both) or opens)
    announcement = extension.Announcement(server)
    assert server.open_browser is False
    assert server.identity_provider.token_generated is False
    server.port = 8889
    announcement.say()
    said = capsys.readouterr().out
    assert asked == [("file:///run/open%20me.html", "")]
    assert "Port 8888 is taken; this is port 8889." in said
    assert ADDRESS in said
    assert ("No browser could be opened" in said) is not opens


def test_no_browser_is_opened_that_was_not_wanted(
    server: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(browser, "opened", lambda *_: 1 / 0)
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.9 55001 10.0.0.7 22")
    server.open_browser = False
    extension.Announcement(server).say()
    said = capsys.readouterr().out
    assert "taken" not in said and ADDRESS in said
    assert "ssh -N -L 8888:localhost:8888" in said


def test_in_windows_linux_a_browser_gets_the_address_itself(
    server: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "is_wsl", lambda: True)
    server.identity_provider.token = ""
    page = extension.Announcement(server).page
    assert page == "http://localhost:8889/lab/tree/chapters/00.ipynb"


def test_a_port_that_cannot_be_had(
    server: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server.port = taken.getsockname()[1]
        announcement = extension.Announcement(server)
        announcement.give_up()
        said = capsys.readouterr().err
        assert f"can't use port {server.port}: another program has it" in said
        assert f"lab --port {server.port + 11}" in said
        announcement.began = True
        announcement.give_up()
    extension.Announcement(server).give_up()
    assert capsys.readouterr().err == ""
    assert extension.refusal("203.0.113.1", 8888) != ""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the user's Jupyter is read or written."""
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        monkeypatch.setenv(f"JUPYTER_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("BROWSER", "false")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program has."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def started(*options: str) -> "subprocess.Popen[str]":
    """The real server, as `lab` starts it."""
    command = lab.lab_command(["--ServerApp.ip=127.0.0.1", *options])
    return subprocess.Popen(
        command,
        env=lab.course_environ(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def until(process: "subprocess.Popen[str]", last: str) -> str:
    """What it prints up to a word, or to its end."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if last in line:
            break
    return said


@pytest.mark.skipif(os.name == "nt", reason="`false` is a command of other systems")
def test_a_real_server_on_a_taken_port_without_a_browser(
    home: Path, taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with started(f"--port={taken}") as process:
        try:
            said = until(process, "Ctrl-C")
            assert f"Port {taken} is taken; this is port" in said, said
            assert "No browser could be opened from here" in said
            (address,) = re.findall(r"^    (http\S+)$", said, re.MULTILINE)
            found = running.server_of(ROOT)
            assert found is not None and found.address(f"lab/tree/{lab.FIRST}") == (
                address.replace("localhost", found.url.split("//")[1].split(":")[0])
            )
            assert lab.run([]) == 0
            again = capsys.readouterr().out
            assert "already runs for this folder" in again
            assert found.token in again
        finally:
            process.send_signal(signal.SIGTERM)
            until(process, "nothing more")
    assert running.server_of(ROOT) is None


def test_a_real_server_that_gets_no_port(home: Path, taken: int) -> None:
    with started(f"--port={taken}", "--ServerApp.port_retries=0") as process:
        said = until(process, "nothing more")
    assert process.returncode == 1
    assert said.rstrip().endswith(f"lab --port {taken + 11}")


def test_the_server_finds_the_extension() -> None:
    folder = lab.SETTINGS / "jupyter_server_config.d"
    (settings,) = [json.loads(file.read_text()) for file in folder.glob("*.json")]
    names = settings["ServerApp"]["jpserver_extensions"]
    assert names == {extension.__name__: True}
    (point,) = extension._jupyter_server_extension_points()
    assert point["module"] in sys.modules
