"""A head that does nothing is not missed; the model is left as it was."""

import pytest
import torch
from torch import nn

from course_lib.compression import head_importance
from course_lib.errors import CourseError
from course_lib.models import GPT, GPTConfig


def test_the_head_that_does_something_is_missed():
    torch.manual_seed(0)
    config = GPTConfig(vocab_size=20, n_positions=16, n_embd=16, n_layer=2, n_head=4)
    model = GPT(config).eval()
    for block in model.blocks:
        block.attention.output.weight.data[:] = 0
    model.blocks[1].attention.output.weight.data[:, 8:12].normal_()  # head 2
    ids = torch.randint(20, (4, 16))
    before = {name: x.clone() for name, x in model.state_dict().items()}
    rises = head_importance(model, lambda: model(ids, labels=ids).loss)
    assert rises.shape == (2, 4)
    others = torch.ones(2, 4, dtype=torch.bool)
    others[1, 2] = False
    assert rises[others].abs().max() < 1e-6 < rises[1, 2].abs()
    assert all(torch.equal(x, before[name]) for name, x in model.state_dict().items())


def test_a_model_of_others_is_refused():
    with pytest.raises(CourseError, match="Linear has no MultiHeadAttention"):
        head_importance(nn.Linear(2, 2), lambda: 0.0)
