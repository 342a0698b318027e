"""Watching every attention of a model while it computes, and switching heads off.

Transformers' models get an attention function of our own for the time being: their
module's own written-out one, with what goes in and comes out kept. Our models are
watched by hooks.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention import MultiHeadAttention, split_heads
from course_lib.errors import CourseError

Off = Mapping[str, set[int]]
"""Heads that are switched off, by the place of their attention in the model."""
IMPLEMENTATION = "course_recording"


@dataclass
class Call:
    """One attention over one text, as it was computed.

    Attributes:
        place: name of the attention's module in the model.
        weights: (H, T_q, T_k)
        query, key: (H, T_q, d), (H, T_k, d): after rotation, a group's keys repeated.
        scale: of the products; None means 1 / √d.
        bias: (H, T_q, T_k) added to the scaled scores, None for none.
    """

    place: str
    weights: Tensor
    query: Tensor
    key: Tensor
    scale: float | None = None
    bias: Tensor | None = None


class Recorder:
    """What was seen, in the order of computation, and what is to be switched off."""

    def __init__(self, model: nn.Module, off: Off) -> None:
        self.places = {module: name for name, module in model.named_modules()}
        self.off, self.calls = off, []

    def keep(self, module: nn.Module, weights: Tensor, **seen: Any) -> None:
        """Note one call of an attention module."""
        self.calls.append(Call(self.places[module], weights[0].detach(), **seen))

    def heads_off(self, module: nn.Module) -> list[int]:
        """Heads of this module that shall say nothing."""
        return sorted(self.off.get(self.places[module], ()))


@contextmanager
def recording(model: nn.Module, off: Off | None = None) -> Iterator[Recorder]:
    """Record the attention of every call of the model inside the block.

    The model computes in evaluation mode and without gradients; afterwards it is as it
    was. One text at a time: of a batch the first is kept.

    Args:
        model: one of Transformers', or of course_lib's.
        off: heads whose context is set to 0.

    Raises:
        CourseError: a model of another kind.
    """
    recorder = Recorder(model, off or {})
    training = [module for module in model.modules() if module.training]
    with ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        if any(isinstance(m, MultiHeadAttention) for m in model.modules()):
            stack.enter_context(_hooks(model, recorder))
        elif hasattr(model, "set_attn_implementation"):
            stack.enter_context(_own_function(model, recorder))
        else:
            raise CourseError(
                f"{type(model).__name__} is neither a model of Transformers nor of "
                "course_lib: hand AttentionExplorer(weights, tokens) its weights."
            )
        model.eval()
        try:
            yield recorder
        finally:
            for module in training:
                module.training = True


@contextmanager
def _hooks(model: nn.Module, recorder: Recorder) -> Iterator[None]:
    """Watch the MultiHeadAttention modules of course_lib."""
    with ExitStack() as stack:
        for module in model.modules():
            if isinstance(module, MultiHeadAttention):
                hook = _Hook(module, recorder)
                handles = (
                    module.register_forward_hook(hook.after, with_kwargs=True),
                    module.output.register_forward_pre_hook(hook.before_output),
                )
                for handle in handles:
                    stack.callback(handle.remove)
        yield


class _Hook:
    """Watches one MultiHeadAttention."""

    def __init__(self, module: MultiHeadAttention, recorder: Recorder) -> None:
        self.module, self.recorder = module, recorder

    def before_output(self, _: nn.Module, args: tuple[Tensor, ...]) -> Any:
        """Set the columns of heads that are off to 0: (B, T, D)."""
        heads = self.recorder.heads_off(self.module)
        if not heads:
            return None
        by_head = args[0].unflatten(-1, (self.module.num_heads, -1)).clone()
        by_head[..., heads, :] = 0
        return (by_head.flatten(-2), *args[1:])

    def after(
        self, _: nn.Module, args: tuple[Any, ...], options: dict[str, Any], out: Any
    ) -> None:
        """Keep the weights, and compute queries and keys once more."""
        if out[1] is None:
            raise CourseError(
                "This model does not hand out its weights: call it with "
                "output_attentions=True."
            )
        x = args[0]
        memory = args[1] if len(args) > 1 else options.get("memory")
        query, key = _queries_and_keys(self.module, x, memory)
        self.recorder.keep(self.module, out[1], query=query[0], key=key[0])


def _queries_and_keys(
    module: MultiHeadAttention, x: Tensor, memory: Tensor | None
) -> tuple[Tensor, Tensor]:
    """(B, H, T_q, d) and (B, H, T_k, d) as they are multiplied."""
    query = module.qkv(x).chunk(3, dim=-1)[0]
    key = module.qkv(x if memory is None else memory).chunk(3, dim=-1)[1]
    query, key = (split_heads(part, module.num_heads) for part in (query, key))
    if module.rotary is not None and memory is None:
        query, key = module.rotary(query, 0), module.rotary(key, 0)
    return query, key


@contextmanager
def _own_function(model: Any, recorder: Recorder) -> Iterator[None]:
    """Let a Transformers model compute attention through `_watched`."""
    configs = {id(m.config): m.config for m in model.modules() if hasattr(m, "config")}
    before = [
        (config, config._attn_implementation)
        for config in configs.values()
        if hasattr(config, "_attn_implementation")
    ]
    _register()
    _recorders.append(recorder)
    try:
        for config, _ in before:
            config._attn_implementation = IMPLEMENTATION
        yield
    finally:
        for config, implementation in before:
            config._attn_implementation = implementation
        _recorders.pop()


_recorders: list[Recorder] = []  # the innermost `recording` block is the last


def _register() -> None:
    """Make our attention function and the masks it needs known to Transformers."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import eager_mask

    AttentionInterface.register(IMPLEMENTATION, _watched)
    AttentionMaskInterface.register(IMPLEMENTATION, eager_mask)


def _watched(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, *rest: Any, **options
) -> tuple[Tensor, Tensor]:
    """The module's own written-out attention, watched.

    Args:
        query: (B, H, T_q, d)
        key, value: (B, H or fewer, T_k, d)

    Returns:
        context (B, T_q, H, d), weights (B, H, T_q, T_k)
    """
    written_out = _written_out(module)
    context, weights = written_out(module, query, key, value, *rest, **options)
    recorder, bias = _recorders[-1], options.get("position_bias")
    recorder.keep(
        module,
        weights,
        query=query[0],
        key=key[0].repeat_interleave(query.shape[1] // key.shape[1], dim=0),
        scale=options.get("scaling"),
        bias=None if bias is None or not bias.any() else bias[0],
    )
    heads = recorder.heads_off(module)
    if heads:
        context = context.clone()
        context[:, :, heads] = 0
    return context, weights


def _written_out(module: nn.Module) -> Any:
    """`eager_attention_forward` of the file that the module's class stands in."""
    found = getattr(
        sys.modules[type(module).__module__], "eager_attention_forward", None
    )
    if found is None:
        raise CourseError(
            f"{type(module).__name__} has no written-out attention to look at: hand "
            "AttentionExplorer(weights, tokens) the weights it returns."
        )
    return found
