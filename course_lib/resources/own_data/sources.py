"""Which files a loader reads, and which split each one is."""

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import IO

from course_lib.resources.own_data.problems import Place, Report

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")
_SPELLINGS = {
    "train": TRAIN,
    "training": TRAIN,
    "validation": VALIDATION,
    "valid": VALIDATION,
    "val": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".conll": "conll",
    ".conllu": "conll",
    ".bio": "conll",
    ".iob": "conll",
}
_SPREADSHEETS = (".xlsx", ".xls", ".ods")
_BEGINNINGS = {  # whatever the file is called
    b"PK\x03\x04": "a zip archive (an Excel file is one too)",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
}


@dataclass(frozen=True)
class Source:
    """A file, and what it is to a loader.

    Attributes:
        path: where it lies.
        split: "train", "validation", "test"; None where the rows are yet to be split.
        kind: its format, one of the values of `FORMATS`.
    """

    path: Path
    split: str | None
    kind: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def stem(self) -> str:
        """The name without its endings: "apps" of apps.csv.gz."""
        return self.path.name.split(".")[0]

    def open(self) -> IO[bytes]:
        """The bytes of the file, unpacked if they are gzip."""
        with self.path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return gzip.open(self.path) if packed else self.path.open("rb")


def split_named(name: str) -> str | None:
    """The split that a name means: "dev" is the validation split."""
    return _SPELLINGS.get(name.strip().casefold())


def find(
    path: str | PathLike[str],
    others: dict[str, str | PathLike[str] | None],
    kinds: Iterable[str],
    report: Report,
) -> list[Source]:
    """The files to read, those to learn from first.

    Args:
        path: a file, or a folder of files.
        others: "validation" and "test": files given by name, or None.
        kinds: formats that the loader reads.

    Raises:
        DataError: a file is missing, or is none that can be read.
    """
    kinds = set(kinds)
    main = Path(path).expanduser()
    given = {name: Path(p).expanduser() for name, p in others.items() if p is not None}
    if main.is_dir():
        sources = _in_folder(main, kinds, report)
    else:
        sources = [_source(main, TRAIN if given else None, kinds, report)]
    sources = [source for source in sources if source.split not in given]
    sources += [_source(file, name, kinds, report) for name, file in given.items()]
    return sorted(sources, key=lambda one: SPLITS.index(one.split or TRAIN))


def _source(path: Path, split: str | None, kinds: set[str], report: Report) -> Source:
    if not path.is_file():
        _missing(path, report)
    kind = _kind(path, kinds)
    if kind not in kinds:
        _unreadable(path, kinds, report)
    _look_inside(path, report)
    return Source(path, split, kind)


def _kind(path: Path, kinds: set[str]) -> str | None:
    endings = [ending.lower() for ending in path.suffixes]
    ending = next((e for e in reversed(endings) if e != ".gz"), "")
    kind = FORMATS.get(ending)
    # Columns with a space or a tab between them go by many names.
    if "conll" in kinds and kind in ("csv", "tsv") and ending != ".csv":
        return "conll"
    return kind


def _in_folder(folder: Path, kinds: set[str], report: Report) -> list[Source]:
    there = sorted(
        p for p in folder.iterdir() if p.is_file() and _kind(p, kinds) in kinds
    )
    endings = {_kind(path, kinds) for path in there}
    if not there:
        report.stop(
            "empty-folder",
            f"the folder holds no file to read ({_endings(kinds)})",
            "Give the file itself, or a folder with train, validation and test files",
            Place(str(folder)),
        )
    if len(endings) > 1:
        report.stop(
            "mixed-folder",
            f"the folder holds files of different formats: {_some(there)}",
            "Give one file, and others with validation= and test=",
            Place(str(folder)),
        )
    splits = [_split_of(path) for path in there]
    if TRAIN not in splits:  # parts of one whole
        splits = [None] * len(there)
    pairs = zip(there, splits, strict=True)
    chosen = [(p, split) for p, split in pairs if split or TRAIN not in splits]
    return [_source(path, split, kinds, report) for path, split in chosen]


def _split_of(path: Path) -> str | None:
    """The split that a file's name means: "emerging.dev.conll" is validation."""
    parts = re.split(r"[._\- ]+", path.name)[:-1]
    found = {split for part in parts if (split := split_named(part))}
    return found.pop() if len(found) == 1 else None


def _missing(path: Path, report: Report) -> None:
    folder = path.parent
    if not folder.is_dir():
        report.stop(
            "missing-file",
            f"there is no folder {str(folder)!r} (looked from {Path.cwd()})",
            "Give the path of the file as your file manager shows it",
            Place(str(path)),
        )
    names = {p.name.casefold(): p.name for p in folder.iterdir()}
    close = get_close_matches(path.name.casefold(), names, n=3)
    there = f" There is {' and '.join(repr(names[n]) for n in close)}" if close else ""
    report.stop(
        "missing-file",
        f"there is no such file in {folder.resolve()}",
        f"Check name and folder.{there}".rstrip("."),
        Place(str(path)),
    )


def _unreadable(path: Path, kinds: set[str], report: Report) -> None:
    cure = f"Give a file that ends in {_endings(kinds)}; .gz may follow"
    if path.suffix.lower() in _SPREADSHEETS:
        cure = 'In the spreadsheet: "Save as", then "CSV UTF-8"; give that file'
    report.stop(
        "unknown-format", f"{path.suffix or 'no ending'} is not read here", cure,
        Place(path.name),
    )  # fmt: skip


def _look_inside(path: Path, report: Report) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        cure = "Check that you may read it, and that no other program holds it"
        report.stop("unreadable", str(error), cure, Place(path.name))
    what = next((w for start, w in _BEGINNINGS.items() if head.startswith(start)), None)
    if what is not None:
        report.stop(
            "unknown-format",
            f"whatever its name says, this is {what}",
            'Unpack it, or save it from its program as "CSV UTF-8"',
            Place(path.name, 1, 1),
        )


def _endings(kinds: set[str]) -> str:
    return ", ".join(ending for ending, kind in FORMATS.items() if kind in kinds)


def _some(paths: list[Path]) -> str:
    names = [path.name for path in paths[:4]]
    return ", ".join(names) + (", ..." if len(paths) > 4 else "")
