"""13.shift_right: what the decoder reads while it is taught."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise, Mistake

FORCING = "13, Teacher forcing"
IGNORED = -100
Wrong = Mapping[str, Any]


def shift_right(ids: Tensor, start_id: int, pad_id: int) -> Tensor:
    shifted = torch.full_like(ids, start_id)
    shifted[:, 1:] = ids[:, :-1]  # every token but the last, one place later
    return shifted.masked_fill(shifted == -100, pad_id)


def _steps(wrong: Wrong, ids: Tensor, start_id: int, pad_id: int) -> dict[str, Tensor]:
    if "start-and-pad-swapped" in wrong:
        start_id, pad_id = pad_id, start_id
    start = wrong.get("another-start", start_id)
    shifted = _shifted(wrong, ids, pad_id if start == "pad" else start)
    old = "mask-not-shifted" in wrong and shifted.shape == ids.shape
    hidden = ids if old else shifted
    fill = wrong.get("another-pad", pad_id)
    fill = start_id if fill == "start" else fill
    if "keeps-minus-100" in wrong:
        return {"shifted": shifted, "decoder input": shifted}
    filled = shifted.masked_fill(hidden == IGNORED, fill)
    return {"shifted": shifted, "decoder input": filled}


def _shifted(wrong: Wrong, ids: Tensor, start: int) -> Tensor:
    first = torch.full_like(ids[:, :1], start)
    if "shift-left" in wrong:
        return torch.cat((ids[:, 1:], _behind(wrong, ids, first)), 1)
    if "wraps-around" in wrong:
        return ids.roll(1, wrong["wraps-around"])
    if "drops-first-token" in wrong:
        end = -1 if wrong["drops-first-token"] == "and the last" else None
        return torch.cat((first, ids[:, 1:end]), 1)
    if "last-token-kept" in wrong:
        return torch.cat((first, ids), 1)
    if "start-missing" in wrong:
        twice = wrong["start-missing"] == "first token twice"
        return torch.cat((ids[:, :1] if twice else ids[:, :0], ids[:, :-1]), 1)
    if "reads-what-it-wrote" in wrong:  # each place takes what the last step wrote
        again = first if wrong["reads-what-it-wrote"] == "start" else ids[:, :1]
        return torch.cat((first, again.expand(-1, ids.shape[1] - 1)), 1)
    if "along-the-batch" in wrong:
        return torch.cat((torch.full_like(ids[:1], start), ids[:-1]))
    if "not-shifted" in wrong:
        return ids.clone()
    places = min(2 if "shifted-twice" in wrong else 1, ids.shape[1])
    return F.pad(ids, (places, -places), value=start)


def _behind(wrong: Wrong, ids: Tensor, start: Tensor) -> Tensor:
    """What stands behind tokens that were moved to the left."""
    return {
        "start": start,
        "pad": torch.full_like(start, IGNORED),
        "nothing": ids[:, :0],
        "first token": ids[:, :1],
    }[wrong["shift-left"]]


def _read_start(inputs: Mapping[str, Any], output: Tensor) -> int | None:
    """The number that stands before every row, if it is always the same."""
    numbers = set(output[:, 0].tolist()) if output.shape == inputs["ids"].shape else ()
    return next(iter(numbers)) if len(numbers) == 1 else None


def _read_pad(inputs: Mapping[str, Any], output: Tensor) -> int | None:
    """The number that stands for every -100, if it is always the same."""
    shifted = shift_right(inputs["ids"], inputs["start_id"], IGNORED)
    numbers = set(output[shifted == IGNORED].tolist()) - {IGNORED}
    return numbers.pop() if len(numbers) == 1 else None


def _cases(_dtype: torch.dtype) -> list[Case]:
    def case(name: str, ids: list[list[int]], start_id: int, pad_id: int) -> Case:
        numbers = {"start_id": start_id, "pad_id": pad_id}
        text = f"{name}, start_id {start_id}, pad_id {pad_id}"
        return Case(text, {"ids": torch.tensor(ids), **numbers})

    n = IGNORED
    return [
        case("2 rows of 4 tokens", [[11, 12, 13, 14], [21, 22, 23, 24]], 2, 0),
        case("with -100", [[11, 12, 13, n, n], [21, 22, 23, 24, 25]], 3, 1),
        case("3 rows of 3", [[6, 7, 8], [9, n, n], [5, 4, n]], 0, 2),
        case("one token", [[8], [9]], 4, 5),
    ]


def _cat(ids: Tensor, start_id: int, pad_id: int) -> Tensor:
    start = ids.new_full((ids.shape[0], 1), start_id)
    known = torch.where(ids == -100, pad_id, ids)
    return torch.cat([start, known[:, :-1]], dim=-1)


def _pad(ids: Tensor, start_id: int, pad_id: int) -> Tensor:
    shifted = F.pad(ids, (1, -1), value=start_id)
    shifted[shifted == -100] = pad_id
    return shifted


def _roll(ids: Tensor, start_id: int, pad_id: int) -> Tensor:
    shifted = ids.masked_fill(ids == -100, pad_id).roll(1, dims=1)
    shifted[:, 0] = start_id
    return shifted


def _lists(ids: Tensor, start_id: int, pad_id: int) -> Tensor:
    rows = [[start_id, *row[:-1]] for row in ids.tolist()]
    return torch.tensor([[pad_id if n == -100 else n for n in row] for row in rows])


def _loops(ids: Tensor, start_id: int, pad_id: int) -> Tensor:
    shifted = torch.empty_like(ids)
    for row, old in zip(shifted, ids, strict=True):
        row[0] = start_id
        for t in range(1, len(row)):
            row[t] = pad_id if old[t - 1] == -100 else old[t - 1]
    return shifted


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, FORCING, **{"group": "shift", **options})


SHIFT_RIGHT = Exercise(
    id="13.shift_right",
    title="The decoder's input",
    returns="ids (B, T): start_id, then all tokens of the row but the last",
    reference=shift_right,
    computation=_steps,
    answer=("decoder input",),
    cases=_cases,
    mistakes=(
        _mistake(
            "shift-left",
            "You move the tokens to the left, so that each place holds the next one: "
            "that is the answer the decoder is to learn. Move them to the right.",
            forms=("start", "pad", "nothing", "first token"),
        ),
        _mistake(
            "wraps-around",
            "You roll the row, so the last token comes to stand in front. The decoder "
            "begins with start_id, and the last token falls off.",
            forms=(1, (), 0),
        ),
        _mistake(
            "keeps-minus-100",
            "Your input still holds -100. It marks places the loss passes over, and no "
            "embedding has such a row: put pad_id in its place.",
            group="fill",
        ),
        _mistake(
            "drops-first-token",
            "You put start_id over the first token instead of before it. The first "
            "token moves to place 1; it is the last one that falls off.",
            forms=("alone", "and the last"),
        ),
        _mistake(
            "last-token-kept",
            "Your rows have T + 1 places. After the last token there is nothing to "
            "predict: leave it out, `ids[:, :-1]`.",
        ),
        _mistake(
            "start-missing",
            "Nothing stands in front of your rows, or the first token stands there "
            "twice. The decoder needs start_id to predict the first token from.",
            forms=("nothing", "first token twice"),
        ),
        _mistake(
            "not-shifted",
            "You do not move the tokens, so the decoder would read the very token it "
            "has to predict. Each one moves one place to the right.",
        ),
        _mistake(
            "shifted-twice",
            "You move the tokens two places. One is enough: place t holds token t - 1.",
        ),
        _mistake(
            "reads-what-it-wrote",
            "One token fills the row: your loop copies from the tensor it is writing "
            "to. Read from `ids` and write into a new tensor.",
            forms=("start", "first token"),
        ),
        _mistake(
            "along-the-batch",
            "You move whole rows down the batch. Tokens follow each other along axis "
            "1, so the slices are `[:, 1:]` and `[:, :-1]`.",
        ),
        _mistake(
            "mask-not-shifted",
            "You look for -100 before the shift and fill those places after it, when "
            "the tokens have moved: the last real token of a padded row is lost. Ask "
            "the shifted tensor where it holds -100.",
            group="fill",
        ),
        _mistake(
            "another-start",
            "Your rows begin with another number than start_id. Which id begins a text "
            "depends on the tokenizer: use the argument.",
            forms=(0, 1, "pad"),
            group="start",
            fit=_read_start,
        ),
        _mistake(
            "another-pad",
            "You replace -100 by another number than pad_id. Which id stands for "
            "padding depends on the tokenizer: use the argument.",
            forms=(0, 1, "start"),
            group="fill",
            fit=_read_pad,
        ),
        _mistake(
            "start-and-pad-swapped",
            "You put pad_id in front and start_id in place of -100. It is the other "
            "way round.",
            group="start",
        ),
    ),
    variants={
        "cat and where": _cat,
        "built-in pad": _pad,
        "roll, then overwrite": _roll,
        "lists": _lists,
        "loops": _loops,
    },
    hints=(
        "To predict token t the decoder may read the tokens before it. What must stand "
        "at place t of its input, and what at place 0?",
        "Two slices: `ids[:, :-1]` are all tokens but the last of each row; they "
        "belong at `[:, 1:]` of a new tensor, whose first column is start_id.",
        "`shifted = torch.full_like(ids, start_id)`, then "
        "`shifted[:, 1:] = ids[:, :-1]`, and at the end replace -100: "
        "`shifted.masked_fill(shifted == -100, pad_id)`.",
    ),
    explanation="Place t of the input holds token t - 1, so the causal mask lets place "
    "t see exactly what came before the token it has to predict. The last token is "
    "only ever an answer. -100 marks answers that do not count; as an input it must be "
    "a real id, and what stands there does not matter.",
)
