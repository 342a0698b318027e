"""The servers of the tests: waited for, heard out, ended."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
from servers import NotebookServer

SERVES = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/one/api?token=" + sys.argv[2] else 404)
        self.end_headers()

if sys.argv[3:]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path(os.environ["OFFLINE_LOG"]).write_text("example.org:443\\n")
HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
ENDS = "import sys; sys.exit('no room')"


class Small(NotebookServer):
    """A server with nothing to show."""

    def __init__(self, home: Path, code: str, *options: str) -> None:
        super().__init__(home, "/one")
        command = [sys.executable, "-c", code, str(self._port), self._token, *options]
        self._begin(command, home, os.environ)

    def wait(self) -> None:
        """What subclasses do when they have begun."""
        self._wait()

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A server that answers."""
    server = Small(tmp_path, SERVES)
    yield server
    server.close()


def test_it_answers_says_what_it_sought_and_ends(small: Small) -> None:
    assert small.asked_for() == []
    small.wait()
    assert small.status is None
    assert small.asked_for() == ["example.org:443"]
    small.close()
    assert small.status is not None


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    server = Small(tmp_path, ENDS)
    with pytest.raises(RuntimeError, match="no room"):
        server.wait()


def test_one_that_does_not_want_to_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "END_SECONDS", 0.1)
    server = Small(tmp_path, SERVES, "stubborn")
    server.wait()
    server.close()
    assert server.status is not None
