"""Exercises of chapter 12: the best answer span."""

from course_lib.exercises.chapter12.best_span import BEST_SPAN

EXERCISES = (BEST_SPAN,)
