"""Exercises of chapter 02: one module each."""

from course_lib.exercises.chapter02.merge_pair import MERGE_PAIR
from course_lib.exercises.chapter02.wordpiece import WORDPIECE

EXERCISES = (MERGE_PAIR, WORDPIECE)
