"""What a run does to a model, and what it tells."""

import math
from functools import partial

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from course_lib.errors import CourseError
from course_lib.training import NotFinite, next_token_terms
from course_lib.training.terms import label_terms, volume

from .tiny import Answer, Tiny, difference, examples, noisy, plan, run

STILL = {"steps": 12, "batch_size": 8}


def by_hand(steps=12, batch_size=8):
    """The same run in plain PyTorch: what the loop has to reproduce."""
    from course_lib.training.feed import make_feed
    from course_lib.training.optimizer import adamw, schedule
    from course_lib.training.order import Share

    model, chosen = Tiny(dropout=0.0), plan(steps=steps, batch_size=batch_size)
    optimizer = adamw(model, chosen)
    way = schedule(optimizer, chosen, steps)
    for (batch,) in make_feed(examples(), chosen, Share(), None).parts(0, steps):
        model(**batch).loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        way.step()
    return model


def test_the_loop_is_the_plain_loop():
    model, _ = run(Tiny(dropout=0.0), changes=STILL)
    assert difference(model, by_hand()) == 0.0


def test_a_run_learns_and_leaves_the_model_ready():
    model, result = run(changes={"steps": 300, "learning_rate": 3e-2})
    first, last = result.history[0], result.history[-1]
    assert first.loss > 2.0
    assert last.loss < 0.5
    assert [record.step for record in result.history] == list(range(10, 301, 10))
    assert last.epoch == pytest.approx(300 * 6 / 25)
    assert last.gradient_norm > 0
    assert result.steps == 300
    assert result.tokens_per_second > 0
    assert not model.training
    assert all(p.grad is None for p in model.parameters())


def test_the_seed_decides_everything():
    one, other = run(), run()
    assert difference(one[0], other[0]) == 0.0
    assert one[1].history == other[1].history
    assert difference(one[0], run(changes={"seed": 1})[0]) > 1e-3


@pytest.mark.parametrize("ragged", [False, True])
def test_accumulated_parts_equal_the_larger_batch(ragged):
    # Ragged: parts hold different numbers of labels, and some hold none at all.
    data = examples(ragged=ragged)
    whole, _ = run(Tiny(dropout=0.0), data, {"batch_size": 8})
    parts, _ = run(
        Tiny(dropout=0.0), data, {"batch_size": 8, "gradient_accumulation": 5}
    )
    assert difference(whole, parts) < 1e-5
    assert difference(whole, Tiny()) > 0.05


def test_terms_are_what_a_loss_is_a_mean_of():
    labels = torch.tensor([[5, -100, 3], [-100, -100, 1]])
    ids = torch.ones(2, 3, dtype=torch.long)
    assert label_terms({"input_ids": ids, "labels": labels}) == 3
    assert next_token_terms({"labels": labels}) == 2
    assert label_terms({"input_ids": ids, "labels": torch.tensor([0, 1])}) == 2
    assert label_terms({"input_ids": ids, "labels": torch.rand(2, 4)}) == 2
    assert label_terms({"start_positions": torch.ones(2)}) == 2
    assert volume({"input_ids": ids}) == (6, "tokens")
    assert volume({"pixels": torch.ones(2, 9)}) == (2, "examples")


def test_batches_of_a_dataloader_are_steps():
    loader = DataLoader(examples(), batch_size=5, shuffle=True)
    model, result = run(data=loader, changes={"batch_size": None, "steps": 400})
    assert result.history[-1].loss < result.history[0].loss
    assert result.history[-1].epoch == pytest.approx(80)


def test_bfloat16_runs_under_autocast():
    dtypes = set()

    class Watched(Tiny):
        def forward(self, input_ids, labels):
            answer = super().forward(input_ids, labels)
            dtypes.add(answer.logits.dtype)
            return answer

    model, result = run(Watched(), changes={"mixed_precision": "bf16", "steps": 60})
    assert dtypes == {torch.bfloat16}
    assert model.words.weight.dtype == torch.float32
    assert "forward" not in vars(model)  # Accelerate's wrapping is not left behind
    full, _ = run(changes={"steps": 60})
    assert 0 < difference(model, full) < 0.1
    assert result.history[-1].loss < result.history[0].loss


def test_float16_needs_a_gpu():
    with pytest.raises(CourseError, match='"fp16" needs a GPU'):
        run(changes={"mixed_precision": "fp16"})


def test_validation_changes_nothing_in_a_run():
    plain, _ = run(collate=noisy)
    judged = run(
        collate=noisy,
        validation=examples(9),
        measure=lambda model: {"chance": torch.rand(()).item()},
        changes={"validate_every": 4},
    )
    assert judged[1].best_step == 30  # the last: none but the run's own weights
    assert difference(plain, judged[0]) == 0.0


def test_validation_is_the_mean_over_all_terms():
    data = examples(13, ragged=True)
    model, result = run(validation=data, changes={"gradient_accumulation": 2})
    batch = {name: torch.stack([x[name] for x in data]) for name in data[0]}
    told = result.history[-1].validation["loss"]
    assert told == pytest.approx(model(**batch).loss.item(), rel=1e-5)


class Scripted:
    """A measure that gives given values, one after the other."""

    def __init__(self, *values):
        self.values, self.seen = list(values), []

    def __call__(self, model):
        assert not model.training
        self.seen.append({k: x.clone() for k, x in model.state_dict().items()})
        return {"accuracy": self.values[len(self.seen) - 1]}


JUDGED = {"steps": 40, "validate_every": 5, "watch": "accuracy"}


