"""`explore` reads every family of models, and switches heads off for real."""

import inspect

import numpy as np
import pytest
import torch

from course_lib.errors import CourseError
from course_lib.models import GPT, Bert, Seq2Seq
from course_lib.viz.explorer.explore import explore
from tests.viz.explorer.tiny_models import MODELS, PAIR, TEXT, tiny

CAUSAL = ("gpt2", "llama")
PAIRED = ("t5", "marian", "bart")
FIELDS = {
    "self": "attentions",
    "encoder": "encoder_attentions",
    "decoder": "decoder_attentions",
    "cross": "cross_attentions",
}


def call(model, tokenizer, text=TEXT, pair=PAIR, **options):
    """The model as its user would call it, with eager attention."""
    if model.config.is_encoder_decoder:
        inputs = dict(tokenizer(text, return_tensors="pt"))
        target = tokenizer(text_target=pair)["input_ids"][:-1]
        start = model.config.decoder_start_token_id
        inputs["decoder_input_ids"] = torch.tensor([[start, *target]])
    else:
        inputs = dict(tokenizer(text, pair, return_tensors="pt"))
    known = inspect.signature(model.forward).parameters
    inputs = {name: x for name, x in inputs.items() if name in known}
    with torch.no_grad():
        return model(**inputs, **options)


@pytest.mark.parametrize("name", MODELS)
def test_the_weights_are_those_that_transformers_gives(name: str) -> None:
    model, tokenizer = tiny(name)
    explorer = explore(model, tokenizer, TEXT, PAIR)
    model.set_attn_implementation("eager")
    answer = call(model, tokenizer, output_attentions=True)
    names = ["encoder", "decoder", "cross"] if name in PAIRED else ["self"]
    assert sorted(part.name for part in explorer.parts) == sorted(names)
    for part in explorer.parts:
        expected = torch.stack(answer[FIELDS[part.name]])[:, 0].numpy()
        assert np.abs(part.weights - expected).max() < 1e-6


@pytest.mark.parametrize("name", MODELS)
def test_queries_and_keys_make_the_weights(name: str) -> None:
    model, tokenizer = tiny(name)
    for part in explore(model, tokenizer, TEXT, PAIR).parts:
        scale = part.query.shape[-1] ** -0.5 if part.scale is None else part.scale
        scores = scale * part.query @ part.key.swapaxes(-1, -2)
        scores = scores if part.bias is None else scores + part.bias
        if part.name == "decoder" or name in CAUSAL:
            seen = np.tril(np.ones(scores.shape[-2:], dtype=bool))
            scores = np.where(seen, scores, -np.inf)
        weights = torch.from_numpy(scores).softmax(-1).numpy()
        assert np.abs(weights - part.weights).max() < 1e-5


@pytest.mark.parametrize("name", MODELS)
def test_the_model_stays_as_it_was(name: str) -> None:
    model, tokenizer = tiny(name)
    model.train()
    model.base_model.eval()  # a mixture is kept, too
    modes = [module.training for module in model.modules()]
    explorer = explore(model, tokenizer, TEXT, PAIR)
    assert [module.training for module in model.modules()] == modes
    assert model.config._attn_implementation == "sdpa"
    assert not any(module._forward_hooks for module in model.modules())
    assert any("sdpa" in note for note in explorer.about["notes"])
    model.eval()
    before = call(model, tokenizer)[0]
    assert before.requires_grad is False and torch.isfinite(before).all()


def test_a_failure_inside_the_model_leaves_it_as_it_was() -> None:
    model, tokenizer = tiny("bert")
    model.train()

    def broken(*_: object) -> None:
        raise RuntimeError("a bug in the model")

    handle = model.cls.register_forward_hook(broken)
    with pytest.raises(RuntimeError, match="a bug in the model"):
        explore(model, tokenizer, TEXT)
    handle.remove()
    assert model.training and model.config._attn_implementation == "sdpa"


