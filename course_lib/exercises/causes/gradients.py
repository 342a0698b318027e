"""Gradients, and tensors that leave PyTorch for numpy or plain Python."""

import ast
import re

from course_lib.exercises.causes.rules import Rules
from course_lib.exercises.causes.scene import Scene

RULES = Rules()


@RULES.when(r"a leaf Variable that requires grad")
def parameter_in_place(scene: Scene, match: re.Match[str]) -> str:
    """A parameter changed in place while gradients are recorded."""
    return (
        f"{scene.subject} is a parameter: change it in place only inside "
        "`with torch.no_grad():`."
    )


@RULES.when(r"Can't call numpy\(\) on Tensor that requires grad")
def numpy_with_gradient(scene: Scene, match: re.Match[str]) -> str:
    """numpy() on a part of a computation that is recorded."""
    return (
        f"{scene.subject} requires gradients, which numpy does not know: "
        "`.detach().numpy()`."
    )


@RULES.when(r"Got unsupported ScalarType BFloat16")
def numpy_of_bfloat16(scene: Scene, match: re.Match[str]) -> str:
    """numpy() on bfloat16."""
    return "numpy has no bfloat16: `.float().numpy()`."


@RULES.when(r"can't convert (\w+:?\d*) device type tensor to numpy")
def numpy_on_device(scene: Scene, match: re.Match[str]) -> str:
    """numpy() on a tensor that is not on the CPU."""
    return f"{scene.subject} is on {match[1]}; numpy needs the CPU: `.cpu()`."


@RULES.when(r"does not require grad and does not have a grad_fn")
def nothing_to_differentiate(scene: Scene, match: re.Match[str]) -> str:
    """backward on something that no parameter led to."""
    return (
        f"Nothing that {scene.subject_inside} was computed from requires gradients. "
        "Was it computed under `torch.no_grad()`, or detached on the way?"
    )


@RULES.when(r"grad can be implicitly created only for scalar outputs")
def backward_of_many(scene: Scene, match: re.Match[str]) -> str:
    """backward on a tensor of several numbers."""
    return "`backward` starts from one number: `.mean()` or `.sum()` first."


@RULES.when(r"Trying to backward through the graph a second time")
def backward_twice(scene: Scene, match: re.Match[str]) -> str:
    """backward twice through one computation."""
    return "Each `backward` needs the loss computed anew: compute it inside the loop."


@RULES.when(r"needed for gradient computation has been modified by an inplace")
def changed_before_backward(scene: Scene, match: re.Match[str]) -> str:
    """A value that backward needs was overwritten."""
    return (
        "A value that the gradient needs was overwritten in place (`+=`, `x[...] = `, "
        "a method ending in `_`): make a new tensor instead."
    )


@RULES.when(r"Boolean value of Tensor with more than one value is ambiguous")
def ambiguous_truth(scene: Scene, match: re.Match[str]) -> str:
    """A tensor of several numbers as a condition."""
    return (
        "A tensor of several numbers is neither true nor false: say `.any()`, `.all()` "
        "or `is not None`."
    )


@RULES.when(
    r"[Oo]nly one element tensors can be converted to Python scalars",
    r"a Tensor with \d+ elements cannot be converted to Scalar",
)
def many_as_one(scene: Scene, match: re.Match[str]) -> str:
    """A tensor of several numbers where Python needs one."""
    if isinstance(scene.node, ast.Call):
        name = ast.unparse(scene.node.func)
        if name.startswith("math."):
            ours = name.replace("math.", "torch.")
            return f"`{name}` takes one number; `{ours}` takes a tensor."
        if name in {"torch.tensor", "torch.as_tensor"}:
            return "A list of tensors is joined with `torch.stack`."
    return f"Python needs one number here; {scene.subject_inside} holds several."
