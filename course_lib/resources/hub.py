"""Whether the Hugging Face Hub answers, asked once, so that nothing ever waits on it.

Standard library only: this runs before Transformers is imported.
"""

import os
import socket
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache

HUB = "https://huggingface.co"
LIMIT = 3.0  # s, looking up the name included
WAIT = 4.6  # s: the question and a silence after its answer, together
LEAST = 1.5  # s of silence that are granted, however slowly the question was answered
READERS = ("huggingface_hub.constants", "datasets.config")
"""Modules that read HF_HUB_OFFLINE once, when they are imported."""
_TRUE = {"1", "ON", "YES", "TRUE"}
# What stands between us and the Hub says these; the Hub itself is not behind them.
_NO_ANSWER = {502, 503, 504}
_reasons: list[str] = []  # why the last question had no answer


@dataclass(frozen=True)
class Answer:
    """What came of asking.

    Attributes:
        there: whether the Hub answered.
        why: what happened instead, "" if it did.
        seconds: how long it took.
    """

    there: bool
    why: str
    seconds: float


def hub_address() -> str:
    """The Hub's address; HF_ENDPOINT names another."""
    return (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")


def told_offline() -> bool:
    """True where the environment says that the Hub is not to be used."""
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    return any(os.environ.get(name, "").upper() in _TRUE for name in names)


@cache
def asked(limit: float = LIMIT) -> Answer:
    """Ask the Hub for a sign of life; without one Hugging Face's libraries go offline.

    Asked once a process; HF_HUB_OFFLINE=1 answers for it.

    Args:
        limit: seconds until silence counts as no.
    """
    began = time.monotonic()
    address = hub_address()
    if told_offline():
        why = "HF_HUB_OFFLINE is set, so the Hub was not asked"
    elif not address.startswith(("http://", "https://")):
        why = f"HF_ENDPOINT is {address!r}, which does not begin with https://"
    else:
        why = _in_time(f"{address}/", limit)
    if why:
        _reasons.append(why)
        go_offline()
    return Answer(not why, why, time.monotonic() - began)


def hub_answers(limit: float = LIMIT) -> bool:
    """Whether the Hub answers. Without an answer Hugging Face's libraries go offline.

    Asked once a process; HF_HUB_OFFLINE=1 answers for it.

    Args:
        limit: seconds until silence counts as no.
    """
    return asked(limit).there


def why_not() -> str:
    """Why the Hub did not answer, as a sentence without its full stop. Asks nobody."""
    return _reasons[-1] if _reasons else "the Hub does not answer"


def patience() -> float:
    """Seconds of silence that a download may last: with the question below 5."""
    return max(LEAST, WAIT - asked(LIMIT).seconds)


def go_offline() -> None:
    """Keep Hugging Face's libraries from waiting on the network in this process."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    # They read the variable when they are imported: tell those that are.
    for name in READERS:
        module = sys.modules.get(name)
        if module is not None:
            module.HF_HUB_OFFLINE = True  # type: ignore[attr-defined]


def _in_time(address: str, limit: float) -> str:
    """Why a server does not answer in time, its name's look-up included; "" if so."""
    answers: list[str] = []

    def ask() -> None:
        answers.append(_silence(address, limit))

    # A look-up of a name has no time limit of its own, so a thread is left behind.
    asker = threading.Thread(target=ask, daemon=True, name="hub")
    asker.start()
    asker.join(limit)
    return answers[0] if answers else f"{address[:-1]} did not answer in {limit:g} s"


def _silence(address: str, limit: float) -> str:
    try:
        request = urllib.request.Request(address, method="HEAD")
        with urllib.request.urlopen(request, timeout=limit):
            return ""
    except urllib.error.HTTPError as error:
        if error.code not in _NO_ANSWER:
            return ""
        return f"what stands before {address[:-1]} says {error.code}, no Hub behind it"
    except (OSError, ValueError) as error:  # refused, unknown name, timeout
        reason = getattr(error, "reason", error)
        # It did answer. Some Pythons lack the certificates that the libraries bring.
        if isinstance(reason, ssl.SSLCertVerificationError):
            return ""
        return f"{address[:-1]} {_did(reason, limit)}"


def _did(reason: object, limit: float) -> str:
    """What went wrong, as the end of a sentence that begins with the address."""
    if isinstance(reason, TimeoutError):
        return f"did not answer in {limit:g} s"
    if isinstance(reason, socket.gaierror):
        return "can't be found: no network, or the name is wrong"
    if isinstance(reason, ConnectionRefusedError):
        return "refuses the connection"
    return f"can't be reached ({reason})"
