"""The course's own environment: made, finished, brought up to date, cleared away."""

import sys
import threading
from pathlib import Path

import pytest

from cli.conftest import REQUIREMENTS, World
from cli.stand_in import make as make_environment
from course_lib.cli.setup import own, sources
from course_lib.cli.setup.installer import Installer
from course_lib.cli.setup.stamp import READY, UNFINISHED, only_one
from course_lib.errors import CourseError

OFFLINE = (
    "WARNING: Retrying (Retry(total=0)) after connection broken by "
    "'NewConnectionError: [Errno -3] Temporary failure in name resolution'\n"
    "ERROR: No matching distribution found for torch==2.13.0"
)
NO_ROOM = "ERROR: Could not install packages: [Errno 28] No space left on device"


class KilledError(BaseException):
    """Stands for kill -9: nothing that the set-up does about errors happens."""


def test_a_set_up_goes_through_its_steps(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.complete()
    torch, rest, encoder = world.installations
    assert torch.endswith("torch==2.13.0")
    assert f"-r {world.root / 'requirements.txt'}" in rest
    assert f"--no-deps {sources.ENCODER}" in encoder
    assert world.stamp is not None
    assert (world.stamp.state, world.stamp.encoder) == (READY, "installed")
    said = capsys.readouterr().out
    assert all(f"[{number}/4]" in said for number in range(1, 5))
    assert "(4 packages)" in said


def test_a_second_start_does_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.complete()
    before = world.installations
    capsys.readouterr()
    monkeypatch.setattr(own, "only_one", None)  # not even the lock is asked for
    world.complete()
    assert world.installations == before
    assert capsys.readouterr().out == ""


def test_it_leaves_no_lock(world: World) -> None:
    world.complete()
    assert world.left() == [".venv", "requirements.txt"]


@pytest.mark.parametrize("step", ["torch==2.13.0", "requirements.txt"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (OFFLINE, "the network or the package server does not answer"),
        (NO_ROOM, "The disk is full"),
    ],
)
def test_a_failed_set_up_leaves_nothing(
    world: World, step: str, text: str, sentence: str
) -> None:
    world.says(**{step: (1, text)})
    with pytest.raises(CourseError, match=sentence):
        world.complete()
    assert world.left() == ["requirements.txt", "says.json"]
    world.says()
    world.complete()
    assert world.stamp is not None and world.stamp.state == READY


def test_the_encoder_may_fail_and_is_tried_once(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.says(**{"gt-all": (1, "ERROR: No matching distribution found")})
    world.complete()
    assert world.stamp is not None and world.stamp.encoder == "missing"
    assert "recorded results" in capsys.readouterr().out
    (world.root / "requirements.txt").write_text(REQUIREMENTS + "# changed\n")
    world.complete()
    assert sum("gt-all" in line for line in world.installations) == 1


@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", [KeyboardInterrupt, KilledError])
def test_a_set_up_that_was_cut_off_is_finished(
    world: World, monkeypatch: pytest.MonkeyPatch, step: int, kind: type[BaseException]
) -> None:
    real, calls = Installer.run, []

    def cut_off(self: Installer, *arguments: object) -> list[str] | None:
        calls.append(arguments)
        if len(calls) == step:
            raise kind
        return real(self, *arguments)

    monkeypatch.setattr(Installer, "run", cut_off)
    with pytest.raises(kind):
        world.complete()
    assert world.stamp is not None and world.stamp.state == UNFINISHED
    monkeypatch.setattr(Installer, "run", real)
    world.complete()
    assert world.stamp.state == READY
    packages = {path.name for path in world.place.packages.glob("*.dist-info")}
    assert {"torch-2.13.0.dist-info", "pytest-9.2.0.dist-info"} <= packages


def test_ctrl_c_says_how_to_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Installer, "run", interrupt)
    with pytest.raises(KeyboardInterrupt, match="same command goes on"):
        world.complete()


@pytest.mark.parametrize("damage", ["no list", "no file", "half replaced", "no python"])
def test_what_is_damaged_is_made_anew(
    world: World, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    world.complete()
    stamp = world.stamp
    assert stamp is not None
    stamp.state = UNFINISHED
    own.write_stamp(world.place.folder, stamp)
    packages = world.place.packages
    if damage == "no list":
        next(packages.glob("torch-*/RECORD")).unlink()
    elif damage == "no file":
        (packages / "torch.py").unlink()
    elif damage == "half replaced":
        (packages / "~orch").mkdir()
    else:
        world.place.python.unlink()
    world.complete()
    assert "made anew" in capsys.readouterr().out
    assert (packages / "torch.py").exists() and not (packages / "~orch").exists()
    assert world.stamp is not None and world.stamp.state == READY


def test_changed_requirements_are_installed_into_what_stands(world: World) -> None:
    world.complete()
    mark = world.place.folder / "mark"
    mark.touch()
    changed = REQUIREMENTS.replace("9.2.0", "9.3.0")
    (world.root / "requirements.txt").write_text(changed)
    world.complete()
    assert mark.exists()
    assert (world.place.packages / "pytest-9.3.0.dist-info").exists()


def test_an_update_without_network_goes_on_with_what_stands(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.complete()
    before = world.stamp
    (world.root / "requirements.txt").write_text(REQUIREMENTS + "# changed\n")
    world.says(**{"requirements.txt": (1, OFFLINE)})
    world.complete()
    assert world.stamp == before
    assert "the packages of before will do" in capsys.readouterr().out
    world.says()
    world.complete()  # tried again, since the requirements are still others
    assert world.stamp != before


def test_an_update_that_fails_keeps_what_stood_but_does_not_call_it_ready(
    world: World,
) -> None:
    world.complete()
    (world.root / "requirements.txt").write_text(REQUIREMENTS + "# changed\n")
    needs_more = (world.root / "pyproject.toml").read_text().replace(">=9", ">=99")
    (world.root / "pyproject.toml").write_text(needs_more)
    world.says(**{"requirements.txt": (1, OFFLINE)})
    with pytest.raises(CourseError, match="network"):
        world.complete()
    assert world.place.folder.exists()
    assert world.stamp is not None and world.stamp.state == UNFINISHED


def test_a_folder_that_was_moved_gets_a_new_environment(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world.complete()
    home = tmp_path_factory.mktemp("elsewhere") / "course"
    world.root.rename(home)
    moved = World(home)
    moved.complete()
    assert moved.stamp is not None and moved.stamp.root == str(home)
    assert len(moved.installations) == 6


def test_another_python_in_the_environment_makes_it_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.complete()
    monkeypatch.setenv("STAND_IN_VERSION", "3 99")
    assert not own.is_ready(world.place, world.root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "build", lambda *_: None)
        world.complete()
    assert "made anew" in capsys.readouterr().out


def test_an_environment_that_others_made_is_used_and_never_removed(
    world: World,
) -> None:
    make_environment(world.place.folder)
    world.says(torch=(1, OFFLINE))
    with pytest.raises(CourseError, match="network"):
        world.complete()
    assert world.place.python.exists()
    world.says()
    world.complete()
    assert world.stamp is not None
    assert world.stamp.state == READY and not world.stamp.made


def test_a_folder_that_holds_no_environment_is_refused(world: World) -> None:
    world.place.folder.mkdir()
    (world.place.folder / "diary.txt").write_text("mine")
    with pytest.raises(CourseError, match="Delete or rename it"):
        world.complete()
    assert (world.place.folder / "diary.txt").exists()


def test_it_does_not_remove_the_environment_it_runs_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.complete()
    monkeypatch.setattr(sys, "prefix", str(world.place.folder))
    with pytest.raises(CourseError, match="deactivate"):
        own.remove(world.place)
    assert world.place.python.exists()


def test_what_can_not_be_removed_is_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Access is denied", "python.exe")

    world.place.folder.mkdir()
    monkeypatch.setattr(own.shutil, "rmtree", refuse)
    with pytest.raises(CourseError, match="can't be removed: Access is denied"):
        own.remove(world.place)


def test_without_room_nothing_begins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "needed_room", lambda: 1e9)
    with pytest.raises(CourseError, match="Make room"):
        world.complete()
    assert world.left() == ["requirements.txt"]


def test_a_disk_that_fills_up_between_two_steps(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(own, "install_torch", full)
    with pytest.raises(CourseError, match="The disk is full"):
        world.complete()
    assert world.left() == ["requirements.txt"]


def test_without_venv_nothing_begins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "has_module", lambda name: name != "ensurepip")
    with pytest.raises(CourseError, match="venv"):
        world.complete()
    assert world.left() == ["requirements.txt"]


def test_an_environment_that_can_not_be_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = [sys.executable, "-c", "import sys; sys.exit('ensurepip went wrong')"]
    monkeypatch.setattr(sources, "venv_command", lambda *_: fails)
    with pytest.raises(CourseError, match="ensurepip went wrong"):
        world.complete()
    assert world.left() == ["requirements.txt"]


def test_a_folder_that_can_not_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(CourseError, match="can't write"), only_one(file / "below"):
        pass


def test_two_set_ups_at_once_are_one(world: World) -> None:
    both = [threading.Thread(target=world.complete) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(world.installations) == 3
    assert world.stamp is not None and world.stamp.state == READY
