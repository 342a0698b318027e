"""Translations by a model, and how close they come to those that people gave."""

from collections.abc import Sequence
from typing import Any

import torch

from course_lib.errors import CourseError
from course_lib.evaluation.shares import Share
from course_lib.generation import generate
from course_lib.models.seq2seq import Seq2Seq


@torch.inference_mode()
def translate(
    model: Seq2Seq,
    tokenizer: Any,
    texts: Sequence[str],
    *,
    batch_size: int = 32,
    **options: Any,
) -> list[str]:
    """Translate texts.

    Args:
        model: an encoder-decoder.
        tokenizer: its own, of Transformers.
        texts: to be read.
        batch_size: so many are translated at once.
        options: of `generate`, such as num_beams=4 or max_new_tokens=60.

    Returns:
        As many texts, without special tokens.
    """
    # Texts of similar length stand together: little is padded.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    written: dict[int, str] = {}
    for i in range(0, len(order), batch_size):
        batch = order[i : i + batch_size]
        read = tokenizer([texts[j] for j in batch], return_tensors="pt", padding=True)
        ids = generate(model, read.input_ids, read.attention_mask, **options)
        found = tokenizer.batch_decode(ids, skip_special_tokens=True)
        written |= {j: text.strip() for j, text in zip(batch, found, strict=True)}
    return [written[i] for i in range(len(texts))]


def bleu(written: Sequence[str], references: Sequence[str]) -> float:
    """BLEU of translations with one reference each, from 0 to 100, by sacrebleu.

    It counts the runs of one to four words that occur in the reference, over all
    texts together. Settings are sacrebleu's own: 13a, mixed case, smoothing "exp".

    Raises:
        CourseError: not one reference for each translation.

    Source: Post 2018, A Call for Clarity in Reporting BLEU Scores.
    """
    from sacrebleu import corpus_bleu

    _require_references(written, references)
    return corpus_bleu(list(written), [list(references)]).score


def exactly(written: Sequence[str], references: Sequence[str]) -> Share:
    """How many translations are, letter for letter, the reference.

    Raises:
        CourseError: not one reference for each translation.
    """
    _require_references(written, references)
    pairs = zip(written, references, strict=True)
    return Share.of(mine.strip() == theirs.strip() for mine, theirs in pairs)


def _require_references(written: Sequence[str], references: Sequence[str]) -> None:
    if len(written) != len(references) or not written:
        raise CourseError(
            f"{len(written)} translations and {len(references)} references: expected "
            "one for each, and at least one"
        )
