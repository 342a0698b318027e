"""A Hub on loopback and an empty cache for the tests of where things come from."""

import errno
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.resources.hub_server import HubServer, await_downloads


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty Hub cache; nobody has asked yet, and the environment says nothing."""
    from huggingface_hub import constants

    from course_lib.resources import hub, origins

    names = ("HF_ENDPOINT", "HF_TOKEN", "TRANSFORMERS_OFFLINE")
    for name in (*names, "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "")  # restored afterwards, whatever is set
    folder = tmp_path / "hub"
    folder.mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(origins, "_standing_in", {})
    hub.asked.cache_clear()
    return folder


@pytest.fixture
def hub(cache, monkeypatch) -> Iterator[HubServer]:
    """A Hub that answers."""
    from course_lib.resources import fetching
    from course_lib.resources import hub as asking

    # Hugging Face's library sleeps for a second before it tries again.
    hurried = SimpleNamespace(sleep=lambda _: None)
    monkeypatch.setattr("huggingface_hub.file_download.time", hurried)
    with HubServer() as server:
        monkeypatch.setattr(fetching, "patience", lambda: server.patience)
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server
    await_downloads()
    asking.asked.cache_clear()


@pytest.fixture
def full_disk(monkeypatch) -> None:
    """No download finds room: its file can be made, and takes nothing."""
    opened = Path.open

    def open_(path, mode="r", *rest, **options):
        file = opened(path, mode, *rest, **options)
        if path.name.endswith(".incomplete") and "w" in mode:
            return Full(file)
        return file

    monkeypatch.setattr(Path, "open", open_)


class Full:
    """A file on a full disk."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, _):
        raise OSError(errno.ENOSPC, "No space left on device")
