"""Whether the Hugging Face Hub answers, asked once, so that nothing ever waits on it.

Standard library only: this runs before Transformers is imported.
"""

import os
import sys
import threading
import urllib.error
import urllib.request
from functools import cache

HUB = "https://huggingface.co"
LIMIT = 3.0  # s, looking up the name included
_TRUE = {"1", "ON", "YES", "TRUE"}
# What stands between us and the Hub says these; the Hub itself is not behind them.
_NO_ANSWER = {502, 503, 504}


def hub_address() -> str:
    """The Hub's address; HF_ENDPOINT names another."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def told_offline() -> bool:
    """True where the environment says that the Hub is not to be used."""
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    return any(os.environ.get(name, "").upper() in _TRUE for name in names)


@cache
def hub_answers(limit: float = LIMIT) -> bool:
    """Whether the Hub answers. Without an answer Hugging Face's libraries go offline.

    Asked once a process; HF_HUB_OFFLINE=1 answers for it.

    Args:
        limit: seconds until silence counts as no.
    """
    there = not told_offline() and _reached(f"{hub_address()}/", limit)
    if not there:
        go_offline()
    return there


def go_offline() -> None:
    """Keep Hugging Face's libraries from waiting on the network in this process."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    # It reads the variable when it is imported: tell it where that has happened.
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is not None:
        constants.HF_HUB_OFFLINE = True  # type: ignore[attr-defined]


def _reached(address: str, limit: float) -> bool:
    """Whether a server answers in time, its name's look-up included."""
    answers: list[bool] = []

    def ask() -> None:
        answers.append(_answers(address, limit))

    # A look-up of a name has no time limit of its own, so a thread is left behind.
    asker = threading.Thread(target=ask, daemon=True, name="hub")
    asker.start()
    asker.join(limit)
    return bool(answers) and answers[0]


def _answers(address: str, limit: float) -> bool:
    try:
        request = urllib.request.Request(address, method="HEAD")
        with urllib.request.urlopen(request, timeout=limit):
            return True
    except urllib.error.HTTPError as error:
        return error.code not in _NO_ANSWER
    except (OSError, ValueError):  # refused, unknown name, timeout, bad address
        return False
