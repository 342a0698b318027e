"""The smallest weights go, exactly as many as were asked for."""

import pytest
import torch
from torch import nn

from course_lib.compression import magnitude_mask, prune, sparsity
from course_lib.errors import CourseError


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 1.0])
def test_the_smallest_go(share):
    weight = torch.randn(7, 9, generator=torch.Generator().manual_seed(1))
    mask = magnitude_mask(weight, share)
    assert mask.dtype == torch.bool and mask.shape == weight.shape
    assert int((~mask).sum()) == round(share * 63)
    if mask.any() and (~mask).any():
        assert weight[mask].abs().min() >= weight[~mask].abs().max()


def test_equal_weights_are_counted_one_by_one():
    assert int(magnitude_mask(torch.ones(10), 0.3).sum()) == 7


def test_a_model_gets_its_zeros_and_stays_a_model():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4))
    names = set(model.state_dict())
    assert sparsity(model) == 0
    prune(model, 0.5)
    assert sparsity(model) == pytest.approx(0.5)
    assert set(model.state_dict()) == names
    assert model(torch.ones(2, 8)).shape == (2, 4)


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(CourseError, match="expected a share from 0 to 1"):
        magnitude_mask(torch.ones(3), share)
