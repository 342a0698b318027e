"""14.beam_step: the best continuations of several beginnings at once."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter14.filtering import distinct
from course_lib.exercises.chapter14.mistakes import BEAM_MISTAKES
from course_lib.exercises.inputs import EXACT

Wrong = Mapping[str, Any]


def beam_step(
    beam_scores: Tensor, log_probs: Tensor, width: int
) -> tuple[Tensor, Tensor, Tensor]:
    totals = beam_scores[:, None] + log_probs  # (K, V)
    scores, places = totals.flatten().topk(width)  # best first
    vocab_size = log_probs.shape[-1]
    return scores, places // vocab_size, places % vocab_size


def _steps(
    wrong: Wrong, beam_scores: Tensor, log_probs: Tensor, width: int
) -> dict[str, Tensor]:
    if "width-ignored" in wrong:
        width = len(beam_scores)
    totals = _totals(wrong, beam_scores, log_probs)
    scores, parents, tokens = _chosen(wrong, totals, width)
    form = wrong.get("no-accumulation")
    if form == "not in the ranking":
        scores = scores + beam_scores[parents]
    elif form == "not in what is returned":
        scores = scores - beam_scores[parents]
    if "worst-first" in wrong:
        scores, parents, tokens = (v.flip(-1) for v in (scores, parents, tokens))
    if "returns-probabilities" in wrong:
        scores = scores.exp()
    return {"totals": totals, "scores": scores, "parents": parents, "tokens": tokens}


def _totals(wrong: Wrong, beam_scores: Tensor, log_probs: Tensor) -> Tensor:
    """What the continuations are ranked by, (K, V)."""
    if wrong.get("no-accumulation") in ("anywhere", "not in the ranking"):
        return log_probs
    scores = beam_scores if "added-along-the-tokens" in wrong else beam_scores[:, None]
    form = wrong.get("adds-probabilities", "")
    if form:
        before = scores if form == "to the score" else scores.exp()
        step = log_probs if form == "of the beam" else log_probs.exp()
        return (before + step).log() if form.startswith("log") else before + step
    if "underflow" in wrong:
        return (scores.exp() * log_probs.exp()).log()
    if "multiplies-logarithms" in wrong:
        return scores * log_probs
    if "subtracts" in wrong:
        return scores - log_probs
    if "averages" in wrong:
        return (scores + log_probs) / 2
    return scores + log_probs


def _chosen(wrong: Wrong, totals: Tensor, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Scores, parents and tokens of the continuations that stay."""
    best = "worst-instead-of-best" not in wrong
    if "greedy-per-beam" in wrong:
        return _greedy(wrong["greedy-per-beam"], totals, width, best)
    if "only-from-the-best-beam" in wrong:
        parent = totals.amax(-1).argmax()
        scores, tokens = totals[parent].topk(width, largest=best)
        return scores, parent.expand(width), tokens
    confused = wrong.get("parent-token-confused", "")
    table = totals.mT if confused == "table by columns" else totals
    scores, places = table.flatten().topk(width, largest=best)
    parents, tokens = _decoded(confused, places, *totals.shape)
    return scores, parents, places if "place-as-token" in wrong else tokens


def _decoded(
    confused: str, places: Tensor, beams: int, size: int
) -> tuple[Tensor, Tensor]:
    """Parents and tokens of places in the flattened table."""
    if confused == "swapped":
        return places % size, places // size
    by_beams = {
        "divided by K": (beams, beams),
        "parent divided by K": (beams, size),
        "token divided by K": (size, beams),
    }
    for_parents, for_tokens = by_beams.get(confused, (size, size))
    if confused == "swapped and divided by K":
        return places % beams, places // beams
    return places // for_parents, places % for_tokens


