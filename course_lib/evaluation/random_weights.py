"""What a model of the same size does before it has learned anything."""

from typing import TypeVar

import torch

from course_lib.models.bert import Bert
from course_lib.models.gpt import GPT
from course_lib.models.seq2seq import Seq2Seq

Model = TypeVar("Model", Bert, GPT, Seq2Seq)


def untrained(model: Model, seed: int = 0) -> Model:
    """A model of the same sizes with random weights, in evaluation mode.

    Args:
        model: stays as it is.
        seed: the same seed draws the same weights; the global one is not touched.
    """
    head = {"head": model.head_name} if isinstance(model, Bert) else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return type(model)(model.config, **head).eval()
