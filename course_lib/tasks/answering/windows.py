"""Long passages in windows: what a model reads at once, and where the answer is in it.

A question and a passage are read together. A passage that is too long is read in
several windows, each with the question in front; neighbours share some tokens. Where
the answer is not in a window, both its edges are at the first token, [CLS].
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from course_lib.errors import CourseError
from course_lib.tasks.answering.asked_passages import ANSWERS, CONTEXT, QUESTION
from course_lib.tasks.answering.settings import AnswererTuning
from course_lib.tasks.quiet import quiet_datasets

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import BatchEncoding, PreTrainedTokenizerBase

NOWHERE = 0
"""The place of [CLS]: an answer that is not in the window."""

START, END = "start_positions", "end_positions"
LEAST_ROOM = 8  # tokens of the passage in a window, beside the question


def windows(
    tokenizer: "PreTrainedTokenizerBase",
    questions: Sequence[str],
    contexts: Sequence[str],
    stride: int,
    **more: Any,
) -> "BatchEncoding":
    """Questions with windows of their passages.

    Returns:
        As the tokenizer's; `overflow_to_sample_mapping` says which question a window
        belongs to, `offset_mapping` where its tokens stand.

    Raises:
        CourseError: a question leaves no room for the passage.
    """
    longest = tokenizer.model_max_length
    asked = tokenizer(list(questions), add_special_tokens=False, verbose=False)
    extra = tokenizer.num_special_tokens_to_add(pair=True)
    for question, ids in zip(questions, asked["input_ids"], strict=True):
        room = longest - extra - len(ids)
        if room < max(LEAST_ROOM, stride + 1):
            raise CourseError(
                f"the question {question[:40]!r} has {len(ids)} tokens: of the "
                f"{longest} that the model reads, {max(0, room)} are left for the "
                f"passage, and stride={stride} needs more. Ask shorter questions, or "
                "choose a smaller stride"
            )
    return tokenizer(
        list(questions),
        list(contexts),
        truncation="only_second",
        max_length=longest,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        **more,
    )


def encode(
    asked: "Dataset", tokenizer: "PreTrainedTokenizerBase", recipe: AnswererTuning
) -> "Dataset":
    """The questions of a split as a model learns from them, a window each.

    Returns:
        Examples with input_ids, attention_mask (token_type_ids where the model has
        them), start_positions and end_positions, both inclusive.
    """

    def cut(rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        found = windows(tokenizer, rows[QUESTION], rows[CONTEXT], recipe.stride)
        asks = found.pop("overflow_to_sample_mapping")
        offsets = found.pop("offset_mapping")
        edges = [
            place(offsets[i], found.sequence_ids(i), rows[ANSWERS][ask])
            for i, ask in enumerate(asks)
        ]
        starts, ends = zip(*edges, strict=True)
        return {**found, START: list(starts), END: list(ends)}

    with quiet_datasets():
        return asked.map(cut, batched=True, remove_columns=asked.column_names)


def place(
    offsets: Sequence[tuple[int, int]],
    sides: Sequence[int | None],
    answers: Mapping[str, Sequence[Any]],
) -> tuple[int, int]:
    """The first and the last token of the answer in a window.

    Args:
        offsets: where each token begins and ends in its text.
        sides: 0 for tokens of the question, 1 for those of the passage, None for
            others.
        answers: text and answer_start; the first one counts.

    Returns:
        Both inclusive; (0, 0) where the answer is not, or not wholly, in the window.
    """
    if not answers["text"]:
        return NOWHERE, NOWHERE
    begin = answers["answer_start"][0]
    behind = begin + len(answers["text"][0])
    inside = [
        i
        for i, (side, (a, b)) in enumerate(zip(sides, offsets, strict=True))
        if side == 1 and a < behind and b > begin
    ]
    if not inside:
        return NOWHERE, NOWHERE
    first, last = inside[0], inside[-1]
    whole = offsets[first][0] <= begin and offsets[last][1] >= behind
    return (first, last) if whole else (NOWHERE, NOWHERE)
