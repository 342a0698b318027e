"""A student is drawn to its teacher, and begins with every other block."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.compression import distillation_loss, every_other_block
from course_lib.errors import CourseError, ShapeError
from course_lib.models import GPT, Bert, BertConfig, GPTConfig

STUDENT = torch.tensor([[1.0, 2.0, 0.5], [0.0, 0.0, 3.0]])
TEACHER = torch.tensor([[2.0, 1.0, 0.0], [0.5, 0.0, 2.0]])


@pytest.mark.parametrize("temperature", [1.0, 2.0, 4.0])
def test_it_is_the_divergence_by_its_definition(temperature):
    p = (TEACHER / temperature).softmax(-1)
    q = (STUDENT / temperature).softmax(-1)
    expected = (p * (p.log() - q.log())).sum(-1).mean() * temperature**2
    loss = distillation_loss(STUDENT, TEACHER, temperature)
    assert torch.isclose(loss, expected)
    assert distillation_loss(TEACHER, TEACHER, temperature).abs() < 1e-6


def test_only_the_student_learns():
    student = STUDENT.clone().requires_grad_()
    teacher = TEACHER.clone().requires_grad_()
    distillation_loss(student, teacher, 2.0).backward()
    assert student.grad.abs().sum() > 0
    assert teacher.grad is None


def test_gradients_keep_their_size_when_it_gets_warmer():
    sizes = []
    for temperature in (10.0, 20.0):
        student = STUDENT.clone().requires_grad_()
        distillation_loss(student, TEACHER, temperature).backward()
        sizes.append(student.grad.norm())
    assert sizes[0] == pytest.approx(float(sizes[1]), rel=0.2)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"\(2, 3\) and teacher_logits \(2, 2\)"):
        distillation_loss(STUDENT, TEACHER[:, :2], 2.0)
    with pytest.raises(CourseError, match="temperature = 0"):
        distillation_loss(STUDENT, TEACHER, 0)


def bert(layers=4):
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=30, num_hidden_layers=layers, **sizes)
    return Bert(config, head="masked-words").eval()


def test_a_student_has_half_the_blocks_and_their_weights(tmp_path):
    teacher = bert()
    student = every_other_block(teacher)
    assert (len(teacher.blocks), len(student.blocks)) == (4, 2)
    assert student.config.num_hidden_layers == 2
    pairs = zip(student.blocks, teacher.blocks[::2], strict=True)
    for mine, theirs in pairs:
        assert torch.equal(mine.norm1.weight, theirs.norm1.weight)
        assert mine.norm1.weight is not theirs.norm1.weight
    student.save_pretrained(tmp_path)
    again = Bert.from_pretrained(tmp_path, head="masked-words")
    ids = torch.arange(8)[None]
    assert torch.allclose(again(ids).logits, student(ids).logits, atol=1e-5)


def test_a_gpt_is_halved_as_well():
    sizes = {"n_positions": 16, "n_embd": 16, "n_layer": 3, "n_head": 2}
    student = every_other_block(GPT(GPTConfig(vocab_size=20, **sizes)))
    assert len(student.blocks) == student.config.n_layer == 2
    logits = student(torch.arange(5)[None]).logits
    assert torch.isfinite(F.softmax(logits, -1)).all()


def test_what_has_no_blocks_is_refused():
    with pytest.raises(CourseError, match="Linear has no two blocks"):
        every_other_block(nn.Linear(2, 2))
