"""The device that computes is one that works, and it is named."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.resources import device, device_sentence, devices


def test_the_device_computes() -> None:
    assert float(torch.ones(3, device=device()).sum()) == 3.0


def test_the_cpu_is_always_there_and_comes_last() -> None:
    assert devices.devices_there()[-1] == "cpu"
    assert device("cpu") == torch.device("cpu")


def test_a_gpu_that_is_there_and_works_is_taken(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(devices, "_works", lambda kind: True)
    assert device() == torch.device("cuda")


def test_a_gpu_that_does_not_compute_is_left_alone(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(devices, "_works", lambda kind: kind != "cuda")
    assert device() == torch.device("cpu")


def test_a_kind_without_a_driver_does_not_work() -> None:
    absent = "cuda" if not torch.cuda.is_available() else "mps"
    assert devices._works("cpu") and not devices._works(absent)


@pytest.mark.parametrize("wanted", ["tpu", "cuda:99", ""])
def test_an_absent_device_is_answered_with_those_that_are_there(wanted) -> None:
    with pytest.raises(CourseError, match="there is .*cpu"):
        device(wanted)


def test_the_sentence_names_the_cpu_and_its_cores(monkeypatch) -> None:
    monkeypatch.setattr(devices, "_cores", lambda: 2)
    monkeypatch.setattr(devices, "_processor", lambda: "x86_64")
    sentence = device_sentence(torch.device("cpu"))
    assert sentence == "Computing on the CPU, 2 cores (x86_64)."


def test_the_sentence_names_the_card(monkeypatch) -> None:
    class Card:
        name, total_memory = "NVIDIA T4", 15 * 2**30

    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: Card)
    sentence = device_sentence(torch.device("cuda"))
    assert sentence == "Computing on NVIDIA T4 (CUDA), 15 GiB of memory."
    assert "Mac (MPS)" in device_sentence(torch.device("mps"))
    assert device_sentence().startswith("Computing on ")
