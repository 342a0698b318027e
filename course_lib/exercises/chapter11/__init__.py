"""Exercises of chapter 11: labels for word pieces, and entities out of tags."""

from course_lib.exercises.chapter11.align_labels import ALIGN_LABELS
from course_lib.exercises.chapter11.decode_entities import DECODE_ENTITIES

EXERCISES = (ALIGN_LABELS, DECODE_ENTITIES)
