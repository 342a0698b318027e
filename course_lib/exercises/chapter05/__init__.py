"""Exercises of chapter 05: sinusoidal positions, rotary positions, ALiBi."""

from course_lib.exercises.chapter05.alibi import ALIBI
from course_lib.exercises.chapter05.rotary import ROTATE
from course_lib.exercises.chapter05.sinusoidal import SINUSOIDAL

EXERCISES = (SINUSOIDAL, ROTATE, ALIBI)
