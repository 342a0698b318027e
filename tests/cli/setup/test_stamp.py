"""The stamp of an environment, and the lock that one set-up at a time holds."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from course_lib.cli.setup import stamp
from course_lib.cli.setup.stamp import (
    Stamp,
    fingerprint,
    only_one,
    open_lock,
    read_stamp,
    take,
    write_stamp,
)

HOLD = """
import sys, time
from pathlib import Path
from course_lib.cli.setup.stamp import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def free(root: Path) -> bool:
    """Whether the lock of a folder can be had now."""
    number = open_lock(root / stamp.LOCK)
    try:
        return take(number)
    finally:
        os.close(number)


def test_a_stamp_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = Stamp(state="ready", python="3.11", made=True)
    write_stamp(tmp_path, written)
    assert read_stamp(tmp_path) == written
    assert os.listdir(tmp_path) == [stamp.NAME]


@pytest.mark.parametrize("text", ["", "{", '{"unknown": 1}', "[]"])
def test_a_stamp_that_can_not_be_read_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / stamp.NAME).write_text(text)
    assert read_stamp(tmp_path) is None


def test_line_ends_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in "abc")
    one.write_bytes(b"torch==2.13.0\nnumpy\n")
    other.write_bytes(b"torch==2.13.0\r\nnumpy\r\n")
    third.write_bytes(b"torch==2.12.0\nnumpy\n")
    assert fingerprint(one) == fingerprint(other) != fingerprint(third)


def test_the_lock_names_its_holder_and_goes_away(tmp_path: Path) -> None:
    with only_one(tmp_path):
        assert stamp.read_holder(tmp_path / stamp.LOCK) == str(os.getpid())
        assert not free(tmp_path)
    assert os.listdir(tmp_path) == []
    assert stamp.read_holder(tmp_path / stamp.LOCK) == ""


def test_the_second_waits_and_says_for_whom(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order: list[str] = []
    waits = threading.Event()

    def second() -> None:
        waits.set()
        with only_one(tmp_path):
            order.append("second")

    thread = threading.Thread(target=second)
    said = ""
    with only_one(tmp_path):
        thread.start()
        waits.wait()
        while "waiting" not in said:
            said += capsys.readouterr().out
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert f"(process {os.getpid()})" in said


def test_a_file_that_a_dead_set_up_left_locks_nothing(tmp_path: Path) -> None:
    (tmp_path / stamp.LOCK).write_text("999999")
    with only_one(tmp_path):
        assert stamp.read_holder(tmp_path / stamp.LOCK) == str(os.getpid())
    assert os.listdir(tmp_path) == []


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert not free(tmp_path)
    process.kill()
    process.communicate()
    assert free(tmp_path)


def test_a_lock_that_was_deleted_meanwhile_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / stamp.LOCK
    number = open_lock(path)
    path.unlink()
    assert not stamp.is_still(path, number)
    path.touch()
    assert not stamp.is_still(path, number)
    os.close(number)


@pytest.mark.skipif(os.name == "nt", reason="fcntl is of Unix")
def test_a_file_system_without_locks_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert free(tmp_path)
