"""The tasks by name, and the task of a folder."""

import pytest
from transformers import AutoModelForSequenceClassification

from course_lib import resources, tasks
from course_lib.errors import CourseError
from course_lib.tasks.named import TASKS, task, task_of


@pytest.mark.parametrize("name", TASKS)
def test_every_task_has_its_functions_and_its_data(name):
    one = task(name)
    assert one.finetune is getattr(tasks, f"finetune_{one.kind.noun}")
    assert one.load is getattr(tasks, f"load_{one.kind.noun}")
    assert callable(getattr(resources, one.loader))
    assert callable(getattr(resources, one.shipped))
    assert one.kind.a_noun.endswith(one.kind.noun) or one.kind.noun in one.kind.a_noun


def test_other_names_lead_to_the_same():
    assert task("NER") is task("tagging")
    assert task("summarization").name == "summarisation"


def test_a_slip_is_answered_with_the_nearest():
    with pytest.raises(CourseError, match="Did you mean classification"):
        task("classifikation")
    with pytest.raises(CourseError, match="The tasks are: classification, tagging"):
        task("zzz")


def test_a_folder_tells_its_task(bert, tmp_path):
    AutoModelForSequenceClassification.from_pretrained(bert).save_pretrained(tmp_path)
    assert task_of(tmp_path).name == "classification"
    with pytest.raises(CourseError, match="BertForMaskedLM.*classifiers, taggers"):
        task_of(bert)
