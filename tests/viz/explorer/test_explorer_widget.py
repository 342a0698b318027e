"""The explorer's Python half: its state, its answers, its stills."""

import base64
from collections.abc import Mapping

import numpy as np
import pytest
from attention_samples import HOSTILE, WORDS, ImaginedModel, part, sample

from course_lib.errors import CourseError
from course_lib.viz.explorer import wire
from course_lib.viz.explorer.answers import Answers
from course_lib.viz.explorer.view_data import AttentionPart
from course_lib.viz.explorer.widget import AttentionExplorer

RESERVED = {"log", "keys", "comm", "layout", "tooltip", "tabbable"}


@pytest.fixture
def explorer() -> AttentionExplorer:
    return AttentionExplorer.of([part()], ImaginedModel(), ["Read with eager."])


def ask(explorer: AttentionExplorer, **question: object) -> list[tuple[Mapping, list]]:
    """What the explorer sends after a question."""
    sent: list[tuple[Mapping, list]] = []
    explorer.send = lambda content, buffers=(): sent.append((content, list(buffers)))
    explorer._asked(explorer, {"request": "x/1", **question}, [])
    return sent


def test_bare_weights_open_with_figures_and_labels() -> None:
    explorer = AttentionExplorer(sample(), WORDS)
    about = explorer.about["parts"][0]
    assert about["query_tokens"] == WORDS and about["key_tokens"] is None
    assert about["labels"][0][0] == "previous token"
    assert {"entropy", "previous", "next", "first", "same"} <= set(about["figures"])
    assert explorer.about["can"] == []


def test_cross_attention_has_tokens_of_its_own() -> None:
    weights = np.full((2, 3, 2, 4), 0.25)
    explorer = AttentionExplorer(weights, ["a", "b"], list("wxyz"), name="cross")
    about = explorer.about["parts"][0]
    assert about["key_tokens"] == list("wxyz") and not about["square"]


def test_a_part_of_the_selection_keeps_the_rest(explorer: AttentionExplorer) -> None:
    explorer.selection = {"layer": 1, "token": 9}
    explorer.selection = {"view": "matrix"}
    assert explorer.selection == {
        "part": "self",
        "view": "matrix",
        "layer": 1,
        "head": 0,
        "token": 9,
        "side": "query",
    }


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"layer": 2}, "there are 2, 0 to 1"),
        ({"head": -1}, "there are 4"),
        ({"token": 20}, "there are 20"),
        ({"layer": "1"}, "layer '1' does not exist"),
        ({"view": "heads"}, "head, layers, matrix, query-key, tokens"),
        ({"part": "cross"}, "part 'cross' does not exist: self"),
        ({"heads": 1}, "selection has no"),
    ],
)
def test_a_selection_that_does_not_exist_is_refused(
    explorer: AttentionExplorer, wrong: dict, says: str
) -> None:
    before = dict(explorer.selection)
    with pytest.raises(CourseError, match=says):
        explorer.selection = wrong
    assert explorer.selection == before


def test_settings_and_heads_are_checked(explorer: AttentionExplorer) -> None:
    explorer.settings = {"threshold": 0.1}
    assert explorer.settings["combine"] == "head"
    for wrong in ({"threshold": 2}, {"combine": "sum"}, {"between": "AC"}, {"x": 1}):
        with pytest.raises(CourseError):
            explorer.settings = wrong
    explorer.switched_off = [(1, 2), ("self", 0, 3), (1, 2)]
    assert explorer.switched_off == [["self", 0, 3], ["self", 1, 2]]
    with pytest.raises(CourseError, match="head 4"):
        explorer.switched_off = [(0, 4)]


def test_a_smaller_part_keeps_the_selection_inside() -> None:
    small = AttentionPart("cross", sample(1, 2, 5), tuple("abcde"), tuple("abcde"))
    explorer = AttentionExplorer.of([part(), small])
    explorer.selection = {"layer": 1, "head": 3, "token": 19}
    explorer.selection = {"part": "cross"}
    chosen = explorer.selection
    assert (chosen["layer"], chosen["head"], chosen["token"]) == (0, 1, 4)
    assert explorer.part.name == "cross"


