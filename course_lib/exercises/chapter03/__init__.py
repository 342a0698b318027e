"""Exercises of chapter 03: one module each, the two masks together."""

from course_lib.exercises.chapter03.attention import ATTENTION, attention_steps
from course_lib.exercises.chapter03.masks import CAUSAL_MASK, PADDING_MASK
from course_lib.exercises.chapter03.mistakes import ATTENTION_MISTAKES
from course_lib.exercises.chapter03.scores import SCORES
from course_lib.exercises.chapter03.weights import WEIGHTS

EXERCISES = (SCORES, WEIGHTS, CAUSAL_MASK, PADDING_MASK, ATTENTION)

__all__ = ["ATTENTION_MISTAKES", "EXERCISES", "attention_steps"]
