"""Python imports this at its start: from then on there is no network but this machine.

Every attempt to look up a name or to connect elsewhere is written to the file that
OFFLINE_LOG names, then refused. Works below every library that uses Python's sockets.
"""

import os
import sys

_NAMES = ("", "localhost", "ip6-localhost", "0.0.0.0", "::", "::1")
_LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
_CONTACTS = ("socket.connect", "socket.sendto", "socket.sendmsg")


def _is_local(host):
    text = host.decode() if isinstance(host, bytes) else str(host or "")
    return text in _NAMES or text.startswith("127.")


def _watch(event, arguments):
    if event in _LOOK_UPS:
        host = arguments[0]
    elif event in _CONTACTS and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if _is_local(host):
        return
    with open(os.environ["OFFLINE_LOG"], "a", encoding="utf-8") as log:
        log.write(f"{event} {host}\n")
    raise OSError(f"offline: {host} was asked for")


if "OFFLINE_LOG" in os.environ:
    sys.addaudithook(_watch)
