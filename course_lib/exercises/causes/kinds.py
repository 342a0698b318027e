"""Tensors of the wrong kind: dtype, device, mask, index."""

import ast
import re

from course_lib.exercises.causes.rules import Rules
from course_lib.exercises.causes.scene import Operand, Scene

RULES = Rules()


def _of_kind(scene: Scene, *names: str) -> list[Operand]:
    return [one for one in scene.tensors if one.ghost.dtype in names]


@RULES.when(
    r"same device",
    r"is not on the expected device",
    r"Placeholder storage has not been allocated on MPS",
    r"Input type \(.*\) and weight type",
    r"Expected .* on device|on (cpu|cuda:\d|mps).* different from other tensors",
)
def devices(scene: Scene, match: re.Match[str]) -> str:
    """Tensors on different devices."""
    places: dict[str, str] = {}
    for one in scene.tensors:
        places.setdefault(one.ghost.device, one.text)
    if len(places) < 2:
        return "Not all tensors are on one device: move them with `.to(device)`."
    first, *rest = places
    others = ", ".join(f"`{places[place]}` is on {place}" for place in rest)
    return (
        f"`{places[first]}` is on {first}, {others}: bring all to one device, for "
        f"example with `.to({places[first]}.device)`."
    )


@RULES.when(
    r"expected scalar type \w+ but found \w+",
    r"must have the same dtype",
    r"to have the same dtype",
    r"expected m1 and m2",
)
def dtypes(scene: Scene, match: re.Match[str]) -> str:
    """Two dtypes in one product."""
    kinds: dict[str, Operand] = {}
    for one in scene.tensors:
        kinds.setdefault(one.ghost.dtype, one)
    if len(kinds) < 2:
        return ""
    listed = ", ".join(f"`{one.text}` is {kind}" for kind, one in kinds.items())
    model = next((one for one in kinds.values() if one.ghost.is_float), None)
    cure = f", for example with `.to({model.text}.dtype)`" if model else ""
    return f"{listed}: bring them to one dtype{cure}."


@RULES.when(
    r"only supports boolean masks",
    r"expected mask dtype to be Bool",
    r"expected BoolTensor for mask",
    r"expected condition to be a boolean tensor",
    r"Expected attn_mask dtype to be bool",
    r"\(operator.invert\) is only implemented on integer and Boolean",
    r"ufunc 'invert' not supported|\"bitwise_not_\w+\" not implemented",
)
def mask_not_boolean(scene: Scene, match: re.Match[str]) -> str:
    """A mask of ones and zeros where True and False are needed."""
    options = {part.arg: part.value for part in getattr(scene.node, "keywords", [])}
    named = [one for one in scene.tensors if "mask" in one.text.lower()]
    if "attn_mask" in options:
        text = ast.unparse(options["attn_mask"])
        named = [one for one in scene.tensors if one.text == text]
    for one in named or scene.tensors[-1:]:
        if one.ghost.dtype != "bool":
            return (
                f"`{one.text}` is {one.ghost.dtype}; a mask is boolean here, True = "
                f"may attend. `{one.text}.bool()` or `{one.text} == 0` makes one."
            )
    return ""


@RULES.when(r"(?:Subtraction|Negation), the `-` operator, (?:with|on) a bool tensor")
def minus_on_mask(scene: Scene, match: re.Match[str]) -> str:
    """1 - mask with a boolean mask."""
    masks = _of_kind(scene, "bool")
    return (
        f"`{masks[0].text}` is boolean: `~{masks[0].text}` turns it." if masks else ""
    )


@RULES.when(
    r"not implemented for '(Long|Int|Bool)'",
    r"mean\(\): could not infer output dtype. .* Got: (\w+)",
)
def needs_floats(scene: Scene, match: re.Match[str]) -> str:
    """softmax, mean and their like on whole numbers."""
    whole = _of_kind(scene, "int64", "int32", "bool")
    if not whole:
        return ""
    return (
        f"`{whole[0].text}` is {whole[0].ghost.dtype}; this needs floating-point "
        f"numbers: `{whole[0].text}.float()`."
    )


@RULES.when(
    r"result type Float can't be cast to the desired output type (Long|Int|Bool)",
    r"value cannot be converted to type int64_t",
)
def whole_numbers_only(scene: Scene, match: re.Match[str]) -> str:
    """A fraction or an infinity written into whole numbers."""
    whole = _of_kind(scene, "int64", "int32", "bool")
    name = f"`{whole[0].text}` holds" if whole else "The tensor holds"
    return f"{name} whole numbers, which know no fraction and no infinity: `.float()`."


