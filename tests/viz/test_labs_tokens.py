"""The tokens and neighbours labs: what they draw and say is what was computed."""

import warnings
from collections.abc import Iterable

import pytest
import torch
import torch.nn.functional as F
from matplotlib.artist import Artist

from course_lib.resources import course_text, recorded
from course_lib.tokens import BytePairEncoder
from course_lib.viz.labs.lab import Lab
from course_lib.viz.labs.neighbours import NeighboursLab, neighbours
from course_lib.viz.labs.tokens import (
    MERGES,
    SENTENCE,
    TokensLab,
    tokens_per_word,
    with_merges,
)


@pytest.fixture(scope="module")
def one_tokens_lab() -> TokensLab:
    return TokensLab()


@pytest.fixture(scope="module")
def one_neighbours_lab() -> NeighboursLab:
    return NeighboursLab()


@pytest.fixture
def lab(one_tokens_lab: TokensLab) -> TokensLab:
    one_tokens_lab.reset()
    return one_tokens_lab


@pytest.fixture
def words(one_neighbours_lab: NeighboursLab) -> NeighboursLab:
    one_neighbours_lab.reset()
    return one_neighbours_lab


def drawn(lab: TokensLab) -> list[str]:
    """The texts in the boxes, with the spaces as they were."""
    texts = [text.get_text() for text in lab.boxes.texts if text.get_visible()]
    if texts[0] == "…":  # it is there from the start, and shown when it is needed
        texts = [*texts[1:], "…"]
    return [text.replace("·", " ") for text in texts if text]


def seen(artists: Iterable[Artist]) -> list[Artist]:
    return [artist for artist in artists if artist.get_visible()]


# Tokens


@pytest.mark.parametrize("merges", [0, 200, MERGES[-1]])
def test_the_boxes_are_what_training_with_so_many_merges_gives(
    lab: TokensLab, merges: int
) -> None:
    lab.set(merges=merges)
    trained = BytePairEncoder.train(course_text(), merges)
    assert drawn(lab) == trained.tokenize(SENTENCE)
    assert f"V = {len(trained.vocabulary)}." in lab.text
    assert f"{len(trained.tokenize(SENTENCE))} tokens for 12 words" in lab.text


def test_more_merges_never_need_more_tokens() -> None:
    rates = [tokens_per_word(merges) for merges in MERGES]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 5 and rates[-1] < 1.3
    text = course_text()
    expected = len(with_merges(50).tokenize(text)) / len(text.split())
    assert tokens_per_word(50) == expected


def test_the_dot_lies_on_the_curve(lab: TokensLab) -> None:
    (line, dot) = lab.curve.lines
    points = list(zip(*line.get_data(), strict=True))
    for merges in (0, 50, 1000):
        lab.set(merges=merges)
        (here,) = zip(*dot.get_data(), strict=True)
        assert here in points
        assert f"{here[1]:.2f} tokens per word" in lab.text


def test_unknown_characters_are_framed_and_counted(lab: TokensLab) -> None:
    lab.set(text="Zoë")
    assert drawn(lab) == ["[UNK]", "o", "[UNK]"]
    assert "2 of them unknown" in lab.text
    framed = [box for box in seen(lab.boxes.patches) if box.get_linewidth() > 0]
    assert len(framed) == 2


@pytest.mark.parametrize(
    "text", ["", "   ", "$x^2$ and $", "<b>bold</b>", "你好 🙂\n\t\x00", "x" * 2000]
)
def test_any_text_can_be_typed(lab: TokensLab, text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.set(text=text)
    assert "tokens for" in lab.text
    assert lab.picture.words == lab.text
    assert len(seen(lab.boxes.patches)) <= 300


def test_a_long_text_ends_in_dots(lab: TokensLab) -> None:
    lab.set(text="harbour " * 30)
    assert drawn(lab)[-1] == "…"
    assert "for 30 words" in lab.text


def test_a_letter_without_a_font_is_no_warning(
    lab: TokensLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw() -> None:
        warnings.warn("Glyph 20320 missing from font", UserWarning, stacklevel=1)

    monkeypatch.setattr(lab._canvas, "draw", draw)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.set(text="a word")


# Neighbours


def test_the_neighbours_are_the_largest_cosines() -> None:
    table = recorded("words")
    own = table["vectors"][table["words"].index("monday")]
    cosines = F.cosine_similarity(own, table["vectors"], dim=-1)
    order = cosines.argsort(descending=True).tolist()[1:6]
    found = neighbours("monday", 5)
    assert [word for word, _, _ in found] == [table["words"][i] for i in order]
    given = torch.tensor([cosine for _, _, cosine in found])
    assert torch.allclose(given, cosines[order], atol=1e-5)


def test_days_are_near_days(words: NeighboursLab) -> None:
    words.set(word="monday", count=6)
    assert "6 of these 6 are of the same kind" in words.text
    labels = [label.get_text() for label in words.bars.get_yticklabels()]
    assert set(labels) == {
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    }


def test_bars_of_another_kind_have_another_colour(words: NeighboursLab) -> None:
    words.set(word="fall", count=8)
    colours = [bar.get_facecolor() for bar in words.bars.patches]
    kinds = [kind == "movement" for _, kind, _ in neighbours("fall", 8)]
    assert len(set(colours)) == 2
    assert [colour == colours[kinds.index(True)] for colour in colours] == kinds


def test_the_word_itself_is_left_out(words: NeighboursLab) -> None:
    for word in ("king", "bank"):
        assert word not in [name for name, _, _ in neighbours(word, 12)]
    words.set(word="bank")
    counted = sum(bar.get_height() for bar in words.all.patches)
    assert counted == len(recorded("words")["words"]) - 1


# Both


@pytest.mark.parametrize("name", ["lab", "words"])
def test_presets_and_still_pictures(name: str, request: pytest.FixtureRequest) -> None:
    lab: Lab = request.getfixturevalue(name)
    pictures = {lab.image}
    for values in lab.presets.values():
        lab.set(**values)
        pictures.add(lab.image)
    assert len(pictures) == 1 + len(lab.presets)
    data, metadata = lab._repr_mimebundle_()
    assert lab.text in data["text/plain"] and data["image/png"]
    assert lab.text in metadata["image/png"]["alt"]
