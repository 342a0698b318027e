"""Exercises of chapter 11: labels for word pieces, and entities out of tags."""

from course_lib.exercises.chapter11.align_labels import ALIGN_LABELS

EXERCISES = (ALIGN_LABELS,)
