"""The set-up: from a bare Python to an environment in which the course runs.

Standard library only. Every way in which it can fail ends in one sentence with the
cure, and a set-up that was cut off is found and finished by the next one.
"""

from collections.abc import Sequence
from pathlib import Path

from course_lib.cli.setup import current, own
from course_lib.cli.setup.place import ROOT, Place, find_place
from course_lib.errors import CourseError


def ready(extras: Sequence[str], root: Path = ROOT) -> Place:
    """Return an environment in which the course runs, after setting it up if need be.

    Args:
        extras: the extras of pyproject.toml that the environment must meet; the
            course's own always has the whole pinned set, which covers most
        root: the folder of the repository
    """
    if not (root / "requirements.txt").exists():
        raise CourseError(
            "This is the installed package alone. Clone the course's repository and "
            "start this command there: the chapters are in it."
        )
    place = find_place(root)
    if place.own:
        own.complete(place, root)
        if set(extras) - set(own.PINNED):
            current.add(place, root, extras)
    else:
        current.complete(place, root, extras)
    return place
