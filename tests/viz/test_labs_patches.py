"""The lab of patches: what it shows is what the model attends to."""

import io
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.errors import CourseError
from course_lib.multimodal import Captioner, as_ids, as_text, draw, random_scenes
from course_lib.viz.labs.patches import ALL_HEADS, PatchesLab

SCENES = random_scenes(4, seed=3, alone=0.0)


@pytest.fixture(scope="module")
def model() -> Captioner:
    """A few steps: enough to write sentences, if not true ones."""
    torch.manual_seed(0)
    model = Captioner(d_model=32, num_heads=4)
    scenes = random_scenes(64, alone=0.0)
    pictures, ids = draw(scenes), as_ids([scene.caption for scene in scenes])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(25):
        optimizer.zero_grad()
        model(pictures, ids).loss.backward()
        optimizer.step()
    return model


@pytest.fixture(scope="module")
def one_lab(model: Captioner) -> PatchesLab:
    return PatchesLab(model, SCENES)


@pytest.fixture
def lab(one_lab: PatchesLab) -> PatchesLab:
    one_lab.reset()
    return one_lab


def cells(lab: PatchesLab) -> np.ndarray:
    return np.asarray(lab.cells.get_array()).flatten()


def test_the_cells_are_the_models_weights(lab: PatchesLab, model: Captioner) -> None:
    lab.set(picture=2, word=3, head="2")
    ids = as_ids([lab.written[1]])
    with torch.no_grad():
        looks = model(draw(SCENES, 1)[1:2], ids, output_attentions=True).looks
    assert cells(lab) == pytest.approx(looks[0, 1, 2].numpy(), abs=1e-5)
    lab.set(head=ALL_HEADS)
    assert cells(lab) == pytest.approx(looks[0, :, 2].mean(0).numpy(), abs=1e-5)
    assert f"{cells(lab).max():.2f}" in lab.text


def test_the_caption_is_the_models_own(lab: PatchesLab, model: Captioner) -> None:
    lab.set(picture=3)
    written = as_text(model.write(draw(SCENES, 1))[2])
    shown = " ".join(text.get_text() for text in lab.said if text.get_text())
    assert shown == written and written in lab.text
    assert SCENES[2].caption in lab.truth.get_text()


def test_the_chosen_word_stands_out_and_the_last_one_is_the_end(lab) -> None:
    lab.set(word=2)
    bold = [t.get_text() for t in lab.said if t.get_fontweight() == "bold"]
    assert bold == [lab.written[0].split()[1]]
    lab.set(word=8)
    bold = [t.get_text() for t in lab.said if t.get_fontweight() == "bold"]
    assert bold == [lab.written[0].split()[-1]]


def test_presets_give_pictures_of_their_own_and_keep_the_axes(lab) -> None:
    axes, places = list(lab.figure.axes), [a.get_position() for a in lab.figure.axes]
    pictures = set()
    for name in lab.presets:
        lab.choose(name)
        pictures.add(lab.image)
        assert lab._buttons[name].icon == "check"
    assert len(pictures) == len(lab.presets)
    assert axes == list(lab.figure.axes)
    assert [p.bounds for p in places] == [
        a.get_position().bounds for a in lab.figure.axes
    ]


def test_one_scene_is_too_few(model: Captioner) -> None:
    with pytest.raises(CourseError, match="two at least"):
        PatchesLab(model, SCENES[:1])


def test_nothing_is_cut_off_and_words_do_not_run_into_one_another(lab) -> None:
    for name in lab.presets:
        lab.choose(name)
        pixels = np.asarray(Image.open(io.BytesIO(lab.image)).convert("RGB"))
        border = (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])
        assert all((edge == pixels[0, 0]).all() for edge in border), name
        boxes = [t.get_window_extent() for t in lab.said if t.get_text()]
        assert all(a.x1 < b.x0 for a, b in pairwise(boxes))