def test_parts_need_names_of_their_own() -> None:
    for parts in ([], [part(), part()]):
        with pytest.raises(CourseError, match="a name of its own"):
            AttentionExplorer.of(parts)


def test_a_layer_travels_as_small_integers(explorer: AttentionExplorer) -> None:
    ((content, buffers),) = ask(explorer, kind="layer", part="self", layer=1)
    assert content == {"kind": "layer", "request": "x/1", "bits": 16}
    found = np.frombuffer(buffers[0], np.uint16).reshape(4, 20, 20) / 65535
    assert np.allclose(found, part().weights[1], atol=1e-5)


def test_many_tokens_travel_in_eight_bits_and_rows_exactly() -> None:
    weights = sample(1, 4, 300)
    explorer = AttentionExplorer(weights, ["x"] * 300)
    ((content, buffers),) = ask(explorer, kind="layer", part="self", layer=0)
    assert content["bits"] == 8 and len(buffers[0]) == 4 * 300 * 300
    at = {"part": "self", "layer": 0, "head": 2, "token": 7}
    ((_, buffers),) = ask(explorer, kind="row", **at)
    assert (np.frombuffer(buffers[0], np.float32) == weights[0, 2, 7]).all()


def test_the_bytes_to_open_stay_below_the_figures() -> None:
    for length, most in ((128, 0.6e6), (512, 3.6e6)):
        layer = np.zeros((12, length, length), dtype=np.float32)
        assert wire.packed(layer).nbytes + 60_000 < most


def test_thumbnails_keep_the_thinnest_diagonal() -> None:
    weights = np.broadcast_to(np.eye(500, dtype=np.float32), (2, 3, 500, 500))
    small = wire.thumbnails(weights)
    assert small.shape == (2, 3, 48, 48)
    assert (np.diagonal(small, axis1=-2, axis2=-1) == 255).all()
    assert wire.thumbnails(sample()).shape == (2, 4, 20, 20)


def test_queries_and_keys_travel_as_halves(explorer: AttentionExplorer) -> None:
    at = {"part": "self", "layer": 1, "head": 2}
    ((_, buffers),) = ask(explorer, kind="query-key", **at)
    query = np.frombuffer(buffers[0], np.float16).reshape(20, 8)
    assert np.allclose(query, part().query[1, 2], atol=2e-3)
    biased = part(bias=np.ones((1, 4, 20, 20)))
    assert len(Answers([biased]).to({"kind": "query-key", **at})[1]) == 3
    assert wire.scale_of(biased) == pytest.approx(8**-0.5)


def test_rollout_travels_by_layer(explorer: AttentionExplorer) -> None:
    ((content, buffers),) = ask(explorer, kind="rollout", part="self", layer=1)
    rows = np.frombuffer(buffers[0], np.uint16).reshape(20, 20).sum(axis=-1) / 65535
    assert content["bits"] == 16 and np.allclose(rows, 1, atol=1e-3)


def test_the_model_answers_what_the_page_asks(explorer: AttentionExplorer) -> None:
    ((content, _),) = ask(explorer, kind="ablate", heads=[["self", 0, 1]])
    assert explorer.effects.asked == [[("self", 0, 1)]]
    assert content["after"] == pytest.approx([0.7, 0.3]) and content["change"] == 0.1
    ((content, _),) = ask(explorer, kind="lens", token=3)
    assert content["rows"][1]["layer"] == "layer 1"
    ((content, buffers),) = ask(explorer, kind="begin", prompt="the cat")
    assert content["tokens"] == ["the", "cat"] and content["bits"] == 16
    assert [len(buffer) for buffer in buffers] == [200, 200, 2 * 4 * 2 * 2]
    ((content, _),) = ask(explorer, kind="append", id=107)
    assert content["tokens"][-1] == "w107"


def test_importance_tells_its_progress_and_stays(explorer: AttentionExplorer) -> None:
    *ticks, (content, _) = ask(explorer, kind="importance")
    assert [(tick["done"], tick["of"]) for tick, _ in ticks][-1] == (8, 8)
    assert content["importance"]["self"][1][3] == 0.875
    assert explorer.part.head_figures["importance"][1, 3] == 0.875


