"""Recipes run end to end on a toy budget, and what they leave is whole."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file

from course_lib.errors import CourseError
from course_lib.models import GPT, Bert, Seq2Seq
from course_lib.pretraining import NAMES, Options, named, run, train_model
from course_lib.pretraining.recipe import Recipe

transformers.utils.logging.disable_progress_bar()

STEPS = 6
TOY = {
    "steps": STEPS,
    "validation_amount": 2_000,
    "written_times": 0,
    "vocab_size": 400,
    "d_model": 32,
    "num_layers": 1,
    "num_heads": 2,
}
KINDS = {
    "course-bert": transformers.AutoModelForMaskedLM,
    "course-gpt": transformers.AutoModelForCausalLM,
    "course-marian": transformers.AutoModelForSeq2SeqLM,
}


def toy(name: str) -> Recipe:
    """A recipe of which little is left."""
    if name == "course-marian":
        sizes = {"amount": 150, "validation_amount": 20, "batch_tokens": 400}
        return replace(named(name), **(TOY | sizes))
    return replace(named(name), **TOY, amount=20_000, batch_size=4, length=32)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which all three were made, one after the other."""
    output = tmp_path_factory.mktemp("models")
    for name in NAMES:
        train_model(toy(name), Options(output=output, device="cpu", threads=1))
    return output


def ours(folder: Path) -> Bert | GPT | Seq2Seq:
    """A model as the course reads it."""
    if folder.name == "course-bert":
        return Bert.from_pretrained(folder, head="masked-words")
    kind = {"course-gpt": GPT, "course-marian": Seq2Seq}[folder.name]
    return kind.from_pretrained(folder)


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_transformers_and_the_course_read_it_alike(name: str, made: Path) -> None:
    folder = made / name
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        folder, local_files_only=True
    )
    theirs = KINDS[name].from_pretrained(folder, local_files_only=True)
    model = ours(folder)
    assert {x.dtype for x in model.parameters()} == {torch.float32}
    assert theirs.dtype == torch.float32
    batch = tokenizer("Once there was a key, and nobody had it.", return_tensors="pt")
    if name == "course-marian":
        batch["decoder_input_ids"] = batch.input_ids[:, :3]
    found, expected = model(**batch).logits, theirs(**batch).logits
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
    assert found.shape[-1] == len(tokenizer) == model.config.vocab_size


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_are_16_bit_and_their_checksum_is_kept(
    name: str, made: Path
) -> None:
    weights = made / name / "model.safetensors"
    assert {x.dtype for x in load_file(weights).values()} == {torch.float16}
    lines = (made / "SHA256SUMS").read_text().splitlines()
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert f"{found}  {name}/model.safetensors" in lines
    assert len(lines) == len(NAMES)
    assert not (made / f"{name}.training").exists(), "what is done needs no workshop"


@pytest.mark.parametrize("name", NAMES)
def test_the_config_keeps_dropout_for_those_who_train_it_on(
    name: str, made: Path
) -> None:
    config = json.loads((made / name / "config.json").read_text())
    shares = [x for key, x in config.items() if key.endswith(("pdrop", "dropout"))]
    shares += [x for key, x in config.items() if key.endswith("dropout_prob")]
    assert 0.1 in shares


@pytest.mark.parametrize("name", NAMES)
def test_its_card_says_how_it_was_made(name: str, made: Path) -> None:
    card = (made / name / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: cc-by-4.0\n")
    for said in (f"# {name}: ", "| seed | 0 |", "<!-- figures -->", "CC BY 4.0"):
        assert said in card
    assert f"| {STEPS} | " in card, "the last validation's losses"
    assert "## What it cannot" in card


def test_a_stopped_run_goes_on_as_if_it_had_not_been(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, options = toy("course-bert"), Options(tmp_path, device="cpu", threads=1)

    class Stop(run.Reporter):
        def __call__(self, history: list, ended: bool) -> None:
            if history[-1].step == 4:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "Reporter", Stop)
        with pytest.raises(KeyboardInterrupt):
            train_model(recipe, options)
    assert not (tmp_path / "course-bert").exists()
    for wrong in (replace(options, steps=9), replace(options, seed=1)):
        with pytest.raises(CourseError, match="--no-resume"):
            train_model(recipe, wrong)
    # The texts are those that the run began with.
    monkeypatch.setattr(type(recipe), "texts", None)
    folder = train_model(recipe, options)
    weights = [
        load_file(one / "model.safetensors") for one in (made / folder.name, folder)
    ]
    assert weights[0].keys() == weights[1].keys()
    assert all(torch.equal(x, weights[1][n]) for n, x in weights[0].items())


def test_a_bad_name_and_two_lengths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"Did you mean course-gpt\?.*course-marian"):
        train_model("gpt", Options(tmp_path))
    with pytest.raises(CourseError, match="steps or minutes"):
        train_model("course-gpt", Options(tmp_path, steps=3, minutes=1))
    assert list(tmp_path.iterdir()) == []


def test_minutes_become_steps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = Options(tmp_path, minutes=0.01, device="cpu", threads=1)
    train_model(toy("course-gpt"), options)
    said = capsys.readouterr().out
    assert "steps in 0.01 min" in said
    assert "validation" in said
