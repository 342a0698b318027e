"""`optimize`: the same answers, faster; the original stays what it was."""

import copy
import warnings
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import course_lib
from course_lib import inference
from course_lib.errors import CourseError
from course_lib.generation import generate, stream
from course_lib.inference import abilities, large_linears, optimize
from course_lib.inference.layers import BENDS, Int8Linear, PackedLinear
from course_lib.inference.model import Recording, optimised_class
from course_lib.inference.recorded import RecordedStep, fixed_cache
from course_lib.models import GPT, Bert, BertConfig, GPTConfig, Seq2Seq, Seq2SeqConfig
from course_lib.models.gpt_step import GPTStep
from course_lib.resources import course_texts

needs_onednn = pytest.mark.skipif(
    not abilities.can_pack(torch.float32), reason="this PyTorch has no oneDNN"
)
needs_int8 = pytest.mark.skipif(
    not abilities.has_int8(), reason="this PyTorch has no FBGEMM"
)
needs_bfloat16 = pytest.mark.skipif(
    not abilities.has_bfloat16(), reason="this CPU does not compute in bfloat16"
)
ROUTES = [
    pytest.param({}, 1e-5, id="float32", marks=needs_onednn),
    pytest.param({"pack": False}, 1e-6, id="plain"),
    pytest.param({"dtype": torch.bfloat16}, 0.03, id="bfloat16", marks=needs_bfloat16),
    pytest.param({"quantize": "int8"}, 0.05, id="int8", marks=needs_int8),
]


@pytest.fixture(autouse=True)
def small_layers_too(monkeypatch):
    """Lay out layers that are too small to gain, so that tests are fast."""
    monkeypatch.setattr(inference, "SMALLEST", 0)


def make_gpt(**changes):
    torch.manual_seed(0)
    sizes = {"vocab_size": 61, "n_positions": 48, "n_embd": 32, "n_layer": 2}
    config = GPTConfig(**sizes | {"n_head": 4, "eos_token_id": None} | changes)
    return larger(GPT(config))


def make_bert(**options):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=61,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=48,
    )
    return larger(Bert(config, **options))


def make_seq2seq():
    torch.manual_seed(0)
    sizes = {"d_model": 32, "encoder_layers": 2, "decoder_layers": 2}
    heads = {"encoder_attention_heads": 4, "decoder_attention_heads": 4}
    special = {"pad_token_id": 60, "decoder_start_token_id": 60, "eos_token_id": 0}
    hidden = {"encoder_ffn_dim": 64, "decoder_ffn_dim": 64}
    config = Seq2SeqConfig(vocab_size=61, **special, **hidden, **sizes, **heads)
    return larger(Seq2Seq(config))


def larger(model):
    """Weights that are not tiny, so that nothing hides in rounding."""
    with torch.no_grad():
        for x in model.parameters():
            x.add_(0.1 * torch.randn_like(x))
    return model.eval()


def random_ids(batch=2, length=9):
    generator = torch.Generator().manual_seed(1)
    return torch.randint(61, (batch, length), generator=generator)


def answers(model, ids):
    with torch.no_grad():
        if isinstance(model, Seq2Seq):
            return model(ids, decoder_input_ids=ids[:, :4]).logits
        return model(ids)[0]


def error(found, expected):
    """Size of the difference, of the whole."""
    return ((found.float() - expected).norm() / expected.norm()).item()


MODELS = {
    "gpt": make_gpt,
    "gpt-relu": partial(make_gpt, activation_function="relu"),
    "bert": make_bert,
    "masked-words": partial(make_bert, head="masked-words"),
    "classification": partial(make_bert, head="classification"),
    "seq2seq": make_seq2seq,
}


@pytest.mark.parametrize(("options", "bound"), ROUTES)
@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS.keys())
def test_answers_are_the_same(make, options, bound):
    model = make()
    ids = random_ids()
    expected = answers(model, ids)
    fast = optimize(model, **options)
    assert error(answers(fast, ids), expected) < bound
    assert isinstance(fast, type(model))
    assert not any(x.requires_grad for x in fast.parameters())
    assert not fast.training


