"""Exercises of chapter 14: text is written, one token at a time."""

from course_lib.exercises.chapter14.beam_step import BEAM_STEP
from course_lib.exercises.chapter14.cached_attention import CACHED_ATTENTION
from course_lib.exercises.chapter14.temperature import TEMPERATURE
from course_lib.exercises.chapter14.top_k import TOP_K
from course_lib.exercises.chapter14.top_p import TOP_P

EXERCISES = (TEMPERATURE, TOP_K, TOP_P, BEAM_STEP, CACHED_ATTENTION)
