"""Macro-F1 on validation, by which the best weights are chosen."""

from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import f1_score

from course_lib.tasks.classification.choosing import macro_f1_of
from course_lib.tasks.validation import validate


class Echo(torch.nn.Module):
    """A model whose logits are its inputs."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(()))

    def forward(self, x, labels):
        logits = x * self.scale
        return SimpleNamespace(loss=F.cross_entropy(logits, labels), logits=logits)


def collate(examples):
    return {name: torch.stack([e[name] for e in examples]) for name in examples[0]}


@pytest.mark.parametrize("batch_size", [4, 10, 64])
def test_both_ways_measure_the_whole_split(batch_size):
    draw = torch.Generator().manual_seed(0)
    x, labels = torch.randn(10, 3, generator=draw), torch.arange(10) % 3
    examples = [{"x": a, "labels": b} for a, b in zip(x, labels, strict=True)]
    values = validate(examples, collate, batch_size, macro_f1_of)(Echo())
    expected = f1_score(labels.numpy(), x.argmax(-1).numpy(), average="macro")
    assert values["macro_f1"] == pytest.approx(expected)
    assert values["loss"] == pytest.approx(float(F.cross_entropy(x, labels)), abs=1e-6)
    assert macro_f1_of((x.numpy(), labels.numpy()))["macro_f1"] == values["macro_f1"]
