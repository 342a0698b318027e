"""generate gives Transformers' tokens; what is drawn follows the exact distribution."""

import math

import pytest
import torch

from course_lib.errors import CourseError, ShapeError
from course_lib.generation import (
    generate,
    min_p,
    repetition_penalty,
    stream,
    temperature,
    top_k,
    top_p,
)
from course_lib.generation.threads import one_thread, texts_alone
from course_lib.models import GPT, Bert, BertConfig, GPTConfig, Seq2Seq

transformers = pytest.importorskip("transformers")
transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

V, PAD, END = 40, 39, 7
GPT_SIZE = {
    "vocab_size": V,
    "n_positions": 48,
    "n_embd": 24,
    "n_layer": 2,
    "n_head": 3,
    "bos_token_id": None,
    "eos_token_id": END,
    "pad_token_id": PAD,
    "tie_word_embeddings": False,  # else the newest word is found again and again
}
MARIAN_SIZE = {
    "vocab_size": V,
    "max_position_embeddings": 48,
    "d_model": 24,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 3,
    "decoder_attention_heads": 3,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
    "eos_token_id": END,
    "forced_eos_token_id": END,
    "pad_token_id": PAD,
    "decoder_start_token_id": PAD,
}


def random_gpt(seed=0, **changes):
    torch.manual_seed(seed)
    config = transformers.GPT2Config(**GPT_SIZE | changes)
    return shaken(transformers.GPT2LMHeadModel(config), seed)


def random_marian(seed=0, **changes):
    torch.manual_seed(seed)
    config = transformers.MarianConfig(**MARIAN_SIZE | changes)
    model = shaken(transformers.MarianMTModel(config), seed)
    # Else the table of words, read backwards, finds the newest word again and again.
    last = model.model.decoder.layers[-1].final_layer_norm.weight
    last.data = 2 * torch.randn_like(last)
    model.model.shared.weight.data *= 4  # words count for more than positions
    model.final_logits_bias.normal_()
    return model


def shaken(model, seed):
    """Weights so far from 0 that the best token is clear, and not always the same."""
    torch.manual_seed(seed)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data += 0.25 * torch.randn_like(parameter)
    return model.eval()


def pair(theirs, kind, folder):
    """A model of Transformers and ours of the same weights."""
    theirs.save_pretrained(folder)
    return theirs, kind.from_pretrained(folder)


# Models that say different things, some of which end: see the test of that.
GPT_SEEDS, MARIAN_SEEDS = (7, 24, 36), (3, 14, 19)


@pytest.fixture(scope="module")
def gpts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gpt")
    return {i: pair(random_gpt(i), GPT, folder / str(i)) for i in GPT_SEEDS}


