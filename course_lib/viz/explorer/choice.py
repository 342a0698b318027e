"""What is looked at: checked, whether Python or the browser sets it."""

from collections.abc import Mapping, Sequence
from typing import Any

from course_lib.errors import CourseError
from course_lib.viz.explorer.view_data import AttentionPart, Head

VIEWS = ("head", "layers", "matrix", "query-key", "tokens")
BETWEEN = ("all", "AA", "AB", "BA", "BB")
COMBINE = ("head", "mean", "max", "rollout")
SETTINGS = {
    "threshold": 0.02,
    "hide_special": False,
    "hide_sinks": False,
    "between": "all",
    "combine": "head",
    "sort": "number",
}


def first_selection(parts: Sequence[AttentionPart]) -> dict[str, Any]:
    """Where an explorer opens: the first head, no token chosen."""
    start = {"layer": 0, "head": 0, "token": None, "side": "query"}
    return {"part": parts[0].name, "view": "head", **start}


def checked_selection(
    new: Mapping[str, Any], old: Mapping[str, Any], parts: Sequence[AttentionPart]
) -> dict[str, Any]:
    """`old` with the entries of `new`; what does not exist is an error.

    Raises:
        CourseError: an unknown entry, part or view; a layer, head or token that the
            part does not have.
    """
    _known(new, old, "selection")
    result = {**old, **new}
    by_name = {part.name: part for part in parts}
    _one_of("part", result["part"], tuple(by_name))
    _one_of("view", result["view"], VIEWS)
    _one_of("side", result["side"], ("query", "key"))
    layers, heads, queries, keys = by_name[result["part"]].weights.shape
    length = queries if result["side"] == "query" else keys
    for name, count in (("layer", layers), ("head", heads), ("token", length)):
        if name == "token" and result[name] is None:
            continue
        if "part" in new and name not in new:  # another part may be smaller
            result[name] = min(result[name], count - 1)
        result[name] = _place(name, result[name], count)
    return result


def checked_settings(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with the entries of `new`; an unknown entry or value is an error."""
    _known(new, SETTINGS, "settings")
    result = {**SETTINGS, **old, **new}
    _one_of("between", result["between"], BETWEEN)
    _one_of("combine", result["combine"], COMBINE)
    if not 0 <= float(result["threshold"]) <= 1:
        raise CourseError(
            f"threshold {result['threshold']} is no weight: take one from 0 to 1."
        )
    return result


def checked_heads(
    heads: Sequence[Any], parts: Sequence[AttentionPart]
) -> list[list[Any]]:
    """Heads to switch off as sorted [part, layer, head], each once.

    With one part, pairs (layer, head) do.
    """
    shapes = {part.name: part.weights.shape[:2] for part in parts}
    chosen: set[Head] = set()
    for entry in heads:
        name, layer, head = entry if len(entry) == 3 else (parts[0].name, *entry)
        _one_of("part", name, tuple(shapes))
        layers, count = shapes[name]
        chosen.add((name, _place("layer", layer, layers), _place("head", head, count)))
    return [list(head) for head in sorted(chosen)]


def _known(new: Mapping[str, Any], all_: Mapping[str, Any], what: str) -> None:
    unknown = sorted(set(new) - set(all_))
    if unknown:
        raise CourseError(f"{what} has no {unknown}; it has {', '.join(all_)}.")


def _one_of(name: str, value: Any, possible: Sequence[str]) -> None:
    if value not in possible:
        raise CourseError(f"{name} {value!r} does not exist: {', '.join(possible)}.")


def _place(name: str, value: Any, count: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < count:
        raise CourseError(
            f"{name} {value!r} does not exist: there are {count}, 0 to {count - 1}."
        )
    return value
