"""Costs are those of the model and the call, not of what was there before."""

import copy

import pytest
import torch
from torch import nn

from course_lib.compression import bytes_on_disk, peak_memory, seconds
from course_lib.errors import CourseError


def test_bytes_follow_the_weights_and_shared_ones_count_once():
    layer = nn.Linear(100, 200, bias=False)
    twice = nn.Sequential(layer, copy.deepcopy(layer))
    shared = nn.Sequential(layer, layer)
    one, two, same = map(bytes_on_disk, (layer, twice, shared))
    assert 80_000 < one < 83_000
    assert two - one == pytest.approx(80_000, abs=1_000)
    assert same - one < 1_000
    assert bytes_on_disk(copy.deepcopy(layer).bfloat16()) < 43_000


def test_the_call_is_made_once_more_than_it_counts():
    calls = []
    assert seconds(lambda: calls.append(1), times=3) >= 0
    assert len(calls) == 4
    with pytest.raises(CourseError, match="times = 0"):
        seconds(lambda: None, times=0)


def test_memory_at_the_worst_moment():
    before = torch.ones(1_000_000)

    def call():
        for _ in range(3):  # each is given back before the next but one is made
            _made = before + 1

    assert 4_000_000 <= peak_memory(call) <= 8_100_000
    assert peak_memory(lambda: before[:10]) < 1_000
