"""Floor 0: where a model or a data set comes from, and which device computes."""

from course_lib.lazy import handing_out

_HOMES = {
    "course_text": "texts",
    "course_texts": "texts",
    "data_folder": "files",
    "device": "devices",
    "device_sentence": "devices",
    "encoder_folder": "encoder",
    "entities": "written",
    "fitting_tokenizer": "pretrained",
    "headlines": "written",
    "hub_answers": "hub",
    "load_classification": "own_data",
    "load_encoder": "encoder",
    "load_model": "pretrained",
    "load_pairs": "own_data",
    "load_questions": "own_data",
    "load_tagging": "own_data",
    "load_tokenizer": "pretrained",
    "pairs": "written",
    "questions": "written",
    "recorded": "recordings",
    "recordings_there": "recordings",
    "resolve": "origins",
    "reviews": "written",
    "stories": "written",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)