@pytest.mark.parametrize("name", ["bert", "gpt2", "llama", "t5", "marian"])
def test_switching_a_head_off_is_taking_its_columns_out(name: str) -> None:
    """The output projection without one head's columns gives the same answer."""
    model, tokenizer = tiny(name)
    explorer = explore(model, tokenizer, TEXT, PAIR)
    part = explorer.parts[-1].name
    found = explorer.effects.ablate([(part, 1, 2)])
    projections = {
        "bert": lambda: model.bert.encoder.layer[1].attention.output.dense.weight,
        "gpt2": lambda: model.transformer.h[1].attn.c_proj.weight.T,
        "llama": lambda: model.model.layers[1].self_attn.o_proj.weight,
        "t5": lambda: model.decoder.block[1].layer[1].EncDecAttention.o.weight,
        "marian": lambda: model.model.decoder.layers[1].encoder_attn.out_proj.weight,
    }
    before = distribution(model, tokenizer, name)
    with torch.no_grad():
        projections[name]()[:, 16:24] = 0  # head 2 of 4, each 8 wide
    after = distribution(model, tokenizer, name)
    change = float((before - after).abs().sum() / 2)
    assert change > 1e-4
    assert found.change == pytest.approx(change, abs=1e-5)
    assert max(found.before) == pytest.approx(float(before.max()), abs=1e-5)
    assert max(found.after) == pytest.approx(float(after.max()), abs=1e-5)


def distribution(model, tokenizer, name: str) -> torch.Tensor:
    logits = call(model, tokenizer).logits[0]
    if name == "bert":
        ids = tokenizer(TEXT, PAIR)["input_ids"]
        return logits[ids.index(tokenizer.mask_token_id)].softmax(-1)
    return logits[-1].softmax(-1)


def test_importance_is_the_change_of_each_head_alone() -> None:
    model, tokenizer = tiny("bert-class")
    effects = explore(model, tokenizer, TEXT).effects
    told = []
    found = effects.importance(lambda done, of: told.append((done, of)))
    assert found["self"].shape == (3, 4)
    assert told == [(n, 12) for n in range(1, 13)]
    one = effects.ablate([("self", 2, 1)])
    assert found["self"][2, 1] == pytest.approx(one.change, abs=1e-6)
    assert one.question == "class" and set(one.labels) == {
        "LABEL_0",
        "LABEL_1",
        "LABEL_2",
    }


@pytest.mark.parametrize("name", ["bert", "roberta", "distilbert", "gpt2", "t5"])
def test_the_last_row_of_the_lens_is_the_models_own_answer(name: str) -> None:
    model, tokenizer = tiny(name)
    explorer = explore(model, tokenizer, TEXT, PAIR)
    position = 2
    rows = explorer.effects.lens(position)
    assert [row.layer for row in rows] == ["embedding", "layer 0", "layer 1", "layer 2"]
    own = call(model, tokenizer).logits[0, position].softmax(-1)
    assert rows[-1].probabilities[0] == pytest.approx(float(own.max()), abs=1e-5)
    assert all(sorted(r.probabilities)[::-1] == list(r.probabilities) for r in rows)
    assert rows[0].probabilities != rows[-1].probabilities


@pytest.mark.parametrize("name", ["gpt2", "llama"])
def test_the_lab_writes_what_generate_writes(name: str) -> None:
    model, tokenizer = tiny(name)
    effects = explore(model, tokenizer, "A red house").effects
    now = effects.begin("The animal")
    prompt = tokenizer("The animal", return_tensors="pt")
    length = prompt["input_ids"].shape[1]
    assert now.prompt_length == length and now.id_of_last is None
    ids = model.generate(
        **prompt, max_new_tokens=4, do_sample=False, eos_token_id=None, pad_token_id=0
    )[0]
    for expected in ids[length:].tolist():
        assert now.ids[0] == expected
        now = effects.append(expected)
        assert now.id_of_last == expected
        assert now.attention.shape == (3, 4, len(now.tokens))
        assert np.allclose(now.attention.sum(-1), 1, atol=1e-5)
    assert now.text == tokenizer.decode(ids)
    assert np.all(np.diff(now.logits) <= 0) and len(now.labels) >= 200


