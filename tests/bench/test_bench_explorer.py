"""The benchmark of the explorer: its parts work, at a size at which nothing is slow."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parent))

import bench_explorer
import bertviz_times
import explorer_times
import made_views
import views_table
from page_times import Times, served
from views_table import ALL_HEADS, HERE, STRANGER

LENGTH, LAYERS, HEADS = 12, 2, 3
TIMES = ("open_ms", "layer_first", "layer_again", "head", "hover", "threshold")


def test_made_up_attention_is_attention_with_patterns() -> None:
    weights = made_views.weights_of(LENGTH, LAYERS, 4)
    assert np.allclose(weights.sum(axis=-1), 1, atol=1e-5)
    previous = weights[0, 1, np.arange(1, LENGTH), np.arange(LENGTH - 1)]
    assert previous.mean() > 0.5
    assert len(made_views.tokens_of(LENGTH)) == LENGTH


def test_an_explorer_is_opened_used_and_closed(
    browser: Browser, tmp_path: Path
) -> None:
    made = made_views.explorer_files(LENGTH, tmp_path, LAYERS, HEADS)
    assert made["code_bytes"] < made["open_bytes"] < made["session_bytes"]
    with served(tmp_path) as address:
        found = explorer_times.measure(browser, address, tmp_path, LAYERS, 4, 2)
    assert found["lines"].endswith("lines drawn.")
    assert found["strangers"] == 0
    assert all(found[name].count for name in TIMES)
    assert set(found) >= {row.name for row in views_table.ROWS if row.view == HERE} - {
        *made,
        *(row.name for row in views_table.ROWS if row.name.startswith("lab_")),
    }


@pytest.mark.parametrize("view", ["head_view", "model_view"])
def test_bertviz_without_its_scripts_is_stopped(
    browser: Browser, tmp_path: Path, view: str
) -> None:
    pytest.importorskip("bertviz")
    made = made_views.bertviz_file(view, LENGTH, tmp_path, LAYERS, HEADS)
    assert made["open_bytes"] > LAYERS * HEADS * LENGTH**2
    with served(tmp_path) as address:
        found = bertviz_times.measure(browser, address, view, {}, seconds=1)
    assert "Timeout" in found["stopped"]
    assert found["strangers"] == 1


def test_a_length_that_bertviz_cannot_reach_is_not_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def measured(length, view, stand_ins, home):
        return {"open_bytes": length**2 * 8000.0, "file_ms": Times(1, 2, 3)}

    monkeypatch.setattr(bench_explorer, "stranger", measured)
    figures: dict = {}
    bench_explorer.strangers([128, 256, 512], figures, STRANGER, {}, tmp_path)
    assert figures[STRANGER][128]["file_ms"] == [1, 2, 3]
    assert figures[STRANGER][256]["file_ms"] == "none: 524 MB"
    assert figures[STRANGER][512]["file_ms"] == "none: 2,097 MB"


def test_the_table_says_what_is_above_the_figures() -> None:
    figures = {
        HERE: {
            128: {"open_bytes": 0.7e6, "head": [9.0, 51.0, 40], "lines": "12 of 12"},
            512: {"open_bytes": 0.7e6, "head": [9.0, 51.0, 40]},
        },
        STRANGER: {128: {"open_bytes": 107e6, "strangers": 3}},
        ALL_HEADS: {128: {"file_ms": "> 120 s"}},
    }
    text = views_table.table(figures, [128, 512])
    assert "| to open, MB | explorer | **0.7** | 0.7 | 0.6 at 128; 3.6 at 512 |" in text
    assert "|  | bertviz | 107.0 |  |  |" in text
    assert "**9 (51)** | 9 (51) |" in text
    assert "> 120 s" in text
    above = views_table.missed(figures)
    assert above == [
        "to open, MB at 128 tokens: 0.7, asked 0.6",
        "head, ms at 128 tokens: 9 (51), asked 50",
    ]


def test_the_table_takes_the_place_of_its_older_self(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    file.write_text("# Other\n\nOne.\n\n# Last\n\nTwo.\n", encoding="utf-8")
    for section in ("older", "newer"):
        views_table.put_in(file, section)
    assert file.read_text(encoding="utf-8") == (
        f"# Other\n\nOne.\n\n# Last\n\nTwo.\n\n{views_table.HEADING}\n\nnewer\n"
    )
    file.write_text(f"{views_table.HEADING}\n\nold\n\n# Last\n", encoding="utf-8")
    views_table.put_in(file, "new")
    assert file.read_text() == f"{views_table.HEADING}\n\nnew\n\n# Last\n"


def test_figures_of_earlier_runs_are_kept_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    assert bench_explorer._kept(file) == {}
    figures = {"machine": "a machine", HERE: {128: {"lines": "1 of 1 lines drawn."}}}
    file.write_text(json.dumps(figures), encoding="utf-8")
    assert bench_explorer.run(["--only", "table", "--json", str(file)]) == 0
    said = capsys.readouterr().out
    assert "a machine" in said and "| lines drawn | explorer | 1 of 1 | 4,000 |" in said
    assert "a machine." in bench_explorer.section(figures, "the table")


def test_lengths_beyond_the_explorer_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        bench_explorer.run(["2000"])
    assert "8 to 1,024 tokens" in capsys.readouterr().err
