"""Numbers are read at once from a CPU, and one call late from a GPU."""

import torch

from course_lib.training.readings import LateReader


def test_a_cpu_answers_at_once():
    reader = LateReader()
    assert reader.read("first", torch.tensor([1.0, 2.0])) == ("first", [1.0, 2.0])
    assert reader.rest() is None


def test_a_gpu_answers_one_call_later(monkeypatch):
    # A stand-in for a GPU's tensor and event: what is asked of them, in which order.
    asked = []

    class Event:
        def record(self):
            asked.append("record")

        def synchronize(self):
            asked.append("synchronize")

    class OnGPU:
        device = torch.device("cuda", 0)

        def __init__(self, *values):
            self.values = torch.tensor(values)

        def to(self, place, non_blocking):
            assert (place, non_blocking) == ("cpu", True)
            asked.append("copy")
            return self.values

    monkeypatch.setattr(torch.cuda, "Event", Event)
    reader = LateReader()
    assert reader.read("first", OnGPU(1.0)) is None
    assert reader.read("second", OnGPU(2.0)) == ("first", [1.0])
    assert reader.rest() == ("second", [2.0])
    assert reader.rest() is None
    one = ["copy", "record", "synchronize"]
    assert asked == ["copy", "record", "synchronize", *one]


def test_a_real_device_gives_all_in_order(device):
    reader = LateReader()
    readings = [reader.read(i, torch.full((2,), i, device=device)) for i in range(4)]
    found = [reading for reading in [*readings, reader.rest()] if reading]
    assert found == [(i, [i, i]) for i in range(4)]
