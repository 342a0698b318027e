"""The benchmark of models: what can be known of it without measuring anything."""

import math
import sys
from pathlib import Path

import pytest
import torch

pytest.importorskip("transformers")
sys.path.insert(0, str(Path(__file__).parent))

import bench_models
import on_gpu
from side_by_side import Result, Way, side_by_side

LIMITS = {"memory": 1e10, "float32": 1e11, "bfloat16": 1e11}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so(capsys):
    with pytest.raises(SystemExit) as stopped:
        bench_models.run(["--device", "cuda"])
    assert stopped.value.code == 2
    assert "sees no GPU here: run without --device cuda" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["no-such"], ["gpu-training"], ["--device", "cuda", "forward-b1"]]
)
def test_rows_that_a_device_does_not_have_are_named(arguments, capsys):
    with pytest.raises(SystemExit):
        bench_models.run(arguments)
    assert f"no row {arguments[-1]!r} on c" in capsys.readouterr().err


@pytest.mark.parametrize(
    "row",
    [on_gpu.decode(3.0, "cpu", "course"), on_gpu.training(1.3, "cpu", "course", 1)],
    ids=["decode", "training"],
)
def test_the_rows_of_a_gpu_run_through_on_a_cpu_as_well(row, monkeypatch):
    def once(name, ways, limits, **options):
        for way in ways:
            way.run()
        return [Result(name, w.name, 1.0, 0.0, 1.0, w.least, 0.1) for w in ways]

    monkeypatch.setattr(on_gpu, "side_by_side", once)
    results = row("row", LIMITS)
    assert [result.holds for result in results] == [True, True, False]
    assert results[-1].way == "course, bfloat16"


def test_ways_take_turns_there_and_back():
    order = []
    ways = [Way(name, lambda name=name: order.append(name)) for name in "abc"]
    results = side_by_side("row", ways, LIMITS, rounds=3)
    assert "".join(order) == "abc" + "abc" + "cba" + "abc"
    assert [result.way for result in results] == ["a", "b", "c"]
    assert results[0].ratio == 1 and results[0].holds


def test_a_line_says_what_was_missed():
    missed = Result("row", "way", 0.5, 0.1, 1.2, 1.4, 0.3, "float32", "+3 MB")
    assert not missed.holds
    for part in ("500.0 ms", "1.20x", "1.40x", "NO", "30% of float32", "+3 MB"):
        assert part in bench_models.line(missed)
    assert "x" not in bench_models.line(Result("row", "way", 0.5, 0.1, math.nan))
