"""What may stand beside a mistake whose parameter is read off the answer."""

from collections.abc import Iterator
from typing import Any

from course_lib.exercises.catalogue import Mistake


def companions(mistakes: tuple[Mistake, ...], name: str) -> Iterator[dict[str, Any]]:
    """Nothing, then each mistake that may stand beside this one, in each form."""
    group = next(mistake.group for mistake in mistakes if mistake.name == name)
    yield {}
    for mistake in mistakes:
        alone = mistake.name == name or (group and mistake.group == group)
        if not alone:
            yield from ({mistake.name: form} for form in mistake.forms)