@pytest.fixture(scope="module")
def marians(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marian")
    return {i: pair(random_marian(i), Seq2Seq, folder / str(i)) for i in MARIAN_SEEDS}


@pytest.fixture(scope="module")
def model(gpts):
    return gpts[7][1]


def test_the_models_of_these_tests_have_something_to_say(gpts, marians):
    written = [generate(gpts[i][1], **prompts(i))[:, 6:] for i in GPT_SEEDS]
    for i in MARIAN_SEEDS:
        texts = prompts(i, side="right")
        written.append(generate(marians[i][1], **texts)[:, 1:-1])
    for texts in (written[:3], written[3:]):
        assert max(len(row.unique()) for text in texts for row in text) > 3
        assert any((text == END).any() for text in texts)


def prompts(seed, batch=3, length=6, side="left"):
    """Prompts of different lengths: ids and mask."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(8, 38, (batch, length), generator=generator)
    lengths = torch.tensor([length, 2, length - 2])[:batch, None]
    mask = (torch.arange(length) < lengths).long()
    if side == "left":
        mask = mask.flip(1)
    return {"input_ids": ids.masked_fill(mask == 0, PAD), "attention_mask": mask}


GREEDY = {
    "plain": {"max_new_tokens": 12},
    "length": {"max_length": 15},
    "penalty": {"max_new_tokens": 12, "repetition_penalty": 1.5},
    "no end": {"max_new_tokens": 9, "eos_token_id": None},
    "two ends": {"max_new_tokens": 12, "eos_token_id": [3, 11]},
    "other padding": {"max_new_tokens": 12, "pad_token_id": 38},
}


def theirs_of(options):
    """The same for Transformers, where None means the model's own."""
    if options.get("eos_token_id", 0) is None:
        return options | {"eos_token_id": -1}
    return options


@pytest.mark.parametrize("options", GREEDY.values(), ids=GREEDY.keys())
@pytest.mark.parametrize("seed", GPT_SEEDS)
def test_greedy_gives_transformers_tokens(options, seed, gpts):
    theirs, ours = gpts[seed]
    for batch in (prompts(seed), prompts(seed + 10, batch=1)):
        found = generate(ours, **batch, **options)
        expected = theirs.generate(**batch, do_sample=False, **theirs_of(options))
        assert torch.equal(found, expected)
        assert torch.equal(generate(ours, **batch, use_cache=False, **options), found)


BEAMS = {
    "plain": {"num_beams": 3},
    "many": {"num_beams": 7, "num_return_sequences": 5},
    "longer": {"num_beams": 4, "length_penalty": 2.0, "num_return_sequences": 2},
    "shorter": {"num_beams": 4, "length_penalty": -1.0},
    "no length penalty": {"num_beams": 4, "length_penalty": 0.0},
    "early": {"num_beams": 4, "early_stopping": True, "num_return_sequences": 3},
    "never early": {"num_beams": 4, "early_stopping": "never"},
    "repetition": {"num_beams": 3, "repetition_penalty": 1.4},
    "two ends": {"num_beams": 3, "eos_token_id": [3, 11, 20]},
    "no cache": {"num_beams": 3, "use_cache": False},
}


@pytest.mark.parametrize("options", BEAMS.values(), ids=BEAMS.keys())
@pytest.mark.parametrize("seed", GPT_SEEDS)
def test_beam_search_gives_transformers_tokens(options, seed, gpts):
    theirs, ours = gpts[seed]
    options = {"max_new_tokens": 10} | options
    for batch in (prompts(seed), prompts(seed + 10, batch=1)):
        expected = theirs.generate(**batch, do_sample=False, **options)
        assert torch.equal(generate(ours, **batch, **options), expected)


WRITTEN = {
    **{f"{name}, beams": {"max_new_tokens": 10} | one for name, one in BEAMS.items()},
    **{name: one for name, one in GREEDY.items() if name != "no end"},
}


@pytest.mark.parametrize("options", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize("seed", MARIAN_SEEDS)
def test_encoder_decoders_write_transformers_tokens(options, seed, marians):
    theirs, ours = marians[seed]
    for batch in (prompts(seed, side="right"), prompts(seed + 10, batch=1)):
        expected = theirs.generate(**batch, do_sample=False, **options)
        assert torch.equal(generate(ours, **batch, **options), expected)


def test_an_encoder_decoder_without_an_end_goes_on(marians):
    theirs, ours = marians[19]
    text = prompts(19, side="right")
    found = generate(ours, **text, max_new_tokens=12, eos_token_id=None)
    assert found.shape == (3, 13)
    # Transformers forces the end at the last place all the same.
    expected = theirs.generate(**text, max_new_tokens=12, eos_token_id=-1)
    assert torch.equal(found[:, :-1], expected[:, :-1])
    assert (found[:, -1] != END).any()


def test_settings_for_writing_come_from_either_file(tmp_path):
    theirs = random_marian(14)
    theirs.generation_config.bad_words_ids = [[21], [4], [1, 2]]
    theirs.generation_config.max_length = 9
    theirs.save_pretrained(tmp_path / "a")
    ours = Seq2Seq.from_pretrained(tmp_path / "a")
    ours.save_pretrained(tmp_path / "b")
    again = transformers.AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "b")
    text = prompts(14, side="right")
    for beams in (1, 3):
        expected = theirs.generate(**text, num_beams=beams)
        assert expected.shape[1] <= 9
        assert torch.equal(generate(ours, **text, num_beams=beams), expected)
        assert torch.equal(again.generate(**text, num_beams=beams), expected)


@torch.no_grad()
def test_a_prompt_does_not_feel_its_neighbours(model):
    batch = prompts(3)
    together = generate(model, **batch, repetition_penalty=1.3, eos_token_id=None)
    for i, mask in enumerate(batch["attention_mask"].bool()):
        alone = batch["input_ids"][i : i + 1, mask]
        found = generate(model, alone, repetition_penalty=1.3, eos_token_id=None)
        assert torch.equal(found[0, len(alone[0]) :], together[i, len(mask) :])
    # Padding is recognised by its token, as Transformers does it.
    found = generate(model, batch["input_ids"], repetition_penalty=1.3)
    assert torch.equal(found, generate(model, **batch, repetition_penalty=1.3))


@torch.no_grad()
def test_the_fast_step_equals_the_model(device, model):
    from course_lib.models.gpt_step import GPTStep

    model = model.to(device)
    batch = {name: x.to(device) for name, x in prompts(1).items()}
    mask, positions = batch["attention_mask"], batch["attention_mask"].cumsum(1) - 1
    positions = positions.clamp(min=0)
    for masked in (True, False):
        cache, other = model.new_cache(4), model.new_cache(4)
        given = {"attention_mask": mask, "position_ids": positions} if masked else {}
        for one in (cache, other):
            model(batch["input_ids"], one, **given)
        step = GPTStep(model, cache)
        for i in range(1, 4):
            token, newest = torch.tensor([i, 3, 5], device=device), positions[:, -1] + i
            seen = torch.cat([mask, mask.new_ones(3, i)], dim=1)
            more = {"attention_mask": seen, "position_ids": newest[:, None]}
            expected = model(token[:, None], other, **(more if masked else {}))
            found = step(token, newest, seen) if masked else step(token)
            torch.testing.assert_close(
                found, expected.logits[:, 0], rtol=1e-5, atol=1e-5
            )
        assert cache.get_seq_length() == other.get_seq_length() == 9
    model.to("cpu")


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def threads_of(model, layer, batch, **options):
    """By how many threads a layer is run, in each step."""
    seen = []
    note = layer.register_forward_pre_hook(
        lambda *_: seen.append(torch.get_num_threads())
    )
    generate(model, torch.ones(batch, 3, dtype=torch.long), **options)
    note.remove()
    assert torch.get_num_threads() == 2
    return seen


@pytest.mark.parametrize(("batch", "threads"), [(2, 1), (16, 1), (17, 2)])
def test_new_tokens_of_a_small_model_are_read_by_one_thread(
    batch, threads, marians, two_threads
):
    translator, options = marians[3][1], {"max_new_tokens": 3, "eos_token_id": None}
    seen = threads_of(translator, translator.output, batch, **options)
    assert seen == [threads] * 3
    seen = threads_of(translator, translator.output, batch, use_cache=False, **options)
    assert seen == [2] * 3


def test_a_large_model_uses_more_than_two_threads(two_threads, model, monkeypatch):
    from course_lib.generation import threads as module

    assert texts_alone(model) == 16
    monkeypatch.setattr(module, "SMALL", 24 * 24)
    assert texts_alone(model) == 4
    torch.set_num_threads(3)
    assert texts_alone(model) == 0


def test_a_prompt_is_read_by_all_threads(two_threads, model, monkeypatch):
    from course_lib.models.gpt_step import GPTStep

    options, later = {"max_new_tokens": 3, "eos_token_id": None}, []

    def watched(self, *arguments):
        later.append(torch.get_num_threads())
        return original(self, *arguments)

    original = GPTStep.__call__
    monkeypatch.setattr(GPTStep, "__call__", watched)
    assert threads_of(model, model.norm, 2, **options) == [2]
    assert later == [1, 1]


def test_an_error_leaves_the_number_of_threads_as_it_was(two_threads):
    with pytest.raises(ZeroDivisionError), one_thread(True):
        assert torch.get_num_threads() == 1
        raise ZeroDivisionError
    assert torch.get_num_threads() == 2


def test_layers_laid_out_anew_count_as_what_they_were(two_threads):
    from course_lib import optimize

    wide = GPT(GPTConfig(**GPT_SIZE | {"n_embd": 384, "n_layer": 1, "n_head": 6}))
    assert [texts_alone(wide), texts_alone(optimize(wide))] == [4, 4]


# --- drawing ----------------------------------------------------------------------


def chi_square(counts, chances):
    """Pearson's statistic, in standard deviations above its mean."""
    there = chances > 0
    assert counts[~there].sum() == 0
    expected = chances[there] * counts.sum()
    freedom = int(there.sum()) - 1
    statistic = ((counts[there] - expected) ** 2 / expected).sum()
    return (statistic - freedom) / math.sqrt(2 * max(freedom, 1))


DRAWS = {
    "plain": {},
    "hot": {"temperature": 1.7},
    "cold and few": {"temperature": 0.6, "top_k": 5},
    "nucleus": {"top_p": 0.8},
    "min": {"min_p": 0.1},
    "all": {"temperature": 1.5, "top_k": 20, "top_p": 0.95, "min_p": 0.02},
    "penalty": {"repetition_penalty": 2.0, "top_k": 10},
}


def exact(model, prompt, options):
    """The distribution of the token behind a prompt, by Transformers' filters."""
    from transformers.generation import logits_process as hf

    scores = model(prompt).logits[:, -1]
    filters = {
        "repetition_penalty": hf.RepetitionPenaltyLogitsProcessor,
        "temperature": hf.TemperatureLogitsWarper,
        "top_k": hf.TopKLogitsWarper,
        "top_p": hf.TopPLogitsWarper,
        "min_p": hf.MinPLogitsWarper,
    }
    for name, kind in filters.items():
        if name in options:
            scores = kind(options[name])(prompt, scores)
    return scores.softmax(dim=-1)[0]


@pytest.mark.parametrize("options", DRAWS.values(), ids=DRAWS.keys())
@torch.no_grad()
def test_draws_follow_the_exact_distribution(options, model):
    prompt = prompts(0, batch=1)["input_ids"]
    chances = exact(model, prompt, options)
    draw = {"do_sample": True, "seed": 1, "max_new_tokens": 1, **options}
    found = generate(model, prompt, num_return_sequences=20_000, **draw)
    counts = found[:, -1].bincount(minlength=V)
    assert abs(chi_square(counts, chances)) < 4
    (step,) = stream(model, prompt, **draw)
    torch.testing.assert_close(step.distribution[0], chances, rtol=1e-4, atol=1e-6)


@torch.no_grad()
def test_later_draws_follow_the_model_too(model):
    prompt = prompts(0, batch=1)["input_ids"]
    options = {"do_sample": True, "max_new_tokens": 3, "top_k": 3}
    found = generate(
        model, prompt, num_return_sequences=20_000, seed=3, eos_token_id=None, **options
    )
    places = torch.zeros(len(found), dtype=torch.long)
    for token in found[:, -3:].unbind(1):
        places = places * V + token
    chances = torch.zeros(V**3)
    first = exact(model, prompt, {"top_k": 3})
    for a in first.nonzero()[:, 0]:
        two = torch.cat([prompt, a.view(1, 1)], dim=1)
        second = exact(model, two, {"top_k": 3})
        for b in second.nonzero()[:, 0]:
            three = torch.cat([two, b.view(1, 1)], dim=1)
            third = exact(model, three, {"top_k": 3})
            begin = (a * V + b) * V
            chances[begin : begin + V] = first[a] * second[b] * third
    assert abs(chi_square(places.bincount(minlength=V**3), chances)) < 4


def test_the_same_seed_draws_the_same_tokens(model, marians):
    for one, batch in ((model, prompts(0)), (marians[3][1], prompts(0, side="right"))):
        options = {"do_sample": True, "num_return_sequences": 2}
        first = generate(one, **batch, **options, seed=5)
        assert torch.equal(generate(one, **batch, **options, seed=5), first)
        assert not torch.equal(generate(one, **batch, **options, seed=6), first)
        given = torch.Generator().manual_seed(5)
        assert torch.equal(generate(one, **batch, **options, generator=given), first)
        torch.manual_seed(0)
        global_one = generate(one, **batch, **options)
        torch.manual_seed(0)
        assert torch.equal(generate(one, **batch, **options), global_one)


def test_several_continuations_of_each_prompt(model):
    batch = prompts(0)
    found = generate(model, **batch, do_sample=True, num_return_sequences=4, seed=0)
    assert len(found) == 12
    assert torch.equal(found[:, :6], batch["input_ids"].repeat_interleave(4, dim=0))
    assert len(found[:4].unique(dim=0)) == 4


def test_temperature_0_takes_the_best(model):
    batch = prompts(4)
    best = generate(model, **batch)
    assert torch.equal(generate(model, **batch, temperature=0), best)
    found = generate(model, **batch, do_sample=True, temperature=0, seed=0)
    assert torch.equal(found, best)


# --- filters ----------------------------------------------------------------------


def left(logits):
    return (logits > -math.inf).tolist()


def test_what_filters_leave():
    logits = torch.tensor([0.5, 0.25, 0.15, 0.1]).log()
    assert left(top_k(logits, 2)) == [True, True, False, False]
    assert left(top_k(logits, 99)) == [True] * 4
    assert left(top_p(logits, 0.74)) == [True, True, False, False]
    assert left(top_p(logits, 0.76)) == [True, True, True, False]
    assert left(top_p(logits, 1.0)) == [True] * 4
    assert left(top_p(logits, 1e-9)) == [True, False, False, False]
    assert left(min_p(logits, 0.4)) == [True, True, False, False]
    assert left(min_p(logits, 1.0)) == [True, False, False, False]
    assert left(temperature(logits, 0)) == [True, False, False, False]
    torch.testing.assert_close(temperature(logits, 2.0), logits / 2)
    tied = torch.tensor([1.0, 1.0, 0.0])
    assert left(top_k(tied, 1)) == left(temperature(tied, 0)) == [True, True, False]


def test_filters_take_any_leading_axes():
    logits = torch.randn(2, 3, 9)
    for one in (top_k, 4), (top_p, 0.6), (min_p, 0.3), (temperature, 0):
        whole = one[0](logits, one[1])
        assert whole.shape == logits.shape
        assert torch.equal(whole[1, 2], one[0](logits[1, 2], one[1]))


def test_repetition_penalty_leaves_padding_alone():
    logits = torch.tensor([[2.0, -2.0, 3.0, 0.0], [2.0, -2.0, 3.0, 1.0]])
    ids = torch.tensor([[0, 1, 0], [2, 2, 3]])
    mask = torch.tensor([[1, 1, 1], [0, 1, 1]])
    expected = torch.tensor([[1.0, -4.0, 3.0, 0.0], [2.0, -2.0, 1.5, 0.5]])
    assert torch.equal(repetition_penalty(logits, ids, 2.0, mask), expected)
    assert torch.equal(repetition_penalty(logits, ids, 2.0), expected)
    mask[1] = torch.tensor([0, 0, 1])
    expected[1, 2] = 3.0
    assert torch.equal(repetition_penalty(logits, ids, 2.0, mask), expected)


# --- streaming --------------------------------------------------------------------


@torch.no_grad()
def test_a_stream_gives_tokens_and_how_likely_they_were(gpts):
    model = gpts[24][1]
    batch = prompts(24)
    steps = list(stream(model, **batch, max_new_tokens=10))
    tokens = torch.stack([step.tokens for step in steps], dim=1)
    assert torch.equal(tokens, generate(model, **batch, max_new_tokens=10)[:, 6:])
    assert not steps[-1].running.all()  # some text has ended
    for i, mask in enumerate(batch["attention_mask"].bool()):
        text = batch["input_ids"][i, mask][None]
        for step in steps:
            chances = model(text).logits[0, -1].softmax(dim=-1)
            if step.running[i]:
                found = step.probabilities[i]
                torch.testing.assert_close(found, chances[step.tokens[i]])
                torch.testing.assert_close(step.distribution[i], chances)
                text = torch.cat([text, step.tokens[i].view(1, 1)], dim=1)
            else:
                assert step.tokens[i] == PAD and step.probabilities[i] == 1


def test_a_stream_computes_only_what_is_asked_for(model):
    reads = []
    hook = model.norm.register_forward_hook(lambda *_: reads.append(1))
    steps = stream(model, **prompts(3), max_new_tokens=40)
    assert reads == []
    next(steps)
    assert len(reads) == 1
    hook.remove()
    for _ in range(3):
        assert torch.is_grad_enabled()  # between the steps, it is yours
        next(steps)


def test_generation_in_the_middle_of_training(tmp_path):
    theirs = random_gpt(3, resid_pdrop=0.5, embd_pdrop=0.5, attn_pdrop=0.5)
    theirs.save_pretrained(tmp_path)
    model = GPT.from_pretrained(tmp_path)
    expected = generate(model, **prompts(3))
    model.train()
    assert torch.equal(generate(model, **prompts(3)), expected)
    assert model.training and model.blocks[0].dropout.training
    # What was written can be learned from.
    model(expected, labels=expected).loss.backward()


# --- what can't be done -----------------------------------------------------------

IMPOSSIBLE = {
    "num_return_sequences is 5, but .*do_sample=True, or .*num_beams=5": {
        "num_return_sequences": 5
    },
    "num_return_sequences is 5, num_beams only 2": {
        "num_return_sequences": 5,
        "num_beams": 2,
    },
    "top_k is 0, expected": {"do_sample": True, "top_k": 0},
    "top_k is -3, expected": {"do_sample": True, "top_k": -3},
    r"top_p is 0, expected a share in \(0, 1\]": {"do_sample": True, "top_p": 0},
    "top_p is 1.1, expected": {"do_sample": True, "top_p": 1.1},
    "min_p is -0.1, expected": {"do_sample": True, "min_p": -0.1},
    "temperature is -1, expected": {"do_sample": True, "temperature": -1},
    "top_k and temperature would change nothing.*do_sample=True": {
        "temperature": 0.7,
        "top_k": 3,
    },
    "repetition_penalty is 0, expected": {"repetition_penalty": 0},
    "max_new_tokens is 0, expected": {"max_new_tokens": 0},
    "num_beams is 0, expected": {"num_beams": 0},
    "max_new_tokens or max_length, one": {"max_new_tokens": 3, "max_length": 9},
    "max_length is 6, the prompt has 6 tokens": {"max_length": 6},
    "do_sample or num_beams": {"do_sample": True, "num_beams": 2},
    "a seed or a generator, one": {"seed": 1, "generator": torch.Generator()},
    "generate knows no temprature; choose from .*temperature": {"temprature": 1},
    'early_stopping is .soon.; choose True, False or "never"': {
        "early_stopping": "soon"
    },
    "6 tokens and 44 new ones do not fit.*48.*max_new_tokens=43": {
        "max_new_tokens": 44
    },
}


@pytest.mark.parametrize("message, options", IMPOSSIBLE.items())
def test_what_can_not_be_done_is_said_at_once(message, options, model):
    for begin in (generate, stream):
        with pytest.raises(CourseError, match=message):
            begin(model, **prompts(0), **options)


def test_filters_refuse_what_makes_no_sense():
    logits = torch.zeros(2, 4)
    for call in (
        lambda: top_k(logits, 0),
        lambda: top_p(logits, 0.0),
        lambda: min_p(logits, 2.0),
        lambda: temperature(logits, -0.5),
        lambda: repetition_penalty(logits, torch.zeros(2, 1).long(), -1),
    ):
        with pytest.raises(CourseError, match="expected"):
            call()


def test_a_stream_of_beams_is_refused(model):
    with pytest.raises(CourseError, match="beams change their mind"):
        stream(model, **prompts(0), num_beams=2)


def test_the_last_position_can_be_used(gpts):
    theirs, ours = gpts[7]
    batch = {"input_ids": prompts(3, batch=1)["input_ids"]}
    options = {"max_new_tokens": 43, "eos_token_id": None}
    found = generate(ours, **batch, **options)
    assert found.shape == (1, 49)
    assert torch.equal(found, theirs.generate(**batch, **theirs_of(options)))
    # Padding takes no position.
    padded = prompts(0, batch=2, length=47)
    padded["attention_mask"][0] = padded["attention_mask"][1]
    assert generate(ours, **padded, max_new_tokens=40).shape[1] <= 87


def test_prompts_that_do_not_fit(model, marians):
    long = torch.ones(1, 49, dtype=torch.long)
    with pytest.raises(CourseError, match="49 tokens, .* positions for 48: cut"):
        generate(model, long)
    with pytest.raises(ShapeError, match="49 tokens, .* positions for 48: cut"):
        generate(marians[3][1], long)
    with pytest.raises(CourseError, match="max_new_tokens=48, or"):
        generate(marians[3][1], long[:, :4], max_new_tokens=49)
    with pytest.raises(ShapeError, match=r"\(5,\), expected \(B, T\)"):
        generate(model, long[0, :5])
    for wrong, kind in (("text", "a str"), ([[1]], "a list"), (long / 2, "float32")):
        with pytest.raises(CourseError, match=f"{kind}.*expected a tensor of token"):
            model.generate(wrong)
        with pytest.raises(CourseError, match=f"{kind}.*expected a tensor of token"):
            model(wrong)
    with pytest.raises(ShapeError, match=r"\(1, 0\): .* at least one token"):
        generate(model, long[:, :0])
    with pytest.raises(ShapeError, match=r"\(1, 3\) and input_ids \(1, 5\) differ"):
        generate(model, long[:, :5], long[:, :3])
    with pytest.raises(CourseError, match='padded on the right.*padding_side="left"'):
        generate(model, **prompts(0, side="right"))
    bert = Bert(BertConfig(hidden_size=8, num_attention_heads=1, num_hidden_layers=1))
    with pytest.raises(CourseError, match="Bert does not write texts"):
        generate(bert, long[:, :5])


@pytest.mark.parametrize("options", [{}, {"num_beams": 3}, {"max_length": 15}])
@pytest.mark.parametrize("kind", ["gpt", "marian"])
def test_models_are_asked_to_write_as_in_transformers(kind, options, gpts, marians):
    theirs, ours = gpts[24] if kind == "gpt" else marians[14]
    batch = prompts(5, side="left" if kind == "gpt" else "right")
    if "max_length" not in options:
        options = {"max_new_tokens": 9} | options

    def written(model, *arguments, **more):
        return model.generate(*arguments, **more, **options)

    expected = written(theirs, **batch)
    assert torch.equal(written(ours, **batch), expected)
    assert torch.equal(generate(ours, **batch, **options), expected)
    alone = prompts(6, batch=1)["input_ids"]
    assert torch.equal(written(ours, alone), written(theirs, alone))


def test_a_model_draws_and_streams(model):
    drawn = {"do_sample": True, "top_k": 9, "temperature": 0.8, "seed": 3}
    batch = prompts(1) | drawn | {"num_return_sequences": 2}
    found = model.generate(**batch)
    assert len(found) == 6 and torch.equal(found, generate(model, **batch))
    steps = [step.tokens for step in model.stream(**batch)]
    assert torch.equal(torch.stack(steps, dim=1), found[:, 6:])


def test_a_checkpoint_says_how_many_beams(tmp_path):
    theirs = random_marian(3)
    theirs.generation_config.num_beams = 4
    theirs.save_pretrained(tmp_path / "a")
    ours = Seq2Seq.from_pretrained(tmp_path / "a")
    ours.save_pretrained(tmp_path / "b")
    again = transformers.AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "b")
    text = prompts(3, side="right") | {"max_new_tokens": 10}
    expected = theirs.generate(**text)
    assert torch.equal(expected, theirs.generate(**text, num_beams=4))
    assert not torch.equal(expected, theirs.generate(**text, num_beams=1))
    assert torch.equal(ours.generate(**text), expected)
    assert torch.equal(again.generate(**text), expected)
    # Neither drawing nor streaming can make use of beams, nor does it ask for them.
    assert len(ours.generate(**text, do_sample=True, seed=0)) == 3
    assert len(list(ours.stream(**text))) <= 10


def test_names_of_the_package():
    import course_lib

    assert course_lib.generate is generate
    assert course_lib.GPT is GPT and course_lib.Seq2Seq is Seq2Seq


def test_a_new_model_can_write():
    torch.manual_seed(0)
    model = GPT(GPTConfig(**GPT_SIZE))
    found = generate(model, torch.tensor([[1]]), do_sample=True, seed=0)
    assert found.shape[0] == 1 and found[0, 0] == 1 and len(found[0]) > 1
