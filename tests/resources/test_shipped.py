"""The models that ship are the ones that were trained, or they are not loaded."""

import hashlib
from pathlib import Path

import pytest

from course_lib.errors import CourseError
from course_lib.resources import files, shipped
from course_lib.resources.shipped import is_shipped, shipped_models, verify

WEIGHTS = b"weights"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"


@pytest.fixture
def models(tmp_path, monkeypatch) -> Path:
    """A data folder with course-gpt, and the list that goes with it."""
    monkeypatch.setattr(shipped, "data_folder", lambda: tmp_path)
    verify.cache_clear()
    folder = tmp_path / "models" / "course-gpt"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    found = hashlib.sha256(WEIGHTS).hexdigest()
    (tmp_path / "models" / "SHA256SUMS").write_text(
        f"{'0' * 64}  course-bert/model.safetensors\n"
        f"{found} *course-gpt/model.safetensors\n\n"
    )
    return folder.parent


def test_what_is_there_is_named_and_found(models) -> None:
    assert shipped_models() == ["course-gpt"]
    assert shipped.shipped("course-gpt") == models / "course-gpt"
    assert shipped.shipped("gpt2") is None
    with pytest.raises(CourseError, match="no course-bert, .*git checkout.* train-mod"):
        shipped.shipped("course-bert")
    assert not is_shipped("models", "dataset")


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        (b"other weights", "SHA-256 begins with .{12}, expected .{12}. The model was"),
        (WEIGHTS[:-1], "SHA-256 begins with"),
        (POINTER, "is a pointer of Git LFS, not the file itself .git lfs pull"),
        (None, "course-gpt/model.safetensors is missing"),
    ],
)
def test_other_weights_are_refused_with_the_cure(contents, says, models) -> None:
    weights = models / "course-gpt" / "model.safetensors"
    if contents is None:
        weights.unlink()
    else:
        weights.write_bytes(contents)
    with pytest.raises(CourseError, match=f"{says}.*git checkout -- data/models"):
        shipped.shipped("course-gpt")


def test_weights_that_nobody_lists_are_refused(models) -> None:
    (models / "SHA256SUMS").unlink()
    with pytest.raises(CourseError, match="SHA256SUMS does not name course-gpt/model"):
        shipped.shipped("course-gpt")


def test_it_is_computed_once(models) -> None:
    shipped.shipped("course-gpt")
    (models / "course-gpt" / "model.safetensors").write_bytes(b"changed since")
    assert shipped.shipped("course-gpt") == models / "course-gpt"


def test_the_data_sets_that_ship_are_there() -> None:
    for name in shipped.DATA_SETS:
        assert shipped.shipped(name, "dataset") == files.data_folder() / name


def test_the_models_that_ship_are_sound() -> None:
    for name in shipped_models():
        assert shipped.shipped(name).name == name
