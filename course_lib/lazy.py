"""Names that a package hands out, each imported when it is first used (PEP 562)."""

import importlib
import sys
from collections.abc import Callable, Mapping


def handing_out(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Make a package's `__getattr__` and `__dir__`.

    >>> __getattr__, __dir__ = handing_out(__name__, {"GPT": "models"})

    Args:
        package: its full name.
        homes: from each name to the module inside the package that holds it.

    Returns:
        The two functions, to be bound by these names in the package.
    """

    def __getattr__(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{homes[name]}"), name)

    def __dir__() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return __getattr__, __dir__
