"""`python -m course_lib`: verbs, help, old Pythons, and how a verb gets its Python."""

import ast
import errno
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib import __main__ as entry
from course_lib import cli
from course_lib.cli.setup.place import ROOT, Place
from course_lib.errors import CourseError

READ_BY_EVERY_PYTHON = ("course_lib/__init__.py", "course_lib/__main__.py")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What verbs were called with; the environment is this one."""
    calls: list[list[str]] = []
    here = Place(Path(sys.prefix), Path(sys.executable), "this one", False)
    monkeypatch.setattr("course_lib.cli.setup.environment.ready", lambda extras: here)

    class Module:
        @staticmethod
        def run(arguments: list[str]) -> int:
            calls.append(arguments)
            return 7

    importing = SimpleNamespace(import_module=lambda name: Module)
    monkeypatch.setattr(cli, "importlib", importing)
    return calls


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help_has_a_line_for_each_verb(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    named = [line.split()[0] for line in lines if line.startswith("  ")]
    assert named == [*cli.VERBS]


def test_an_unknown_verb_names_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["tests"]) == 2
    said = capsys.readouterr().err
    assert "`tests`" in said and "Did you mean `test`?" in said
    assert all(verb in said for verb in cli.VERBS)


@pytest.mark.parametrize("verb", cli.VERBS)
def test_each_verb_has_its_module(verb: str) -> None:
    path = ROOT / "course_lib" / "cli" / f"{cli.VERBS[verb].module}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    runs = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "run"]
    assert [argument.arg for argument in runs[0].args.args] == ["arguments"]


def test_a_verb_gets_its_arguments_and_gives_its_status(
    done: list[list[str]],
) -> None:
    assert cli.main(["test", "-k", "causal"]) == 7
    assert done == [["-k", "causal"]]


def test_the_doctor_comes_without_an_environment(
    done: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course_lib.cli.setup.environment.ready", None)
    assert cli.main(["doctor"]) == 7


def test_help_for_a_verb_sets_nothing_up(
    done: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course_lib.cli.setup.environment.ready", None)
    assert cli.main(["lab", "--help"]) == 7


def test_help_that_needs_packages_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lacks(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(cli, "importlib", SimpleNamespace(import_module=lacks))
    assert not cli.helps(cli.VERBS["notebooks"], ["--help"])


def test_another_python_is_handed_the_command_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    handed: list[tuple[list[str], dict[str, str]]] = []
    own = Place(tmp_path, tmp_path / "python", "the course's own", True)
    monkeypatch.setattr("course_lib.cli.setup.environment.ready", lambda extras: own)
    monkeypatch.setattr(cli, "hand_over", lambda *both: handed.append(both) or 0)
    assert cli.main(["lab", "--port", "1"]) == 0
    command, environ = handed[0]
    rest = ["-m", "course_lib", "lab", "--port", "1"]
    assert command == [str(tmp_path / "python"), *rest]
    assert environ[cli.HANDED_OVER] == "1"


def test_who_was_handed_the_command_does_not_check_again(
    done: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("course_lib.cli.setup.environment.ready", None)
    monkeypatch.setenv(cli.HANDED_OVER, "1")
    assert cli.main(["lab"]) == 7
    assert cli.HANDED_OVER not in os.environ  # Lab's terminals are no set-up's


@pytest.mark.parametrize(
    ("raised", "status", "says"),
    [
        (CourseError("No room. Make some."), 1, "\nNo room. Make some.\n"),
        (KeyboardInterrupt(), 130, "\nStopped.\n"),
        (KeyboardInterrupt("Stopped. Go on."), 130, "\nStopped. Go on.\n"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    status: int,
    says: str,
) -> None:
    def fail(*_: object) -> int:
        raise raised

    monkeypatch.setattr(cli, "start", fail)
    assert cli.main(["lab"]) == status
    assert capsys.readouterr().err == says


def test_to_hand_over_is_to_become_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    became: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(cli.os, "name", "posix")
    monkeypatch.setattr(cli.os, "execve", lambda *all_: became.append(all_))
    monkeypatch.setattr(cli.subprocess, "Popen", ended(3))
    cli.hand_over(["python", "-V"], {"A": "1"})
    assert became == [("python", ["python", "-V"], {"A": "1"})]


def ended(status: int) -> type:
    """Return a Popen whose process is interrupted once and then ends so."""

    class Process:
        waits = 0

        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            pass

        def __enter__(self) -> "Process":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def wait(self) -> int:
            self.waits += 1
            if self.waits == 1:
                raise KeyboardInterrupt
            return status

    return Process


def test_on_windows_ctrl_c_is_the_commands_affair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cli.subprocess, "Popen", ended(3))
    monkeypatch.setattr(cli.os, "name", "nt")
    assert cli.hand_over(["python", "-V"]) == 3


def test_nothing_but_the_standard_library_until_the_environment_stands() -> None:
    """A bare Python, without site-packages, finds everything it needs."""
    names = "setup.environment", "setup.own", "setup.current", "lab", "suite", "doctor"
    imports = "; ".join(f"import course_lib.cli.{name}" for name in names)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {imports}"
    bare = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True
    )
    assert bare.stderr == ""


@pytest.mark.parametrize("name", READ_BY_EVERY_PYTHON)
def test_old_pythons_can_read_what_refuses_them(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 6))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    annotations = [function.returns for function in functions]
    annotations += [a.annotation for f in functions for a in f.args.args]
    # list[str] parses on an old Python, and fails when it runs.
    assert all(isinstance(a, ast.Name | ast.Constant | None) for a in annotations)


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 99), (2, 7, 18)])
def test_an_old_python_is_told_so(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(entry, "newer_python", lambda: "")
    said = entry.too_old(version, ["lab"])
    assert f"needs Python 3.11 or newer; this is Python {version[0]}" in said
    assert "python.org" in said


def test_a_newer_python_on_the_machine_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entry, "starts", lambda command: command == "python3.12")
    said = entry.too_old((3, 9, 1), ["lab", "--no-browser"])
    assert said.endswith("python3.12 -m course_lib lab --no-browser")


def test_windows_has_a_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "starts", lambda command: False)
    monkeypatch.setattr(entry.os, "name", "nt")
    monkeypatch.setattr(entry.shutil, "which", lambda name: name == "py")
    assert entry.newer_python() == "py -3"


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_python_is_let_in(version: tuple[int, int, int]) -> None:
    assert entry.too_old(version, []) == ""


def test_a_command_that_does_not_run_does_not_count(tmp_path: Path) -> None:
    assert entry.starts(sys.executable)
    assert not entry.starts("no-such-command")
    shim = tmp_path / "shim"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert os.name == "nt" or not entry.starts(str(shim))


def test_the_package_answers_as_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "course_lib", "nonsense"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 2
    assert "lab, test, doctor, notebooks, bench" in done.stderr


def read(*arguments: str, lines: int, **settings: str) -> tuple[int, str]:
    """Status and errors of `python -m course_lib ... | head`, which reads so far."""
    environ = {**os.environ, cli.HANDED_OVER: "1", "COURSE_PROGRESS": "off"}
    with subprocess.Popen(
        [sys.executable, "-m", "course_lib", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environ | settings,
    ) as process:
        for _ in range(lines):
            process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    return process.returncode, said


@pytest.mark.parametrize(
    ("verb", "lines", "unbuffered"),
    [("doctor", 1, ""), ("doctor", 1, "1"), ("progress", 0, ""), ("help", 0, "1")],
)
def test_a_reader_who_goes_ends_a_verb_quietly(
    verb: str, lines: int, unbuffered: str
) -> None:
    done = read(verb, lines=lines, PYTHONUNBUFFERED=unbuffered)
    assert done == (entry.READER_GONE, "")


def test_help_that_nobody_reads_ends_quietly() -> None:
    done = read("keep", "--help", lines=0, PYTHONUNBUFFERED="")
    assert done == (entry.READER_GONE, "")


def test_errors_that_nobody_reads_end_quietly_too() -> None:
    command = [sys.executable, "-m", "course_lib", "nonsense"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=writer, cwd=ROOT)
    os.close(writer)
    assert done.returncode == entry.READER_GONE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_not_kept_quiet() -> None:
    command = [sys.executable, "-m", "course_lib", "help"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT)
    assert done.returncode not in (0, entry.READER_GONE)
    assert b"No space left" in done.stderr


class Pipe:
    """What is printed goes into this; `error` is what it says when it should go on."""

    def __init__(self, error: OSError | None) -> None:
        self.error, self.number = error, os.open(os.devnull, os.O_WRONLY)

    def flush(self) -> None:
        if self.error:
            raise self.error

    def fileno(self) -> int:
        return self.number


@pytest.mark.parametrize(
    ("error", "broken", "quiet"),
    [
        (OSError(errno.EINVAL, "Invalid argument"), True, True),
        (OSError(errno.EINVAL, "Invalid argument"), False, False),
        (OSError(errno.ENOSPC, "No space left on device"), True, False),
        (FileNotFoundError(errno.ENOENT, "No such file"), False, False),
    ],
)
def test_windows_tells_of_a_gone_reader_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch, error: OSError, broken: bool, quiet: bool
) -> None:
    monkeypatch.setattr(entry.os, "name", "nt")
    monkeypatch.setattr(entry.sys, "stdout", Pipe(error if broken else None))
    assert entry.is_broken_pipe(error) == quiet


def test_without_a_console_there_is_nothing_to_break(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entry.sys, "stdout", None)
    assert entry.to_its_end(lambda arguments: len(arguments), ["a", "b"]) == 2
