"""A small Hub on loopback, for tests: it serves files, and misbehaves on request.

    with HubServer() as hub:
        hub.put("people/model", {"config.json": b"{}"})
        hub.faults["model.safetensors"] = Fault("stall", after=100)

It knows the addresses that `huggingface_hub` asks for: what a repository holds, and
HEAD and GET of its files, long ones by way of another host, as the Hub does it.
"""

import hashlib
import http.server
import json
import threading
import time
from dataclasses import dataclass
from typing import Self

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LISTING = "(listing)"  # a fault under this name befalls the question what there is
LONG = 1000  # bytes, from where a file is kept like a long one


@dataclass
class Fault:
    """What goes wrong with a file.

    Attributes:
        kind: "status", "stall", "cut", "corrupt", "short", "slow", "portal", "hang up".
        after: bytes that still come, for "stall" and "cut".
        status: for "status", with `headers`.
        times: how often it happens; then all is well.
    """

    kind: str
    after: int = 0
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()
    times: int = 10**6


class HubServer:
    """Serves repositories from memory; `asked` notes every request and its token."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.faults: dict[str, Fault] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.token = ""  # asked for where it is not empty
        self.patience = 10.0  # s that a test grants it
        self.released = threading.Event()

    def put(self, name: str, files: dict[str, bytes], kind: str = "model") -> None:
        """Publish files under a name."""
        self.repositories["datasets/" * (kind == "dataset") + name] = files

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        # Who downloads may leave at any time: that is what is tested.
        self._server.handle_error = lambda *_: None
        self.port = self._server.server_port
        self.address = f"http://127.0.0.1:{self.port}"
        serve = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        serve.daemon = True
        serve.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def fault(self, file: str) -> Fault:
        """What is to go wrong now with a file."""
        fault = self.faults.get(file)
        if fault is None or fault.times < 1:
            return Fault("none")
        fault.times -= 1
        return fault


class _Handler(http.server.BaseHTTPRequestHandler):
    hub: HubServer
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._serve(body=False)

    def do_GET(self) -> None:
        self._serve(body=True)

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self, body: bool) -> None:
        path = self.path.partition("?")[0].lstrip("/")
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.hub.asked.append((self.command, path, token))
        if path == "":
            return self._answer(b"", 200)
        if self.hub.token and token != self.hub.token and not path.startswith("cdn/"):
            return self._answer(b"", 401, ("X-Error-Code", "RepoNotFound"))
        if path.startswith("api/"):
            name = path.split("/", 1)[1].removeprefix("models/")
            return self._list(name)
        name, _, rest = path.removeprefix("cdn/").partition("/resolve/")
        file = rest.partition("/")[2]
        contents = self.hub.repositories.get(name, {}).get(file)
        if contents is None:
            return self._answer(b"", 404, ("X-Error-Code", "EntryNotFound"))
        if path.startswith("cdn/") or len(contents) < LONG:
            return self._send(file, contents, body)
        # As the Hub does: the way to another host, and what is to be known of it.
        self._answer(
            b"",
            302,
            ("Location", f"http://localhost:{self.hub.port}/cdn/{path}"),
            ("X-Repo-Commit", COMMIT),
            ("X-Linked-Size", str(len(contents))),
            ("X-Linked-ETag", f'"{etag(contents)}"'),
        )

    def _list(self, name: str) -> None:
        fault = self.hub.fault(LISTING)
        if fault.kind == "portal":
            page = b"<html>Log in to the network</html>"
            return self._answer(page, 200, ("Content-Type", "text/html"))
        if self._misbehaves(fault):
            return None
        if name not in self.hub.repositories:
            return self._answer(b"", 404, ("X-Error-Code", "RepoNotFound"))
        files = self.hub.repositories[name]
        siblings = [entry(file, contents) for file, contents in files.items()]
        answer = {"id": name, "sha": COMMIT, "siblings": siblings}
        answer |= {"private": False, "downloads": 0, "likes": 0, "tags": []}
        self._answer(json.dumps(answer).encode(), 200)

    def _send(self, file: str, contents: bytes, body: bool) -> None:
        """A file, or the rest of it where only that was asked for."""
        headers = [("ETag", f'"{etag(contents)}"'), ("X-Repo-Commit", COMMIT)]
        if not body:
            return self._answer(b"", 200, *headers, length=len(contents))
        fault = self.hub.fault(file)
        if self._misbehaves(fault):
            return None
        if fault.kind == "corrupt":
            contents = contents[:-1] + bytes([contents[-1] ^ 1])
        if fault.kind == "short":
            contents = contents[:-1]
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        self._answer(b"", 206 if start else 200, *headers, length=len(contents) - start)
        self._write(contents[start:], fault)

    def _write(self, contents: bytes, fault: Fault) -> None:
        if fault.kind == "slow":
            piece = 1 + len(contents) // 16
            for at in range(0, len(contents), piece):
                self.wfile.write(contents[at : at + piece])
                self.wfile.flush()
                time.sleep(0.1)
        elif fault.kind in ("stall", "cut"):
            self.wfile.write(contents[: fault.after])
            self.wfile.flush()
            if fault.kind == "stall":
                self.hub.released.wait(60)
            self.close_connection = True
        else:
            self.wfile.write(contents)

    def _misbehaves(self, fault: Fault) -> bool:
        """Whether there is no proper answer at all."""
        if fault.kind == "status":
            self._answer(b"", fault.status, *fault.headers)
        elif fault.kind == "hang up":
            self.close_connection = True
        elif fault.kind == "stall" and not fault.after:
            self.hub.released.wait(60)
            self.close_connection = True
        else:
            return False
        return True

    def _answer(
        self, body: bytes, status: int, *headers: tuple[str, str], length: int = -1
    ) -> None:
        self.send_response(status)
        for header in headers:
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body) if length < 0 else length))
        self.end_headers()
        self.wfile.write(body)


def await_downloads() -> None:
    """Let those end that nobody waits for any more."""
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join(30)


def etag(contents: bytes) -> str:
    """SHA-256 for a long file, Git's SHA-1 for a short one, as on the Hub."""
    if len(contents) >= LONG:
        return hashlib.sha256(contents).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(contents) + contents).hexdigest()


def entry(file: str, contents: bytes) -> dict:
    """What the Hub says about a file."""
    about = {"rfilename": file, "size": len(contents), "blobId": etag(contents)}
    if len(contents) >= LONG:
        sums = {"sha256": etag(contents), "size": len(contents), "pointerSize": 130}
        about |= {"blobId": "0" * 40, "lfs": sums}
    return about
