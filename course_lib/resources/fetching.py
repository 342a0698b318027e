"""Fetching a model or a data set from the Hub into its cache, whole or not at all.

Until everything has arrived and its checksums are right, nothing finds it by its name.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from course_lib.resources import hub_cache, refusals
from course_lib.resources.hub import hub_address, patience
from course_lib.resources.hub_cache import Kind
from course_lib.resources.watch import Watch

T = TypeVar("T")


@dataclass(frozen=True)
class Listing:
    """What a repository holds at a commit: the files that the course wants of it.

    Attributes:
        commit: its checksum.
        files: names in the order of fetching, each with the Hub's entry.
    """

    commit: str
    files: dict[str, Any]

    @property
    def size(self) -> int:
        """Bytes, as far as the Hub says."""
        return sum(entry.size or 0 for entry in self.files.values())

    def announced(self, file: str) -> str:
        """The checksum that a file should have, "" where the Hub does not say."""
        entry = self.files[file]
        return (entry.lfs and entry.lfs["sha256"]) or entry.blob_id or ""


def fetch(name: str, kind: Kind, silence: float | None = None) -> tuple[Path, int]:
    """Fetch from the Hub what the cache lacks.

    Args:
        name: on the Hub.
        kind: "model", "weights" or "dataset".
        silence: seconds without a byte after which it is given up.

    Returns:
        The folder, and the bytes of what it holds.

    Raises:
        HubError: says what happened and what to do. The cache holds no half files.
    """
    silence = patience() if silence is None else silence
    with _quiet():
        listing = _listed(name, kind, silence)
        folder = _downloaded(name, kind, listing, silence)
        if _cleared(folder, listing):
            _downloaded(name, kind, listing, silence)
            for file, found in _cleared(folder, listing).items():
                raise refusals.damaged(file, found, listing.announced(file))
    hub_cache.keep(name, kind, listing.commit)
    return folder, listing.size


def _listed(name: str, kind: Kind, silence: float) -> Listing:
    from huggingface_hub import HfApi

    api = HfApi(endpoint=hub_address())
    type_ = "dataset" if kind == "dataset" else "model"

    def ask() -> Any:
        return api.repo_info(name, repo_type=type_, files_metadata=True)

    info = _watched(ask, Watch(silence), hub_cache.repository(name, kind))
    there = {entry.rfilename: entry for entry in info.siblings or ()}
    files = {file: there[file] for file in hub_cache.wanted(there, kind)}
    if kind == "dataset" and not set(files) - {hub_cache.CARD}:
        raise refusals.no_data(sorted(there))
    if kind != "dataset" and not any(file.endswith(".safetensors") for file in files):
        raise refusals.no_safetensors(sorted(there))
    return Listing(info.sha, files)


def _downloaded(name: str, kind: Kind, listing: Listing, silence: float) -> Path:
    """The snapshot with all files, of which those that were there are not fetched."""
    from huggingface_hub import hf_hub_download

    root = hub_cache.repository(name, kind)
    folder = root / "snapshots" / listing.commit
    lacking = [file for file in listing.files if not (folder / file).exists()]
    watch = Watch(silence)
    watch.expected = sum(listing.files[file].size or 0 for file in lacking)
    _make_sure_of_room(root, watch.expected)

    def work() -> None:
        for file in lacking:
            watch.check()
            hf_hub_download(
                name,
                file,
                repo_type="dataset" if kind == "dataset" else "model",
                revision=listing.commit,
                endpoint=hub_address(),
            )

    if lacking:
        _watched(work, watch, root)
    return folder


def _cleared(folder: Path, listing: Listing) -> dict[str, str]:
    """Remove the damaged files; return their names, each with its checksum."""
    found = {}
    for file in listing.files:
        announced = listing.announced(file)
        real = hub_cache.checksum(folder / file, announced) if announced else ""
        if real != announced or not hub_cache.is_sound(folder / file):
            found[file] = real
            hub_cache.remove(folder / file)
    return found


def _watched(work: Callable[[], T], watch: Watch, root: Path) -> T:
    """Run it; whatever goes wrong is said as a HubError."""
    try:
        return watch.run(work)
    except refusals.HubError:
        raise
    except OSError as error:
        raise _of_system(error, root, watch) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise refusals.no_hub(error) from error
    except Exception as error:  # the client's own: the line is down
        if "Timeout" in type(error).__name__:
            raise refusals.silent(watch.silent_for, watch.received) from error
        raise refusals.broken_off(
            1, str(error)[:100] or type(error).__name__
        ) from error


def _of_system(error: OSError, root: Path, watch: Watch) -> refusals.HubError:
    """What the system, or Hugging Face's library in its name, complains of."""
    if error.errno in refusals.FULL:
        return refusals.no_room(root, watch.expected)
    if error.errno in refusals.LOCKED:
        return refusals.not_writable(root, error)
    if "Consistency check" in str(error):  # fewer or more bytes than announced
        return refusals.broken_off(1, "not the announced length")
    return refusals.no_hub(error)


def _make_sure_of_room(root: Path, needed: int) -> None:
    place = next(folder for folder in (root, *root.parents) if folder.exists())
    if needed > shutil.disk_usage(place).free:
        raise refusals.no_room(root, needed)


@contextmanager
def _quiet() -> Iterator[None]:
    """Hugging Face's library without its bars, its warnings, and its other protocol.

    Xet, its own protocol, has no limit to a silence, and nobody can overhear it.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
        logging,
    )

    xet, level = constants.HF_HUB_DISABLE_XET, logging.get_verbosity()
    bars = not are_progress_bars_disabled()
    constants.HF_HUB_DISABLE_XET = True  # type: ignore[misc]
    logging.set_verbosity_error()
    disable_progress_bars()
    try:
        yield
    finally:
        constants.HF_HUB_DISABLE_XET = xet  # type: ignore[misc]
        logging.set_verbosity(level)
        if bars:
            enable_progress_bars()
