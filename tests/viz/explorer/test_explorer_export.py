"""Saved pages: whole files, nothing foreign inside, one place for the browser half."""

import base64
import json
import re
import zlib

import numpy as np
import pytest
from attention_samples import HOSTILE, ImaginedModel, part

from course_lib.errors import CourseError
from course_lib.viz.explorer import bundle
from course_lib.viz.explorer.widget import AttentionExplorer


@pytest.fixture
def explorer() -> AttentionExplorer:
    return AttentionExplorer.of([part()], ImaginedModel())


def data_of(page: str) -> dict:
    """What lies in a saved page."""
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])


def test_a_page_holds_what_its_views_ask_for(explorer, tmp_path) -> None:
    path = explorer.to_html(tmp_path / "page.html")
    data = data_of(path.read_text(encoding="utf-8"))
    assert data["traits"]["about"]["can"] == [] and not data["traits"]["about"]["live"]
    content, (text,) = data["answers"]["layer/self/1"]
    layer = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint16)
    assert content == {"bits": 16} and layer.size == 4 * 20 * 20
    assert {"thumbnails/self", "rollout/self/0", "query-key/self/0/3"} <= set(
        data["answers"]
    )


def test_views_and_layers_can_be_chosen(explorer, tmp_path) -> None:
    explorer.selection = {"view": "layers"}
    path = explorer.to_html(tmp_path / "page.html", ["matrix", "head"], layers=[1])
    data = data_of(path.read_text(encoding="utf-8"))
    assert set(data["answers"]) == {"layer/self/1", "rollout/self/1"}
    assert data["traits"]["selection"]["view"] == "matrix"
    assert data["traits"]["selection"]["layer"] == 1
    assert data["traits"]["about"]["kept"] == {"self": [1]}
    assert explorer.selection["view"] == "layers"  # the live one stays


@pytest.mark.parametrize(
    "options, says",
    [
        ({"views": ["heads"]}, "choose from head, layers"),
        ({"views": []}, "choose from head, layers"),
        ({"layers": [7]}, "it has 2, 0 to 1"),
    ],
)
def test_what_cannot_be_saved_leaves_the_file(
    explorer, tmp_path, options: dict, says: str
) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(CourseError, match=says):
        explorer.to_html(path, **options)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_file_is_replaced_only_when_whole(explorer, tmp_path, monkeypatch) -> None:
    path = tmp_path / "view.png"
    path.write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        explorer.to_png(path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_is_named(explorer, tmp_path) -> None:
    with pytest.raises(CourseError, match="does not exist: make it first"):
        explorer.to_svg(tmp_path / "nowhere" / "view.svg")


def test_hostile_tokens_cannot_end_the_script(tmp_path) -> None:
    explorer = AttentionExplorer.of([part(HOSTILE)])
    page = explorer.to_html(tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<script") == page.count("</script>") == 2
    assert "<img" not in page and "\u2028" not in page.split("<script")[1]
    assert data_of(page)["traits"]["about"]["parts"][0]["query_tokens"] == [*HOSTILE]


def test_the_same_picture_has_the_same_bytes(explorer, tmp_path) -> None:
    for write in (explorer.to_svg, explorer.to_png, explorer.to_html):
        assert write(tmp_path / "a").read_bytes() == write(tmp_path / "b").read_bytes()


def test_the_built_files_are_those_of_the_sources() -> None:
    again = "build it anew: python -m course_lib.viz.explorer.bundle"
    assert bundle.module().startswith(bundle.mark()), again
    assert bundle.styles().startswith(bundle.mark()), again


def test_the_browser_half_is_small_and_asks_for_nothing() -> None:
    module, styles = bundle.module(), bundle.styles()
    assert len(module.encode()) + len(styles.encode()) < 60_000
    assert not re.search(r"\bimport\b|https?:|url\(|@import|fetch\(", module + styles)


def test_text_never_becomes_html() -> None:
    sources = "".join(path.read_text("utf-8") for path in bundle.SOURCES.iterdir())
    unsafe = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write\b|eval\("
    assert not re.search(unsafe, sources)


def test_sources_keep_to_88_columns() -> None:
    long = [
        f"{path.name}:{number}"
        for path in sorted(bundle.SOURCES.iterdir())
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 88
    ]
    assert long == []
