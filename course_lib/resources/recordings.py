"""Tensors of a real encoder, recorded once, so that a chapter needs no download."""

import json
from typing import Any

from safetensors import safe_open

from course_lib.errors import CourseError
from course_lib.resources.files import data_folder


def recordings_there() -> list[str]:
    """The names that `recorded` knows."""
    return sorted(p.stem for p in (data_folder() / "recorded").glob("*.safetensors"))


def recorded(name: str) -> dict[str, Any]:
    """What all-MiniLM-L6-v2 (6 layers, H = 12, d = 32, D = 384) computed.

    Args:
        name: "animal", "wide" or "children" for a sentence; "words" for a part of
            the table of word embeddings. `data/README.md` describes each.

    Returns:
        For a sentence of T tokens: "sentence", "tokens" (T strings, with [CLS] and
        [SEP]), "query" and "key" (6, 12, T, 32), "weights" (6, 12, T, T), "hidden"
        (7, T, 384): the embeddings, then the output of each layer.
        For "words": "words" (N strings), "groups" (N strings: the kind of each word),
        "vectors" (N, 384).
        All tensors are float32, read afresh: changing them changes no other copy.

    Raises:
        CourseError: there is no recording of that name; the message lists them.
    """
    if name not in recordings_there():
        raise CourseError(
            f"There is no recording {name!r}; there are {', '.join(recordings_there())}"
        )
    path = data_folder() / "recorded" / f"{name}.safetensors"
    with safe_open(path, framework="pt") as file:
        texts = json.loads(file.metadata()["about"])
        names = file.keys()
        # "hidden" and "vectors" lie on disk in float16; chapters compute in float32.
        return texts | {name: file.get_tensor(name).float() for name in names}
