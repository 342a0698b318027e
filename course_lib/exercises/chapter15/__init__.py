"""Exercises of chapter 15: the same model, smaller and cheaper."""

from course_lib.exercises.chapter15.distillation_loss import DISTILLATION_LOSS
from course_lib.exercises.chapter15.low_rank_forward import LOW_RANK_FORWARD
from course_lib.exercises.chapter15.magnitude_mask import MAGNITUDE_MASK
from course_lib.exercises.chapter15.quantize import QUANTIZE

EXERCISES = (QUANTIZE, MAGNITUDE_MASK, DISTILLATION_LOSS, LOW_RANK_FORWARD)
