"""Errors that say what was given, what was expected and what to do."""


class CourseError(Exception):
    """The course cannot go on; the message says why and what to do."""


class ShapeError(CourseError, ValueError):
    """Tensors do not fit; the message names both shapes and the cure."""
