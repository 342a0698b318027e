"""Which environment a verb gets, and what is added to it."""

import pytest

from cli.conftest import PYPROJECT, World
from course_lib.cli.setup import environment

EXTRA = 'site = ["sphinx==9.0"]\n'


@pytest.fixture
def bare(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A repository with an environment of its own, and an extra beside the pins."""
    (world.root / "pyproject.toml").write_text(PYPROJECT + EXTRA)
    monkeypatch.setattr(environment, "find_place", lambda root: world.place)
    return world


def test_an_extra_beside_the_pinned_set_is_added_once(bare: World) -> None:
    environment.ready(("site",), bare.root)
    *_, added = bare.installations
    assert added.endswith("sphinx==9.0") and "--constraint" in added
    count = len(bare.installations)
    environment.ready(("site",), bare.root)
    assert len(bare.installations) == count


def test_what_the_pinned_set_covers_adds_nothing(bare: World) -> None:
    environment.ready(("lab",), bare.root)
    assert not any("sphinx" in line for line in bare.installations)
    assert bare.stamp is not None
