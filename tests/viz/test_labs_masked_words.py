"""The lab of guesses over the steps: what it draws is what the models answer."""

import warnings

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.evaluation import untrained
from course_lib.models import Bert
from course_lib.resources import load_tokenizer, resolve
from course_lib.viz.labs.lab import RESET
from course_lib.viz.labs.masked_words import WORDS, MaskedWordsLab

GAP = "Clara lost her silver [MASK]."


@pytest.fixture(scope="module")
def models() -> dict[int, Bert]:
    trained = Bert.from_pretrained("course-bert", head="masked-words")
    return {200: trained, 0: untrained(trained)}  # not in order, on purpose


@pytest.fixture(scope="module")
def one_lab(models: dict[int, Bert]) -> MaskedWordsLab:
    return MaskedWordsLab(models, load_tokenizer(resolve("course-bert")))


@pytest.fixture
def lab(one_lab: MaskedWordsLab) -> MaskedWordsLab:
    one_lab.reset()
    return one_lab


def test_the_bars_are_the_probabilities_of_the_step(
    lab: MaskedWordsLab, models: dict[int, Bert]
) -> None:
    ids = lab.tokenizer(GAP, return_tensors="pt").input_ids
    gap = int((ids[0] == lab.tokenizer.mask_token_id).nonzero())
    for step, model in models.items():
        lab.set(text=GAP, step=step)
        with torch.no_grad():
            best = model(ids).logits[0, gap].softmax(-1).topk(WORDS)
        heights = [bar.get_width() for bar in lab.now.patches]
        assert heights == pytest.approx(best.values.tolist(), abs=1e-5)
        names = lab.tokenizer.convert_ids_to_tokens(best.indices.tolist())
        assert [label.get_text() for label in lab.now.get_yticklabels()] == names
        assert lab.text.startswith(f"“{GAP}” At step {step}: {names[0]} ")


def test_the_lines_are_the_same_words_over_all_steps(lab: MaskedWordsLab) -> None:
    lab.set(text=GAP, step=200)
    lines = [line for line in lab.way.lines if line is not lab.line]
    assert len(lines) == WORDS
    chances = lab.chances(GAP)
    assert chances.shape == (2, len(lab.tokenizer))
    best = chances[1].argmax()
    assert list(lines[0].get_xdata()) == [0, 200]
    assert list(lines[0].get_ydata()) == pytest.approx(chances[:, best].tolist())
    assert list(lab.line.get_xdata()) == [200, 200]


def test_moving_the_slider_asks_the_models_nothing_new(lab: MaskedWordsLab) -> None:
    lab.set(text=GAP)
    first = lab.chances(GAP)
    lab.set(step=0)
    assert lab.chances(GAP) is first


@pytest.mark.parametrize(
    "text", ["", "No gap.", "$x^2$ [MASK]", "<b>[MASK]</b>", "dogs " * 500 + "[MASK]"]
)
def test_any_text_can_be_typed(lab: MaskedWordsLab, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.set(text=text)
    reached = "[MASK]" in text[:300]
    assert ("At step" in lab.text) == reached
    assert ("Write [MASK]" in lab.text) != reached
    assert bool(lab.drawn) == reached
    assert lab.picture.words == lab.text


def test_presets_reset_and_still_picture(lab: MaskedWordsLab) -> None:
    pictures = {lab.image}
    for name, preset in lab.presets.items():
        lab.choose(name)
        assert lab.picture.look_for == preset.look_for
        assert preset["text"] in lab.text
        pictures.add(lab.image)
    assert len(pictures) == len(lab.presets)  # it opens on the first of them
    lab.choose(RESET)
    data, metadata = lab._repr_mimebundle_()
    assert lab.text in data["text/plain"] and data["image/png"]
    assert lab.text in metadata["image/png"]["alt"]


def test_without_models_it_says_what_to_give() -> None:
    with pytest.raises(CourseError, match=r"\{step: model\}"):
        MaskedWordsLab({}, None)