@pytest.mark.parametrize(("options", "bound"), ROUTES)
def test_the_original_is_left_as_it_was(options, bound):
    model = make_gpt().train()
    before = copy.deepcopy(model.state_dict())
    fast = optimize(model, **options)
    assert type(model) is GPT and model.training
    assert all(x.requires_grad for x in model.parameters())
    assert all(torch.equal(x, before[n]) for n, x in model.state_dict().items())
    expected = answers(fast, random_ids())
    with torch.no_grad():  # training it further does not change the fast one
        for x in model.parameters():
            x.add_(1)
    torch.testing.assert_close(answers(fast, random_ids()), expected, rtol=0, atol=0)


@needs_onednn
def test_in_place_changes_the_model_itself():
    model = make_gpt()
    expected = answers(model, random_ids())
    assert optimize(model, in_place=True) is model
    assert isinstance(model.blocks[0].attention.qkv, PackedLinear)
    assert error(answers(model, random_ids()), expected) < 1e-5


@pytest.mark.parametrize(("options", "bound"), ROUTES)
def test_state_is_kept_under_the_same_names(options, bound):
    model = make_gpt()
    fast = optimize(model, **options)
    state, expected = fast.state_dict(), answers(fast, random_ids())
    assert state.keys() == model.state_dict().keys()
    for name, x in model.state_dict().items():
        assert error(state[name], x) < bound, name
    other = optimize(make_gpt(initializer_range=0.5), **options)
    other.load_state_dict(state)
    torch.testing.assert_close(answers(other, random_ids()), expected)
    twin = copy.deepcopy(fast)
    torch.testing.assert_close(answers(twin, random_ids()), expected, rtol=0, atol=0)


@needs_onednn
def test_a_state_that_does_not_fit_is_refused():
    fast = optimize(make_gpt())
    state = fast.state_dict()
    name = "blocks.0.attention.qkv.weight"
    with pytest.raises(RuntimeError, match=rf"Missing key.*{name}"):
        fast.load_state_dict({n: x for n, x in state.items() if n != name})
    with pytest.raises(RuntimeError, match=r"is \(3, 3\), expected \(96, 32\)"):
        fast.load_state_dict(state | {name: torch.zeros(3, 3)})


@pytest.mark.parametrize(("options", "bound"), ROUTES[:2])
@pytest.mark.parametrize("how", [{}, {"num_beams": 3}, {"do_sample": True, "seed": 0}])
def test_generation_writes_the_same_tokens(options, bound, how):
    ids, mask = random_ids(), torch.ones(2, 9, dtype=torch.long)
    mask[0, :4] = 0
    for model in (make_gpt(), make_seq2seq()):
        padding = mask if isinstance(model, GPT) else None
        fast = optimize(model, **options)
        found = generate(fast, ids, padding, max_new_tokens=12, **how)
        expected = generate(model, ids, padding, max_new_tokens=12, **how)
        assert torch.equal(found, expected)


@pytest.mark.parametrize(("options", "bound"), ROUTES[2:])
def test_generation_runs_on_every_route(options, bound):
    fast = optimize(make_gpt(), **options)
    found = generate(fast, random_ids(), max_new_tokens=12)
    logits = answers(fast, found[:, :-1]).float()
    chosen = logits[:, 8:].gather(-1, found[:, 9:, None])[..., 0]
    # The best token, or one that rounding can't tell from it.
    assert (logits[:, 8:].amax(-1) - chosen).max() < 0.1 * logits.std()


@needs_onednn
@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
@pytest.mark.parametrize("bend", BENDS)
def test_a_packed_layer_bends_as_the_course_does(bend, kind):
    dtype = getattr(torch, kind)
    if not abilities.can_pack(dtype):
        pytest.skip(f"no oneDNN here that packs {dtype}")
    from course_lib.blocks import ACTIVATIONS

    torch.manual_seed(0)
    layer = nn.Linear(24, 40).to(dtype)
    packed = PackedLinear(layer)
    after = ACTIVATIONS.get(bend, lambda x: x)
    tolerance = 1e-5 if dtype is torch.float32 else 2e-2
    for x in (torch.randn(1, 24), torch.randn(2, 5, 24), torch.randn(24, 7).T):
        x = x.to(dtype)
        with torch.no_grad():
            expected = after(layer(x))
        torch.testing.assert_close(
            packed(x, bend), expected, rtol=tolerance, atol=tolerance
        )


