"""Transformers' models and tokenizers from wherever `resolve` finds them, checked."""

from collections.abc import Sized
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from course_lib.errors import CourseError
from course_lib.resources.hub_cache import has_vocabulary
from course_lib.resources.origins import resolve
from course_lib.resources.stand_ins import USUAL

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

T = TypeVar("T", bound=Sized)
# Models pad their vocabulary, mostly to a multiple of 64 or 128, never by a tenth.
_LEAST = 0.9


def load_tokenizer(
    name: str | PathLike[str], *, stand_in: str | None = USUAL, **options: Any
) -> "PreTrainedTokenizerBase":
    """A model's tokenizer, refused where its vocabulary is not the model's.

    Args:
        name: a folder or a name, as for `resolve`.
        stand_in: as for `resolve`.
        options: for `AutoTokenizer.from_pretrained`.

    Raises:
        CourseError: it is nowhere, has no vocabulary, or does not fit the model.
    """
    folder = resolve(name, stand_in=stand_in)
    if not has_vocabulary(folder):
        raise CourseError(
            f"{folder} holds no tokenizer (no tokenizer.json, no vocab.txt, ...). Put "
            "the files there that the model was trained with: "
            "tokenizer.save_pretrained(folder)"
        )
    from transformers import AutoConfig, AutoTokenizer

    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, **options)
    return fitting_tokenizer(tokenizer, config)


def load_model(
    name: str | PathLike[str],
    head: type | str = "AutoModel",
    *,
    stand_in: str | None = USUAL,
    **options: Any,
) -> "PreTrainedModel":
    """A model of Transformers, in evaluation mode. No pickle is ever opened.

    >>> model = load_model("course-bert", "AutoModelForMaskedLM")
    course-bert: a small model that ships with the course.

    Args:
        name: a folder or a name, as for `resolve`.
        head: Transformers' class, or its name.
        stand_in: as for `resolve`.
        options: for its `from_pretrained`: num_labels=2, attn_implementation="eager".

    Raises:
        CourseError: it is nowhere, or there is no such class.
    """
    folder = resolve(name, stand_in=stand_in)
    cls = _class(head) if isinstance(head, str) else head
    options = {"use_safetensors": True, "local_files_only": True} | options
    return cls.from_pretrained(folder, **options)  # type: ignore[attr-defined]


def fitting_tokenizer(tokenizer: T, config: Any) -> T:
    """Give a tokenizer back if its vocabulary is the model's.

    Where files are missing, Transformers makes one of five words without a word of
    warning: every text becomes [UNK].

    Args:
        tokenizer: of Hugging Face.
        config: the model's settings; `vocab_size` (V) is read.

    Raises:
        CourseError: it has more tokens than the model, or far fewer.
    """
    text = config.get_text_config() if hasattr(config, "get_text_config") else config
    size, words = getattr(text, "vocab_size", None), len(tokenizer)
    if size is None or _LEAST * size <= words <= size:
        return tokenizer
    if words > size:
        raise CourseError(
            f"the tokenizer has {words} tokens, the model {size}: ids from {size} on "
            "have no embedding. Take the model's own tokenizer; if you added tokens, "
            "call model.resize_token_embeddings(len(tokenizer)) first"
        )
    raise CourseError(
        f"the tokenizer has {words} tokens, the model {size}: it is not the model's "
        f"own, or files of its vocabulary are missing{_of(tokenizer)}. Load it with "
        'load_tokenizer("name of the model")'
    )


def _of(tokenizer: object) -> str:
    place = getattr(tokenizer, "name_or_path", "")
    return f" in {Path(place)}" if place else ""


def _class(name: str) -> type:
    import transformers

    try:
        return getattr(transformers, name)
    except AttributeError:
        raise CourseError(
            f"Transformers has no class {name!r}; models of the course load with "
            "AutoModel, AutoModelForMaskedLM, AutoModelForCausalLM, "
            "AutoModelForSeq2SeqLM and the like"
        ) from None
