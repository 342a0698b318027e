"""Files with the dirt of the real world, and what a loader says about them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from course_lib.resources.own_data import DataError

Found = list[tuple[str, int | None, int | None]]


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """A cache of datasets that no other test has written to."""
    from datasets import config

    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(config, "HF_DATASETS_CACHE", folder)
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file as it is given: no line end is changed."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(raw)
        return path

    return write_file


@pytest.fixture
def error() -> Callable[..., DataError]:
    """The error that a loader raises."""

    def error_of(load: Callable[..., Any], *args: Any, **options: Any) -> DataError:
        with pytest.raises(DataError) as caught:
            load(*args, **options)
        return caught.value

    return error_of


@pytest.fixture
def found(error) -> Callable[..., Found]:
    """Kind, line and column of each problem that a loader names."""

    def problems_of(load: Callable[..., Any], *args: Any, **options: Any) -> Found:
        problems = error(load, *args, **options).problems
        return [(one.kind, one.line, one.column) for one in problems]

    return problems_of
