"""Why the Hub did not hand something out, in words: what happened and what to do."""

import errno
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.resources.hub import hub_address
from course_lib.resources.hub_cache import PICKLES

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LOCKED = {errno.EACCES, errno.EPERM, errno.EROFS}
_ELSEWHERE = "set HF_HOME to a folder on another disk and restart the kernel"
_AGAIN = "Run the cell again (what has arrived whole is not fetched twice)"


class HubError(CourseError):
    """The Hub did not hand something out.

    Attributes:
        what: what happened, as a sentence without its full stop.
        cure: what to do about it, likewise.
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}. {cure}.")
        self.what, self.cure = what, cure


def said(status: int, headers: Mapping[str, str]) -> HubError:
    """The Hub answered with a status of failure.

    Args:
        status: from 400 on.
        headers: of the answer; Retry-After is read.
    """
    if status == 429:
        return _too_many(headers)
    return HubError(*_SAYINGS.get(status) or _other(status))


_SAYINGS = {
    401: (
        "the Hub does not let us in (401): it knows no such name, or wants a token",
        "Check the spelling. A private or gated one needs your token in HF_TOKEN; a "
        "token that is there already may be wrong or run out",
    ),
    403: (
        "the Hub does not let us in (403): its owner grants access on request",
        "Ask for access on its page, then put your token into HF_TOKEN",
    ),
    404: (
        "the Hub does not have it (404)",
        "Check the spelling, and the owner's name before the slash",
    ),
    511: (
        "the network wants you to log in first (511)",
        "Open a browser, log in to the network, and restart the kernel",
    ),
}


def _other(status: int) -> tuple[str, str]:
    if status >= 500:
        return (
            f"the Hub has trouble of its own ({status})",
            "Nothing is wrong here: try again in some minutes",
        )
    return f"the Hub refuses ({status})", "Check the name, and HF_ENDPOINT if it is set"


def _too_many(headers: Mapping[str, str]) -> HubError:
    wait = _seconds(headers.get("Retry-After", ""))
    what = "the Hub was asked too often from this network (429)"
    if wait is not None:
        what += f" and wants {wait} s of peace"
    return HubError(
        what,
        "Wait, then run the cell again. A token in HF_TOKEN raises the limit, and "
        "a class can share one download by a common HF_HOME",
    )


def _seconds(value: str) -> int | None:
    """Retry-After, which is a number of seconds or a date, as seconds."""
    if value.strip().isdigit():
        return int(value)
    try:
        until = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, round((until - datetime.now(UTC)).total_seconds()))


def silent(seconds: float, received: int) -> HubError:
    """Nothing came for a while."""
    after = f" after {megabytes(received)}" if received > 1e5 else ""
    return HubError(
        f"the Hub fell silent{after}: not a byte in {seconds:.1f} s",
        "Look at the network, and whether another notebook is fetching the same. "
        f"{_AGAIN}",
    )


def broken_off(times: int, how: str = "") -> HubError:
    """The connection ended early, again and again."""
    how = f" ({how})" if how else ""
    again = f" {times} times in a row" if times > 1 else ""
    return HubError(f"the connection broke off{again}{how}", _AGAIN)


def no_hub(found: Exception) -> HubError:
    """Something answers, but not as a Hub does."""
    return HubError(
        f"{hub_address()} answers, but not as a Hub does ({type(found).__name__})",
        "A network that wants a log-in, or a proxy, may answer instead: open a browser "
        "and look. If HF_ENDPOINT is set, it must name a mirror of the Hub",
    )


def damaged(file: str, found: str, expected: str) -> HubError:
    """A file is not what the Hub announced. It has been removed."""
    return HubError(
        f"{file} arrived damaged twice: its checksum begins with {found[:10]}, "
        f"expected {expected[:10]}",
        "It was removed, nothing else was. Try again; if it stays so, a proxy on the "
        "way changes it",
    )


def no_room(folder: Path, needed: int | None = None) -> HubError:
    """The disk is full, or will be."""
    free = megabytes(shutil.disk_usage(_there(folder)).free)
    wanted = f", {megabytes(needed)} are needed" if needed else ""
    return HubError(
        f"the disk is full: {free} free in {folder}{wanted}",
        f"No half file was kept. Make room, or {_ELSEWHERE}",
    )


def not_writable(folder: Path, error: OSError) -> HubError:
    """The cache can't be written to."""
    return HubError(
        f"can't write into the Hub cache {folder} ({error.strerror})",
        f"Give yourself the right to write there, or {_ELSEWHERE}",
    )


def no_safetensors(files: list[str]) -> HubError:
    """A model without weights that the course reads."""
    pickles = [f for f in files if Path(f).suffix in PICKLES]
    have = f"only pickles ({', '.join(pickles[:3])})" if pickles else "no weights"
    return HubError(
        f"the Hub has {have} of it, no model.safetensors",
        "Opening a pickle runs whatever program is in it: choose a model with "
        "safetensors",
    )


def no_data(files: list[str]) -> HubError:
    """A data set without files of data."""
    program = any(file.endswith(".py") for file in files)
    have = "a program that makes it" if program else "no table, text or JSON file of it"
    return HubError(
        f"the Hub has {have}",
        "Choose a data set with Parquet, CSV, JSON or text files, or a copy that has "
        "them",
    )


def megabytes(size: int) -> str:
    """A number of bytes, for people."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{max(1, size // 1000)} kB"


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())
