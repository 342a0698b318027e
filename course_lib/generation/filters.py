"""What changes the scores of the next token before one is drawn.

Each filter takes logits (..., V) and returns logits (..., V). A token that is ruled out
gets -inf, so that the softmax of the result is the distribution that is drawn from.
"""

import math

from torch import Tensor

from course_lib.errors import CourseError


def temperature(logits: Tensor, t: float) -> Tensor:
    """Sharpen (t < 1) or flatten (t > 1) the distribution.

    At t = 0, the limit, only the best token is left (or the best, where several tie).

    Raises:
        CourseError: t is negative.
    """
    require_temperature(t)
    if t == 0:
        return _only(logits, logits == logits.amax(dim=-1, keepdim=True))
    return logits / t


def top_k(logits: Tensor, k: int) -> Tensor:
    """Leave the k best tokens, and those that tie with the last of them.

    Raises:
        CourseError: k < 1.

    Source: Fan et al. 2018, Hierarchical Neural Story Generation.
    """
    require_k(k)
    best = logits.topk(min(k, logits.shape[-1]), dim=-1).values  # (..., k)
    return _only(logits, logits >= best[..., -1:])


def top_p(logits: Tensor, p: float) -> Tensor:
    """Leave the fewest best tokens that together are at least p likely.

    Raises:
        CourseError: p is not in (0, 1].

    Source: Holtzman et al. 2020, The Curious Case of Neural Text Degeneration.
    """
    require_share("top_p", p)
    # From the least likely upwards: what is in the tail of 1 - p goes.
    rising, tokens = logits.sort(dim=-1)
    tail = rising.softmax(dim=-1).cumsum(dim=-1) <= 1 - p
    tail[..., -1] = False  # the best one stays, whatever rounding says
    return logits.masked_fill(tail.scatter(-1, tokens, tail), -math.inf)


def min_p(logits: Tensor, p: float) -> Tensor:
    """Leave the tokens that are at least p times as likely as the best one.

    Raises:
        CourseError: p is not in (0, 1].

    Source: Nguyen et al. 2024, Turning Up the Heat: Min-p Sampling.
    """
    require_share("min_p", p)
    best = logits.amax(dim=-1, keepdim=True)
    # A ratio of probabilities is a difference of logits.
    return _only(logits, logits >= best + math.log(p))


def repetition_penalty(
    logits: Tensor, input_ids: Tensor, penalty: float, mask: Tensor | None = None
) -> Tensor:
    """Make tokens that are in the text already less likely.

    Positive logits are divided by the penalty, negative ones multiplied.

    Args:
        logits: (B, V)
        input_ids: (B, T), the text so far.
        penalty: 1 changes nothing; 1.2 is usual.
        mask: (B, T), 0 for padding, which is no text.

    Raises:
        CourseError: the penalty is not positive.

    Source: Keskar et al. 2019, CTRL.
    """
    require_penalty(penalty)
    there = logits.gather(-1, input_ids)  # (B, T)
    less = there.where(there < 0, there / penalty).where(there >= 0, there * penalty)
    if mask is None:
        return logits.scatter(-1, input_ids, less)
    # Padding writes to a column of its own, which is cut off again.
    wide = logits.new_empty(len(logits), logits.shape[-1] + 1)
    wide[:, :-1] = logits
    places = input_ids.masked_fill(mask == 0, logits.shape[-1])
    return wide.scatter(-1, places, less)[:, :-1]


def require_temperature(t: float) -> None:
    """Check a temperature; a wrong one raises a CourseError."""
    if not 0 <= t < math.inf:
        raise CourseError(
            f"temperature is {t}, expected 0 or more: below 1 sharpens, above 1 "
            "flattens, 0 always takes the best token"
        )


def require_k(k: int) -> None:
    """Check the k of top-k; a wrong one raises a CourseError."""
    if k < 1 or k != int(k):
        raise CourseError(f"top_k is {k}, expected how many tokens to keep: 1 or more")


def require_share(name: str, p: float) -> None:
    """Check a share of probability; a wrong one raises a CourseError."""
    if not 0 < p <= 1:
        raise CourseError(
            f"{name} is {p}, expected a share in (0, 1]; 1 of top_p keeps everything"
        )


def require_penalty(penalty: float) -> None:
    """Check a repetition penalty; a wrong one raises a CourseError."""
    if not 0 < penalty < math.inf:
        raise CourseError(
            f"repetition_penalty is {penalty}, expected more than 0; 1 changes nothing"
        )


def _only(logits: Tensor, kept: Tensor) -> Tensor:
    return logits.masked_fill(~kept, -math.inf)
