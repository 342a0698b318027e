"""Eight bits a weight: how it rounds, and that models keep their answers."""

import pytest
import torch
from torch import nn

from course_lib.compression import Quantized, dequantize, quantize, quantize_linears
from course_lib.errors import ShapeError
from course_lib.models import GPT, Bert, BertConfig, GPTConfig


def test_each_row_has_its_own_scale_and_reaches_127():
    weight = torch.tensor([[0.5, -1.0, 0.25], [100.0, 0.0, -3.0]])
    numbers, scale = quantize(weight)
    assert numbers.dtype == torch.int8 and scale.shape == (2, 1)
    assert numbers.tolist() == [[64, -127, 32], [127, 0, -4]]
    assert scale.flatten().tolist() == pytest.approx([1 / 127, 100 / 127])


def test_the_error_is_at_most_half_a_step():
    weight = torch.randn(40, 64, generator=torch.Generator().manual_seed(0))
    numbers, scale = quantize(weight)
    assert ((dequantize(numbers, scale) - weight).abs() <= scale / 2 + 1e-7).all()
    assert numbers.abs().max() == 127


def test_a_row_of_zeros_stays_one():
    numbers, scale = quantize(torch.tensor([[0.0, 0.0], [1.0, -1.0]]))
    assert numbers.tolist() == [[0, 0], [127, -127]]
    assert torch.isfinite(scale).all() and (scale > 0).all()


@pytest.mark.parametrize("precision", [torch.float64, torch.bfloat16])
def test_scales_have_the_type_of_the_weights(precision):
    weight = torch.linspace(-2, 3, 12).view(3, 4).to(precision)
    numbers, scale = quantize(weight)
    assert scale.dtype == precision
    assert torch.allclose(dequantize(numbers, scale), weight, atol=0.03)


def test_a_layer_multiplies_what_it_keeps():
    torch.manual_seed(0)
    layer = nn.Linear(16, 8)
    small = Quantized(layer)
    x = torch.randn(3, 5, 16)
    exact = x @ dequantize(small.numbers, small.scale).T + layer.bias
    assert torch.allclose(small(x), exact, atol=1e-6)
    assert torch.allclose(small(x), layer(x), atol=0.05)
    assert sum(b.numel() * b.element_size() for b in small.buffers()) < 16 * 8 * 4 / 2


def test_a_model_keeps_its_answers_and_itself():
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = BertConfig(vocab_size=50, intermediate_size=64, **sizes)
    model = Bert(config).eval()
    before = {name: x.clone() for name, x in model.state_dict().items()}
    small = quantize_linears(model)
    ids = torch.arange(10)[None]
    one, other = (m(ids).last_hidden_state for m in (model, small))
    assert torch.allclose(one, other, atol=0.1) and not torch.equal(one, other)
    assert all(torch.equal(x, before[name]) for name, x in model.state_dict().items())
    assert any(isinstance(m, Quantized) for m in small.modules())


def test_a_weight_that_two_layers_share_stays_one():
    model = GPT(
        GPTConfig(vocab_size=40, n_positions=16, n_embd=16, n_layer=1, n_head=2)
    )
    small = quantize_linears(model)
    assert sum(isinstance(m, Quantized) for m in small.modules()) == 4
    assert torch.isfinite(small(torch.arange(5)[None]).logits).all()


def test_what_is_no_matrix_is_refused():
    with pytest.raises(ShapeError, match=r"a matrix \(out, in\), got \(3,\)"):
        quantize(torch.ones(3))
