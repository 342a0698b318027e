"""The lab of chapter 14: its bars are what `generate` would draw from."""

import pytest
import torch

from course_lib.generation import stream
from course_lib.viz.labs.sampling import MOST, OFF, SURE, UNSURE, SamplingLab, filtered


@pytest.fixture(scope="module")
def one_lab() -> SamplingLab:
    return SamplingLab()


@pytest.fixture
def lab(one_lab: SamplingLab) -> SamplingLab:
    one_lab.reset()
    return one_lab


def given(lab: SamplingLab) -> list[float]:
    return [bar.get_width() for bar in lab.given]


def drawn(lab: SamplingLab) -> list[float]:
    return [bar.get_width() for bar in lab.drawn]


def test_at_the_start_both_bars_are_the_models(lab: SamplingLab) -> None:
    best = lab.logits(UNSURE).softmax(-1).topk(MOST).values.tolist()
    assert given(lab) == pytest.approx(best, abs=1e-6)
    assert drawn(lab) == pytest.approx(best, abs=1e-6)
    assert "2,048 of 2,048 tokens" in lab.text


def test_what_is_drawn_from_is_what_generate_draws_from(lab: SamplingLab) -> None:
    settings = {"temperature": 1.4, "top_k": 8, "top_p": 0.8, "min_p": 0.1}
    lab.set(**settings)
    ids = lab.tokenizer(UNSURE, return_tensors="pt").input_ids
    step = next(stream(lab.model, ids, do_sample=True, seed=0, **settings))
    best = lab.logits(UNSURE).topk(MOST).indices
    expected = step.distribution[0, best].tolist()
    assert drawn(lab) == pytest.approx(expected, abs=1e-5)
    left = int((step.distribution > 0).sum())
    assert f"{left} of 2,048 tokens can be drawn" in lab.text


def test_settings_at_rest_change_nothing() -> None:
    logits = torch.randn(20)
    assert torch.equal(filtered(logits, **OFF), logits)


def test_presets_show_what_they_promise(lab: SamplingLab) -> None:
    lab.choose("Cold")
    assert drawn(lab)[0] > 0.7
    lab.choose("Hot")
    assert sum(drawn(lab)) < 0.5
    for name, prompt in (("Top-k, unsure", UNSURE), ("Top-k, sure", SURE)):
        lab.choose(name)
        assert prompt in lab.text
        assert [width > 0 for width in drawn(lab)] == [True] * 5 + [False] * 7
    lab.choose("Hot, min-p")
    assert 10 < int(lab.text.split("” ")[1].split()[0]) < 60


def test_a_token_that_is_ruled_out_says_so(lab: SamplingLab) -> None:
    lab.set(top_k=2)
    said = [number.get_text() for number in lab.numbers]
    assert said[2:] == ["ruled out"] * (MOST - 2) and "ruled out" not in said[:2]


@pytest.mark.parametrize("prompt", ["$x$ <b>", "word " * 300, "\n", "½ é"])
def test_any_prompt_gives_a_picture(lab: SamplingLab, prompt: str) -> None:
    lab.set(prompt=prompt)
    assert sum(given(lab)) > 0


def test_without_a_prompt_it_asks_for_one(lab: SamplingLab) -> None:
    lab.set(prompt="")
    assert lab.text == "Write a beginning, one word at least."
    assert given(lab) == [0.0] * MOST


def test_a_slider_asks_the_model_nothing(lab: SamplingLab, monkeypatch) -> None:
    lab.set(prompt="One morning")
    monkeypatch.setattr(lab, "_ask", lambda _prompt: pytest.fail("asked again"))
    lab.set(temperature=2.0)
    lab.set(top_p=0.5)