@needs_int8
def test_int8_rounds_rows_of_any_size():
    torch.manual_seed(0)
    layer = nn.Linear(24, 40)
    with torch.no_grad():
        layer.weight.mul_(torch.logspace(-6, 6, 40)[:, None])
        layer.weight[3] = 0
    rounded = Int8Linear(layer).weight
    step = layer.weight.abs().amax(dim=1, keepdim=True) / 127
    assert (rounded - layer.weight).abs().le(0.5001 * step).all()


@needs_int8
def test_int8_sums_do_not_overflow():
    layer = nn.Linear(4096, 8, bias=False)
    nn.init.constant_(layer.weight, 1.0)
    x = torch.ones(3, 4096)
    torch.testing.assert_close(
        Int8Linear(layer)(x), layer(x).detach(), rtol=0.01, atol=0
    )


@needs_int8
def test_int8_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimize(make_gpt(), quantize="int8")(random_ids())


@pytest.mark.parametrize(
    ("options", "bound"),
    [pytest.param({"quantize": "int8"}, 0.01, id="int8", marks=needs_int8)]
    + [pytest.param({"dtype": torch.bfloat16}, 0.01, id="bf16", marks=needs_bfloat16)],
)
def test_the_loss_of_a_trained_model_hardly_grows(options, bound):
    model, held_out = trained_on_letters()
    with torch.no_grad():
        expected = model(held_out, labels=held_out).loss.item()
        found = optimize(model, **options)(held_out, labels=held_out).loss.item()
    assert expected < 2.7, "it has learned something"
    assert found < (1 + bound) * expected


def trained_on_letters():
    """A small GPT after 150 steps on the course's own texts, and unseen text."""
    text = "".join(course_texts().values())
    ids = torch.tensor(list(text.encode())).clamp(max=127)
    cut = len(ids) - 65 * 40
    torch.manual_seed(0)
    drop = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)
    model = make_gpt(vocab_size=128, n_positions=64, n_embd=64, **drop).train()
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3, fused=True)
    for _ in range(150):
        starts = torch.randint(cut - 64, (16, 1))
        batch = ids[starts + torch.arange(64)]
        model(batch, labels=batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return model.eval(), ids[cut:].view(40, 65)[:, :64]


def test_small_layers_stay_as_they_are(monkeypatch, capsys):
    monkeypatch.setattr(inference, "SMALLEST", 2**17)
    fast = optimize(make_gpt())
    assert type(fast.blocks[0].attention.qkv) is nn.Linear
    assert large_linears(fast) == []
    assert "0 of 9 linear layers packed" in capsys.readouterr().out


@pytest.mark.parametrize("options", [{}, {"quantize": "int8"}], ids=["float32", "int8"])
def test_one_line_says_what_was_done(options, capsys):
    optimize(make_gpt(), **options)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("optimize: float32")


LACKING = {
    "bfloat16": ("has_bfloat16", {"dtype": torch.bfloat16}, "no bfloat16 arithmetic"),
    "int8": ("has_int8", {"quantize": "int8"}, "no int8 engine"),
    "oneDNN": ("can_pack", {}, "no oneDNN"),
}


@pytest.mark.parametrize(("ability", "options", "says"), LACKING.values(), ids=LACKING)
def test_what_the_machine_lacks_is_said_in_one_line(
    ability, options, says, monkeypatch, capsys
):
    monkeypatch.setattr(abilities, ability, lambda *arguments: False)
    model = make_gpt()
    fast = optimize(model, **options)
    (line,) = capsys.readouterr().out.splitlines()
    assert says in line
    assert error(answers(fast, random_ids()), answers(model, random_ids())) < 1e-5


REFUSED = {
    "dtype": ({"dtype": torch.int32}, "choose torch.float32"),
    "quantize": ({"quantize": "int4"}, 'choose "int8"'),
    "both": ({"quantize": "int8", "dtype": torch.bfloat16}, "int8 layers give float32"),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_impossible_options_are_refused(options, says):
    with pytest.raises(CourseError, match=says):
        optimize(make_gpt(), **options)


@needs_onednn
def test_what_an_optimised_model_cannot_do_any_more(tmp_path):
    fast = optimize(make_gpt())
    with pytest.raises(CourseError, match="optimised already"):
        optimize(fast)
    with pytest.raises(CourseError, match="train the original"):
        fast.train()
    with pytest.raises(CourseError, match="save the original"):
        fast.save_pretrained(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(CourseError, match="call optimize again"):
        fast.to(torch.bfloat16)
    assert fast.to(torch.float32).eval() is fast


def test_the_package_hands_it_out():
    assert course_lib.optimize is optimize


# The step that GPUs record; on a CPU it is computed anew every time.


def as_if_on_a_gpu(model):
    fast = copy.deepcopy(model)
    fast.__class__ = optimised_class(GPT, Recording)
    return fast


@torch.no_grad()
def test_the_recorded_step_equals_the_plain_one():
    model, ids = make_gpt(), random_ids(3, 12)
    plain, fixed = model.new_cache(4), fixed_cache(2, 4)
    for cache in (plain, fixed):
        model(ids[:, :5], cache)
    steps = GPTStep(model, plain), RecordedStep(model, fixed)
    for column in range(5, 12):
        expected, found = (step(ids[:, column]) for step in steps)
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    assert fixed.get_seq_length() == 12


@torch.no_grad()
def test_the_recorded_step_goes_on_when_the_cache_is_full():
    model, ids = make_gpt(n_positions=96), random_ids(2, 80)
    fixed = fixed_cache(2, 10)
    model(ids[:, :60], fixed)
    step = RecordedStep(model, fixed)
    for column in range(60, 80):  # 64 is the end of the first block
        found = step(ids[:, column])
    expected = model(ids).logits[:, -1]
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"num_beams": 3},
        {"num_beams": 3, "num_return_sequences": 2},
        {"do_sample": True, "seed": 0, "num_return_sequences": 3},
    ],
)
@pytest.mark.parametrize("padded", [False, True])
def test_generation_by_the_recorded_step_writes_the_same(padded, how):
    model, ids = make_gpt(), random_ids()
    mask = torch.ones(2, 9, dtype=torch.long)
    mask[0, : 4 * padded] = 0
    found = generate(as_if_on_a_gpu(model), ids, mask, max_new_tokens=20, **how)
    expected = generate(model, ids, mask, max_new_tokens=20, **how)
    assert torch.equal(found, expected)


