"""What Hugging Face's checkpoints of BERT and RoBERTa call their tensors."""

from collections.abc import Mapping

from torch import Tensor, equal

# Our layers, and Hugging Face's of which they consist.
EMBEDDINGS = {
    "embeddings.words": ("embeddings.word_embeddings",),
    "embeddings.types": ("embeddings.token_type_embeddings",),
    "embeddings.positions.table": ("embeddings.position_embeddings",),
    "embeddings.norm": ("embeddings.LayerNorm",),
}
BLOCK = {
    "attention.qkv": (
        "attention.self.query",
        "attention.self.key",
        "attention.self.value",
    ),
    "attention.output": ("attention.output.dense",),
    "norm1": ("attention.output.LayerNorm",),
    "feed_forward.inner": ("intermediate.dense",),
    "feed_forward.outer": ("output.dense",),
    "norm2": ("output.LayerNorm",),
}
POOLER = "pooler.dense"

# By model type and head.
HEAD_LAYERS = {
    ("bert", "masked-words"): {
        "head.dense": "cls.predictions.transform.dense",
        "head.norm": "cls.predictions.transform.LayerNorm",
        "head.output": "cls.predictions",
    },
    ("bert", "classification"): {"head.output": "classifier"},
    ("bert", "tagging"): {"head.output": "classifier"},
    ("bert", "answer-span"): {"head.output": "qa_outputs"},
    ("roberta", "masked-words"): {
        "head.dense": "lm_head.dense",
        "head.norm": "lm_head.layer_norm",
        "head.output": "lm_head",
    },
    ("roberta", "classification"): {
        "head.dense": "classifier.dense",
        "head.output": "classifier.out_proj",
    },
    ("roberta", "tagging"): {"head.output": "classifier"},
    ("roberta", "answer-span"): {"head.output": "qa_outputs"},
}
# How a head's names begin.
HEAD_GROUP = {
    ("bert", "masked-words"): "cls.predictions.",
    ("roberta", "masked-words"): "lm_head.",
    **{(kind, "classification"): "classifier." for kind in ("bert", "roberta")},
    **{(kind, "tagging"): "classifier." for kind in ("bert", "roberta")},
    **{(kind, "answer-span"): "qa_outputs." for kind in ("bert", "roberta")},
}
ALL_HEADS = ("cls.", "lm_head.", "classifier.", "qa_outputs.")
# Written twice by some: the table of words is the last layer of the head as well.
COPIES = {
    "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
    "cls.predictions.decoder.bias": "cls.predictions.bias",
    "lm_head.decoder.weight": "roberta.embeddings.word_embeddings.weight",
    "lm_head.decoder.bias": "lm_head.bias",
}


def layers(
    kind: str, head: str | None, depth: int, prefix: str
) -> dict[str, tuple[str, ...]]:
    """Our layers, and for each the names of those that it consists of.

    Args:
        kind: "bert" or "roberta".
        head: a head's name, or None.
        depth: L, how many blocks.
        prefix: of the encoder's names: "bert." where a head stands beside it, or "".
    """
    encoder = EMBEDDINGS | {"pooler": (POOLER,)}
    if (kind, head) == ("bert", "classification"):
        encoder["head.dense"] = (POOLER,)
    for i in range(depth):
        encoder |= {
            f"blocks.{i}.{ours}": tuple(f"encoder.layer.{i}.{one}" for one in parts)
            for ours, parts in BLOCK.items()
        }
    found = {
        ours: tuple(f"{prefix}{one}" for one in parts)
        for ours, parts in encoder.items()
    }
    above = HEAD_LAYERS.get((kind, head), {})
    return found | {ours: (one,) for ours, one in above.items()}


def encoder_prefix(tensors: Mapping[str, Tensor], kind: str) -> str:
    """How the encoder's names begin in a checkpoint: "bert.", "roberta." or ""."""
    prefix = f"{kind}."
    return prefix if any(name.startswith(prefix) for name in tensors) else ""


def belonging(
    tensors: Mapping[str, Tensor], kind: str, head: str | None
) -> dict[str, Tensor]:
    """What a model takes from a checkpoint that may hold other heads besides.

    Returns:
        The encoder's tensors and the head's, and those that belong to nothing known;
        with today's names for norms.
    """
    tensors = {_modern(name): x for name, x in tensors.items()}
    prefix, own = encoder_prefix(tensors, kind), HEAD_GROUP.get((kind, head))
    idle = {f"{prefix}embeddings.position_ids"}  # 0, 1, 2, ...: not learned
    for copy, name in COPIES.items():
        if copy in tensors and name in tensors and equal(tensors[copy], tensors[name]):
            idle.add(copy)
    others = ALL_HEADS
    if head and (kind, head) != ("bert", "classification"):
        others += (f"{prefix}pooler.",)
    return {
        name: x
        for name, x in tensors.items()
        if name not in idle
        and (not name.startswith(others) or (own and name.startswith(own)))
    }


def _modern(name: str) -> str:
    """Names of the first years said gamma and beta."""
    name = name.replace("Norm.gamma", "Norm.weight")
    return name.replace("Norm.beta", "Norm.bias")


def new_layers(
    tensors: Mapping[str, Tensor], kind: str, head: str | None, prefix: str
) -> set[str]:
    """Our layers of a head of which a checkpoint knows nothing at all.

    A checkpoint that holds some of a head's tensors must hold all of them.
    """
    new = set()
    group = HEAD_GROUP.get((kind, head))
    if group and not any(name.startswith(group) for name in tensors):
        new |= HEAD_LAYERS[kind, head].keys()
    if (kind, head) == ("bert", "classification"):
        pooler = f"{prefix}pooler."
        if not any(name.startswith(pooler) for name in tensors):
            new.add("head.dense")
    return new
