"""Wrong dtypes, devices, masks, indices and gradients are explained."""

import pytest
import torch

from course_lib.exercises.causes import kinds
from course_lib.exercises.causes.place import find_place
from course_lib.exercises.causes.scene import Scene
from course_lib.exercises.explain import explain

NOTHING = "nothing = torch.zeros(4, 6, dtype=torch.bool)\n"
CASES = [
    (
        "query @ key.mT.double()",
        "`query` is float32",
        "is float64",
        "`.to(query.dtype)`",
    ),
    ("linear(ids.expand(8, 3).mT)", "is int64", "`.to(linear.weight.dtype)`"),
    ("query.half() @ key.mT", "`query.half()` is float16"),
    ("scores.masked_fill(ones, 0.0)", "`ones` is float32; a mask is boolean here"),
    ("scores.masked_fill(mask.long(), 0.0)", "`mask.long()` is int64"),
    ("torch.where(ones, scores, 0.0)", "a mask is boolean"),
    (
        "F.scaled_dot_product_attention(query, key, value, attn_mask=mask.long())",
        "`mask.long()` is int64; a mask is boolean here, True = may attend",
    ),
    ("~ones", "`ones` is float32; a mask is boolean"),
    ("1 - mask", "`mask` is boolean: `~mask` turns it"),
    ("-mask", "`~mask`"),
    ("ids.softmax(-1)", "`ids` is int64; this needs floating-point numbers"),
    ("ids.mean()", "`ids.float()`"),
    ("ids += 0.5", "`ids` holds whole numbers"),
    ("ids.masked_fill(ids > 1, -math.inf)", "no infinity"),
    ("embedding(ids.float())", "`ids.float()` is float32", "whole numbers"),
    ("embedding.weight[ids.float()]", "`ids.float()` is float32"),
    ("x.index_select(0, ones[0])", "whole numbers: `.long()`"),
    (
        "embedding(ids)",
        "`ids` holds ids from 1 to 99",
        "`embedding.weight` has V = 10 rows, 0 to 9",
    ),
    ("embedding.weight[ids]", "has 10 entries, 0 to 9; 99 was asked for"),
    ("x.gather(-1, torch.full((2, 4, 1), 12))", "Axis 2 of `x` has 12 entries"),
    (
        "F.cross_entropy(ones, torch.tensor([0, 1, 9, 1]))",
        "5 classes, 0 to 4",
        "hold 9",
    ),
    ("query.softmax(4)", "`query` has 4 axes: `dim` may be -4 to 3, not 4"),
    ("x[0, 0, 0, 0]", "`x` has 3 axes"),
    ("query[:, :, mask]", "`mask` (4, 5)", "`query` is (2, 3, 4, 6)"),
    (NOTHING + "query[0, 0][nothing].max()", "mask `nothing` is empty: True nowhere"),
    (NOTHING + "chosen = query[0, 0][nothing]\nchosen.max()", "empty mask"),
    ("linear.weight.add_(1)", "`linear.weight` is a parameter", "torch.no_grad()"),
    ("linear.weight.numpy()", ".detach().numpy()"),
    ("query.bfloat16().numpy()", ".float().numpy()"),
    ("query.sum().backward()", "`torch.no_grad()`, or detached"),
    ("linear.weight.backward()", "`backward` starts from one number"),
    ("y = linear.weight.exp().sum()\ny.backward()\ny.backward()", "computed anew"),
    ("y = linear.weight.exp()\ny += 1\ny.sum().backward()", "overwritten in place"),
    ("if mask: pass", "neither true nor false"),
    ("float(query)", "Python needs one number here; `query` holds several"),
    ("math.sqrt(query)", "`torch.sqrt` takes a tensor"),
    ("torch.tensor([query, key])", "`torch.stack`"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_what_is_of_the_wrong_kind_is_named(case, raised, tensors) -> None:
    code, *parts = case
    text = explain(raised(code, **tensors)) or ""
    assert [part for part in parts if part not in text] == [], text


# Messages of other devices, as PyTorch 2.13 words them on CUDA and MPS.
@pytest.mark.parametrize(
    "message",
    [
        "Expected all tensors to be on the same device, but got mat2 is on cpu, "
        "different from other tensors on cuda:0 (when checking argument in method)",
        "Expected all tensors to be on the same device, but found at least two "
        "devices, cuda:0 and cpu!",
        "Placeholder storage has not been allocated on MPS device!",
        "Tensor on device cpu is not on the expected device meta!",
    ],
)
def test_devices_are_named(message, raised, tensors) -> None:
    far = torch.empty(8, 8, device="meta")
    place = find_place(raised("linear(far)", far=far, **tensors).__traceback__)
    assert place is not None
    said = kinds.RULES.explain(Scene(RuntimeError(message), place))
    assert said.startswith("`far` is on meta, `linear.weight` is on cpu: bring all")


def test_a_line_with_tensors_on_two_devices_says_where_each_is(raised, tensors) -> None:
    far = torch.empty(8, 8, device="meta")
    text = explain(raised("linear(far)", far=far, **tensors)) or ""
    assert "`far` (8, 8) on meta, `linear.weight` (8, 8) on cpu" in text
    assert "`far` is on meta, `linear.weight` is on cpu" in text
    assert "`.to(far.device)`" in text


def test_without_cuda_the_way_out_is_named(raised) -> None:
    error = raised("raise AssertionError('Torch not compiled with CUDA enabled')")
    assert "course_lib.resources.device()" in (explain(error) or "")


def test_a_full_memory_is_explained(raised) -> None:
    error = raised("raise torch.OutOfMemoryError('CUDA out of memory. Tried to ...')")
    assert "make B or T smaller" in (explain(error) or "")
