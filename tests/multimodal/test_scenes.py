"""Scenes, their pictures and their captions say the same."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.multimodal import (
    HELD_OUT,
    Scene,
    Thing,
    as_ids,
    as_text,
    describe,
    draw,
    random_scenes,
)
from course_lib.multimodal.captions import LENGTH
from course_lib.multimodal.drawing import NOISE, covered
from course_lib.multimodal.shapes import COLOURS, SHAPES, SIZE


def pairs(scene: Scene) -> set[tuple[str, str]]:
    return {(thing.colour, thing.shape) for thing in scene.things}


def test_a_seed_decides_the_scenes() -> None:
    assert random_scenes(20, seed=3) == random_scenes(20, seed=3)
    assert random_scenes(20, seed=3) != random_scenes(20, seed=4)
    assert torch.equal(draw(random_scenes(5)), draw(random_scenes(5)))


def test_splits_keep_pairs_apart() -> None:
    assert not any(pairs(scene) & HELD_OUT for scene in random_scenes(400))
    assert all(pairs(scene) & HELD_OUT for scene in random_scenes(400, 0, "new pairs"))
    seen = set().union(*(pairs(scene) for scene in random_scenes(2000, 1, "all")))
    assert len(seen) == len(COLOURS) * len(SHAPES)
    words = {word for pair in seen - HELD_OUT for word in pair}
    assert words == {*COLOURS, *SHAPES}, "every word of a new pair is known"


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(CourseError, match="choose one of train, new pairs, all"):
        random_scenes(1, split="test")


def test_shares_of_single_shapes_and_of_short_captions() -> None:
    scenes = random_scenes(3000, seed=5)
    single = [scene for scene in scenes if len(scene.things) == 1]
    assert 0.35 < len(single) / 3000 < 0.45
    short = [scene for scene in single if len(scene.caption.split()) == 2]
    assert 0.15 < len(short) / len(single) < 0.25


@pytest.mark.parametrize(
    ("place", "other", "caption"),
    [
        ((6, 12), (18, 13), "a red circle left of a blue cross"),
        ((18, 12), (6, 11), "a blue cross left of a red circle"),
        ((12, 6), (13, 18), "a red circle above a blue cross"),
        ((11, 18), (12, 6), "a blue cross above a red circle"),
    ],
)
def test_the_caption_reads_from_left_and_from_the_top(place, other, caption) -> None:
    things = [Thing("red", "circle", *place, 4), Thing("blue", "cross", *other, 4)]
    assert describe(things) == caption


def test_captions_are_true_and_shapes_stay_inside() -> None:
    for scene in random_scenes(300, 2, "all", alone=0.0):
        assert scene.caption == describe(scene.things)
        for thing in scene.things:
            for middle in (thing.x, thing.y):
                assert thing.radius <= middle <= SIZE - thing.radius


def test_pictures_show_the_colours_where_the_shapes_are() -> None:
    scenes = random_scenes(60, seed=1, split="all")
    for scene, picture in zip(scenes, draw(scenes), strict=True):
        for thing, inside in zip(scene.things, covered(scene.things), strict=True):
            mean = picture[:, inside].mean(1)
            assert torch.allclose(mean, torch.tensor(COLOURS[thing.colour]), atol=0.03)
        paper = ~covered(scene.things).any(0)
        assert picture[:, paper].mean() > 0.9 and picture.max() <= 1 and NOISE < 0.1


def test_outlines_differ_as_their_names_say() -> None:
    things = [Thing("red", shape, 12.0, 12.0, 5.0) for shape in SHAPES]
    circle, square, triangle, cross = covered(things)
    assert cross[12].sum() == 10 and cross[7].sum() < 5, "arms"
    assert square.sum() > circle.sum() > triangle.sum()
    assert triangle[16].sum() > triangle[9].sum(), "the point is up"


def test_captions_and_ids_are_the_same() -> None:
    captions = ["a circle", "a red circle left of a blue square"]
    ids = as_ids(captions)
    assert ids.shape == (2, LENGTH) and (ids[0, 4:] == 0).all()
    assert [as_text(row) for row in ids] == captions
    with pytest.raises(CourseError, match="expected up to 8 words of a, red"):
        as_ids(["a pink circle"])
    with pytest.raises(CourseError):
        as_ids(["a a a a a a a a a"])
