"""Installing with uv or pip, what is shown of it, and what a failure is called."""

import os
import sys
from pathlib import Path

import pytest

from cli.conftest import World
from cli.stand_in import make
from course_lib.cli.setup.installer import Installer, InstallError, end, lines_of
from course_lib.cli.setup.place import Place
from course_lib.cli.setup.progress import Step
from course_lib.cli.setup.stamp import only_one


@pytest.fixture
def installer(world: World) -> Installer:
    """An installer for an environment with pip."""
    make(world.place.folder)
    return Installer(world.place, world.root, lock=sys.stdout.fileno())


def fake_uv(folder: Path, status: int, says: str = "") -> str:
    """Write a uv that notes its arguments and ends with this status."""
    path = folder / "uv"
    path.write_text(f'#!/bin/sh\necho "$@" >> "{folder}/uv.txt"\necho "{says}"\n')
    with path.open("a") as script:
        script.write(f"exit {status}\n")
    path.chmod(0o755)
    return str(path)


def test_uv_is_used_where_it_is_installed(world: World, installer: Installer) -> None:
    installer.uv = fake_uv(world.root, 0)
    installer.install(Step("a step"), "numpy==2.4.6")
    said = (world.root / "uv.txt").read_text()
    assert said.startswith("pip install")
    assert f"--python {world.place.python} numpy==2.4.6" in said
    assert world.installations == []


def test_pip_takes_over_where_uv_fails(
    world: World, installer: Installer, capsys: pytest.CaptureFixture[str]
) -> None:
    installer.uv = fake_uv(world.root, 2)
    installer.install(Step("a step"), "numpy==2.4.6")
    assert world.installations == ["--progress-bar off numpy==2.4.6"]
    assert "pip takes over" in capsys.readouterr().out


def test_without_pip_the_reason_is_uvs(world: World, installer: Installer) -> None:
    installer.uv = fake_uv(world.root, 2, "error: dns error: no such host")
    world.place.python.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(InstallError, match="network"):
        installer.install(Step("a step"), "numpy==2.4.6")


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("OSError: [Errno 28] No space left on device", "make room"),
        ("[Errno 122] Disk quota exceeded", "make room"),
        ("SSLError: CERTIFICATE_VERIFY_FAILED", "PIP_CERT"),
        (
            "Failed to establish a new connection: [Errno 111] Connection refused",
            "HTTPS",
        ),
        ("socket.gaierror: getaddrinfo failed", "HTTPS_PROXY"),
        ("ReadTimeoutError: Read timed out.", "HTTPS_PROXY"),
        ("HINT: does not have Windows Long Path support enabled", "short path"),
        ("ERROR: [Errno 13] Permission denied: 'x'", "folder of your own"),
        ("ERROR: No matching distribution found for torch==2.13.0", "torch==2.13.0"),
        ("x No solution found when resolving dependencies", "one of the packages"),
        ("/usr/bin/python: No module named pip", "ensurepip"),
        ("something never seen", "something never seen"),
        ("", "it said nothing"),
    ],
)
def test_a_failure_is_explained_with_its_cure(
    installer: Installer, said: str, cure: str
) -> None:
    assert cure in installer.explain(said.splitlines())


def test_a_failed_connection_counts_before_what_follows_from_it(
    installer: Installer,
) -> None:
    said = ["NewConnectionError: x", "ERROR: No matching distribution found for torch"]
    assert "does not answer" in installer.explain(said)


def test_pip_never_installs_for_the_user_beside_the_environment(
    installer: Installer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_USER", "1")
    assert installer.environ()["PIP_USER"] == "0"
    theirs = Place(world.root, world.place.python, "conda", False)
    assert Installer(theirs, world.root, 1).environ()["PIP_USER"] == "1"


def test_the_number_of_packages_is_counted_while_they_are_installed(
    installer: Installer,
) -> None:
    assert installer.counted("installing 3 packages") == (
        "installing 3 packages: 1 are there"
    )
    assert installer.counted("downloading torch") == ""


def test_a_quiet_process_is_waited_for(installer: Installer) -> None:
    """Silence yields None, so that the screen shows life."""
    import subprocess

    code = "import sys; sys.stdin.readline(); print('there')"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        lines = lines_of(process)
        assert next(lines) is None
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert [line for line in lines if line] == ["there"]


@pytest.mark.parametrize("code", ["input()", "import signal as s; s.signal(15, 1)"])
def test_an_interrupted_installation_ends_its_process(code: str) -> None:
    import subprocess

    stubborn = f"{code}\nprint('up', flush=True)\nimport time\nwhile 1: time.sleep(9)"
    process = subprocess.Popen(
        [sys.executable, "-c", stubborn if "signal" in code else code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if "signal" in code:
        assert process.stdout is not None
        process.stdout.readline()
    end(process, patience=0.2)
    assert process.poll() is not None
    for stream in (process.stdin, process.stdout):
        assert stream is not None
        stream.close()


def test_ctrl_c_ends_the_installer(
    installer: Installer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = []
    monkeypatch.setattr("course_lib.cli.setup.installer.end", ended.append)

    def interrupt(self: Step, line: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Step, "hear", interrupt)
    with pytest.raises(KeyboardInterrupt):
        installer.run(Step("a step"), [sys.executable, "-c", "print('a line')"])
    assert len(ended) == 1
    ended[0].wait()


def test_the_installer_holds_the_lock_too(world: World, installer: Installer) -> None:
    """Else, after kill -9 of the set-up, its pip and the next one's would collide."""
    with only_one(world.root) as lock:
        installer.lock = lock
        code = f"import os; os.fstat({lock}); print('held')"
        assert installer.run(Step("a step"), [sys.executable, "-c", code]) is None
        assert not os.get_inheritable(lock)
