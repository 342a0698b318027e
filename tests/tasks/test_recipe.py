"""What is chosen where the learner chooses nothing."""

import pytest

from course_lib.errors import CourseError
from course_lib.tasks import FineTuning
from course_lib.tasks.classification import ClassifierTuning
from course_lib.tasks.trainer import arguments


@pytest.mark.parametrize(
    ("examples", "epochs"), [(350, 11.5), (40, 15), (6920, 3), (100_000, 3)]
)
def test_few_examples_are_seen_more_often(examples, epochs):
    plan = FineTuning().plan(examples, 768, "loss")
    assert plan.steps * plan.batch_size / examples == pytest.approx(epochs, abs=0.4)
    assert plan.validate_every == plan.steps // 10
    assert plan.warmup_steps == plan.steps // 10


def test_narrow_models_learn_at_higher_rates():
    rates = [
        FineTuning().plan(350, width, "loss").learning_rate
        for width in (1024, 768, 192)
    ]
    assert rates == [5e-5, 5e-5, 8e-4]
    assert FineTuning(learning_rate=1e-3).plan(350, 192, "loss").learning_rate == 1e-3


def test_what_is_chosen_is_kept():
    plan = FineTuning(epochs=2, batch_size=8, patience=None, seed=5).plan(
        80, 768, "loss"
    )
    assert (plan.steps, plan.batch_size, plan.patience, plan.seed) == (20, 8, None, 5)


def test_texts_are_read_as_far_as_the_model_can():
    assert FineTuning().length(512) == 256
    assert FineTuning().length(128) == 128
    assert FineTuning(max_length=512).length(512) == 512
    with pytest.raises(CourseError, match="max_length = 300.*at most 128"):
        FineTuning(max_length=300).length(128)


def test_labels_are_balanced_where_one_is_rare():
    assert not ClassifierTuning().balances([100, 60])
    assert ClassifierTuning().balances([100, 60, 20])
    assert ClassifierTuning(balanced=True).balances([1, 1])
    assert not ClassifierTuning(balanced=False).balances([100, 1])


def test_trainer_is_told_the_same(tmp_path):
    plan = FineTuning(seed=3).plan(350, 384, "macro_f1")
    told = arguments(plan, str(tmp_path), on_cpu=True)
    assert told.max_steps == plan.steps
    assert told.learning_rate == plan.learning_rate
    assert told.warmup_steps == plan.warmup_steps
    assert told.eval_steps == told.save_steps == plan.validate_every
    assert told.per_device_train_batch_size == plan.batch_size
    assert told.metric_for_best_model == "eval_macro_f1"
    assert told.greater_is_better
    assert told.weight_decay == plan.weight_decay
    assert told.max_grad_norm == plan.max_gradient_norm
    assert (told.seed, told.lr_scheduler_type) == (3, "linear")
