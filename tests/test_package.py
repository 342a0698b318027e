"""The package hands out its names on demand, and costs nothing until then."""

import importlib
import subprocess
import sys

import pytest

import course_lib

HEAVY = ("torch", "numpy", "transformers", "matplotlib", "ipywidgets", "IPython")


def test_importing_the_package_imports_nothing_heavy():
    program = (
        "import sys; before = set(sys.modules); import course_lib; "
        "print(*(set(sys.modules) - before))"
    )
    found = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "course_lib" in found
    assert not [name for name in found if name.split(".")[0] in HEAVY]
    # Few enough modules to take milliseconds; a time would depend on the machine.
    assert len(found) < 20


@pytest.mark.parametrize("name", course_lib.__all__)
def test_every_name_arrives_when_it_is_used(name):
    module = importlib.import_module(f"course_lib.{course_lib._HOMES[name]}")
    assert getattr(course_lib, name) is getattr(module, name)


def test_all_and_the_homes_of_names_agree():
    assert sorted(course_lib.__all__) == sorted(course_lib._HOMES)
    assert set(course_lib.__all__) <= set(dir(course_lib))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = course_lib.no_such_name
