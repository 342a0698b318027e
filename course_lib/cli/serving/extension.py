"""An extension of the Jupyter server that `lab` and `slides` start.

Once the server listens, it says at which address, in a sentence that stands last on the
screen, and opens a browser there. The server's own way tries one browser and says
nothing when that fails. In the end the server removes the folder that it was given.
"""

import atexit
import errno
import os
import shutil
import socket
import sys
import threading
from typing import Any
from urllib.parse import quote, urljoin
from urllib.request import pathname2url

from course_lib.cli.serving import browser

OWN_FOLDER = "COURSE_OWN_FOLDER"
"""The environment variable that names a folder of this server alone."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by the server once it has read its settings, before it has a port."""
    announcement = Announcement(server)
    # After the server's own first task, which is to listen.
    server.io_loop.add_callback(server.io_loop.add_callback, announcement.begin)
    atexit.register(announcement.give_up)
    own = os.environ.pop(OWN_FOLDER, "")  # a server begun in its terminal has no right
    if own:
        atexit.register(shutil.rmtree, own, ignore_errors=True)


class Announcement:
    """What is said of a server's address.

    Args:
        server: Jupyter's ServerApp; opening a browser is taken over from it.
    """

    def __init__(self, server: Any) -> None:
        self.server, self.asked = server, server.port
        self.wanted, self.began = bool(server.open_browser), False
        server.open_browser = False
        # Else it prints a block of addresses of its own.
        server.identity_provider.token_generated = False

    @property
    def address(self) -> str:
        """Where a browser finds Lab, with the token that lets it in."""
        token = self.server.identity_provider.token
        page = urljoin(self.server.connection_url, self.server.default_url)
        return f"{page}?token={quote(token)}" if token else page

    def begin(self) -> None:
        """Say it, without keeping the server from its work."""
        self.began = True
        threading.Thread(target=self.say, daemon=True).start()

    def say(self) -> None:
        """Open a browser if one was wanted, and print the address."""
        if self.asked and self.server.port != self.asked:
            print(f"\nPort {self.asked} is taken; this is port {self.server.port}.")
        if not self.wanted:
            text = f"JupyterLab is at\n\n    {self.address}\n"
            line = browser.tunnel(self.server.port, os.environ)
            if line:
                text += f"\nFrom another computer, first run there: {line}\n"
        elif browser.opened(self.page, self.server.browser):
            text = (
                "JupyterLab opens in your browser. If it does not, open\n\n"
                f"    {self.address}\n"
            )
        else:
            text = browser.how_to_open(self.address, self.server.port, os.environ)
        print(f"\n{text}\nCtrl-C in this window ends it.", flush=True)

    @property
    def page(self) -> str:
        """What a browser is given: a file that leads on, so that no token is seen."""
        if self.server.use_redirect_file and not browser.is_wsl():
            return urljoin("file:", pathname2url(self.server.browser_open_file))
        return self.address

    def give_up(self) -> None:
        """At the end: if it never began for want of a port, say what to do."""
        reason = "" if self.began else refusal(self.server.ip, self.asked)
        if reason:
            print(
                f"\nJupyterLab can't use port {self.asked}: {reason}. Choose another "
                f"one: python3 -m course_lib lab --port {self.asked + 11}",
                file=sys.stderr,
            )


def refusal(ip: str, port: int) -> str:
    """Why nothing can listen at this port now; "" if something can."""
    try:
        with socket.create_server((ip or "", port)):
            return ""
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return "another program has it"
        return error.strerror or type(error).__name__
