"""Records the tensors in data/recorded: `python -m course_lib.resources.record`.

Needs the optional encoder. Running it again gives the same values.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file
from torch import Tensor

from course_lib.resources.encoder import load_encoder
from course_lib.resources.files import data_folder
from course_lib.resources.word_groups import GROUPS

if TYPE_CHECKING:
    from transformers import BertModel, BertTokenizer

SENTENCES = {
    "animal": "The animal didn't cross the street because it was too tired",
    "wide": "The animal didn't cross the street because it was too wide",
    "children": "The children ate the cake because they were hungry",
}


@torch.no_grad()
def sentence_tensors(
    model: "BertModel", tokenizer: "BertTokenizer", sentence: str
) -> tuple[list[str], dict[str, Tensor]]:
    """The tokens of a sentence and what each layer computes for them.

    Returns:
        T tokens; query and key (L, H, T, d), weights (L, H, T, T), hidden
        (L + 1, T, D) in float16.
    """
    batch = tokenizer(sentence, return_tensors="pt")
    answer = model(**batch, output_attentions=True, output_hidden_states=True)
    hidden = torch.cat(answer.hidden_states)  # (L + 1, T, D)
    heads = model.config.num_attention_heads

    def projected(name: str) -> Tensor:
        layers = [layer.attention.self for layer in model.encoder.layer]
        rows = [getattr(a, name)(x) for a, x in zip(layers, hidden[:-1], strict=True)]
        return torch.stack(rows).unflatten(-1, (heads, -1)).transpose(1, 2)

    tensors = {
        "query": projected("query"),
        "key": projected("key"),
        "weights": torch.cat(answer.attentions),
        "hidden": hidden.half(),
    }
    tokens = tokenizer.convert_ids_to_tokens(batch["input_ids"][0].tolist())
    return tokens, {name: tensor.contiguous() for name, tensor in tensors.items()}


@torch.no_grad()
def word_vectors(
    model: "BertModel", tokenizer: "BertTokenizer"
) -> tuple[list[str], list[str], Tensor]:
    """Common words, the kind of each, and their rows of the embedding (N, D)."""
    pairs = [(word, kind) for kind, line in GROUPS.items() for word in line.split()]
    words, kinds = map(list, zip(*pairs, strict=True))
    ids = torch.tensor(tokenizer.convert_tokens_to_ids(words))
    unknown = [
        w for w, i in zip(words, ids, strict=True) if i == tokenizer.unk_token_id
    ]
    if unknown or len(set(words)) < len(words):
        raise ValueError(f"not single tokens: {unknown}, or a word stands twice")
    return words, kinds, model.embeddings.word_embeddings.weight[ids].half()


def save(tensors: dict[str, Tensor], path: Path, **texts: object) -> None:
    """Write tensors with texts in the header; one key, so that bytes never vary."""
    save_file(tensors, path, metadata={"about": json.dumps(texts)})
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Record every sentence, then the words."""
    model, tokenizer = load_encoder()
    folder = data_folder() / "recorded"
    for name, sentence in SENTENCES.items():
        tokens, tensors = sentence_tensors(model, tokenizer, sentence)
        path = folder / f"{name}.safetensors"
        save(tensors, path, sentence=sentence, tokens=tokens)
    words, kinds, vectors = word_vectors(model, tokenizer)
    path = folder / "words.safetensors"
    save({"vectors": vectors}, path, words=words, groups=kinds)


if __name__ == "__main__":
    main()
