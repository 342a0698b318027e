"""Models and tokenizers load from where they are found, and fit each other."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer, BertModel

from course_lib.errors import CourseError
from course_lib.resources import fitting_tokenizer, load_model, load_tokenizer, origins
from tests.resources.tiny_models import tiny_bert, write


@pytest.fixture
def folder(tmp_path) -> Path:
    """A tiny BERT of your own."""
    return write(tiny_bert(), tmp_path / "bert")


@pytest.fixture
def without_words(tmp_path) -> Path:
    """The same, its vocabulary having been lost."""
    kept = {"config.json", "model.safetensors", "tokenizer_config.json"}
    files = {f: b for f, b in tiny_bert().items() if f in kept}
    return write(files, tmp_path / "bert")


def test_a_model_and_its_tokenizer(folder) -> None:
    model, tokenizer = load_model(folder), load_tokenizer(folder)
    assert isinstance(model, BertModel) and not model.training
    batch = tokenizer("word3 word5", return_tensors="pt")
    assert tokenizer.unk_token_id not in batch["input_ids"]
    with torch.no_grad():
        assert model(**batch).last_hidden_state.shape == (1, 4, 16)


def test_a_head_by_its_class_or_its_name_with_options(folder) -> None:
    for head in (AutoModel, "AutoModel"):
        model = load_model(folder, head, attn_implementation="eager")
        assert model.config._attn_implementation == "eager"
    model = load_model(folder, "AutoModelForSequenceClassification", num_labels=3)
    assert model.num_labels == 3
    with pytest.raises(CourseError, match="no class 'AutoModelWithLMHead'; models of"):
        load_model(folder, "AutoModelWithLMHead")


def test_both_come_from_the_hub_by_a_name(hub, capsys) -> None:
    hub.put("people/model", tiny_bert())
    model, tokenizer = load_model("people/model"), load_tokenizer("people/model")
    assert model.config.vocab_size == len(tokenizer) == 64
    assert capsys.readouterr().out.count("people/model: f") == 2  # fetched, from


def test_nothing_is_asked_of_the_network_for_a_folder(folder, hub) -> None:
    load_tokenizer(folder)
    load_model(folder)
    assert hub.asked == []


def test_the_tokenizer_of_five_words_is_refused(without_words) -> None:
    # What Transformers does by itself: no error, no warning, and every word unknown.
    silent = AutoTokenizer.from_pretrained(without_words, local_files_only=True)
    assert len(silent) == 5
    assert set(silent("word3 word5")["input_ids"][1:-1]) == {silent.unk_token_id}
    config = AutoConfig.from_pretrained(without_words)
    with pytest.raises(
        CourseError, match="has 5 tokens, the model 64: it is not the m"
    ):
        fitting_tokenizer(silent, config)
    with pytest.raises(CourseError, match="bert holds no tokenizer .no tokenizer.json"):
        load_tokenizer(without_words)


def test_of_a_name_it_is_never_made(hub, cache, monkeypatch) -> None:
    files = tiny_bert()
    lacking = {f: files[f] for f in ("config.json", "model.safetensors")}
    hub.put("people/model", lacking)
    with pytest.raises(CourseError, match="holds no tokenizer"):
        load_tokenizer("people/model")
    monkeypatch.setattr(origins, "hub_answers", lambda: False)
    with pytest.raises(CourseError, match="it holds no tokenizer"):
        load_tokenizer("people/model")


@pytest.mark.parametrize("words", [62, 64])
def test_a_vocabulary_that_was_padded_fits(words) -> None:
    assert fitting_tokenizer(range(words), SimpleNamespace(vocab_size=64))


@pytest.mark.parametrize(
    ("words", "says"), [(57, "57 tokens, the model 64: it"), (65, "65 .*resize_token")]
)
def test_another_vocabulary_does_not(words, says) -> None:
    with pytest.raises(CourseError, match=says):
        fitting_tokenizer(range(words), SimpleNamespace(vocab_size=64))


def test_models_without_words_are_left_alone() -> None:
    assert fitting_tokenizer(range(3), SimpleNamespace())
