"""What Hugging Face's MarianMT checkpoints call their tensors."""

from collections.abc import Mapping

from torch import Tensor, equal, zeros

# Our layers, and Hugging Face's of which they consist.
ENCODER_BLOCK = {
    "attention.qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "attention.output": ("self_attn.out_proj",),
    "norm1": ("self_attn_layer_norm",),
    "feed_forward.inner": ("fc1",),
    "feed_forward.outer": ("fc2",),
    "norm2": ("final_layer_norm",),
}
DECODER_BLOCK = ENCODER_BLOCK | {
    "cross_attention.qkv": (
        "encoder_attn.q_proj",
        "encoder_attn.k_proj",
        "encoder_attn.v_proj",
    ),
    "cross_attention.output": ("encoder_attn.out_proj",),
    "norm2": ("encoder_attn_layer_norm",),
    "norm3": ("final_layer_norm",),
}
SHARED = "shared.weight"
READ, WRITTEN = "encoder.embed_tokens.weight", "decoder.embed_tokens.weight"
# Computed, not learned.
POSITIONS = ("encoder.embed_positions.weight", "decoder.embed_positions.weight")


def layers(depths: tuple[int, int], shared: bool) -> dict[str, tuple[str, ...]]:
    """Our layers, and for each the names of those that it consists of.

    Args:
        depths: how many blocks the encoder has, and the decoder.
        shared: whether both texts are of one vocabulary.
    """
    if shared:
        found = {"encoder_embeddings.words": ("shared",)}
    else:
        found = {
            "encoder_embeddings.words": ("encoder.embed_tokens",),
            "decoder_embeddings.words": ("decoder.embed_tokens",),
        }
    blocks = ENCODER_BLOCK, DECODER_BLOCK
    for side, depth, block in zip(("encoder", "decoder"), depths, blocks, strict=True):
        for i in range(depth):
            for ours, parts in block.items():
                names = tuple(f"{side}.layers.{i}.{one}" for one in parts)
                found[f"{side}.{i}.{ours}"] = names
    return found


def belonging(
    tensors: Mapping[str, Tensor], shared: bool
) -> tuple[dict[str, Tensor], str]:
    """A checkpoint's tensors, each once, without positions; and their prefix."""
    kept = dict(tensors)
    prefix = "model." if any(name.startswith("model.") for name in kept) else ""
    for name in POSITIONS:
        kept.pop(f"{prefix}{name}", None)
    original = f"{prefix}{SHARED if shared else WRITTEN}"
    copies = [f"{prefix}{READ}", f"{prefix}{WRITTEN}"] if shared else []
    table = kept.get(original)
    for copy in (*copies, "lm_head.weight"):
        if table is not None and copy in kept and equal(kept[copy], table):
            del kept[copy]
    if table is not None and table.dim() == 2:
        # The model without its last layer has no bias there.
        kept.setdefault("final_logits_bias", zeros(1, len(table), dtype=table.dtype))
    return kept, prefix