@RULES.when(
    r"'indices' to have one of the following scalar types: Long, Int",
    r"tensors used as ind\w+ must be long",
    r"Expected dtype int32 or int64 for index",
    r"one_hot is only applicable",
    r"gather\(\): Expected dtype int64 for index",
)
def index_not_whole(scene: Scene, match: re.Match[str]) -> str:
    """Positions or token ids as floating-point numbers."""
    whole = "Ids and positions are whole numbers: `.long()`."
    if "index" in match[0]:  # as in index_select: which tensor is meant is not said
        return whole
    last = isinstance(scene.node, ast.Subscript)
    for one in reversed(scene.tensors) if last else scene.tensors:
        if one.ghost.is_float:
            return f"`{one.text}` is {one.ghost.dtype}. {whole}"
    return whole


@RULES.when(
    r"index out of range in self", r"[Ii]ndex (-?\d+) is out of bounds for dimension"
)
def index_beyond(scene: Scene, match: re.Match[str]) -> str:
    """A token id or a position that the table does not have."""
    told = re.search(r"dimension (\d+) with size (\d+)", scene.message)
    if told and match.re.groups:
        size = int(told[2])
        owner = f" of {scene.subject_inside}" if scene.tensors else ""
        return (
            f"Axis {told[1]}{owner} has {size} entries, 0 to {size - 1}; "
            f"{match[1]} was asked for."
        )
    ids = _of_kind(scene, "int64", "int32")
    tables = [one for one in scene.tensors if one.ghost.is_float]
    if not ids or not tables or ids[0].ghost.real is None:
        return ""
    low, high = ids[0].ghost.real.min().item(), ids[0].ghost.real.max().item()
    rows = tables[-1].ghost.shape[0]
    return (
        f"`{ids[0].text}` holds ids from {low} to {high}, but the table "
        f"`{tables[-1].text}` has V = {rows} rows, 0 to {rows - 1}."
    )


@RULES.when(r"Target (-?\d+) is out of bounds")
def target_beyond(scene: Scene, match: re.Match[str]) -> str:
    """A class that the logits do not have."""
    if not scene.tensors:
        return ""
    logits = scene.tensors[0]
    classes = logits.ghost.shape[1 if len(logits.ghost.shape) > 1 else 0]
    return (
        f"`{logits.text}` scores {classes} classes, 0 to {classes - 1}; the targets "
        f"hold {match[1]}."
    )


@RULES.when(r"Dimension out of range .* \[(-\d+), (\d+)\], but got (-?\d+)")
def no_such_axis(scene: Scene, match: re.Match[str]) -> str:
    """An axis that the tensor does not have."""
    low, high, given = match.groups()
    return (
        f"{scene.subject} has {int(high) + 1} axes: `dim` may be {low} to "
        f"{high}, not {given}."
    )


@RULES.when(r"too many indices for tensor of dimension (\d+)")
def too_many_indices(scene: Scene, match: re.Match[str]) -> str:
    """More indices than axes."""
    return f"{scene.subject} has {match[1]} axes, fewer than indices given."


@RULES.when(
    r"The shape of the mask \[(.*)\] at index (\d+) does not match .* \[(.*)\] at index"
)
def selecting_mask(scene: Scene, match: re.Match[str]) -> str:
    """A boolean index of another shape than what it selects from."""
    masks = _of_kind(scene, "bool")
    name = f"`{masks[0].text}`" if masks else "The mask"
    return (
        f"{name} ({match[1]}) must have the shape of the axes that it selects from; "
        f"{scene.subject_inside} is ({match[3]})."
    )


@RULES.when(
    r"numel\(\) == 0|to have non-zero size|tensor of 0 elements",
    r"non-empty (TensorList|list of Tensors)",
)
def nothing_left(scene: Scene, match: re.Match[str]) -> str:
    """A reduction of nothing, as after a mask that allows nothing."""
    for one in scene.named:
        real = one.ghost.real
        if one.ghost.dtype == "bool" and real is not None and not bool(real.any()):
            return (
                f"The mask `{one.text}` is empty: True nowhere, so it selects nothing."
            )
    empty = [one for one in scene.named if 0 in one.ghost.shape]
    if empty:
        return (
            f"`{empty[0].text}` holds no numbers, as after selecting with an empty "
            "mask (one that is True nowhere)."
        )
    return "The list is empty: there is nothing to join." if match[1] else ""


@RULES.when(r"Torch not compiled with CUDA enabled")
def no_cuda(scene: Scene, match: re.Match[str]) -> str:
    """`.cuda()` without a CUDA device."""
    return (
        "This PyTorch has no CUDA. The chapters run on the CPU; "
        "`course_lib.resources.device()` picks what is there."
    )


@RULES.when(r"out of memory")
def out_of_memory(scene: Scene, match: re.Match[str]) -> str:
    """Weights of (B, H, T, T) grow with the square of the length."""
    return "The memory is full: make B or T smaller (weights grow with T · T)."
