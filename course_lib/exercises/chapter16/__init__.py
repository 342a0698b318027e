"""Exercises of chapter 16: what comes next."""

from course_lib.exercises.chapter16.contrastive_loss import CONTRASTIVE_LOSS

EXERCISES = (CONTRASTIVE_LOSS,)
