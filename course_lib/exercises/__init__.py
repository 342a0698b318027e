"""Exercises: what is asked, how an answer is checked, which mistake it shows."""

from course_lib.exercises.checker import check
from course_lib.exercises.coach import hint, solution
from course_lib.exercises.quizzes import quiz

__all__ = ["check", "hint", "quiz", "solution"]
