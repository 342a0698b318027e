"""Weights as whole numbers of 8 bits: a quarter of float32, nearly the same answers.

Source: Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference, section 2; here symmetric, one scale a row.
"""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.errors import ShapeError
from course_lib.inference import linears

LARGEST = 127  # of int8 on both sides of 0; -128 is left out


def quantize(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Round a matrix to 255 steps, each row by a scale of its own.

    Args:
        weight: (out, in)

    Returns:
        int8 (out, in), and the scale (out, 1): the largest magnitude of each row / 127.
        A row of zeros has zeros and the scale 1.

    Raises:
        ShapeError: it is no matrix.
    """
    if weight.dim() != 2:
        raise ShapeError(
            f"quantize takes a matrix (out, in), got {tuple(weight.shape)}: give it "
            "one layer's weight"
        )
    scale = weight.abs().amax(dim=1, keepdim=True) / LARGEST  # (out, 1)
    scale = scale.masked_fill(scale == 0, 1.0)
    return (weight / scale).round().clamp(-LARGEST, LARGEST).to(torch.int8), scale


def dequantize(numbers: Tensor, scale: Tensor) -> Tensor:
    """The weights that are meant: int8 (out, in) times scale (out, 1)."""
    return numbers.to(scale.dtype) * scale


class Quantized(nn.Module):
    """A linear layer whose weights are kept in 8 bits, and multiplied in the input's.

    It saves memory, not time: `course_lib.optimize(quantize="int8")` multiplies in
    8 bits.
    """

    def __init__(self, layer: nn.Linear) -> None:
        """Round the weights of a layer; its bias stays as it is."""
        super().__init__()
        self.in_features, self.out_features = layer.in_features, layer.out_features
        numbers, scale = quantize(layer.weight.detach())
        self.register_buffer("numbers", numbers)
        self.register_buffer("scale", scale)
        self.bias = layer.bias

    def forward(self, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        weight = dequantize(self.numbers, self.scale).to(x.dtype)
        return F.linear(x, weight, self.bias)


def quantize_linears(model: nn.Module) -> nn.Module:
    """A copy of a model whose linear layers are `Quantized`.

    Layers that share their weight with another, such as the last one of a GPT with the
    table of words, stay as they are: rounding one would not save the other.
    """
    small = copy.deepcopy(model).eval()
    uses: dict[int, int] = {}
    for module in small.modules():
        for weight in module.parameters(recurse=False):
            uses[id(weight)] = uses.get(id(weight), 0) + 1
    for owner, name, layer in list(linears(small)):
        if uses[id(layer.weight)] == 1:
            setattr(owner, name, Quantized(layer))
    return small
