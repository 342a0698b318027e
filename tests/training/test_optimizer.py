"""Weight decay where it belongs; the learning rate on its way."""

import math

import pytest
import torch
from torch import nn

from course_lib.errors import CourseError
from course_lib.training.optimizer import adamw, decay_groups, schedule

from .tiny import Tiny, plan


class RMSNormOverTwoAxes(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3, 4))


def test_matrices_decay_norms_and_biases_do_not():
    model = Tiny()
    model.grid = RMSNormOverTwoAxes()
    model.inner.bias.requires_grad_(False)
    names = {id(p): name for name, p in model.named_parameters()}
    decaying, spared = decay_groups(model, 0.1)
    assert [names[id(p)] for p in decaying["params"]] == [
        "words.weight",
        "inner.weight",
    ]
    assert {names[id(p)] for p in spared["params"]} == {
        "norm.weight",
        "norm.bias",
        "grid.weight",
    }
    assert (decaying["weight_decay"], spared["weight_decay"]) == (0.1, 0.0)


def test_adamw_is_fused_and_has_the_plans_settings():
    made = adamw(Tiny(), plan(learning_rate=0.5, betas=(0.8, 0.9)))
    assert made.defaults["fused"]
    assert {group["lr"] for group in made.param_groups} == {0.5}
    assert {tuple(group["betas"]) for group in made.param_groups} == {(0.8, 0.9)}


def test_a_model_that_cannot_learn_is_refused():
    with pytest.raises(CourseError, match="requires_grad_"):
        decay_groups(Tiny().requires_grad_(False), 0.1)


@pytest.mark.parametrize("decay", ["cosine", "linear", "constant"])
def test_the_learning_rate_rises_and_falls(decay):
    chosen = plan(learning_rate=2.0, warmup_steps=4, decay=decay)
    optimizer = adamw(Tiny(), chosen)
    rates, way = [], schedule(optimizer, chosen, 20)
    for _ in range(21):
        rates.append(way.get_last_lr()[0])
        optimizer.step()
        way.step()
    assert rates[:5] == [0, 0.5, 1, 1.5, 2]
    left = [(20 - step) / 16 for step in range(4, 21)]
    falls = {
        "cosine": [1 - math.cos(math.pi * x) for x in left],
        "linear": [2 * x for x in left],
        "constant": [2.0 for _ in left],
    }
    assert rates[4:] == pytest.approx(falls[decay], abs=1e-12)


def test_a_warm_up_longer_than_the_run_is_refused():
    chosen = plan(warmup_steps=9)
    with pytest.raises(CourseError, match="warmup_steps = 9, but the run has 8"):
        schedule(adamw(Tiny(), chosen), chosen, 8)
