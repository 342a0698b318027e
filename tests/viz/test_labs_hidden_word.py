"""The lab of hidden words: its bars are the model's probabilities."""

import pytest
import torch

from course_lib.models import Bert
from course_lib.resources import load_tokenizer, resolve
from course_lib.viz.labs.hidden_word import HiddenWordLab


@pytest.fixture(scope="module")
def one_lab() -> HiddenWordLab:
    return HiddenWordLab()


@pytest.fixture
def lab(one_lab: HiddenWordLab) -> HiddenWordLab:
    one_lab.reset()
    return one_lab


def bars(lab: HiddenWordLab) -> list[float]:
    return [bar.get_width() for bar in lab.axes.patches]


def labels(lab: HiddenWordLab) -> list[str]:
    return [label.get_text() for label in lab.axes.get_yticklabels()]


def test_the_bars_are_the_models_probabilities(lab: HiddenWordLab) -> None:
    folder = resolve("course-bert")
    tokenizer = load_tokenizer(folder)
    model = Bert.from_pretrained(folder, head="masked-words")
    batch = tokenizer("Clara lost her silver [MASK].", return_tensors="pt")
    (gap,) = (batch.input_ids[0] == tokenizer.mask_token_id).nonzero()[:, 0]
    with torch.no_grad():
        shares = model(**batch).logits[0, gap].softmax(-1)
    lab.choose("Metal")
    best = shares.topk(6)
    assert labels(lab) == tokenizer.convert_ids_to_tokens(best.indices.tolist())
    assert bars(lab) == pytest.approx(best.values.tolist(), abs=1e-5)
    assert f"{labels(lab)[0]} {bars(lab)[0]:.2f}" in lab.text


def test_more_words_are_more_bars(lab: HiddenWordLab) -> None:
    first = labels(lab)
    lab.set(count=10)
    assert len(bars(lab)) == 10 and labels(lab)[:6] == first
    assert bars(lab) == sorted(bars(lab), reverse=True)


@pytest.mark.parametrize("text", ["", "no gap", "<b>$x$", "word " * 200])
def test_without_a_gap_it_asks_for_one(lab: HiddenWordLab, text: str) -> None:
    lab.set(text=text)
    assert lab.text == "Write [MASK] where a word is to be found."
    assert bars(lab) == []


def test_of_two_gaps_the_first_is_filled(lab: HiddenWordLab) -> None:
    text = "Clara lost her [MASK] [MASK]."
    lab.set(text=text)
    assert labels(lab) == [word for word, _ in lab.likeliest(text, 6)]
    assert "brooch" not in labels(lab), "that would be the second"


def test_presets_give_pictures_of_their_own(lab: HiddenWordLab) -> None:
    pictures = {lab.image}
    for name in lab.presets:
        lab.choose(name)
        assert bars(lab), name
        pictures.add(lab.image)
    assert len(pictures) == 1 + len(lab.presets)


def test_a_number_is_followed_and_a_nearer_noun_misleads(lab: HiddenWordLab) -> None:
    lab.choose("Grammar")
    assert labels(lab)[0] == "were"
    lab.set(text="The dog [MASK] tired.")
    assert labels(lab)[0] == "was"
    lab.choose("Misled")
    assert labels(lab)[0] == "were"
