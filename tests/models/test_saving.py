"""What we save, Transformers reads; an interrupted save leaves what was there."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from likeness import assert_same_answer, shaken
from safetensors import safe_open

from course_lib.errors import CourseError
from course_lib.models import (
    GPT,
    Bert,
    BertConfig,
    CheckpointError,
    GPTConfig,
    Seq2Seq,
    Seq2SeqConfig,
    saving,
)
from course_lib.models.saving import in_bytes

transformers = pytest.importorskip("transformers")
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

BERT = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 40,
    "max_position_embeddings": 16,
    "pad_token_id": 1,
}
GPT_SIZE = {
    "vocab_size": 50,
    "n_positions": 16,
    "n_embd": 24,
    "n_layer": 2,
    "n_head": 4,
    "bos_token_id": None,
    "eos_token_id": 0,
}
MARIAN = {
    "vocab_size": 50,
    "max_position_embeddings": 16,
    "d_model": 24,
    "encoder_layers": 1,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 20,
    "pad_token_id": 39,
    "decoder_start_token_id": 39,
}
TWO_VOCABULARIES = {
    "share_encoder_decoder_embeddings": False,
    "decoder_vocab_size": 40,
}
ROBERTA = BERT | {"model_type": "roberta", "type_vocab_size": 1}

# Our model, and what Transformers reads it with.
CASES = {
    "bert": (lambda: Bert(BertConfig(**BERT)), "AutoModel"),
    "roberta": (lambda: Bert(BertConfig(**ROBERTA)), "AutoModel"),
    "bert, masked words": (
        lambda: Bert(BertConfig(**BERT), head="masked-words"),
        "AutoModelForMaskedLM",
    ),
    "roberta, masked words": (
        lambda: Bert(BertConfig(**ROBERTA), head="masked-words"),
        "AutoModelForMaskedLM",
    ),
    "bert, classification": (
        lambda: Bert(BertConfig(**BERT), head="classification"),
        "AutoModelForSequenceClassification",
    ),
    "roberta, classification": (
        lambda: Bert(
            BertConfig.from_dict(ROBERTA, num_labels=5), head="classification"
        ),
        "AutoModelForSequenceClassification",
    ),
    "bert, tagging": (
        lambda: Bert(BertConfig.from_dict(BERT, num_labels=7), head="tagging"),
        "AutoModelForTokenClassification",
    ),
    "roberta, answer span": (
        lambda: Bert(BertConfig(**ROBERTA), head="answer-span"),
        "AutoModelForQuestionAnswering",
    ),
    "gpt": (lambda: GPT(GPTConfig(**GPT_SIZE)), "AutoModelForCausalLM"),
    "gpt, own last layer": (
        lambda: GPT(GPTConfig(**GPT_SIZE, tie_word_embeddings=False)),
        "AutoModelForCausalLM",
    ),
    "marian": (lambda: Seq2Seq(Seq2SeqConfig(**MARIAN)), "AutoModelForSeq2SeqLM"),
    "marian, two vocabularies": (
        lambda: Seq2Seq(Seq2SeqConfig(**MARIAN, **TWO_VOCABULARIES)),
        "AutoModelForSeq2SeqLM",
    ),
}


def made(case):
    """Our model of a case, with weights that are not tiny."""
    torch.manual_seed(0)
    model = shaken(CASES[case][0]())
    if "marian" in case:
        model.final_logits_bias.normal_()
    return model


def batch_for(model):
    ids = torch.arange(2, 14).view(2, 6)
    if isinstance(model, Seq2Seq):
        return {"input_ids": ids, "decoder_input_ids": ids[:, :4]}
    return {"input_ids": ids}


@pytest.mark.parametrize("size", ["5GB", "12KB"])
@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_round_trips_in_both_directions(case, size, tmp_path, recwarn):
    ours = made(case)
    ours.save_pretrained(tmp_path / "ours", max_shard_size=size)
    shards = list((tmp_path / "ours").glob("model*.safetensors"))
    assert len(shards) == 1 if size == "5GB" else len(shards) > 2
    kind = getattr(transformers, CASES[case][1])
    theirs, report = kind.from_pretrained(
        tmp_path / "ours", output_loading_info=True, attn_implementation="eager"
    )
    assert {name: list(found) for name, found in report.items() if found} == {}
    options = {"output_attentions": True, "output_hidden_states": True}
    batch = batch_for(ours)
    expected = theirs(**batch, **options)
    assert_same_answer(ours(**batch, **options), expected)
    # And back: what Transformers makes of it is read again.
    theirs.save_pretrained(tmp_path / "theirs", max_shard_size=size)
    head = getattr(ours, "head_name", None)
    head = {"head": head} if head else {}
    again = type(ours).from_pretrained(tmp_path / "theirs", **head)
    assert same(again, ours)
    assert same(type(ours).from_pretrained(tmp_path / "ours", **head), ours)


def same(one, other):
    """The same tensors by the same names, and the same settings."""
    left, right = one.state_dict(), other.state_dict()
    if list(left) != list(right) or one.config.vocab_size != other.config.vocab_size:
        return False
    return all(torch.equal(x, right[name]) for name, x in left.items())


@torch.no_grad()
def test_types_are_kept(tmp_path):
    ours = made("gpt").to(torch.bfloat16)
    ours.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["dtype"] == "bfloat16"
    assert GPT.from_pretrained(tmp_path).words.weight.dtype == torch.bfloat16
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path)
    assert theirs.dtype == torch.bfloat16


@pytest.mark.parametrize("kind", ["gpt", "bert, masked words", "marian"])
@torch.no_grad()
def test_stored_in_16_bit_it_is_read_in_its_own_type(kind, tmp_path):
    ours = made(kind).eval()
    ours.save_pretrained(tmp_path, stored_as=torch.float16)
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        stored = {file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
    assert stored == {torch.float16}
    head = {"head": ours.head_name} if isinstance(ours, Bert) else {}
    again = type(ours).from_pretrained(tmp_path, **head)
    assert {x.dtype for x in again.parameters()} == {torch.float32}
    for name, x in again.state_dict().items():
        assert torch.equal(x, ours.state_dict()[name].half().float()), name
    auto = transformers.AutoModel.from_pretrained(tmp_path)
    assert auto.dtype == torch.float32


def test_a_model_in_training_is_saved_and_stays_so(tmp_path):
    ours = made("bert, classification").train()
    loss = ours(torch.arange(2, 8)[None], labels=torch.tensor([1])).loss
    ours.save_pretrained(tmp_path)
    loss.backward()  # the graph is whole
    assert ours.training
    found = Bert.from_pretrained(tmp_path, head="classification")
    assert not any(x.grad is not None for x in found.parameters())


def test_shared_weights_are_written_once(tmp_path):
    made("gpt").save_pretrained(tmp_path)
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        names = set(file.keys())
        assert file.metadata() == {"format": "pt"}
    assert "transformer.wte.weight" in names and "lm_head.weight" not in names


def test_shards_are_no_larger_than_asked(tmp_path):
    ours = made("bert")
    ours.save_pretrained(tmp_path, max_shard_size=12_000)
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    total, files = 0, {}
    for shard in set(index["weight_map"].values()):
        with safe_open(tmp_path / shard, "pt") as file:
            sizes = [file.get_tensor(name).nbytes for name in file.keys()]  # noqa: SIM118
            files[shard] = set(file.keys())
        assert sum(sizes) <= 12_000 or len(sizes) == 1
        total += sum(sizes)
    assert index["metadata"]["total_size"] == total
    for name, shard in index["weight_map"].items():
        assert name in files[shard]
    assert "model-00001-of-" in min(files)


def test_sizes_in_words():
    sizes = {"5GB": 5 * 10**9, "2.5kB": 2500, " 7 mb": 7 * 10**6, 12: 12, "12": 12}
    for text, size in sizes.items():
        assert in_bytes(text) == size
    for text in ("", "many", 0, "-3MB", "GB", "5XB"):
        with pytest.raises(CourseError, match="is no size: give bytes"):
            in_bytes(text)


# --- tokenizers -------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "cat", "sat", "##s"]
    folder = tmp_path_factory.mktemp("words")
    (folder / "vocab.txt").write_text("\n".join(words))
    return transformers.BertTokenizer(vocab=str(folder / "vocab.txt"))


def test_the_tokenizer_travels_with_the_model(tokenizer, tmp_path):
    ours = made("bert")
    ours.save_pretrained(tmp_path / "one", tokenizer=tokenizer)
    expected = tokenizer("a cats sat")["input_ids"]
    found = transformers.AutoTokenizer.from_pretrained(tmp_path / "one")
    assert found("a cats sat")["input_ids"] == expected
    # From folder to folder.
    ours.save_pretrained(tmp_path / "two", tokenizer=tmp_path / "one")
    found = transformers.AutoTokenizer.from_pretrained(tmp_path / "two")
    assert found("a cats sat")["input_ids"] == expected
    # It stays when the model is saved again without.
    ours.save_pretrained(tmp_path / "two")
    assert (tmp_path / "two" / "tokenizer.json").is_file()


def test_a_folder_without_a_tokenizer(tmp_path):
    (tmp_path / "empty").mkdir()
    ours = made("bert")
    with pytest.raises(CourseError, match="no tokenizer in .*empty.*tokenizer.json"):
        ours.save_pretrained(tmp_path / "bert", tokenizer=tmp_path / "empty")
    assert list((tmp_path / "bert").iterdir()) == []


# --- what was there before --------------------------------------------------------


def contents(folder):
    return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


@pytest.mark.parametrize("sizes", ["5GB 5GB", "5GB 12KB", "12KB 5GB", "12KB 12KB"])
def test_a_new_model_takes_the_place_of_the_old(sizes, tmp_path):
    first, second = sizes.split()
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / "model_of_mine.safetensors").write_text("mine")
    made("gpt").save_pretrained(tmp_path, max_shard_size=first)
    other = shaken(made("gpt"), seed=7)
    other.save_pretrained(tmp_path, max_shard_size=second)
    assert same(GPT.from_pretrained(tmp_path), other)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path)
    assert torch.equal(theirs.transformer.wte.weight, other.words.weight)
    assert (tmp_path / "notes.md").read_text() == "mine"
    assert (tmp_path / "model_of_mine.safetensors").read_text() == "mine"
    # Nothing of the old one is left.
    single = (tmp_path / "model.safetensors").exists()
    assert single == (second == "5GB")
    assert (tmp_path / "model.safetensors.index.json").exists() != single
    if not single:
        index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
        shards = set(index["weight_map"].values())
        assert shards == {file.name for file in tmp_path.glob("model*-of-*")}
    assert list(tmp_path.glob(".saving*")) == []


@pytest.mark.parametrize("size", ["5GB", "12KB"])
def test_an_interrupted_save_leaves_the_old_model(size, tmp_path, monkeypatch):
    """The computer stops at every single step of a save, one after the other."""
    ours, other = made("gpt"), shaken(made("gpt"), seed=7)
    ours.save_pretrained(tmp_path, max_shard_size=size)
    steps = ("save_file", "_write_json", "_to_disk")
    calls = []

    def interrupting(name, at):
        real = getattr(saving, name)

        def step(*arguments, **options):
            calls.append(name)
            if len(calls) == at:
                raise KeyboardInterrupt
            return real(*arguments, **options)

        return step

    at, before = 0, contents(tmp_path)
    while True:
        at += 1
        calls.clear()
        with monkeypatch.context() as patch:
            for name in steps:
                patch.setattr(saving, name, interrupting(name, at))
            try:
                other.save_pretrained(tmp_path, max_shard_size=size)
            except KeyboardInterrupt:
                assert same(GPT.from_pretrained(tmp_path), ours), calls
                assert list(tmp_path.glob(".saving*")) == []
            else:
                break
    assert at > 4 and set(calls) == set(steps)
    assert same(GPT.from_pretrained(tmp_path), other)
    assert before.keys() >= {"config.json"}


KILLED = """
import os, signal, sys
import torch
from course_lib.models import GPT, saving
model = GPT.from_pretrained(sys.argv[1])
for parameter in model.parameters():
    torch.nn.init.zeros_(parameter)
