"""Exercises of chapter 06: one module each."""

from course_lib.exercises.chapter06.encoder_block import ENCODER_BLOCK
from course_lib.exercises.chapter06.feed_forward import FEED_FORWARD
from course_lib.exercises.chapter06.layer_norm import LAYER_NORM

EXERCISES = (LAYER_NORM, FEED_FORWARD, ENCODER_BLOCK)
