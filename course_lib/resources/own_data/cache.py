"""Where the Arrow files of large data go: whole and under their own name, or nowhere.

They lie in the cache of Hugging Face's datasets, in a folder named after the bytes of
the files and the way they were read: a file that changed is read anew.
"""

import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import xxhash

from course_lib.errors import CourseError
from course_lib.resources.own_data.sources import Source

SMALL = 16 << 20  # bytes: what is smaller is kept in memory and leaves no trace
PIECE = 1 << 20  # bytes read at once
VERSION = 1  # of what is written
SAID = "said.json"
_DAY = 24 * 60 * 60


def is_small(sources: Sequence[Source]) -> bool:
    """Whether files can be kept in memory; packed ones count tenfold."""
    packed = (".gz", ".parquet")
    return (
        sum(
            s.path.stat().st_size * (10 if s.path.suffix in packed else 1)
            for s in sources
        )
        <= SMALL
    )


def cache_key(sources: Sequence[Source], settings: Mapping[str, Any]) -> str:
    """A name for what comes out of reading these bytes in this way."""
    parts = [str(VERSION), json.dumps(settings, sort_keys=True, default=str)]
    for source in sources:
        digest = xxhash.xxh3_128()
        with source.path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        parts += [source.name, str(source.split), digest.hexdigest()]
    return xxhash.xxh3_128_hexdigest("\n".join(parts).encode("utf-8"))


def cache_root() -> Path:
    """The folder of the cache: in that of datasets, else a temporary one."""
    from datasets import config

    for root in (Path(config.HF_DATASETS_CACHE), Path(tempfile.gettempdir())):
        folder = root / "course_own_data"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
    raise CourseError(
        f"Neither {config.HF_DATASETS_CACHE} nor {tempfile.gettempdir()} can be "
        "written to: set HF_DATASETS_CACHE to a folder that can"
    )


@contextmanager
def workshop(finished: Path) -> Iterator[Path]:
    """A folder to write in, which gets its name when all went well, else goes.

    Raises:
        CourseError: the disk is full.
    """
    _sweep(finished.parent)
    folder = finished.with_name(f"{finished.name}.{uuid.uuid4().hex}.partial")
    folder.mkdir()
    try:
        yield folder
        try:
            folder.rename(finished)
        except OSError:  # another process was faster, with the same content
            if not finished.is_dir():
                raise
    except OSError as error:
        raise CourseError(
            f"The data could not be written into {finished.parent}: {error}. Make room "
            "there (about twice the size of the file), or set HF_DATASETS_CACHE"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(root: Path) -> None:
    """Clear what processes that were killed left, a day later."""
    for folder in root.glob("*.partial"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _DAY:
                shutil.rmtree(folder, ignore_errors=True)
