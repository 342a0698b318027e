"""Exercises of chapter 13: an encoder-decoder learns to translate."""

from course_lib.exercises.chapter13.shift_right import SHIFT_RIGHT

EXERCISES = (SHIFT_RIGHT,)
