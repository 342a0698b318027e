"""Exercises of chapter 07: hiding words, and the two losses of pre-training."""

from course_lib.exercises.chapter07.mask_tokens import MASK_TOKENS

EXERCISES = (MASK_TOKENS,)
