"""A rule: what an exception's message looks like, and the sentence that explains it."""

import re
from collections.abc import Callable

from course_lib.exercises.causes.scene import Scene

Sentence = Callable[[Scene, re.Match[str]], str]


class Rules:
    """Rules of one theme, tried in the order in which they were written."""

    def __init__(self) -> None:
        self._rules: list[tuple[re.Pattern[str], Sentence]] = []

    def when(self, *patterns: str) -> Callable[[Sentence], Sentence]:
        """Register the decorated function for messages that hold one of these.

        A pattern is searched in "TypeName: message".
        """

        def register(function: Sentence) -> Sentence:
            self._rules += [(re.compile(pattern), function) for pattern in patterns]
            return function

        return register

    def explain(self, scene: Scene) -> str:
        """The first sentence that a matching rule gives, "" where none does."""
        headline = f"{type(scene.error).__name__}: {scene.message}"
        for pattern, function in self._rules:
            match = pattern.search(headline)
            sentence = function(scene, match) if match else ""
            if sentence:
                return sentence
        return ""