def test_scores_of_a_recorded_step_are_not_written_over():
    model, ids = make_gpt(), random_ids()
    steps = list(stream(as_if_on_a_gpu(model), ids, max_new_tokens=6))
    expected = list(stream(model, ids, max_new_tokens=6))
    for found, want in zip(steps, expected, strict=True):
        torch.testing.assert_close(found.logits, want.logits, rtol=1e-5, atol=1e-5)


@torch.no_grad()
def test_what_uninitialised_memory_holds_does_not_matter():
    model, ids = make_gpt(), random_ids()
    cache = fixed_cache(2, 20)
    model(ids[:, :-1], cache)
    for layer in cache.own:
        for kept in layer.room():
            kept[..., layer.length :, :] = torch.nan
    found = RecordedStep(model, cache)(ids[:, -1])
    expected = model(ids).logits[:, -1]
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_a_gpu_records_the_step_and_writes_the_same(kind, capsys):
    dtype = getattr(torch, kind)
    model = make_gpt().to("cuda", dtype)
    fast = optimize(model)
    assert "CUDA graph" in capsys.readouterr().out
    ids = random_ids().to("cuda")
    mask = torch.ones_like(ids)
    mask[0, :4] = 0
    for how in ({}, {"num_beams": 3}, {"do_sample": True, "seed": 0}):
        found = generate(fast, ids, mask, max_new_tokens=20, **how)
        scores = model(found[:, :-1], None, None).logits
        assert scores.isfinite().all()
        if dtype is torch.float32:
            expected = generate(model, ids, mask, max_new_tokens=20, **how)
            assert torch.equal(found, expected)
    cache = fast.new_cache(32)
    with torch.no_grad():
        fast(ids[:, :-1], cache)
    step = fast.new_step(cache)
    found = step(ids[:, -1])
    assert step._graph is not None
    expected = F.log_softmax(model(ids).logits[:, -1].float(), -1)
    assert error(F.log_softmax(found.float(), -1), expected) < 0.02
