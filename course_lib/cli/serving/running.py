"""The Lab that already runs over a folder, if one does."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from course_lib.cli.setup.place import same

PATIENCE = 3.0  # seconds


class Server(NamedTuple):
    """A Jupyter server of this user.

    Attributes:
        url: its base, "http://localhost:8888/".
        token: what lets a browser in; "" if it asks for none, or for a password.
        port: where it listens.
    """

    url: str
    token: str
    port: int

    def address(self, path: str) -> str:
        """The address of something it shows, by its path: "lab/tree/..."."""
        token = f"?token={self.token}" if self.token else ""
        return f"{self.url}{path.lstrip('/')}{token}"


def server_of(root: Path) -> Server | None:
    """The server that shows this folder and answers; None if there is none."""
    for info in _noted():
        try:
            found = Server(info["url"], info["token"], info["port"])
            if same(Path(info["root_dir"]), root) and answers(found):
                return found
        except (LookupError, TypeError, OSError):
            continue
    return None


def answers(server: Server) -> bool:
    """Whether it is there: a server that was killed leaves its note behind."""
    direct = build_opener(ProxyHandler({}))
    try:
        with direct.open(server.address("api/status"), timeout=PATIENCE):
            return True
    except (URLError, OSError, ValueError):
        return False


def _noted() -> Iterator[dict[str, Any]]:
    """What servers of this user noted of themselves, the newest first.

    jupyter_server.serverapp.list_running_servers reads the same notes. To import it
    costs `lab` more than a second, where all else takes a tenth; and it removes notes
    of servers that run on another machine with the same home.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    files = Path(jupyter_runtime_dir()).glob("jpserver-*.json")
    for file in sorted(files, key=_age, reverse=True):
        try:
            yield json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
