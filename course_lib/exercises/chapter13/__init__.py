"""Exercises of chapter 13: an encoder-decoder learns to translate."""

from course_lib.exercises.chapter13.cross_attention import CROSS_ATTENTION
from course_lib.exercises.chapter13.label_smoothing import LABEL_SMOOTHING
from course_lib.exercises.chapter13.shift_right import SHIFT_RIGHT

EXERCISES = (SHIFT_RIGHT, CROSS_ATTENTION, LABEL_SMOOTHING)
