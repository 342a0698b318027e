"""A machine without a network, on purpose: to see what code does there, and at once."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from course_lib.resources import hub

_VARIABLE = "HF_HUB_OFFLINE"


@contextmanager
def cut_off() -> Iterator[None]:
    """Inside, there is neither a Hub nor anything that was fetched from it before.

    >>> with cut_off():
    ...     BertModel.from_pretrained("bert-base-uncased")  # fails, and does not wait

    Afterwards everything is as it was: what the environment says, the local cache, and
    whether the Hub answers, which is then asked anew.
    """
    import huggingface_hub.constants as constants

    offline, cache = constants.HF_HUB_OFFLINE, constants.HF_HUB_CACHE
    said = os.environ.get(_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="course-") as empty:
        try:
            constants.HF_HUB_CACHE = empty
            hub.go_offline()
            hub.asked.cache_clear()
            yield
        finally:
            constants.HF_HUB_CACHE = cache
            _go_back(offline, said)


def _go_back(offline: bool, said: str | None) -> None:
    """Take `hub.go_offline` back."""
    os.environ.pop(_VARIABLE, None)
    if said is not None:
        os.environ[_VARIABLE] = said
    for name in hub.READERS:
        module = sys.modules.get(name)
        if module is not None:
            module.HF_HUB_OFFLINE = offline  # type: ignore[attr-defined]
    hub.asked.cache_clear()
