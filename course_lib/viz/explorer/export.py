"""One HTML file with the explorer's views: no Python, no network."""

import base64
import json
import os
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.viz.explorer import bundle, choice
from course_lib.viz.explorer.answers import Answers
from course_lib.viz.explorer.view_data import AttentionPart

if TYPE_CHECKING:
    from course_lib.viz.explorer.widget import AttentionExplorer

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Attention explorer</title>
<style>
body {{ margin: 1rem; font-family: system-ui, sans-serif; }}
h1 {{ font-size: 1.2rem; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #111315; color: #eceff2; }}
}}
{styles}</style>
</head>
<body>
<h1>Attention explorer</h1>
<main id="explorer"></main>
<noscript>This page draws with JavaScript, which is switched off here.</noscript>
<script type="application/json" id="data">{data}</script>
<script type="module">
{script}
</script>
</body>
</html>
"""


def html_file(
    explorer: "AttentionExplorer", views: Sequence[str], layers: Sequence[int] | None
) -> bytes:
    """The page as UTF-8; answers that the browser will ask for lie in it, packed."""
    views = _known(views, choice.VIEWS, "views")
    traits = {
        "about": {**explorer.about, "can": [], "live": False, "views": views},
        "selection": dict(explorer.selection),
        "settings": dict(explorer.settings),
        "switched_off": [],
    }
    if traits["selection"]["view"] not in views:
        traits["selection"]["view"] = views[0]
    answers = Answers(explorer.parts)
    stored = {}
    for part in explorer.parts:
        kept = _kept_layers(part, layers)
        for asked in _questions(part, views, kept):
            content, buffers = answers.to(asked)
            stored[_key(asked)] = [content, [_text(buffer) for buffer in buffers]]
    kept = {part.name: _kept_layers(part, layers) for part in explorer.parts}
    traits["about"]["kept"] = kept
    if traits["selection"]["layer"] not in kept[traits["selection"]["part"]]:
        traits["selection"]["layer"] = kept[traits["selection"]["part"]][0]
    data = _inside_a_script({"traits": traits, "answers": stored})
    page = PAGE.format(styles=bundle.styles(), data=data, script=bundle.page_script())
    return page.encode()


def written_whole(path: str | Path, content: bytes) -> Path:
    """Write a file in one step: a reader finds the old one or the new one, whole."""
    path = Path(path)
    if not path.parent.is_dir():
        raise CourseError(f"The folder {path.parent} does not exist: make it first.")
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    return path


def _questions(
    part: AttentionPart, views: Sequence[str], layers: Sequence[int]
) -> list[dict[str, Any]]:
    """What the views ask for, without what takes a kernel."""
    square = part.weights.shape[-1] == part.weights.shape[-2]
    asked = []
    if "layers" in views:
        asked.append({"kind": "thumbnails", "part": part.name})
    for layer in layers:
        asked.append({"kind": "layer", "part": part.name, "layer": layer})
        if square:
            asked.append({"kind": "rollout", "part": part.name, "layer": layer})
        if "query-key" in views and part.query is not None:
            heads = range(part.weights.shape[1])
            places = ({"part": part.name, "layer": layer, "head": h} for h in heads)
            asked.extend({"kind": "query-key", **place} for place in places)
    return asked


def _key(asked: dict[str, Any]) -> str:
    """The name under which the page finds an answer; `wire.js` spells it alike."""
    names = ("kind", "part", "layer", "head")
    return "/".join(str(asked[name]) for name in names if name in asked)


def _kept_layers(part: AttentionPart, layers: Sequence[int] | None) -> list[int]:
    count = len(part.weights)
    if layers is None:
        return list(range(count))
    kept = [layer for layer in layers if 0 <= layer < count]
    if not kept:
        raise CourseError(
            f"None of the layers {list(layers)} exists in {part.name!r}: it has "
            f"{count}, 0 to {count - 1}."
        )
    return kept


def _known(views: Sequence[str], possible: Sequence[str], what: str) -> list[str]:
    unknown = [view for view in views if view not in possible]
    if unknown or not views:
        raise CourseError(f"{what} {unknown}: choose from {', '.join(possible)}.")
    return list(views)


def _text(buffer: bytes) -> str:
    return base64.b64encode(zlib.compress(buffer, 6)).decode()


def _inside_a_script(data: Any) -> str:
    """JSON that no token can end: `<` never appears, nor do line separators."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")
