"""What goes into a model: ids become vectors; what does not fit is named."""

from torch import Tensor, nn

from course_lib.attention import padding_mask
from course_lib.cache import ModelCache
from course_lib.errors import CourseError, ShapeError


def words(
    table: nn.Embedding,
    input_ids: Tensor | None,
    inputs_embeds: Tensor | None = None,
    name: str = "input_ids",
) -> Tensor:
    """The vectors (B, T, D) of ids (B, T), or those given in their place.

    Raises:
        CourseError: both or neither are given, or an id is not in the vocabulary.
        ShapeError: the ids are not (B, T).
    """
    if (input_ids is None) == (inputs_embeds is None):
        raise CourseError(f"give {name} or inputs_embeds, one of the two")
    if inputs_embeds is not None:
        return inputs_embeds
    require_batch(input_ids, name)
    return look_up(table, input_ids, name)


def require_batch(ids: Tensor, name: str = "input_ids") -> None:
    """Check that ids are (B, T), and ids.

    Raises:
        CourseError: they are a text, a list, or numbers that are not whole.
        ShapeError: they are not (B, T); the message names the shape and the cure.
    """
    if not isinstance(ids, Tensor) or ids.is_floating_point():
        is_tensor = isinstance(ids, Tensor)
        given = f"a tensor of {ids.dtype}" if is_tensor else f"a {type(ids).__name__}"
        raise CourseError(
            f"{name} is {given}, expected a tensor of token ids, whole numbers: "
            'tokenizer(text, return_tensors="pt") makes one'
        )
    if ids.dim() != 2:
        raise ShapeError(
            f"{name} has shape {tuple(ids.shape)}, expected (B, T): "
            'call the tokenizer with return_tensors="pt", or add unsqueeze(0)'
        )


def look_up(table: nn.Embedding, ids: Tensor, name: str) -> Tensor:
    """The rows of a table for ids (B, T): (B, T, D).

    Raises:
        CourseError: an id has no row. (CUDA does not tell in time.)
    """
    try:
        return table(ids)
    except IndexError:
        raise CourseError(
            f"{name} holds {ids.min().item()} to {ids.max().item()}, the model knows "
            f"0 to {table.num_embeddings - 1}: tokenizer and model do not belong "
            "together"
        ) from None


def visible(attention_mask: Tensor | None, length: int) -> Tensor | None:
    """The mask that hides padding, or None where there is nothing to hide.

    Args:
        attention_mask: (B, T), 1 for tokens and 0 for padding; or boolean (B, T, T),
            True where a token may attend, which is taken as it is.
        length: T, how many positions there are to be seen.

    Returns:
        boolean (B, 1, T) or (B, T, T), or None: attention without a mask is faster.
    """
    if attention_mask is None or attention_mask.dim() == 3:
        return attention_mask
    mask = padding_mask(attention_mask)
    # A GPU would have to be waited for, which costs more than the mask.
    on_hand = mask.device.type == "cpu" and mask.shape[-1] == length
    return None if on_hand and mask.all() else mask


def going_on(
    model: nn.Module,
    past: ModelCache | None,
    use_cache: bool | None,
    labels: Tensor | None,
) -> ModelCache | None:
    """The cache that a call reads and adds to, if any: given, or a new one.

    Where nobody says, there is one unless the model is being trained.
    """
    if use_cache is None:
        use_cache = not model.training and labels is None
    return model.new_cache() if use_cache and past is None else past
