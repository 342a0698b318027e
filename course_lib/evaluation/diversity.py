"""How varied written texts are: different runs of tokens, and runs that come again.

Both look at tokens alone: a text of random tokens is as varied as can be. So read them
beside a figure that says how good the texts are, such as their perplexity.
"""

from collections.abc import Iterator, Sequence

from course_lib.errors import CourseError


def distinct(texts: Sequence[Sequence[int]], n: int = 2) -> float:
    """Of all runs of n tokens in these texts, the share that differ from one another.

    Of five equal texts it is a fifth of what it is of one. Longer texts have less of
    it, as there are only so many words: compare texts of like length.

    Args:
        texts: token ids of each.
        n: how many tokens make a run.

    Returns:
        From above 0 to 1; NaN where no text has n tokens.

    Raises:
        CourseError: n is below 1.

    Source: Li et al. 2016, A Diversity-Promoting Objective Function for Neural
    Conversation Models, section 5.
    """
    runs = [run for text in texts for run in _runs(text, n)]
    return len(set(runs)) / len(runs) if runs else float("nan")


def repeated(text: Sequence[int], n: int = 4) -> float:
    """Of the runs of n tokens in one text, the share that stood there before.

    Args:
        text: token ids.
        n: how many tokens make a run.

    Returns:
        From 0 to below 1; NaN for a text of fewer than n tokens.

    Raises:
        CourseError: n is below 1.

    Source: Welleck et al. 2020, Neural Text Generation with Unlikelihood Training,
    section 6.
    """
    return 1 - distinct([text], n)


def continuation(row: Sequence[int], start: int, end: int | None = None) -> list[int]:
    """What was written behind a prompt, without the padding behind its end.

    Args:
        row: token ids, prompt and what follows it.
        start: how many tokens the prompt has.
        end: the token that ends a text; it is kept. None keeps everything.
    """
    written = list(row[start:])
    if end in written:
        return written[: written.index(end) + 1]
    return written


def _runs(text: Sequence[int], n: int) -> Iterator[tuple[int, ...]]:
    if n < 1:
        raise CourseError(f"n is {n}, expected how many tokens make a run: 1 or more")
    return (tuple(text[i : i + n]) for i in range(len(text) - n + 1))
