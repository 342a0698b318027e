"""Small models with random weights, one of each family, and tokenizers for them."""

from functools import cache
from typing import Any

import torch
import transformers as hf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

TEXT = "The animal did not cross the [MASK]"
PAIR = "A red house"
CORPUS = [
    "The animal did not cross the street because it was too tired .",
    "A red house stood near the river . café",
]
SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}
PAIRED = {
    "d_model": 32,
    "encoder_layers": 2,
    "decoder_layers": 3,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 64,
    "decoder_start_token_id": 0,
    "pad_token_id": 0,
    "eos_token_id": 3,
    "forced_eos_token_id": None,
}


@cache
def word_pieces() -> Any:
    """A WordPiece tokenizer with BERT's special tokens."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordPieceTrainer(vocab_size=120, special_tokens=special)
    made.train_from_iterator(CORPUS, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    named = dict(zip(("pad", "unk", "cls", "sep", "mask"), special, strict=True))
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token="[SEP]",
        **{f"{name}_token": token for name, token in named.items()},
    )


@cache
def bytes_joined() -> Any:
    """A byte-level tokenizer as GPT-2's."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<|end|>"], initial_alphabet=alphabet
    )
    made.train_from_iterator(CORPUS, trainer)
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|end|>")


def _distilbert(size: int) -> Any:
    config = hf.DistilBertConfig(
        vocab_size=size,
        dim=32,
        n_layers=3,
        n_heads=4,
        hidden_dim=64,
        max_position_embeddings=64,
    )
    return hf.DistilBertForMaskedLM(config)


def _gpt2(size: int) -> Any:
    config = hf.GPT2Config(
        vocab_size=size, n_embd=32, n_layer=3, n_head=4, n_positions=64
    )
    return hf.GPT2LMHeadModel(config)


def _t5(size: int) -> Any:
    config = hf.T5Config(
        vocab_size=size,
        d_model=32,
        d_kv=8,
        num_layers=2,
        num_decoder_layers=3,
        num_heads=4,
        d_ff=64,
        decoder_start_token_id=0,
        eos_token_id=3,
    )
    return hf.T5ForConditionalGeneration(config)


MODELS = {
    "bert": lambda v: hf.BertForMaskedLM(hf.BertConfig(vocab_size=v, **SIZES)),
    "bert-class": lambda v: hf.BertForSequenceClassification(
        hf.BertConfig(vocab_size=v, num_labels=3, **SIZES)
    ),
    "bert-bare": lambda v: hf.BertModel(hf.BertConfig(vocab_size=v, **SIZES)),
    "bert-tags": lambda v: hf.BertForTokenClassification(
        hf.BertConfig(vocab_size=v, num_labels=5, **SIZES)
    ),
    "roberta": lambda v: hf.RobertaForMaskedLM(
        hf.RobertaConfig(vocab_size=v, pad_token_id=0, **SIZES)
    ),
    "distilbert": _distilbert,
    "gpt2": _gpt2,
    "llama": lambda v: hf.LlamaForCausalLM(
        hf.LlamaConfig(vocab_size=v, num_key_value_heads=2, **SIZES)
    ),
    "t5": _t5,
    "marian": lambda v: hf.MarianMTModel(hf.MarianConfig(vocab_size=v, **PAIRED)),
    "bart": lambda v: hf.BartForConditionalGeneration(
        hf.BartConfig(vocab_size=v, **PAIRED)
    ),
}


def tiny(name: str) -> tuple[Any, Any]:
    """A model with weights that are not tiny, and a tokenizer for it."""
    tokenizer = bytes_joined() if name in ("gpt2", "llama") else word_pieces()
    torch.manual_seed(0)
    model = MODELS[name](len(tokenizer))
    with torch.no_grad():
        for parameter in filter(lambda one: one.requires_grad, model.parameters()):
            parameter.add_(torch.randn_like(parameter), alpha=0.1)
    return model.eval(), tokenizer
