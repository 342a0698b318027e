"""A model is found by its folder, in the Hub's cache, or on the Hub."""

import pytest

from course_lib.errors import CourseError
from course_lib.resources import resolve as handed_out
from course_lib.resources.origins import resolve

pytest.importorskip("huggingface_hub")
SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache; the Hub does not answer."""
    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder))
    monkeypatch.setattr("course_lib.resources.origins.hub_answers", lambda: False)
    return folder


def keep(cache, name, *files):
    """Put a model into the cache, as the Hub's own library lays it out."""
    root = cache / f"models--{name.replace('/', '--')}"
    snapshot = root / "snapshots" / SHA
    snapshot.mkdir(parents=True)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(SHA)
    for file in files:
        (snapshot / file).write_text("")
    return snapshot


def test_the_package_hands_it_out():
    assert handed_out is resolve


def test_a_folder_is_a_folder(cache, tmp_path, capsys):
    assert resolve(tmp_path) == resolve(str(tmp_path)) == tmp_path
    assert capsys.readouterr().out == ""


def test_a_name_is_looked_up_in_the_cache(cache, capsys):
    for name in ("gpt2", "people/model"):
        folder = keep(cache, name, "config.json", "model.safetensors")
        assert resolve(name) == folder
        assert capsys.readouterr().out == f"{name}: from the local Hub cache.\n"


def test_half_a_model_in_the_cache_is_none(cache):
    keep(cache, "gpt2", "config.json")
    with pytest.raises(CourseError, match="cache lacks it; the Hub does not answer"):
        resolve("gpt2")


@pytest.mark.parametrize("name", ["../x", "a/b/c", "runs/b c"])
def test_what_is_neither(name, cache):
    with pytest.raises(CourseError, match="no folder .* no name on the Hub either: g"):
        resolve(name)


def test_a_path_is_never_a_name(cache, tmp_path):
    with pytest.raises(CourseError, match="no folder '.*gpt2', and it is no name"):
        resolve(tmp_path / "gpt2")


def test_the_hub_is_asked_last(cache, tmp_path, monkeypatch, capsys):
    asked = []

    def download(name, *, local_files_only=False, allow_patterns=None):
        if local_files_only:
            raise FileNotFoundError
        asked.append((name, allow_patterns))
        return str(tmp_path)

    monkeypatch.setattr("course_lib.resources.origins.hub_answers", lambda: True)
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert resolve("people/model") == tmp_path
    ((name, patterns),) = asked
    assert name == "people/model" and "*.safetensors" in patterns
    assert not any("bin" in pattern or "pt" in pattern for pattern in patterns)
    assert capsys.readouterr().out == "people/model: fetched from the Hub.\n"


def test_what_the_hub_says_is_passed_on(cache, monkeypatch):
    def download(name, *, local_files_only=False, allow_patterns=None):
        raise FileNotFoundError("404: no such model\nand more")

    monkeypatch.setattr("course_lib.resources.origins.hub_answers", lambda: True)
    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    with pytest.raises(CourseError, match="the Hub says: 404: no such model: give"):
        resolve("people/model")
