"""Exercises of chapter 04: cut into heads, lay them side by side, and all of it."""

from course_lib.exercises.chapter04.merge_heads import MERGE_HEADS
from course_lib.exercises.chapter04.multi_head_attention import MULTI_HEAD_ATTENTION
from course_lib.exercises.chapter04.split_heads import SPLIT_HEADS

EXERCISES = (SPLIT_HEADS, MERGE_HEADS, MULTI_HEAD_ATTENTION)
