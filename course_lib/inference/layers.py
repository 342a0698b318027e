"""Linear layers whose weights are laid out once as the processor multiplies them.

PyTorch keeps a weight as rows of numbers and brings it into the order its kernels like
anew in every product. Here that is done once. Equal to `nn.Linear`: in float32 to the
last digits, in int8 as far as 255 steps go.
"""

import warnings
from collections.abc import Callable
from typing import Any, Self

import torch
from torch import Tensor, nn

from course_lib.errors import CourseError
from course_lib.fit import require_width

# What oneDNN can append to a product, by the names that config.json uses.
BENDS = {
    "none": ("none", ""),
    "gelu": ("gelu", "none"),
    "gelu_new": ("gelu", "tanh"),
    "relu": ("relu", ""),
    "silu": ("swish", ""),
    "swish": ("swish", ""),
    "tanh": ("tanh", ""),
}


class FixedLinear(nn.Module):
    """A linear layer that only computes; base of those below.

    Its state reads as an `nn.Linear`'s: "weight" (out, in) and "bias" (out,).
    """

    def __init__(self, linear: nn.Linear) -> None:
        """Take over the weights of a layer, which stays as it is."""
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.has_bias = linear.bias is not None
        bias = None if linear.bias is None else linear.bias.detach()
        self.lay_out(linear.weight.detach(), bias)

    def lay_out(self, weight: Tensor, bias: Tensor | None) -> None:
        """Bring weight (out, in) and bias (out,) into the order of the kernel."""
        raise NotImplementedError

    @property
    def weight(self) -> Tensor:
        """(out, in), made anew: to be looked at, not to be computed with."""
        raise NotImplementedError

    def extra_repr(self) -> str:
        """Like `nn.Linear`'s."""
        return f"{self.in_features}, {self.out_features}, bias={self.has_bias}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # What was laid out can't be copied, and never changes: it can be shared.
        copy = self.__new__(type(self))
        copy.__dict__ = {
            name: value.copy() if isinstance(value, dict) else value
            for name, value in self.__dict__.items()
        }
        return copy

    def _save_to_state_dict(
        self, destination: dict[str, Tensor], prefix: str, keep_vars: bool
    ) -> None:
        destination[f"{prefix}weight"] = self.weight
        if self.has_bias:
            destination[f"{prefix}bias"] = self.bias

    def _load_from_state_dict(
        self,
        state: dict[str, Tensor],
        prefix: str,
        metadata: dict[str, Any],
        strict: bool,
        missing: list[str],
        unexpected: list[str],
        errors: list[str],
    ) -> None:
        names = ["weight", "bias"] if self.has_bias else ["weight"]
        absent = [f"{prefix}{n}" for n in names if f"{prefix}{n}" not in state]
        if absent:
            missing.extend(absent)
            return
        weight, bias = state[f"{prefix}weight"], state.get(f"{prefix}bias")
        if weight.shape != (self.out_features, self.in_features):
            errors.append(
                f"{prefix}weight is {tuple(weight.shape)}, expected "
                f"{(self.out_features, self.in_features)}"
            )
            return
        self.lay_out(weight.detach().to(self.dtype), bias)

    def _apply(self, move: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        now = torch.empty(0, dtype=self.dtype)
        then = move(now)
        if (then.dtype, then.device) != (now.dtype, now.device):
            raise CourseError(
                f"these weights were laid out for {now.dtype} on the {now.device}, not "
                f"for {then.dtype} on {then.device}: move the original model, and "
                "call optimize again"
            )
        return self


class PackedLinear(FixedLinear):
    """A product by oneDNN, in float32 or bfloat16."""

    def lay_out(self, weight: Tensor, bias: Tensor | None) -> None:
        """Bring weight (out, in) into blocks that fit the processor's registers."""
        self.dtype = weight.dtype
        # Without a number of rows to expect: measured best or equal for 1 to 1024.
        self._packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous())
        self.bias = None if bias is None else bias.to(weight.dtype).clone()

    @property
    def weight(self) -> Tensor:
        """(out, in), made anew."""
        return self._packed.to_dense()

    def forward(self, x: Tensor, bend: str = "none") -> Tensor:
        """Multiply x (..., in); `bend` is appended where the result still is at hand.

        Args:
            x: (..., in)
            bend: one of BENDS.

        Returns:
            (..., out)
        """
        name, algorithm = BENDS[bend]
        return torch.ops.mkldnn._linear_pointwise.default(
            x, self._packed, self.bias, name, [], algorithm
        )


class Int8Linear(FixedLinear):
    """A product in whole numbers, by FBGEMM.

    Each row of the weight is rounded to 255 steps once. The inputs are rounded to 256
    steps between their least and their greatest in every call. The sums are exact, and
    come out in float32. A weight takes a quarter of the memory, and of the time that it
    takes to read it.

    Source: Jacob et al. 2018, Quantization and Training of Neural Networks for
    Efficient Integer-Arithmetic-Only Inference.
    """

    dtype = torch.float32

    def lay_out(self, weight: Tensor, bias: Tensor | None) -> None:
        """Round weight (out, in), and put it into FBGEMM's order."""
        weight = weight.float()
        self.bias = None if bias is None else bias.float().clone()
        steps = _in_steps(weight)
        self._packed = torch.ops.quantized.linear_prepack(steps, self.bias)
        self._reduce = not multiplies_bytes()

    @property
    def weight(self) -> Tensor:
        """(out, in), made anew, as it was rounded."""
        return torch.ops.quantized.linear_unpack(self._packed)[0].dequantize()

    def forward(self, x: Tensor) -> Tensor:
        """Multiply x (..., in): (..., out)."""
        return torch.ops.quantized.linear_dynamic(x, self._packed, self._reduce)


class FusedFeedForward(nn.Module):
    """`FeedForward` whose bend is part of its first product."""

    def __init__(
        self, inner: PackedLinear, outer: PackedLinear, activation: str
    ) -> None:
        """Take over the layers of a `FeedForward`."""
        super().__init__()
        self.inner, self.outer, self.activation = inner, outer, activation

    def forward(self, x: Tensor) -> Tensor:
        """Transform each position of x (..., D) by itself."""
        require_width("x", x, self.inner.in_features)
        return self.outer(self.inner(x, self.activation))


def multiplies_bytes() -> bool:
    """Whether this processor sums products of bytes in 32 bits (VNNI).

    Others sum two of them in 16 bits, which may overflow: there, inputs are rounded to
    128 steps instead of 256.
    """
    known = torch.cpu.get_capabilities()
    return any(known.get(name) for name in ("avx512_vnni", "avx_vnni"))


def _in_steps(weight: Tensor) -> Tensor:
    """A weight (out, in) in 255 steps a row, from -127 to 127."""
    size = weight.abs().amax(dim=1).clamp(min=torch.finfo(torch.float32).tiny) / 127
    zero = torch.zeros(len(weight), dtype=torch.int64)
    with warnings.catch_warnings():
        # PyTorch announces the end of this way to make a tensor of steps. FBGEMM takes
        # no other, and nothing is as fast; `optimize` asks first whether it is there.
        warnings.filterwarnings("ignore", message=".*deprecated", category=UserWarning)
        return torch.quantize_per_channel(weight, size, zero, 0, torch.qint8)
