"""Floor 2: models made smaller: fewer bits, weights, layers, or fewer to train.

>>> numbers, scale = quantize(weight)  # int8 (out, in) and one scale a row
>>> mask = magnitude_mask(weight, 0.5)  # which half of the weights stays
>>> student = every_other_block(bert)  # half the depth, to be taught by the whole
>>> adapted = add_low_rank(model, rank=4)  # trains a few per cent of the weights

These are the taught versions. What is fast is in `course_lib.inference`.
"""

from course_lib.lazy import handing_out

_HOMES = {
    "LowRankLinear": "low_rank",
    "Quantized": "quantization",
    "add_low_rank": "low_rank",
    "bytes_on_disk": "costs",
    "dequantize": "quantization",
    "distillation_loss": "distillation",
    "every_other_block": "distillation",
    "head_importance": "heads",
    "magnitude_mask": "pruning",
    "merge_low_rank": "low_rank",
    "peak_memory": "costs",
    "prune": "pruning",
    "quantize": "quantization",
    "quantize_linears": "quantization",
    "seconds": "costs",
    "sparsity": "pruning",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)
