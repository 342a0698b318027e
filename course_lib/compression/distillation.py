"""A small model taught by a large one: not the answer alone, but how sure to be of all.

Source: Hinton et al. 2015, Distilling the Knowledge in a Neural Network, section 2;
Sanh et al. 2019, DistilBERT, section 3, for taking every other block.
"""

import copy
from typing import TypeVar

import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.errors import CourseError, ShapeError

Model = TypeVar("Model", bound=nn.Module)


def distillation_loss(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float
) -> Tensor:
    """How far a student's distribution is from its teacher's, both softened.

    Args:
        student_logits: (B, C); it alone receives a gradient.
        teacher_logits: (B, C)
        temperature: above 1 shows what the teacher thinks of wrong answers.

    Returns:
        KL(teacher, student), mean over the batch, times the temperature squared, which
        keeps gradients as large as at temperature 1.

    Raises:
        ShapeError: the two differ in shape.
        CourseError: the temperature is not above 0.
    """
    if student_logits.shape != teacher_logits.shape:
        raise ShapeError(
            f"student_logits {tuple(student_logits.shape)} and teacher_logits "
            f"{tuple(teacher_logits.shape)} differ: give both the same texts"
        )
    if not temperature > 0:
        raise CourseError(f"temperature = {temperature}: expected a number above 0")
    student = (student_logits / temperature).log_softmax(dim=-1)
    teacher = (teacher_logits.detach() / temperature).log_softmax(dim=-1)
    distance = F.kl_div(student, teacher, reduction="batchmean", log_target=True)
    return distance * temperature**2


def every_other_block(model: Model) -> Model:
    """A copy of a Bert or GPT with every other block: a student that knows something.

    Its config says how many blocks are left, so that it is saved and read as any other.

    Raises:
        CourseError: the model has no blocks to choose from.
    """
    blocks = getattr(model, "blocks", None)
    if not isinstance(blocks, nn.ModuleList) or len(blocks) < 2:
        raise CourseError(
            f"{type(model).__name__} has no two blocks one after the other: take a "
            "Bert or a GPT with at least two"
        )
    student = copy.deepcopy(model)
    student.blocks = student.blocks[::2]
    left = len(student.blocks)
    field = "n_layer" if hasattr(student.config, "n_layer") else "num_hidden_layers"
    student.config = type(student.config).from_dict(
        {**student.config.to_dict(), field: left}
    )
    return student
