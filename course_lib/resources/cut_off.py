"""A machine without a network, on purpose: to see what code does there, and at once."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from course_lib.resources import hub


@contextmanager
def cut_off() -> Iterator[None]:
    """Inside, there is neither a Hub nor anything that was fetched from it before.

    >>> with cut_off():
    ...     BertModel.from_pretrained("bert-base-uncased")  # fails, and does not wait

    Afterwards everything is as it was: what the environment says, the local cache, and
    whether the Hub answers, which is then asked anew.
    """
    import huggingface_hub.constants as constants

    names = ("HF_HUB_OFFLINE", "HF_HUB_CACHE")
    before = {name: getattr(constants, name) for name in names}
    said = os.environ.get("HF_HUB_OFFLINE")
    with tempfile.TemporaryDirectory(prefix="course-") as empty:
        try:
            constants.HF_HUB_OFFLINE, constants.HF_HUB_CACHE = True, empty
            os.environ["HF_HUB_OFFLINE"] = "1"
            hub.asked.cache_clear()
            yield
        finally:
            for name, value in before.items():
                setattr(constants, name, value)
            _restore("HF_HUB_OFFLINE", said)
            hub.asked.cache_clear()


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