def test_patience_ends_a_run_and_the_best_weights_are_kept():
    measure = Scripted(0.1, 0.6, 0.5, math.nan, 0.6, 0.9)
    model, result = run(measure=measure, changes=JUDGED | {"patience": 3})
    assert (result.steps, result.stopped_early) == (25, True)
    assert (result.best_step, result.best_value) == (10, 0.6)
    best, last = measure.seen[1], measure.seen[4]
    assert torch.equal(model.words.weight, best["words.weight"])
    assert not torch.equal(model.words.weight, last["words.weight"])
    told = [record.validation.get("accuracy") for record in result.history]
    assert told[:3] == [0.1, 0.6, 0.5]


def test_without_patience_a_run_goes_to_its_end():
    measure = Scripted(*[0.5] * 8)
    _, result = run(measure=measure, changes=JUDGED)
    assert (result.steps, result.stopped_early) == (40, False)
    assert (result.best_step, len(measure.seen)) == (5, 8)


def test_a_watched_value_that_nobody_measures_is_refused():
    with pytest.raises(CourseError, match="watch='f1'.* gives loss"):
        run(validation=examples(4), changes={"watch": "f1"})


class Breaks(Tiny):
    """Its loss, or only its gradient, is lost where an example holds number 15."""

    def __init__(self, gradient_only=False):
        super().__init__(dropout=0.0)
        self.gradient_only = gradient_only

    def forward(self, input_ids, labels):
        loss = super().forward(input_ids, labels).loss
        if (input_ids == 15).any():
            # The root of 0 is 0, and infinitely steep.
            zero = self.words.weight.sum() * 0
            loss = loss + (zero.sqrt() if self.gradient_only else zero.log())
        return Answer(loss, loss)


@pytest.mark.parametrize("parts", [1, 3])
def test_a_nan_stops_the_run_and_names_step_and_examples(parts):
    data = examples(24)
    for example in data:
        example["input_ids"] = example["input_ids"].clamp(max=14)
    data[17]["input_ids"][2] = 15
    model = Breaks()
    changes = {"gradient_accumulation": parts, "max_gradient_norm": None}
    with pytest.raises(NotFinite, match=r"the loss is -?(inf|nan)") as caught:
        run(model, data, changes)
    named = caught.value.names.removeprefix("examples ").split(", ")
    assert "17" in named
    assert len(named) == 6 / parts
    assert f"in step {caught.value.step}, for examples" in str(caught.value)
    assert all(p.isfinite().all() for p in model.parameters())  # not updated by it
    assert not model.training


def test_a_gradient_that_is_nan_stops_it_too():
    data = examples(6)
    data[3]["input_ids"][0] = 15
    with pytest.raises(NotFinite, match="its gradient is (nan|inf) in step 0"):
        run(Breaks(gradient_only=True), data)


def test_a_batch_made_elsewhere_is_named_by_its_place():
    loader = DataLoader(examples(), batch_size=5)
    with pytest.raises(NotFinite, match=r"for batch \d of epoch 0"):
        run(Breaks(), loader, {"batch_size": None})


def test_a_model_without_a_loss_is_told_about():
    class Mute(Tiny):
        def forward(self, input_ids):
            return super().forward(input_ids, input_ids).logits

    data = [{"input_ids": x["input_ids"]} for x in examples()]
    with pytest.raises(CourseError, match="no loss for a batch of input_ids"):
        run(Mute(), data)


def test_callbacks_follow_the_run():
    calls = []

    def follow(history, ended):
        calls.append((history[-1].step, bool(history[-1].validation), ended))

    changes = {"validate_every": 15, "report_every": 10}
    run(validation=examples(4), changes=changes, callbacks=[follow])
    assert calls == [
        (10, False, False),
        (15, True, False),
        (20, False, False),
        (30, True, False),
        (30, True, True),
    ]


def test_optimisers_of_the_learner_are_used():
    def two(model):
        matrices = [model.inner.weight]
        others = [p for p in model.parameters() if p is not model.inner.weight]
        return torch.optim.Muon(matrices, lr=0.02), torch.optim.SGD(others, lr=0.1)

    start = Tiny()
    model, result = run(optimizers=two, changes={"steps": 50})
    assert result.history[-1].loss < result.history[0].loss
    assert not torch.equal(model.inner.weight, start.inner.weight)
    assert not torch.equal(model.norm.weight, start.norm.weight)


def test_clipping_shortens_long_gradients_only():
    seen = []

    def spy(model):
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
        optimizer.register_step_pre_hook(
            lambda *_: seen.append(
                nn.utils.get_total_norm([p.grad for p in model.parameters()]).item()
            )
        )
        return [optimizer]

    for limit in (0.5, 100.0, None):
        changes = {"steps": 1, "warmup_steps": 0, "max_gradient_norm": limit}
        run(optimizers=spy, changes=changes)
    assert seen[0] == pytest.approx(0.5, rel=1e-4)
    assert seen[1] == seen[2] > 1


def test_transformers_models_train_too():
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(vocab_size=16, n_positions=8, n_embd=8, n_layer=1, n_head=2)
    data = [{"input_ids": x["input_ids"]} for x in examples()]
    data = [x | {"labels": x["input_ids"]} for x in data]
    model = GPT2LMHeadModel(config)
    settings = {"terms": next_token_terms, "measure": None}
    changes = {"steps": 60, "learning_rate": 1e-2, "gradient_accumulation": 2}
    model, result = run(model, data, changes, **settings)
    assert result.history[-1].loss < result.history[0].loss - 0.1


def test_a_model_goes_back_to_where_it_was(device):
    start = partial(Tiny, dropout=0.0)
    model, _ = run(start(), device=device)
    assert model.words.weight.device.type == "cpu"
    assert difference(model, run(start())[0]) < 1e-3
