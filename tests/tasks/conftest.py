"""Shared by the tests of tasks: a tiny pretrained model; bootstraps of few draws."""

import pytest

from course_lib.tasks.classification import evaluation
from tests.tasks.tiny import make_bert


@pytest.fixture(scope="session")
def bert(tmp_path_factory):
    """The folder of a tiny BERT: random weights, and words of its own."""
    return make_bert(tmp_path_factory.mktemp("models") / "tiny-bert")


@pytest.fixture(scope="session", autouse=True)
def few_draws():
    """A tenth of a second for an interval, where a second is not the point."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "DRAWS", 100)
        yield
