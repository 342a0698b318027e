"""A Lab that already runs over the folder is found; what it left behind is not."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from course_lib.cli.serving import running


class Status(BaseHTTPRequestHandler):
    """Answers as a Jupyter server does to whoever knows its token."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/api/status?token=key" else 403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows it."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server that answers."""
    with HTTPServer(("127.0.0.1", 0), Status) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: int
) -> Callable[..., None]:
    """Write what a server notes of itself."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime").mkdir()

    def write(name: str = "jpserver-1.json", **changed: object) -> None:
        url, root = f"http://127.0.0.1:{port}/", str(tmp_path)
        info = {"url": url, "token": "key", "port": port, "root_dir": root}
        text = json.dumps(info | changed)
        (tmp_path / "runtime" / name).write_text(text)

    return write


def test_the_server_of_the_folder_is_found(
    note: Callable[..., None], tmp_path: Path, port: int
) -> None:
    assert running.server_of(tmp_path) is None
    note("jpserver-2.json", root_dir="/elsewhere")
    assert running.server_of(tmp_path) is None
    note()
    found = running.server_of(tmp_path)
    assert found is not None
    wanted = f"http://127.0.0.1:{port}/lab/tree/chapters/x.ipynb?token=key"
    assert found.address("/lab/tree/chapters/x.ipynb") == wanted
    assert found._replace(token="").address("lab").endswith("/lab")


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "another"},
        {"url": "http://127.0.0.1:1/"},
        {"url": ""},
        {"url": None},
        {"root_dir": None},
    ],
)
def test_a_server_that_does_not_answer_is_not_there(
    note: Callable[..., None], tmp_path: Path, wrong: dict[str, object]
) -> None:
    note(**wrong)
    assert running.server_of(tmp_path) is None


def test_notes_that_cannot_be_read_are_passed_over(
    note: Callable[..., None], tmp_path: Path
) -> None:
    note()
    for name, text in (("jpserver-8.json", "{"), ("jpserver-9.json", "[]")):
        (tmp_path / "runtime" / name).write_text(text)
    assert running.server_of(tmp_path) is not None
