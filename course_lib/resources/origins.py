"""From a name to the folder that holds it: here, shipped, cached, or on the Hub."""

import difflib
import re
from os import PathLike, fspath
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.resources import encoder, fetching, hub_cache, refusals
from course_lib.resources.hub import hub_answers, why_not
from course_lib.resources.hub_cache import Kind
from course_lib.resources.shipped import is_shipped, shipped
from course_lib.resources.stand_ins import USUAL, usual_stand_in

# Letters, digits, - _ . and at most one slash, as on the Hub.
_NAME = re.compile(r"(?!.*(--|\.\.))\w[\w.-]{0,95}(/\w[\w.-]{0,95})?", re.ASCII)
_ENCODERS = {"all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"}
_GIVE = {
    "dataset": "give a file (CSV, TSV, JSON Lines, Parquet, CoNLL) or a folder of them",
    "model": "give the folder that holds a model's config.json and model.safetensors",
}
# A chapter asks twice, for a model and its tokenizer: they must have one origin.
_standing_in: dict[tuple[str, bool], Path] = {}


def resolve(
    name: str | PathLike[str], *, kind: Kind = "model", stand_in: str | None = USUAL
) -> Path:
    """The folder of a model or a data set, given as a path or by its name.

    Looked for in this order: your own folder (or, of a data set, file), what ships with
    the course, the local Hub cache, the Hub. One line says what was chosen and why; a
    `Path`, being chosen already, goes without. The network is used when all else fails,
    and waited for no longer than 5 s without a byte coming in.

    >>> folder = resolve("course-bert")
    course-bert: a small model that ships with the course.

    Args:
        name: "runs/mine", "course-bert", "bert-base-uncased", "my.csv", ...
        kind: "model", with its tokenizer; "weights", where that may be missing; or
            "dataset".
        stand_in: what ships with the course and is taken, and said to be, where a name
            of the Hub can't be had; None raises instead. The usual one has the same
            architecture: there is one for BERT, GPT-2 and opus-mt-en-fr.

    Raises:
        CourseError: it is nowhere, or damaged; says where it was looked for, what
            happened there, and what to do.
    """
    if _is_own(name, kind):
        if not isinstance(name, PathLike):
            print(f"{name}: your own {'folder' if Path(name).is_dir() else 'file'}.")
        return Path(name)
    if isinstance(name, PathLike) or not _NAME.fullmatch(name) or _is_file(name, kind):
        raise CourseError(_nowhere(name, kind, "it is no name on the Hub either:"))
    return _named(name, kind, stand_in)


def _named(name: str, kind: Kind, stand_in: str | None) -> Path:
    """What has this name, or what stands in for it."""
    before = _standing_in.get((name, kind == "dataset"))
    if before and stand_in is not None:
        print(f"{name}: {before.name} instead, as before.")
        return before
    try:
        return _here(name, kind) or _elsewhere(name, kind)
    except refusals.HubError as error:
        return _instead(name, kind, stand_in, error)


def _is_own(name: str | PathLike[str], kind: Kind) -> bool:
    """Whether a path is the learner's own folder, or file of data."""
    path = Path(name)
    if kind == "dataset" and path.is_file():
        return True
    # An empty folder of a model's name is no model: a run may have made it.
    return path.is_dir() and (
        isinstance(name, PathLike) or hub_cache.holds_any(path, kind)
    )


def _here(name: str, kind: Kind) -> Path | None:
    """What came with the course or with a package."""
    folder = shipped(name, kind)
    if folder is not None:
        what = "data set" if kind == "dataset" else "model"
        print(f"{name}: a small {what} that ships with the course.")
    elif name in _ENCODERS and kind != "dataset":
        folder = encoder.encoder_folder()
        if folder is not None:
            print(f"{name}: from the installed package {encoder.DISTRIBUTION}.")
    return folder


def _elsewhere(name: str, kind: Kind) -> Path:
    """From the cache or from the Hub."""
    folder, wrong = hub_cache.cached(name, kind)
    if folder is not None:
        print(f"{name}: from the local Hub cache, so the Hub was not asked.")
        return folder
    lacks = f"the local Hub cache lacks it{f' ({wrong})' if wrong else ''}"
    if not hub_answers():
        raise refusals.HubError(f"{lacks}; {why_not()}", _way_online(why_not()))
    folder, size = fetching.fetch(name, kind)
    left = "" if not hub_cache.what_lacks(folder, kind) else ", without a tokenizer"
    print(
        f"{name}: fetched from the Hub ({refusals.megabytes(size)}{left}), because "
        f"{lacks}."
    )
    return folder


def _way_online(why: str) -> str:
    first = "Change that variable" if why.startswith("HF_") else "Go online"
    return f"{first} and restart the kernel (the Hub is asked once)"


def _instead(
    name: str, kind: Kind, stand_in: str | None, error: refusals.HubError
) -> Path:
    """The stand-in, with a line that says so; without one the error."""
    usual = usual_stand_in(name, kind)
    other = usual if stand_in == USUAL else stand_in
    folder = shipped(other, kind) if other and is_shipped(other, kind) else None
    if folder is None:
        hint = (
            f" {usual} ships with the course."
            if usual and is_shipped(usual, kind)
            else ""
        )
        why = f"{error.what}. {error.cure}; or"
        raise CourseError(_nowhere(name, kind, why) + hint) from error
    print(
        f"{name}: {other} instead, which is small and ships with the course (figures "
        f"will differ), because {error.what}. {error.cure}."
    )
    _standing_in[name, kind == "dataset"] = folder
    return folder


def _is_file(name: str, kind: Kind) -> bool:
    """Whether a name means a file of data; the Hub is not asked for those."""
    return kind == "dataset" and Path(name).suffix.lower() in hub_cache.DATA_FILES


def _nowhere(name: str | PathLike[str], kind: Kind, why: str) -> str:
    thing = "file or folder" if kind == "dataset" else "folder"
    give = _GIVE["dataset" if kind == "dataset" else "model"]
    note = " with anything in it" if Path(name).is_dir() else _alike(Path(name))
    return f"no {thing} {fspath(name)!r}{note}, and {why} {give}."


def _alike(path: Path) -> str:
    """Neighbours with nearly the same name, for a slip of the finger."""
    try:
        there = [place.name for place in path.parent.iterdir()]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, there, n=2, cutoff=0.75)
    return f" (there is {' and '.join(near)})" if near else ""
