"""Texts that occur twice: across splits they leak, with two labels they contradict."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_lib.resources.own_data.problems import Place, Report
from course_lib.resources.own_data.sources import SPLITS


def look_for_doubles(
    about: Mapping[str, np.ndarray],
    splits: np.ndarray,
    files: Sequence[tuple[str, str]],
    what: str,
    kinds: Sequence[str],
    report: Report,
) -> None:
    """Warn of rows whose text another row has too.

    Args:
        about: of the rows: _key, _stratum, _file, _line, (N,) each.
        splits: by number, (N,); -1 where a row is left out.
        files: name of each file, and what it counts: "line" or "row".
        what: a text is called: "text", "passage".
        kinds: what to warn of: "leak", "contradiction", "duplicate".
    """
    former, later = _twice(about["_key"], splits)
    leaks = splits[former] != splits[later]
    differ = (about["_stratum"][former] != about["_stratum"][later]) & ~leaks

    def place(row: int) -> Place:
        name, unit = files[about["_file"][row]]
        return Place(name, int(about["_line"][row]), None, unit)

    def warn(kind: str, chosen: np.ndarray, says: str, cure: str) -> None:
        for at in np.flatnonzero(chosen) if kind in kinds else ():
            first, second = int(former[at]), int(later[at])
            one = SPLITS[splits[first]]
            told = f"this {what} {says.format(split=one)} ({place(first)})"
            report.warn(kind, told, cure, lambda row=second: place(row))

    warn("leak", leaks, "is in {split} too", "Keep it in one split alone")
    warn("contradiction", differ, "is labelled otherwise elsewhere", "Keep one of them")
    again = ~leaks & ~differ
    warn("duplicate", again, "has occurred before", "Delete it, if it is no accident")


def _twice(keys: np.ndarray, splits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows with equal keys: each with the one before it, in the order of the files."""
    order = np.argsort(keys, kind="stable")
    keys, kept = keys[order], splits[order] >= 0
    same = (keys[1:] == keys[:-1]) & kept[1:] & kept[:-1]
    former, later = order[:-1][same], order[1:][same]
    by_place = np.argsort(later)
    return former[by_place], later[by_place]
