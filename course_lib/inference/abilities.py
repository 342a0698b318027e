"""What this machine can do to make a model fast. Asked, never tried."""

import torch
from torch import nn


def can_pack(dtype: torch.dtype) -> bool:
    """Whether oneDNN is there, and multiplies in this dtype without detours."""
    known = hasattr(torch.ops.mkldnn, "_reorder_linear_weight")
    if not (torch.backends.mkldnn.is_available() and known):
        return False
    return dtype is torch.float32 or (dtype is torch.bfloat16 and has_bfloat16())


def has_bfloat16(device: torch.device | str = "cpu") -> bool:
    """Whether a device computes in bfloat16 itself, and not by way of float32."""
    kind = torch.device(device).type
    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if kind != "cpu":
        return kind == "mps"
    known = torch.cpu.get_capabilities()
    return any(known.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def has_int8() -> bool:
    """Whether FBGEMM is there, and PyTorch still hands weights to it."""
    engines = {"fbgemm", "x86"} & set(torch.backends.quantized.supported_engines)
    chosen = torch.backends.quantized.engine in engines
    return chosen and hasattr(torch, "quantize_per_channel")


def device_of(model: nn.Module) -> torch.device:
    """Where the parameters of a model are."""
    return next((x.device for x in model.parameters()), torch.device("cpu"))


def dtype_of(model: nn.Module) -> torch.dtype:
    """What the parameters of a model are made of."""
    kinds = (x.dtype for x in model.parameters() if x.is_floating_point())
    return next(kinds, torch.float32)
