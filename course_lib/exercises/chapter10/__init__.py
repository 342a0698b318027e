"""Exercises of chapter 10: how good a classifier is."""

from course_lib.exercises.chapter10.accuracy_and_f1 import ACCURACY_AND_F1

EXERCISES = (ACCURACY_AND_F1,)
