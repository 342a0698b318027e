"""The package as others install it: the data is inside."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from course_lib.cli.setup.place import ROOT

BUILD = "import sys, hatchling.build as b; print(getattr(b, sys.argv[1])(sys.argv[2]))"


def build(kind: str, folder: Path) -> zipfile.ZipFile:
    """Build a wheel as pip does, without a network or an environment of its own."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, kind, str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(folder / done.stdout.split()[-1])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel."""
    return build("build_wheel", tmp_path_factory.mktemp("wheel"))


def test_the_data_travels_inside_the_wheel(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    data = [path for path in (ROOT / "data").rglob("*") if path.is_file()]
    assert len(data) > 3
    for path in data:
        assert f"course_lib/_data/{path.relative_to(ROOT / 'data').as_posix()}" in names


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert tops == {"course_lib", "course_lib-0.1.0.dist-info"}
    assert "course_lib/cli/jupyter/labconfig/default_setting_overrides.json" in (
        wheel.namelist()
    )
    assert not any("__pycache__" in name for name in wheel.namelist())


def test_the_licence_travels_too(wheel: zipfile.ZipFile) -> None:
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_an_installed_package_finds_its_data(
    wheel: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel.extractall(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from course_lib.resources.files import data_folder; print(data_folder())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.strip() == str(tmp_path / "course_lib" / "_data")


def test_an_editable_install_reads_the_repository(tmp_path: Path) -> None:
    editable = build("build_editable", tmp_path)
    files = [name for name in editable.namelist() if ".dist-info/" not in name]
    assert len(files) == 1 and files[0].endswith(".pth")
    assert editable.read(files[0]).decode().strip() == str(ROOT)
