"""The small models that ship: whole, small, read alike, and good for something."""

import hashlib
from itertools import islice
from pathlib import Path

import pytest
import torch
import transformers

from course_lib.evaluation import translate
from course_lib.models import GPT, Bert, Seq2Seq
from course_lib.pretraining import NAMES, corpus, named
from course_lib.resources import data_folder
from course_lib.resources.world import world_pairs, write_stories

transformers.utils.logging.disable_progress_bar()

MODELS = data_folder() / "models"
KINDS = {
    "course-bert": transformers.AutoModelForMaskedLM,
    "course-gpt": transformers.AutoModelForCausalLM,
    "course-marian": transformers.AutoModelForSeq2SeqLM,
}
TEXT = "When Karl arrived at the river, he met his sister."


def tokenizer_of(name: str) -> transformers.PreTrainedTokenizerFast:
    return transformers.AutoTokenizer.from_pretrained(
        MODELS / name, local_files_only=True
    )


def ours(name: str) -> Bert | GPT | Seq2Seq:
    """A shipped model as the course reads it."""
    if name == "course-bert":
        return Bert.from_pretrained(MODELS / name, head="masked-words")
    return {"course-gpt": GPT, "course-marian": Seq2Seq}[name].from_pretrained(
        MODELS / name
    )


def test_weights_have_their_checksums_and_are_small() -> None:
    lines = (MODELS / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    sums = dict(reversed(line.split("  ", 1)) for line in lines)
    assert sorted(sums) == [f"{name}/model.safetensors" for name in NAMES]
    for file, expected in sums.items():
        assert hashlib.sha256((MODELS / file).read_bytes()).hexdigest() == expected
    files = [one for one in MODELS.rglob("*") if one.is_file()]
    assert sum(one.stat().st_size for one in files) < 40_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_holds_what_a_model_needs_and_no_more(name: str) -> None:
    there = {one.name for one in (MODELS / name).iterdir()}
    assert there == {
        "README.md",
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_card_names_data_recipe_seed_time_and_losses(name: str) -> None:
    card = (MODELS / name / "README.md").read_text(encoding="utf-8")
    for said in ("| data |", "| seed |", "| time |", "## Losses", "## What it can"):
        assert said in card
    assert f"`python -m course_lib train-model {name}`" in card
    assert "<!-- figures -->" in card and "<!-- /figures -->" in card


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_transformers_and_the_course_read_it_alike_in_float32(name: str) -> None:
    tokenizer, model = tokenizer_of(name), ours(name)
    theirs = KINDS[name].from_pretrained(MODELS / name, local_files_only=True)
    assert {x.dtype for x in model.parameters()} == {torch.float32} == {theirs.dtype}
    batch = tokenizer(TEXT, return_tensors="pt")
    assert tokenizer.unk_token_id not in batch.input_ids[0].tolist()
    if name == "course-marian":
        batch["decoder_input_ids"] = batch.input_ids[:, :4]
    found, expected = model(**batch).logits, theirs(**batch).logits
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_course_gpt_foresees_stories_that_it_never_read() -> None:
    tokenizer, model = tokenizer_of("course-gpt"), ours("course-gpt")
    losses = []
    for story in islice(write_stories(seed=5, split="test"), 12):
        text = f"{tokenizer.bos_token}{story.text}"
        ids = tokenizer(text, return_tensors="pt").input_ids[:, :256]
        losses.append(model(ids, labels=ids).loss)
    assert torch.stack(losses).mean() < 1.0  # nats; if all tokens were alike, 7.6


@torch.no_grad()
def test_course_bert_restores_hidden_words() -> None:
    tokenizer, model = tokenizer_of("course-bert"), ours("course-bert")
    recipe, right, asked = named("course-bert"), 0, 0
    torch.manual_seed(0)
    texts = list(corpus.world(6_000, seed=5, split="test"))
    rows = recipe.examples(recipe.encode(tokenizer, texts), tokenizer, 0)
    batch = dict(recipe.collate(tokenizer)([rows[i] for i in range(len(rows))]))
    labels = batch.pop("labels")
    hidden = labels != -100
    guessed = model(**batch).logits.argmax(-1)[hidden]
    right, asked = int((guessed == labels[hidden]).sum()), int(hidden.sum())
    assert asked > 100
    assert right / asked > 0.5  # the most frequent token: a tenth


def test_course_marian_translates_sentences_of_the_world() -> None:
    tokenizer, model = tokenizer_of("course-marian"), ours("course-marian")
    pairs = list(islice(world_pairs(40, seed=5, split="test"), 40))
    english = [pair["english"] for pair in pairs]
    found = translate(model, tokenizer, english, max_new_tokens=50)
    exact = [a == pair["french"] for a, pair in zip(found, pairs, strict=True)]
    assert sum(exact) >= 20


def test_the_table_of_models_names_each() -> None:
    table = Path(MODELS / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}/README.md)" in table for name in NAMES)
