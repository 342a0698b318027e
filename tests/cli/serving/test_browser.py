"""A browser is opened where there is one; elsewhere a sentence says what to do."""

import os
import sys
import webbrowser
from pathlib import Path

import pytest

from course_lib.cli.serving import browser

ADDRESS = "http://localhost:8889/lab?token=1"


@pytest.mark.parametrize(
    ("environ", "platform", "there"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"BROWSER": "firefox"}, "linux", True),
        ({"DISPLAY": ""}, "linux", False),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_a_terminal_alone_has_no_browser(
    environ: dict[str, str], platform: str, there: bool
) -> None:
    assert browser.has_screen(environ, platform) is there


class Stand:
    """Plays a browser that opens or does not."""

    def __init__(self, answer: bool | Exception) -> None:
        self.answer = answer

    def open(self, address: str) -> bool:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "opens"),
    [(True, True), (False, False), (OSError("gone"), False)],
)
def test_a_browser_that_fails_is_noticed(
    monkeypatch: pytest.MonkeyPatch, answer: bool | Exception, opens: bool
) -> None:
    monkeypatch.setenv("BROWSER", "stand")
    monkeypatch.setattr(webbrowser, "get", lambda name: Stand(answer))
    assert browser.opened(ADDRESS) is opens
    assert browser.opened(ADDRESS, "firefox") is opens


def test_an_unknown_browser_and_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.opened(ADDRESS, "no-such-browser") is False
    monkeypatch.setattr(browser, "has_screen", lambda environ: False)
    monkeypatch.setattr(webbrowser, "get", lambda name: 1 / 0)
    assert browser.opened(ADDRESS) is False


@pytest.mark.skipif(os.name == "nt", reason="`false` is a command of other systems")
def test_the_command_false_is_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.opened(ADDRESS, "false %s") is False
    command = f"{sys.executable} -c pass %s"
    assert browser.opened(ADDRESS, command) is True


def test_what_to_do_without_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "is_wsl", lambda: False)
    monkeypatch.setattr(browser.getpass, "getuser", lambda: "ana")
    assert f"Open this address in one:\n\n    {ADDRESS}\n" in browser.how_to_open(
        ADDRESS, 8889, {}
    )
    away = {"SSH_CONNECTION": "10.0.0.9 55001 10.0.0.7 22"}
    said = browser.how_to_open(ADDRESS, 8889, away)
    assert "ssh -N -L 8889:localhost:8889 ana@10.0.0.7\n" in said
    assert said.endswith(f"    {ADDRESS}\n")
    away["SSH_CONNECTION"] = "10.0.0.9 55001 10.0.0.7 2222"
    assert browser.tunnel(8889, away).startswith("ssh -N -p 2222 -L 8889:")
    monkeypatch.setattr(browser, "is_wsl", lambda: True)
    assert "in Windows" in browser.how_to_open(ADDRESS, 8889, {})


def test_linux_inside_windows_is_known(tmp_path: Path) -> None:
    version = tmp_path / "version"
    assert browser.is_wsl(version) is False
    version.write_text("Linux version 6.1.0-13-amd64")
    assert browser.is_wsl(version) is False
    version.write_text("Linux version 5.15.90.1-microsoft-standard-WSL2")
    assert browser.is_wsl(version) is True
