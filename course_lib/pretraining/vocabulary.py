"""Tokenizers for the small models, learned from the texts that these learn from.

They are Hugging Face's `tokenizers`, in the layouts of BERT, GPT-2 and Marian, saved so
that `AutoTokenizer` opens the folder without a file of another format.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer, WordPieceTrainer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

END_OF_TEXT = "<|endoftext|>"
BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
BERT_NORMALIZER = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
BERT_SPLIT = pre_tokenizers.BertPreTokenizer()
MARIAN_SPECIAL = ("</s>", "<unk>", "<pad>")
# What a course in English and French may meet, whether or not the texts have it.
LETTERS = (
    "".join(map(chr, range(33, 127))) + "àâäæçéèêëîïñôöœùûüÿÀÂÆÇÉÈÊËÎÏÔŒÙÛÜ«»’–—£€°"
)


def wordpiece(
    texts: Iterable[str], size: int, longest: int
) -> "PreTrainedTokenizerFast":
    """A vocabulary like BERT's, with capitals: [CLS] text [SEP], continuations as ##s.

    Args:
        texts: what it learns from.
        size: the number of tokens.
        longest: positions of the model.
    """
    pieces = _wordpiece_vocabulary(texts, size)
    made = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    made.normalizer, made.pre_tokenizer = BERT_NORMALIZER, BERT_SPLIT
    made.decoder = decoders.WordPiece()
    made.add_special_tokens(list(BERT_SPECIAL))
    made.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(one, made.token_to_id(one)) for one in ("[CLS]", "[SEP]")],
    )
    names = dict(zip(("pad", "unk", "cls", "sep", "mask"), BERT_SPECIAL, strict=True))
    # BertTokenizer, opening this folder, would make everything lower case without.
    return _wrapped(made, longest, names, types=True, do_lower_case=False)


def _wordpiece_vocabulary(texts: Iterable[str], size: int) -> dict[str, int]:
    """Pieces and their ids, the same ones whenever they are learned."""
    texts = list(texts)
    letters = sorted({*LETTERS, *BERT_NORMALIZER.normalize_str("".join(texts))})
    letters = [letter for letter in letters if not letter.isspace()]
    trainer = WordPieceTrainer(
        vocab_size=size,
        # The trainer numbers letters within words as a hash map has them, else.
        special_tokens=[*BERT_SPECIAL, *(f"##{letter}" for letter in letters)],
        initial_alphabet=letters,
        show_progress=False,
    )
    learned = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learned.normalizer, learned.pre_tokenizer = BERT_NORMALIZER, BERT_SPLIT
    learned.train_from_iterator(texts, trainer)
    return learned.get_vocab()


def byte_pairs(
    texts: Iterable[str], size: int, longest: int
) -> "PreTrainedTokenizerFast":
    """A vocabulary like GPT-2's, on bytes, so that no text is unknown to it.

    Its one special token ends a text, begins the next, and fills up. As with GPT-2,
    nothing is put in front of a prompt.
    """
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=size,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    return _wrapped(made, longest, dict.fromkeys(("bos", "eos", "pad"), END_OF_TEXT))


def sentence_pieces(
    texts: Iterable[str], size: int, longest: int
) -> "PreTrainedTokenizerFast":
    """A vocabulary like Marian's, of both languages: pieces, a space written as ▁.

    Every text ends with </s>, and none begins with a token of its own.
    """
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        # Apostrophes part what French writes together: l'|eau, qu'|il.
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation("isolated")]
    )
    made.decoder = decoders.Metaspace()
    trainer = BpeTrainer(
        vocab_size=size,
        special_tokens=list(MARIAN_SPECIAL),
        initial_alphabet=["▁", *LETTERS],
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    made.post_processor = TemplateProcessing(
        single="$A </s>",
        pair="$A $B </s>",
        special_tokens=[("</s>", made.token_to_id("</s>"))],
    )
    names = dict(zip(("eos", "unk", "pad"), MARIAN_SPECIAL, strict=True))
    return _wrapped(made, longest, names)


def save(tokenizer: "PreTrainedTokenizerFast", folder: Path) -> None:
    """Write tokenizer.json and tokenizer_config.json, in a form that stays put."""
    tokenizer.save_pretrained(str(folder))
    file = folder / "tokenizer_config.json"
    settings = json.loads(file.read_text(encoding="utf-8"))
    # By this name every version of Transformers knows the class.
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    text = json.dumps(settings, indent=2, sort_keys=True, ensure_ascii=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def load(folder: Path) -> "PreTrainedTokenizerFast":
    """The tokenizer in a folder."""
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(str(folder), local_files_only=True)


def _wrapped(
    made: Tokenizer,
    longest: int,
    names: dict[str, str],
    types: bool = False,
    **settings: bool,
) -> "PreTrainedTokenizerFast":
    """The tokenizer as Transformers calls it; with types, it tells two texts apart."""
    from transformers import PreTrainedTokenizerFast

    special = {f"{name}_token": token for name, token in names.items()}
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        model_max_length=longest,
        clean_up_tokenization_spaces=False,
        model_input_names=[
            "input_ids",
            *(["token_type_ids"] if types else []),
            "attention_mask",
        ],
        **special,
        **settings,
    )
