"""Without a network on purpose: nothing is found, nothing waits, all is put back."""

import os

import pytest

from course_lib.errors import CourseError
from course_lib.resources import hub, resolve
from course_lib.resources.cut_off import cut_off


def test_inside_names_of_the_hub_are_nowhere(cache) -> None:
    from transformers import BertModel, BertTokenizer

    with cut_off():
        with pytest.raises(OSError):
            BertModel.from_pretrained("bert-base-uncased")
        assert len(BertTokenizer.from_pretrained("bert-base-uncased")) == 5
        with pytest.raises(CourseError, match="HF_HUB_OFFLINE"):
            resolve("someone/model")
        assert not hub.hub_answers()


def test_what_was_fetched_before_is_hidden_and_comes_back(cache) -> None:
    from huggingface_hub import constants

    with cut_off():
        hidden = constants.HF_HUB_CACHE
        assert hidden != str(cache) and os.listdir(hidden) == []
    assert not os.path.exists(hidden)
    assert str(cache) == constants.HF_HUB_CACHE


@pytest.mark.parametrize("said", [None, "", "1"])
def test_everything_is_as_before_even_after_an_error(cache, monkeypatch, said) -> None:
    import datasets
    from huggingface_hub import constants

    if said is None:
        monkeypatch.delenv("HF_HUB_OFFLINE")
    else:
        monkeypatch.setenv("HF_HUB_OFFLINE", said)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    with pytest.raises(ZeroDivisionError), cut_off():
        assert constants.HF_HUB_OFFLINE and hub.told_offline()
        assert datasets.config.HF_HUB_OFFLINE
        _ = 1 / 0
    assert os.environ.get("HF_HUB_OFFLINE") == said
    assert constants.HF_HUB_OFFLINE is datasets.config.HF_HUB_OFFLINE is False
