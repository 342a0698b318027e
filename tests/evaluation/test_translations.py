"""Translations in batches, and how they are compared with references."""

import math

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.evaluation import Share, bleu, exactly, translate
from course_lib.models import Seq2Seq, Seq2SeqConfig

TEXTS = ["the dog is here .", "she laughs", "the keys are here , he is here .", "dog"]
SEED = 4  # its random weights translate each of these in another way


@pytest.fixture(scope="module")
def model(tokenizer) -> Seq2Seq:
    torch.manual_seed(SEED)
    config = Seq2SeqConfig(
        vocab_size=len(tokenizer),
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        pad_token_id=0,
        eos_token_id=3,
        decoder_start_token_id=0,
        init_std=1.0,
    )
    return Seq2Seq(config).eval()


@pytest.mark.parametrize("beams", [1, 3])
def test_a_text_is_translated_as_it_would_be_alone(model, tokenizer, beams):
    options = {"num_beams": beams, "max_new_tokens": 7}
    together = translate(model, tokenizer, TEXTS, batch_size=3, **options)
    alone = [translate(model, tokenizer, [text], **options)[0] for text in TEXTS]
    assert together == alone
    assert len(set(alone)) == len(TEXTS)  # or the order would not have been tried
    assert not any(sign in text for text in alone for sign in ("[PAD]", "[SEP]"))


def test_bleu_is_100_for_the_reference_and_known_by_hand_below():
    reference = "the old dog sleeps in the garden"
    assert bleu([reference], [reference]) == pytest.approx(100)
    # Of "... in a garden": 6 of 7 words, 4 of 6 pairs, 3 of 5 triples, 2 of 4 fours.
    found = bleu(["the old dog sleeps in a garden"], [reference])
    expected = math.prod([6 / 7, 4 / 6, 3 / 5, 2 / 4]) ** 0.25
    assert found == pytest.approx(100 * expected)


def test_exact_matches_are_counted():
    assert exactly(["a b ", "C", "d"], ["a b", "c", "d"]) == Share(2, 3)


@pytest.mark.parametrize("measure", [bleu, exactly])
def test_each_translation_needs_a_reference(measure):
    with pytest.raises(CourseError, match="2 translations and 1 references"):
        measure(["a", "b"], ["a"])
    with pytest.raises(CourseError, match="at least one"):
        measure([], [])
