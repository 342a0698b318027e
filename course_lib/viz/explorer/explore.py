"""`explore`: the attention of any model over a text, with its effect."""

from typing import Any

import numpy as np

from course_lib.errors import CourseError
from course_lib.viz.explorer.effect import ModelEffects
from course_lib.viz.explorer.predicting import question_of
from course_lib.viz.explorer.reading import Reader, require_length
from course_lib.viz.explorer.texts import cut, words_of
from course_lib.viz.explorer.view_data import AttentionPart
from course_lib.viz.explorer.widget import AttentionExplorer
from course_lib.viz.explorer.writing import Writer, greedy


def explore(
    model: Any, tokenizer: Any, text: str, text_pair: str | None = None
) -> AttentionExplorer:
    """Look at a model's attention over a text, and at what its heads are for.

    Works with Transformers' models (BERT, RoBERTa, DistilBERT, GPT-2, Llama and its
    like, T5, Marian, BART, and others that compute attention in the same way) and with
    course_lib's Bert, GPT and Seq2Seq. The model stays as it was: mode, gradients,
    attention implementation.

    Args:
        model: on any device.
        tokenizer: the model's, of Transformers.
        text: at most 1,024 tokens.
        text_pair: a second text for an encoder; for an encoder-decoder the text that
            it writes. Without one it writes what it finds likeliest, token by token.

    Returns:
        A widget. Its `selection` says what is looked at, and can be set.

    Raises:
        CourseError: no single text, no such model, or too many tokens.
    """
    both = bool(getattr(getattr(model, "config", None), "is_encoder_decoder", False))
    reader = _paired(model, tokenizer, text, text_pair) if both else None
    if reader is None:
        inputs, words = cut(tokenizer, text, text_pair)
        require_length(words, model)
        reader = Reader(model, inputs, words)
    parts = reader.parts()
    implementation = getattr(model.config, "_attn_implementation", None)
    causal = both or _is_causal(parts[0])
    question = question_of(reader, tokenizer, causal)
    writes = question is not None and question.name == "next token"
    start = _start(model) if both else None
    writer = Writer(model, tokenizer, start) if writes else None
    effects = ModelEffects(reader, question, writer)
    return AttentionExplorer.of(
        parts, effects, _notes(implementation, reader, question)
    )


def _paired(model: Any, tokenizer: Any, text: str, target: str | None) -> Reader:
    """Source and target of an encoder-decoder."""
    inputs, source = cut(tokenizer, text)
    require_length(source, model)
    inputs = {name: inputs[name] for name in ("input_ids", "attention_mask")}
    start, ends = _start(model), _ends(model)
    reader = Reader(model, inputs, source, words_of(tokenizer, [start]))
    if target is None:
        reader.target = greedy(reader, tokenizer, ends)
        return reader
    if not isinstance(target, str):
        raise CourseError(f"text_pair is {type(target).__name__}: give it as a str.")
    ids = tokenizer(text_target=target)["input_ids"]
    ids = ids[:-1] if ids and ids[-1] in ends else ids
    reader.target = words_of(tokenizer, [start, *ids])
    require_length(reader.target, model)
    return reader


def _start(model: Any) -> int:
    """The token that a decoder begins with."""
    start = getattr(model.config, "decoder_start_token_id", None)
    if start is None:
        raise CourseError(
            "model.config.decoder_start_token_id is not set: the decoder does not know "
            "how to begin. Set it to the id that the model was trained with."
        )
    return start


def _ends(model: Any) -> set[int]:
    """The tokens that end a text."""
    found = getattr(model.config, "eos_token_id", None)
    return set(found) if isinstance(found, list) else {found} - {None}


def _is_causal(part: AttentionPart) -> bool:
    """Whether no token looks at a later one."""
    return not np.triu(part.weights, 1).any() and part.weights.shape[-1] > 1


def _notes(implementation: str | None, reader: Reader, question: Any) -> list[str]:
    """What the reader should know of how this was computed."""
    notes = []
    if implementation not in (None, "eager"):
        notes.append(
            f"The model computes attention by {implementation}, which keeps no "
            "weights. It was switched to eager attention for this picture, and back."
        )
    if question is None:
        notes.append(
            "Switching heads off shows its effect on an answer. This model gives none "
            "here: take one with a language model's or a classifier's head, or put the "
            "mask token into the text."
        )
    if reader.target is not None and "decoder" in reader.places:
        notes.append("The decoder's first token is its start token.")
    return notes
