"""A small GPT whose weights are set by hand: it holds one induction circuit.

Trained models of the course read 256 tokens, and none of their heads is a clear
induction head. This one reads 512, and what each head is for is known beforehand:

- head 0.2 (layer 0, head 2) looks one place back and notes who stood there;
- head 1.1 looks for the places whose note names its own word, and hands on the word
  found there: what followed last time follows again;
- all others look at every earlier word alike and change nothing.

Source: Olsson et al. 2022, In-context Learning and Induction Heads.
"""

import math
from typing import Any

import torch
from torch import Tensor

from course_lib.errors import CourseError
from course_lib.models import GPT, GPTConfig

VERSE = (
    "the old lamp stands by a quiet window while rain falls on grey roofs and our "
    "small red boat waits for morning tide under seven silver stars near home ."
)
TOKENS = 512
PREVIOUS = (0, 2)
"""Layer and head that look one place back."""
INDUCTION = (1, 1)
"""Layer and head that look behind earlier places of the same word."""
_ROOM = 32  # the width of a head, and of each quarter of the stream
_WORD, _NOTE, _ANSWER, _PLACE = (slice(i * _ROOM, (i + 1) * _ROOM) for i in range(4))
_SHARPNESS = 12.0  # of both heads' scores
_SURENESS = 0.2  # of the answers


def induction_example(tokens: int = TOKENS) -> tuple[GPT, Any, str]:
    """A model, its tokenizer and a text: `explore(*induction_example())`.

    Args:
        tokens: how long the text is; the verse is repeated until then.

    Returns:
        A GPT of 2 layers and 4 heads in evaluation mode, a tokenizer of Transformers
        that cuts at blanks, and a verse that begins again and again.

    Raises:
        CourseError: no token, or more than the model has places for.
    """
    if not 1 <= tokens <= TOKENS:
        raise CourseError(f"A text of {tokens} tokens: take 1 to {TOKENS}.")
    words = VERSE.split()
    repeated = [words[i % len(words)] for i in range(tokens)]
    return _model(len(words) + 1), _tokenizer(words), " ".join(repeated)


def _tokenizer(words: list[str]) -> Any:
    """One token a word; what is not in the verse is <unk>."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    known = {word: i for i, word in enumerate([*words, "<unk>"])}
    made = Tokenizer(models.WordLevel(known, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<unk>")


@torch.no_grad()
def _model(vocabulary: int) -> GPT:
    """Every weight is 0 but those of the circuit."""
    config = GPTConfig(
        vocab_size=vocabulary,
        n_positions=TOKENS,
        n_embd=4 * _ROOM,
        n_layer=2,
        n_head=4,
        n_inner=1,
        tie_word_embeddings=False,
        bos_token_id=None,
        eos_token_id=None,
    )
    model = GPT(config).eval()
    for name, parameter in model.named_parameters():
        parameter.fill_(float("norm" in name and name.endswith("weight")))
    model.words.weight[:, _WORD] = _codes(vocabulary)
    model.positions.table.weight[:, _PLACE], turn = _places()
    model.output.weight[:, _ANSWER] = _codes(vocabulary) * _SURENESS
    same = torch.eye(_ROOM)
    _set_head(model, PREVIOUS, (_PLACE, turn), (_PLACE, same), (_WORD, _NOTE))
    _set_head(model, INDUCTION, (_WORD, same), (_NOTE, same), (_WORD, _ANSWER))
    return model


def _codes(vocabulary: int) -> Tensor:
    """(V, 32): a direction for each word; each with mean 0, so that norms keep it."""
    codes = torch.eye(_ROOM)[:vocabulary]
    return (codes - 1 / _ROOM) * math.sqrt(_ROOM)


def _places() -> tuple[Tensor, Tensor]:
    """(512, 32): clock hands of 8 speeds; and (32, 32) that turns them one step back.

    Each hand stands there with its opposite: the mean is 0.
    """
    speeds = math.pi * 0.55 ** torch.arange(_ROOM // 4)  # from half a turn a step
    angles = torch.arange(TOKENS)[:, None] * speeds
    hands = torch.cat([angles.cos(), angles.sin(), -angles.cos(), -angles.sin()], -1)
    back = torch.cat([speeds, speeds])
    cos, sin = back.cos().diag(), back.sin()[: _ROOM // 4].diag()
    none = torch.zeros_like(sin)
    # cos(a - s) = cos a cos s + sin a sin s; sin(a - s) = sin a cos s - cos a sin s
    half = cos + torch.cat([torch.cat([none, sin], 1), torch.cat([-sin, none], 1)])
    return hands, torch.block_diag(half, half)


def _set_head(
    model: GPT,
    head: tuple[int, int],
    query: tuple[slice, Tensor],
    key: tuple[slice, Tensor],
    moved: tuple[slice, slice],
) -> None:
    """Let a head compare two quarters of the stream and move a third into a fourth."""
    attention = model.blocks[head[0]].attention
    width = 4 * _ROOM
    rows = [slice(i * width + head[1] * _ROOM, None) for i in range(3)]
    for row, (place, how) in zip(rows, (query, key), strict=False):
        own = slice(row.start, row.start + _ROOM)
        attention.qkv.weight[own, place] = how * math.sqrt(_SHARPNESS)
    values = slice(rows[2].start, rows[2].start + _ROOM)
    attention.qkv.weight[values, moved[0]] = torch.eye(_ROOM)
    out = slice(head[1] * _ROOM, (head[1] + 1) * _ROOM)
    attention.output.weight[moved[1], out] = torch.eye(_ROOM)