def test_failures_become_messages(explorer: AttentionExplorer) -> None:
    ((content, _),) = ask(explorer, kind="nonsense")
    assert content["request"] == "x/1" and "is no question" in content["failed"]
    bare = AttentionExplorer(sample(), WORDS)
    ((content, _),) = ask(bare, kind="ablate", heads=[])
    assert "has no model to ask" in content["failed"]
    ((content, _),) = ask(bare, kind="layer", part="self", layer=99)
    assert "IndexError" in content["failed"]


def test_no_trait_takes_a_reserved_name(explorer: AttentionExplorer) -> None:
    own = set(AttentionExplorer.class_own_traits())
    assert not own & RESERVED
    assert repr(explorer) == "AttentionExplorer(self 2×4 heads over 20×20 tokens)"


@pytest.mark.parametrize("view", ["head", "layers", "matrix", "query-key", "tokens"])
def test_readers_without_a_kernel_see_a_still_picture(
    explorer: AttentionExplorer, view: str
) -> None:
    explorer.selection = {"view": view, "token": 9}
    bundle, metadata = explorer._repr_mimebundle_()
    picture = base64.b64decode(bundle["image/png"])
    assert picture.startswith(b"\x89PNG") and len(bundle["image/png"]) < 100_000
    assert "'it' (9) looks at 'because' (8) 90%" in bundle["text/plain"]
    assert metadata["image/png"]["alt"] in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


@pytest.mark.parametrize("view", ["head", "layers", "matrix", "tokens"])
def test_a_long_text_stays_small_in_the_notebook(view: str) -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=(2, 2, 512, 512))
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    explorer = AttentionExplorer(weights, ["word"] * 512)
    explorer.selection = {"view": view, "token": 3}
    explorer.settings = {"threshold": 0.001}
    bundle, _ = explorer._repr_mimebundle_()
    assert sum(len(str(value)) for value in bundle.values()) < 100_000


def test_stills_follow_the_settings(explorer: AttentionExplorer) -> None:
    texts = []
    for settings in (
        {"combine": "mean"},
        {"combine": "max"},
        {"combine": "rollout"},
        {"combine": "head", "hide_special": True},
        {"hide_sinks": True},
        {"between": "AB"},
    ):
        explorer.settings = settings
        texts.append(explorer._repr_mimebundle_()[0]["text/plain"])
    assert "mean of heads" in texts[0] and "rollout up to layer 0" in texts[2]
    assert "[CLS]" not in texts[3].split("\n")[1]


@pytest.mark.parametrize("view", ["head", "layers", "matrix", "query-key", "tokens"])
def test_a_saved_picture_shows_what_heads_that_are_off_change(
    explorer: AttentionExplorer, tmp_path, view: str
) -> None:
    explorer.selection = {"view": view, "token": 9}
    without = explorer.to_svg(tmp_path / "view.svg").read_text(encoding="utf-8")
    explorer.switched_off = [(0, 1), (1, 2)]
    drawn = explorer.to_svg(tmp_path / "view.svg").read_text(encoding="utf-8")
    says = "next token: all heads on (hatched), 2 heads off (full)"
    assert says in drawn and says not in without
    assert explorer.effects.asked == [[("self", 0, 1), ("self", 1, 2)]]


@pytest.mark.parametrize("side, says", [("query", "499"), ("key", "501")])
def test_a_chosen_token_of_a_long_text_is_drawn_by_itself(
    tmp_path, side: str, says: str
) -> None:
    explorer = AttentionExplorer(sample(1, 1, 512), ["word"] * 512)
    explorer.selection = {"token": 500, "side": side}
    drawn = explorer.to_svg(tmp_path / "view.svg").read_text(encoding="utf-8")
    assert "word (500)" in drawn and f"word ({says})  90%" in drawn
    assert "1 of 512 weights" in drawn


def test_hostile_tokens_are_drawn_as_text(tmp_path) -> None:
    explorer = AttentionExplorer.of([part(HOSTILE)])
    for view in ("head", "matrix", "tokens", "query-key"):
        explorer.selection = {"view": view, "token": 0}
        drawn = explorer.to_svg(tmp_path / "view.svg").read_text(encoding="utf-8")
        assert "<script" not in drawn and "onerror" not in drawn
        assert explorer.to_png(tmp_path / "view.png").read_bytes()[:4] == b"\x89PNG"