def _greedy(
    form: str, totals: Tensor, width: int, best: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Each beam goes on by itself."""
    beams = torch.arange(len(totals))
    if form == "the best of each beam":
        scores, tokens = totals.topk(width, largest=best)
        return scores, beams[:, None].expand(tokens.shape), tokens
    scores, tokens = totals.max(-1) if best else totals.min(-1)
    if form == "sorted":
        beams = scores.argsort(descending=best)
    kept = beams if form == "in their order" else beams[:width]
    return scores[kept], kept, tokens[kept]


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(
        name: str, scores: tuple[float, ...], size: int, width: int, seed: int
    ) -> Case:
        logits = distinct(len(scores), size, seed=seed, dtype=torch.float64, step=0.5)
        inputs = {
            "beam_scores": torch.tensor(scores, dtype=dtype),
            "log_probs": logits.log_softmax(-1).to(dtype),
            "width": width,
        }
        return Case(f"{name}, width {width}", inputs)

    cases = [
        case("3 beams, 7 tokens", (-1.5, -1.25, -2.0), 7, 3, 14),
        case("the first step: one beam", (0.0,), 6, 3, 15),
        case("as many beams as tokens", (-2.0, -1.0, -2.5, -1.5), 4, 3, 45),
        case("more wanted than beams", (-0.5, -1.0), 8, 4, 18),
    ]
    if dtype in EXACT:
        cases.append(case("long texts", (-1000.0, -1001.5, -1000.5), 5, 3, 19))
    return cases


def _loops(
    beam_scores: Tensor, log_probs: Tensor, width: int
) -> tuple[list[float], list[int], list[int]]:
    found = []
    for parent, row in enumerate(log_probs.tolist()):
        for token, gain in enumerate(row):
            found.append((float(beam_scores[parent]) + gain, parent, token))
    found.sort(reverse=True)
    scores, parents, tokens = zip(*found[:width], strict=True)
    return list(scores), list(parents), list(tokens)


def _sorted(
    beam_scores: Tensor, log_probs: Tensor, width: int
) -> tuple[Tensor, Tensor, Tensor]:
    totals = log_probs + beam_scores.unsqueeze(-1)
    scores, places = totals.reshape(-1).sort(descending=True)
    parents, tokens = divmod(places[:width].numpy(), totals.shape[1])
    return scores[:width], torch.from_numpy(parents), torch.from_numpy(tokens)


def _beam_by_beam(
    beam_scores: Tensor, log_probs: Tensor, width: int
) -> tuple[Tensor, Tensor, Tensor]:
    count = min(width, log_probs.shape[-1])  # no more can come from one beam
    gains, tokens = log_probs.topk(count, dim=-1)  # (K, count)
    scores, places = (beam_scores[:, None] + gains).flatten().topk(width)
    return scores, places.div(count, rounding_mode="floor"), tokens.flatten()[places]


def _columns(
    beam_scores: Tensor, log_probs: Tensor, width: int
) -> tuple[Tensor, Tensor, Tensor]:
    totals = (beam_scores + log_probs.T).flatten()  # place = token * K + parent
    best = totals.argsort(descending=True)[:width]
    beams = len(beam_scores)
    return totals[best], best % beams, best // beams


BEAM_STEP = Exercise(
    id="14.beam_step",
    title="One step of beam search",
    returns="scores, parents and tokens (width,), best first",
    reference=beam_step,
    computation=_steps,
    answer=("scores", "parents", "tokens"),
    cases=_cases,
    mistakes=BEAM_MISTAKES,
    variants={
        "loops": _loops,
        "sorted": _sorted,
        "beam by beam": _beam_by_beam,
        "by columns": _columns,
    },
    hints=(
        "Make a table (K, V): the score of each beam continued by each token. How do "
        "log-probabilities combine?",
        "`beam_scores[:, None] + log_probs` is that table. The `width` largest of all "
        "its entries are wanted, whatever row they stand in.",
        "`totals.flatten().topk(width)` gives their scores and their places in the "
        "table read row by row: place = parent * V + token.",
        "`places // V` are the parents, `places % V` the tokens, with "
        "`V = log_probs.shape[-1]`.",
    ),
    explanation="The probability of a text is the product of its tokens' "
    "probabilities, so log-probabilities add up, and they do not underflow. All K * V "
    "continuations compete for `width` places. In a table flattened row by row, whole "
    "division by V gives the row, the remainder the column.",
)
