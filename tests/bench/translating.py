"""Figures of a translator: BLEU and exact matches."""

from collections.abc import Sequence
from typing import Any

from figures import Figure, Report
from materials import Materials, size

from course_lib.evaluation import bleu, exactly, translate, untrained
from course_lib.models import Seq2Seq
from course_lib.pretraining.corpus import Pair

BEAMS = (1, 4)
LONGEST = 60


def report(name: str, model: Seq2Seq, tokenizer: Any, materials: Materials) -> Report:
    """Measure an encoder-decoder."""
    figures = []
    for kind, pairs in materials.pairs.items():
        figures += translations(f"{kind} pairs", pairs, model, tokenizer)
    about = (
        size(model, tokenizer),
        "BLEU is sacrebleu's, with one reference each: another good translation counts "
        "as wrong. Exact: letter for letter.",
    )
    return Report(name, about, tuple(figures))


def translations(
    kind: str, pairs: Sequence[Pair], model: Seq2Seq, tokenizer: Any
) -> list[Figure]:
    """BLEU and exact matches, greedy and with beams."""
    english, french = (list(side) for side in zip(*pairs, strict=True))
    options = {"max_new_tokens": LONGEST}
    random = translate(untrained(model), tokenizer, english, **options)
    copied = {"copying the English": bleu(english, french)}
    figures = []
    for beams in BEAMS:
        written = translate(model, tokenizer, english, num_beams=beams, **options)
        how = "greedy" if beams == 1 else f"{beams} beams"
        score, exact = bleu(written, french), exactly(written, french)
        what = f"{kind}, {len(pairs)}, {how}"
        nothing = bleu(random, french), exactly(random, french)
        figures += [
            Figure(f"BLEU, {what}", score, nothing[0], copied),
            Figure(f"exact, {what}", exact, nothing[1]),
        ]
    return figures