real, count = os.replace, [0]
def replace(*arguments):
    count[0] += 1
    if count[0] == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments)
saving.os.replace = replace
model.save_pretrained(sys.argv[1], max_shard_size=sys.argv[3])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize("size", ["5GB", "30KB"])
def test_a_killed_save_leaves_the_old_model(size, tmp_path):
    """Killed in front of the step that counts: the old weights are all there."""
    ours = made("gpt")
    ours.save_pretrained(tmp_path, max_shard_size=size)
    # Shards are renamed; then they move, and the settings; the index comes last.
    shards = len(list(tmp_path.glob("model-*")))
    last = 2 * shards + 2
    assert (shards > 2) == (size == "30KB")
    result = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(last), size],
        env=os.environ | {"PYTHONPATH": str(Path(saving.__file__).parents[2])},
        check=False,
    )
    assert result.returncode == -signal.SIGKILL
    assert same(GPT.from_pretrained(tmp_path), ours)
    # What it left behind is no obstacle.
    other = shaken(made("gpt"), seed=7)
    other.save_pretrained(tmp_path, max_shard_size=size)
    assert same(GPT.from_pretrained(tmp_path), other)
    assert len(list(tmp_path.glob("*.safetensors"))) == max(shards, 1)
    assert list(tmp_path.glob(".saving*")) == []


def test_a_full_disk(tmp_path, monkeypatch):
    ours = made("gpt")
    ours.save_pretrained(tmp_path)
    before = contents(tmp_path)

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        shaken(made("gpt"), seed=7).save_pretrained(tmp_path)
    assert contents(tmp_path) == before


def test_an_index_that_is_damaged_does_not_stop_a_save(tmp_path):
    made("gpt").save_pretrained(tmp_path, max_shard_size="12KB")
    (tmp_path / "model.safetensors.index.json").write_text("[")
    with pytest.raises(CheckpointError, match="not JSON"):
        GPT.from_pretrained(tmp_path)
    ours = made("gpt")
    ours.save_pretrained(tmp_path)
    assert same(GPT.from_pretrained(tmp_path), ours)
