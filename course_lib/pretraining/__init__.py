"""Floor 2: how the small models that come with the course were trained, start to end.

>>> train_model("course-gpt", Options(output="models", minutes=60))

A recipe says what a model learns from, its sizes and its plan; `training` runs it.
Texts, tokenizer, checkpoints: everything that a run needs lies in one folder, so that
it goes on after a stop.
"""

from course_lib.lazy import handing_out

_HOMES = {
    "NAMES": "run",
    "Options": "run",
    "Recipe": "recipe",
    "named": "run",
    "replace_figures": "card",
    "train_model": "run",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)
