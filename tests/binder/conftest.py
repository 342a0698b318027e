"""The image, made once, and Lab running in it."""

import sys
from collections.abc import Iterator

import pytest

from binder.image import Image
from binder.server import BinderServer


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The environment that `binder/` describes."""
    if sys.platform != "linux":
        pytest.skip("Binder's images are made for Linux")
    return Image(tmp_path_factory.mktemp("binder"))


@pytest.fixture(scope="module")
def server(
    image: Image, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BinderServer]:
    """Lab as Binder starts it."""
    server = BinderServer(image, tmp_path_factory.mktemp("lab"))
    yield server
    server.close()
