"""The image, made once, and Lab running in it."""

import shutil
import sys
from collections.abc import Iterator

import pytest

from binder.image import Image
from binder.server import BinderServer


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The environment that `binder/` describes; its 2 GB go when the tests are done."""
    if sys.platform != "linux":
        pytest.skip("Binder's images are made for Linux")
    folder = tmp_path_factory.mktemp("binder")
    try:
        yield Image(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def server(
    image: Image, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BinderServer]:
    """Lab as Binder starts it."""
    server = BinderServer(image, tmp_path_factory.mktemp("lab"))
    yield server
    server.close()
