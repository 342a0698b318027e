"""Bootstraps of few draws, where a second is not the point."""

import pytest

from course_lib.tasks.tagging import evaluation


@pytest.fixture(scope="session", autouse=True)
def few_draws_of_sentences():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "DRAWS", 100)
        yield
