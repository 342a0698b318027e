"""Exercises of chapter 08: what to do with what a pretrained model returns."""

from course_lib.exercises.chapter08.mean_pool import MEAN_POOL

EXERCISES = (MEAN_POOL,)
