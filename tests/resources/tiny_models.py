"""Tiny models as files, as Transformers saves them."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"word{i}" for i in range(59))]


@cache
def tiny_bert() -> dict[str, bytes]:
    """A BERT with V = 64, D = 16 and its tokenizer: contents by name of file."""
    from transformers import BertConfig, BertModel, BertTokenizer

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(vocab_size=len(WORDS), intermediate_size=16, **sizes)
    with TemporaryDirectory() as name:
        folder = Path(name)
        vocabulary = folder / "vocab.txt"
        vocabulary.write_text("\n".join(WORDS), encoding="utf-8")
        BertTokenizer(vocab=str(vocabulary)).save_pretrained(folder)
        BertModel(config).save_pretrained(folder)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def write(files: dict[str, bytes], folder: Path) -> Path:
    """Put files into a folder, which is made."""
    folder.mkdir(parents=True)
    for name, contents in files.items():
        (folder / name).write_bytes(contents)
    return folder