def test_without_a_target_an_encoder_decoder_writes_its_own() -> None:
    model, tokenizer = tiny("marian")
    explorer = explore(model, tokenizer, "The animal")
    cross = next(part for part in explorer.parts if part.name == "cross")
    inputs = tokenizer("The animal", return_tensors="pt")
    inputs = {name: inputs[name] for name in ("input_ids", "attention_mask")}
    ids = model.generate(**inputs, max_new_tokens=63, num_beams=1, do_sample=False)[0]
    ids = ids[:-1] if ids[-1] == 3 else ids
    assert cross.query_tokens == tuple(tokenizer.convert_ids_to_tokens(ids))


def test_a_model_that_only_reads_offers_no_effect_and_says_so() -> None:
    for name, text in (("bert-bare", TEXT), ("bert-tags", TEXT), ("bert", "A house")):
        explorer = explore(*tiny(name), text)
        assert not explorer.effects.can
        assert any("mask token" in note for note in explorer.about["notes"])
        with pytest.raises(CourseError, match="says nothing of this text"):
            explorer.effects.ablate([])


@pytest.mark.parametrize(
    ("name", "kind"), [("bert", Bert), ("gpt2", GPT), ("marian", Seq2Seq)]
)
def test_the_courses_own_models_show_the_same(name: str, kind: type, tmp_path) -> None:
    theirs, tokenizer = tiny(name)
    theirs.save_pretrained(tmp_path)
    head = {"head": "masked-words"} if name == "bert" else {}
    ours = kind.from_pretrained(tmp_path, **head)
    expected = explore(theirs, tokenizer, TEXT, PAIR)
    found = explore(ours, tokenizer, TEXT, PAIR)
    by_name = {part.name: part for part in expected.parts}
    assert {part.name for part in found.parts} == set(by_name)
    for part in found.parts:
        other = by_name[part.name]
        assert part.query_tokens == other.query_tokens
        assert np.abs(part.weights - other.weights).max() < 1e-5
        mine, hers = (p.query @ p.key.swapaxes(-1, -2) for p in (part, other))
        factor = (hers * mine).sum() / (mine * mine).sum()  # the scale may stand in q
        assert np.abs(hers - factor * mine).max() < 1e-4 * np.abs(hers).max()
    heads = [(found.parts[-1].name, 2, 1), (found.parts[-1].name, 0, 3)]
    one, other = (e.effects.ablate(heads) for e in (found, expected))
    assert one.labels == other.labels
    assert one.after == pytest.approx(other.after, abs=1e-4)
    assert found.effects.can == expected.effects.can
    assert not any(m._forward_hooks for m in ours.modules())


def test_wrong_calls_are_named_with_their_cure() -> None:
    model, tokenizer = tiny("bert")
    with pytest.raises(CourseError, match="one text at a time"):
        explore(model, tokenizer, ["a", "b"])
    with pytest.raises(CourseError, match="no tokenizer"):
        explore(model, lambda *_: None, TEXT)
    with pytest.raises(CourseError, match="64 positions at most"):
        explore(model, tokenizer, "house " * 70)
    with pytest.raises(CourseError, match="neither a model of Transformers"):
        explore(torch.nn.Linear(2, 2), tokenizer, TEXT)


def test_byte_tokens_are_shown_as_letters() -> None:
    model, tokenizer = tiny("gpt2")
    tokens = explore(model, tokenizer, "The river").parts[0].query_tokens
    assert "".join(tokens) == "The river"
    assert all("Ġ" not in token for token in tokens)
