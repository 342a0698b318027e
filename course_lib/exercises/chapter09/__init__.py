"""Exercises of chapter 09: what attention shows, and what it does."""

from course_lib.exercises.chapter09.ablate import ABLATE
from course_lib.exercises.chapter09.entropy import ENTROPY
from course_lib.exercises.chapter09.find_heads import (
    FIND_PREVIOUS_TOKEN_HEAD,
    FIND_PRONOUN_HEAD,
)
from course_lib.exercises.chapter09.rollout import ROLLOUT

EXERCISES = (ENTROPY, ROLLOUT, ABLATE)
SEARCHES = (FIND_PREVIOUS_TOKEN_HEAD, FIND_PRONOUN_HEAD)
