"""What the cache holds is whole and sound, or it is not used."""

import hashlib
import json
from pathlib import Path

import pytest

from course_lib.resources.hub_cache import cached, checksum, is_sound, remove, wanted
from tests.resources.hub_server import COMMIT, etag
from tests.resources.tiny_models import tiny_bert

WEIGHTS = "model.safetensors"


@pytest.fixture
def snapshot(cache) -> Path:
    """A model in the cache as Hugging Face's libraries keep it: links to contents."""
    root = cache / "models--people--model"
    folder = root / "snapshots" / COMMIT
    for place in (folder, root / "blobs", root / "refs"):
        place.mkdir(parents=True)
    (root / "refs" / "main").write_text(COMMIT)
    for name, contents in tiny_bert().items():
        (root / "blobs" / etag(contents)).write_bytes(contents)
        (folder / name).symlink_to(f"../../blobs/{etag(contents)}")
    return folder


def blobs(snapshot: Path) -> set[str]:
    return {path.name for path in (snapshot.parents[1] / "blobs").iterdir()}


def test_a_whole_model_is_found(snapshot) -> None:
    assert cached("people/model", "model") == (snapshot, "")
    assert cached("people/other", "model") == (None, "")


def test_without_a_commit_that_is_whole_nothing_is_found(snapshot) -> None:
    (snapshot.parents[1] / "refs" / "main").write_text("f" * 40)
    assert cached("people/model", "model") == (None, "")


@pytest.mark.parametrize("name", sorted(tiny_bert()))
def test_a_file_that_changed_is_removed_and_no_other(name, snapshot) -> None:
    before = blobs(snapshot)
    contents = bytearray((snapshot / name).read_bytes())
    contents[-1] ^= 1
    (snapshot / name).resolve().write_bytes(contents)
    folder, why = cached("people/model", "model")
    assert (
        folder is None and why == f"its copy of {name} was damaged and has been removed"
    )
    assert before - blobs(snapshot) == {etag(tiny_bert()[name])}
    assert sorted(p.name for p in snapshot.iterdir()) == sorted(
        set(tiny_bert()) - {name}
    )


@pytest.mark.parametrize("rest", [0, 7, 100, -1])
def test_weights_that_were_cut_off_are_removed(rest, snapshot, monkeypatch) -> None:
    # Long ones: no checksum is computed on every use.
    monkeypatch.setattr("course_lib.resources.hub_cache._QUICK", -1)
    weights = snapshot / WEIGHTS
    weights.resolve().write_bytes(weights.read_bytes()[:rest])
    assert f"copy of {WEIGHTS} was damaged" in cached("people/model", "model")[1]
    assert cached("people/model", "model") == (None, f"it holds no {WEIGHTS}")


def test_contents_that_several_models_share_are_told_by_the_first_link(
    snapshot, cache
) -> None:
    blob = (snapshot / WEIGHTS).resolve()
    shared = cache / "shared" / ("a" * 64)
    shared.parent.mkdir()
    blob.rename(shared)
    blob.symlink_to(shared)
    assert cached("people/model", "model") == (snapshot, "")
    remove(snapshot / WEIGHTS)
    assert not shared.exists() and not blob.is_symlink()


def test_a_cache_that_may_not_be_changed_is_left_alone(snapshot, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (snapshot / "config.json").resolve().write_text("{")
    monkeypatch.setattr(Path, "unlink", refuse)
    assert cached("people/model", "model")[0] is None
    assert (snapshot / "config.json").read_text() == "{"


def test_an_index_that_is_none(snapshot) -> None:
    remove(snapshot / WEIGHTS)
    for text in ("{", "{}", "3", json.dumps({"weight_map": 3})):
        (snapshot / "model.safetensors.index.json").write_text(text)
        assert cached("people/model", "model") == (None, f"it holds no {WEIGHTS}")


def test_checksums_are_git_s_and_sha256(tmp_path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"hello\n")
    # As `git hash-object` and `sha256sum` say.
    assert checksum(file, "0" * 40) == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert checksum(file, "0" * 64) == hashlib.sha256(b"hello\n").hexdigest()


def test_names_that_are_no_checksums_say_nothing(tmp_path) -> None:
    (tmp_path / "blob").write_text("{}")
    link = tmp_path / "config.json"
    link.symlink_to("blob")
    assert is_sound(link) and is_sound(tmp_path)
    (tmp_path / "blob").unlink()
    assert not is_sound(link)


def test_of_a_repository_the_small_files_come_first_and_pickles_never() -> None:
    files = [
        WEIGHTS,
        "config.json",
        "pytorch_model.bin",
        "onnx/model.onnx",
        "vocab.txt",
    ]
    files += ["model-00001-of-00002.safetensors", "fp16.safetensors", "onnx/x.json"]
    assert wanted(files, "model") == ["config.json", "vocab.txt", WEIGHTS]
    shards = [f"model-0000{i}-of-00002.safetensors" for i in (1, 2)]
    assert wanted([*shards, "config.json"], "weights") == ["config.json", *shards]
    files = ["data/b.parquet", "a.csv", "README.md", "load.py", "picture.png"]
    assert wanted(files, "dataset") == ["README.md", "a.csv", "data/b.parquet"]
