"""Whether an answer stands where it is said to stand; if not, where it does."""

import re
from typing import NamedTuple


class Wrong(NamedTuple):
    """What is wrong with an answer; `part` is "text" or "answer_start"."""

    kind: str
    part: str
    says: str
    cure: str


def wrong_answer(context: str, text: object, start: object) -> Wrong | None:
    """What is wrong with an answer, or None.

    Args:
        context: the passage.
        text: the answer.
        start: where it begins, in characters from 0.
    """
    if not isinstance(text, str) or not text.strip():
        says = f"the answer is {text!r}"
        cure = "Write the answer, or leave answers empty where there is none"
        return Wrong("empty-answer", "text", says, cure)
    if isinstance(start, int) and start >= 0 and context.startswith(text, start):
        return None
    places = [found.start() for found in re.finditer(re.escape(text), context)]
    if not places:
        return _nowhere(context, text)
    here = start if isinstance(start, int) else 0
    nearest = min(places, key=lambda place: abs(place - here))
    others = f" (and at {len(places) - 1} more places)" if places[1:] else ""
    says = (
        f"the answer {text[:40]!r} does not begin at {start} but at {nearest}{others}"
    )
    return Wrong(
        "answer-elsewhere", "answer_start", says, _cure(context, start, nearest)
    )


def _cure(context: str, start: object, place: int) -> str:
    cure = f"Write {place} as answer_start"
    before = context[:place]
    if start == len(before.encode("utf-8", "replace")):
        return f"{cure}; bytes were counted, not characters"
    if start == len(before.encode("utf-16-le", "replace")) // 2:
        return f"{cure}; an emoji counts as one character here"
    if start == place + 1:
        return f"{cure}; the first character is number 0"
    return cure


def _nowhere(context: str, text: str) -> Wrong:
    says = f"the answer {text[:40]!r} is not in the passage"
    words = r"\s+".join(map(re.escape, text.split()))
    like = re.search(words, context, re.IGNORECASE)
    if like is None:
        cure = (
            "An answer is a piece of the passage, letter by letter: copy it from there"
        )
    else:
        cure = f"Write it as the passage does: {like.group()[:40]!r} at {like.start()}"
    return Wrong("answer-not-in-passage", "text", says, cure)
