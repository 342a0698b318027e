"""Which environment is used: a current one if there is one, else .venv."""

import os
import sys
from pathlib import Path

import pytest

from course_lib.cli.setup import environment
from course_lib.cli.setup.place import Place, find_place, interpreter, same, version_of
from course_lib.errors import CourseError

SYSTEM = "/usr"


def found(root: Path, prefix: str = SYSTEM, **environ: str) -> Place:
    """Return the place as a Python with this prefix finds it."""
    return find_place(root, environ, prefix, SYSTEM)


def environment_in(folder: Path, script: str = "") -> Path:
    """Make an environment whose Python is this one, or a script."""
    python = interpreter(folder)
    python.parent.mkdir(parents=True)
    if script:
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    else:
        python.symlink_to(sys.executable)
    return folder


def test_a_plain_python_gets_the_courses_own(tmp_path: Path) -> None:
    place = found(tmp_path)
    assert place.own
    assert place.folder == tmp_path / ".venv"
    assert place.python == interpreter(tmp_path / ".venv")


def test_a_virtual_environment_is_used(tmp_path: Path) -> None:
    place = found(tmp_path, prefix=str(tmp_path / "mine"))
    assert not place.own
    assert place.folder == tmp_path / "mine"
    assert place.python == Path(sys.executable)


def test_the_courses_own_is_known_from_inside(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    assert found(tmp_path, prefix=str(tmp_path / ".venv")).own


def test_conda_is_known_by_its_records(tmp_path: Path) -> None:
    (tmp_path / "conda-meta").mkdir()
    place = find_place(tmp_path, {}, str(tmp_path), str(tmp_path))
    assert (place.own, place.kind) == (False, "a conda environment")


@pytest.mark.parametrize(
    ("variable", "kind"),
    [
        ("COLAB_RELEASE_TAG", "Colab"),
        ("COLAB_GPU", "Colab"),
        ("BINDER_LAUNCH_HOST", "Binder"),
        ("BINDER_SERVICE_HOST", "Binder"),
    ],
)
def test_colab_and_binder_are_known_by_their_variables(
    tmp_path: Path, variable: str, kind: str
) -> None:
    place = found(tmp_path, **{variable: ""})
    assert (place.own, place.kind, place.folder) == (False, kind, Path(SYSTEM))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
class TestActivated:
    """An environment that VIRTUAL_ENV names, started with a Python outside it."""

    def test_it_is_used(self, tmp_path: Path) -> None:
        active = environment_in(tmp_path / "mine")
        place = found(tmp_path, VIRTUAL_ENV=str(active))
        assert (place.own, place.folder) == (False, active)
        assert place.python == interpreter(active)

    def test_one_that_is_gone_is_passed_over(self, tmp_path: Path) -> None:
        assert found(tmp_path, VIRTUAL_ENV=str(tmp_path / "gone")).own

    def test_the_courses_own_stays_its_own(self, tmp_path: Path) -> None:
        own = environment_in(tmp_path / ".venv")
        assert found(tmp_path, VIRTUAL_ENV=str(own)).own

    @pytest.mark.parametrize(
        ("script", "says"), [("echo 3 9", "is 3.9"), ("exit 1", "does not start")]
    )
    def test_one_that_will_not_do_is_refused(
        self, tmp_path: Path, script: str, says: str
    ) -> None:
        active = environment_in(tmp_path / "mine", script)
        with pytest.raises(CourseError, match=f"its Python {says}.*deactivate"):
            found(tmp_path, VIRTUAL_ENV=str(active))


def test_packages_are_found_before_and_after_they_are_there(tmp_path: Path) -> None:
    place = Place(tmp_path, interpreter(tmp_path), "mine", False)
    assert place.packages.name == "site-packages"
    if os.name != "nt":
        (tmp_path / "lib/python3.12/site-packages").mkdir(parents=True)
        assert place.packages == tmp_path / "lib/python3.12/site-packages"


def test_versions_of_interpreters(tmp_path: Path) -> None:
    assert version_of(Path(sys.executable)) == sys.version_info[:2]
    assert version_of(tmp_path / "none") is None


def test_a_missing_folder_is_like_no_other(tmp_path: Path) -> None:
    assert same(tmp_path, tmp_path / "." / "")
    assert not same(tmp_path / "gone", tmp_path / "gone")


def test_the_package_without_its_repository_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Clone the course's repository"):
        environment.ready((), tmp_path)


@pytest.mark.parametrize("own", [True, False])
def test_each_kind_of_place_is_completed_in_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    (tmp_path / "requirements.txt").touch()
    place = Place(tmp_path, Path(sys.executable), "some kind", own)
    called: list[tuple[object, ...]] = []
    monkeypatch.setattr(environment, "find_place", lambda root: place)
    monkeypatch.setattr(environment.own, "complete", lambda *a: called.append(a))
    monkeypatch.setattr(environment.current, "complete", lambda *a: called.append(a))
    assert environment.ready(("lab",), tmp_path) is place
    assert called == [(place, tmp_path) if own else (place, tmp_path, ("lab",))]
