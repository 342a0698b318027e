"""A plan says at once what is wrong with it."""

import json

import pytest

from course_lib.errors import CourseError
from course_lib.training import TrainingPlan


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "steps or epochs"),
        ({"steps": 3, "epochs": 1}, "one of the two"),
        ({"steps": 0}, "steps = 0.* at least 1"),
        ({"steps": 2.5}, "steps = 2.5.* whole number"),
        ({"epochs": 0}, "epochs = 0 must be above 0"),
        ({"steps": 1, "batch_size": 0}, "batch_size = 0"),
        ({"steps": 1, "gradient_accumulation": None}, "gradient_accumulation = None"),
        ({"steps": 1, "warmup_steps": -1}, "warmup_steps = -1"),
        ({"steps": 1, "decay": "cosin"}, "'cosin'; choose one of 'cosine'"),
        ({"steps": 1, "mixed_precision": "bfloat16"}, "choose one of None, 'no'"),
        ({"steps": 1, "max_gradient_norm": 0.0}, "max_gradient_norm"),
    ],
)
def test_an_impossible_plan_is_refused(settings, says):
    with pytest.raises(CourseError, match=says):
        TrainingPlan(**settings)


def test_epochs_become_steps():
    assert TrainingPlan(epochs=2).number_of_steps(10) == 20
    assert TrainingPlan(epochs=2.5).number_of_steps(25 / 6) == 11  # 10.4
    assert TrainingPlan(steps=7).number_of_steps(1000) == 7


def test_what_binds_a_resumed_run_passes_through_json():
    binding = TrainingPlan(steps=3, workers=2).binding()
    assert json.loads(json.dumps(binding)) == binding
    assert "learning_rate" in binding
    assert not {"workers", "gradient_accumulation"} & binding.keys()
