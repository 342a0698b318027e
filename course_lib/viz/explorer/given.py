"""What a caller hands over, as one array; wrong input is named with its cure."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_lib.errors import CourseError, ShapeError

MOST_TOKENS = 1024
TOLERANCE = 0.02  # bfloat16 keeps three digits; the sum of a row keeps two
SHAPES = (
    "Expected weights of shape (H, T_q, T_k), (L, H, T_q, T_k), or a tuple of one "
    "(1, H, T_q, T_k) for each layer, as Transformers gives"
)
NO_ATTENTION = (
    "The model kept no attention weights: Transformers' default, sdpa, computes "
    "without them. Load it with attn_implementation='eager' and call it with "
    "output_attentions=True, or use explore(model, tokenizer, text)."
)


def weights_of(given: Any) -> np.ndarray:
    """Attention weights as (L, H, T_q, T_k) float32, checked.

    Args:
        given: numpy, torch or lists: (T_q, T_k), (H, T_q, T_k), (L, H, T_q, T_k), a
            tuple of (1, H, T_q, T_k), one for each layer.

    Raises:
        CourseError: no weights, a batch, scores, NaN, rows that do not sum to 1,
            more than 1,024 tokens.
    """
    for name in ("attentions", "encoder_attentions"):
        if hasattr(given, name):
            raise CourseError(
                f"This is a model's whole output ({type(given).__name__}). Hand over "
                f"its weights: output.{name}."
            )
    weights = _one_shape(_stacked(given))
    _check_size(weights)
    _check_numbers(weights)
    return weights


def tokens_of(given: Any, length: int, axis: str = "query") -> tuple[str, ...]:
    """The words at the queries or at the keys, as a tuple of `length` texts.

    Raises:
        CourseError: ids instead of words, one text instead of a list, a batch of
            lists, or another number of words than the weights have.
    """
    if isinstance(given, str):
        raise CourseError(
            "tokens is one text. Hand over the list of its tokens, as the tokenizer "
            "cut it: tokenizer.convert_ids_to_tokens(ids)."
        )
    words = given.tolist() if hasattr(given, "tolist") else list(given)
    if words and isinstance(words[0], list | tuple):
        raise CourseError(
            f"tokens holds {len(words)} lists: a batch. Pick one sequence: tokens[0]."
        )
    if any(not isinstance(word, str) for word in words):
        raise CourseError(
            "tokens holds numbers: ids instead of words. Turn them into words: "
            "tokenizer.convert_ids_to_tokens(ids)."
        )
    if len(words) != length:
        raise ShapeError(
            f"{len(words)} tokens for weights over {length} {axis} positions. Take the "
            "tokens of the same call, [CLS] and the like included: "
            "tokenizer.convert_ids_to_tokens(inputs['input_ids'][0])."
        )
    return tuple(words)


def _stacked(given: Any) -> np.ndarray:
    if not isinstance(given, list | tuple):
        return _array(given)
    if not len(given) or all(layer is None for layer in given):
        raise CourseError(NO_ATTENTION)
    lacking = [i for i, layer in enumerate(given) if layer is None]
    if lacking:
        raise CourseError(
            f"Layers {lacking} have no weights (None). Hand over the others: "
            "[a for a in attentions if a is not None]."
        )
    layers = [_array(layer) for layer in given]
    shapes = sorted({layer.shape for layer in layers})
    if len(shapes) > 1:
        raise ShapeError(
            f"The layers differ in shape: {shapes[0]} and {shapes[-1]}. Show layers of "
            "one shape at a time."
        )
    return np.stack(layers)


def _array(given: Any) -> np.ndarray:
    if hasattr(given, "detach"):
        given = given.detach().cpu().float().numpy()
    try:
        return np.asarray(given, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise CourseError(
            f"{type(given).__name__} holds no weights. {SHAPES}"
        ) from error


def _one_shape(weights: np.ndarray) -> np.ndarray:
    if weights.ndim == 5:
        if weights.shape[1] == 1:
            return weights[:, 0]
        raise CourseError(
            f"Weights of shape {weights.shape}: {weights.shape[1]} sequences, a batch. "
            "Pick one: tuple(layer[:1] for layer in attentions)."
        )
    if weights.ndim not in (2, 3, 4) or 0 in weights.shape:
        raise ShapeError(f"Weights of shape {weights.shape}. {SHAPES}.")
    return weights.reshape((1,) * (4 - weights.ndim) + weights.shape)


def _check_size(weights: np.ndarray) -> None:
    longest = max(weights.shape[-2:])
    if longest > MOST_TOKENS:
        raise CourseError(
            f"{longest:,} tokens; the explorer shows at most {MOST_TOKENS:,}. Shorten "
            "the text before the model reads it: tokenizer(text, truncation=True, "
            f"max_length={MOST_TOKENS})."
        )


def _check_numbers(weights: np.ndarray) -> None:
    if np.isnan(weights).any():
        raise CourseError(
            "The weights hold NaN: softmax over a row in which nothing is allowed. "
            "Set such rows to 0: torch.nan_to_num(weights)."
        )
    low, high = float(weights.min()), float(weights.max())
    sums = weights.sum(axis=-1)
    if low < 0 or not np.isfinite(high):
        raise CourseError(
            f"The numbers reach from {low:.3g} to {high:.3g}: scores, not weights. "
            "Turn each row into weights: scores.softmax(-1)."
        )
    away = np.minimum(abs(sums - 1), abs(sums))  # a row that allows nothing sums to 0
    if away.max() > TOLERANCE:
        raise CourseError(_why_not_one(weights, sums, away))


def _why_not_one(weights: np.ndarray, sums: np.ndarray, away: np.ndarray) -> str:
    layer, head, row = (int(i) for i in np.unravel_index(away.argmax(), away.shape))
    says = (
        f"The row of query {row} sums to {sums[layer, head, row]:.3g}, not to 1 (layer "
        f"{layer}, head {head}). "
    )
    columns = weights.sum(axis=-2)
    if weights.shape[-1] > 1 and abs(columns - 1).max() <= TOLERANCE:
        return f"{says}The columns do: softmax over the wrong axis. Take softmax(-1)."
    if weights.max() > 1 + TOLERANCE:
        return (
            f"{says}If these are scores, take softmax(-1); after dropout: model.eval()."
        )
    return (
        f"{says}In training, dropout changes the weights: call model.eval() first. If "
        "a part was cut out, show the whole."
    )


def flags_of(given: Sequence[Any] | None, length: int, what: str) -> tuple | None:
    """One mark for each token, or None; `what` names them in the error."""
    if given is None:
        return None
    marks = tuple(given.tolist() if hasattr(given, "tolist") else given)
    if len(marks) != length:
        raise ShapeError(f"{len(marks)} {what} for {length} tokens: one for each.")
    return marks
