"""Attention made up for the benchmark of the explorer, and views of it, in files.

Each view is made in a fresh process: its time, and by how much that process grew.
"""

import itertools
import json
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from attending import _memory as memory_of_this_process

LAYERS = HEADS = 12
LEAST = 0.005  # the lowest threshold that the explorer's slider has: most lines
TEXT = (
    "the animal did not cross the street because it was too tired , and the child "
    "that un ##expected ##ly saw it wait ##ed beside the old stone wall until the "
    "rain had stop ##ped ."
)


def tokens_of(length: int) -> list[str]:
    """So many tokens; the first and the last are special ones."""
    inner = itertools.islice(itertools.cycle(TEXT.split()), length - 2)
    return ["[CLS]", *inner, "[SEP]"]


def weights_of(length: int, layers: int = LAYERS, heads: int = HEADS) -> np.ndarray:
    """(L, H, T, T) float32: noise of each head's own sharpness, half with a pattern.

    Patterns are those of trained encoders: previous, next, same and first token.
    """
    random = np.random.default_rng(length)
    at = np.arange(length)
    last = length - 1
    targets = (np.maximum(at - 1, 0), np.minimum(at + 1, last), at, at * 0)
    weights = np.empty((layers, heads, length, length), dtype=np.float32)
    for place in range(layers * heads):
        scores = random.standard_normal((length, length), dtype=np.float32)
        scores *= 0.5 + 2.5 * random.random()
        if place % 2:
            scores[at, targets[place // 2 % 4]] += 6
        np.exp(scores - scores.max(axis=-1, keepdims=True), out=scores)
        weights[divmod(place, heads)] = scores / scores.sum(axis=-1, keepdims=True)
    return weights


def alone(make: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """What `make(*given)` says of itself in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(make, given)


def explorer_files(
    length: int, folder: Path, layers: int = LAYERS, heads: int = HEADS
) -> dict[str, Any]:
    """The explorer's traits and all its answers, and its one-file page, in a folder.

    Returns:
        seconds, grown (MB), and the bytes of each thing that travels.
    """
    from course_lib.viz.explorer.widget import AttentionExplorer

    AttentionExplorer(weights_of(8, 1, 1), tokens_of(8))._repr_mimebundle_()
    weights, tokens = weights_of(length, layers, heads), tokens_of(length)
    _forget_the_peak()
    before, begun = memory_of_this_process("VmRSS"), time.perf_counter()
    explorer = AttentionExplorer(weights, tokens)
    explorer.settings = {"threshold": LEAST}
    explorer._repr_mimebundle_()
    seconds = time.perf_counter() - begun
    grown = memory_of_this_process("VmHWM") - before
    names = ("about", "selection", "settings", "switched_off")
    traits = json.dumps({name: getattr(explorer, name) for name in names})
    (folder / "traits.json").write_text(traits, encoding="utf-8")
    sizes = _write_answers(explorer, folder)
    code = len((explorer._esm + explorer._css).encode())
    begun = time.perf_counter()
    explorer.to_html(folder / "explorer.html")
    return {
        "generate_s": seconds,
        "python_mb": grown,
        "code_bytes": code,
        "open_bytes": code + len(traits.encode()) + sizes[1],
        "session_bytes": code + len(traits.encode()) + sum(sizes),
        "file_bytes": (folder / "explorer.html").stat().st_size,
        "file_s": time.perf_counter() - begun,
    }


def _write_answers(explorer: Any, folder: Path) -> list[int]:
    """All heads small, then each layer, as the page asks for them; bytes of each."""
    from course_lib.viz.explorer.answers import Answers

    answers, sizes, contents = Answers(explorer.parts), [], []
    asked: list[dict[str, Any]] = [{"kind": "thumbnails"}]
    asked += [{"kind": "layer", "layer": n} for n in range(len(explorer.part.weights))]
    for question in asked:
        content, buffers = answers.to({"part": "self", **question})
        name = "-".join(map(str, question.values()))
        (folder / name).write_bytes(buffers[0])
        sizes.append(len(buffers[0]))
        contents.append([name, content])
    (folder / "answers.json").write_text(json.dumps(contents), encoding="utf-8")
    return sizes


def bertviz_file(
    view: str, length: int, folder: Path, layers: int = LAYERS, heads: int = HEADS
) -> dict[str, Any]:
    """bertviz's page of a view, "head_view" or "model_view", as `view.html`."""
    import bertviz
    import torch

    weights = torch.from_numpy(weights_of(length, layers, heads))
    attention, tokens = list(weights[:, None]), tokens_of(length)
    _forget_the_peak()
    before, begun = memory_of_this_process("VmRSS"), time.perf_counter()
    page = getattr(bertviz, view)(attention, tokens, html_action="return").data
    seconds = time.perf_counter() - begun
    grown = memory_of_this_process("VmHWM") - before
    start = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><body>'
    (folder / f"{view}.html").write_text(start + page, encoding="utf-8")
    return {
        "generate_s": seconds,
        "python_mb": grown,
        "open_bytes": len(page.encode()),
        "session_bytes": len(page.encode()),
    }


def _forget_the_peak() -> None:
    """Let VmHWM begin anew, where the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return
