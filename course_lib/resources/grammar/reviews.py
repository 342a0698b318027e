"""Short reviews of the world's inns, feasts, ships and things, with their sentiment."""

import hashlib
from random import Random

from course_lib.errors import CourseError
from course_lib.resources.grammar.lexicon import Adjective, adjectives_of, nouns_of
from course_lib.resources.grammar.people import people, places

INNS = (
    "Blue Anchor",
    "Grey Heron",
    "Silver Spoon",
    "Golden Pear",
    "Old Kettle",
    "White Hare",
    "Red Lantern",
)
DISHES = ("soup", "stew", "bread", "tea", "cheese", "fish", "cake", "pie")
GOODS = ("small", "tool", "furniture", "clothes", "toy", "machine")
MAKERS = ("baker", "smith", "carpenter", "potter", "weaver", "tailor", "shoemaker")


class _Draw:
    """The words of one review, drawn as they are needed."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.food = rng.random() < 0.5

    def subject(self) -> str:
        """What the review is about."""
        rng = self.rng
        if self.food:
            inn = places()[rng.choice(INNS)].english
            return f"the {rng.choice(DISHES)} at the {inn}"
        noun = rng.choice(nouns_of(rng.choice(GOODS))).english
        maker = rng.choice([p for p in people().values() if p.job])
        return rng.choice(
            (
                f"the {noun} that {maker.english} sold me",
                f"the {noun} from {maker.town.english}",
                f"{maker.english}'s {noun}",
                f"the {noun} that I bought in {maker.town.english}",
            )
        )

    def word(self, good: bool) -> str:
        """An adjective that praises or blames."""
        kind = ("good" if good else "bad") + ("_food" if self.food else "_thing")
        return self.rng.choice(usable(kind)).english


def usable(kind: str) -> tuple[Adjective, ...]:
    """The adjectives of a kind that sound right after "was"."""
    return tuple(a for a in adjectives_of(kind) if a.key not in ("good", "bad"))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _plain(d: _Draw, good: bool) -> str:
    adverb = d.rng.choice(("", "very ", "really ", "quite ", "simply "))
    return f"{_capital(d.subject())} was {adverb}{d.word(good)}."


def _negated(d: _Draw, good: bool) -> str:
    word = d.word(not good)
    frame = d.rng.choice(
        (
            "{s} was not {w}.",
            "{s} was not {w} at all.",
            "I would never call {t} {w}.",
            "Nobody can say that {t} was {w}.",
            "{s} was anything but {w}.",
        )
    )
    subject = d.subject()
    return frame.format(s=_capital(subject), t=subject, w=word)


def _contrast(d: _Draw, good: bool) -> str:
    first, last = d.word(not good), d.word(good)
    frame = d.rng.choice(
        (
            "{s} looked {a}, but it was {b}.",
            "I thought that {t} would be {a}, but it was {b}.",
            "Everybody says that {t} is {a}, but I found it {b}.",
            "{s} seemed {a} at first, and then it turned out to be {b}.",
            "Although {t} looked {a}, it was really {b}.",
        )
    )
    subject = d.subject()
    return frame.format(s=_capital(subject), t=subject, a=first, b=last)


def _judged(d: _Draw, good: bool) -> str:
    praise = (
        "I would buy it again.",
        "I will come back soon.",
        "My whole family loved it.",
        "I have told all my friends about it.",
        "It is worth every coin.",
        "I smiled all the way home.",
    )
    blame = (
        "I want my money back.",
        "I will never come back.",
        "My dog did not want it either.",
        "I have told all my friends to stay away.",
        "It is not worth a single coin.",
        "I gave it to the pigs.",
    )
    verdict = d.rng.choice(praise if good else blame)
    return f"{_capital(d.subject())} was {d.word(good)}. {verdict}"


def _mixed(d: _Draw, good: bool) -> str:
    first, last = d.word(not good), d.word(good)
    end = (
        "In the end I would recommend it."
        if good
        else "In the end I cannot recommend it."
    )
    return f"{_capital(d.subject())} was {first} and {last}. {end}"


STYLES = {
    "plain": _plain,
    "negation": _negated,
    "contrast": _contrast,
    "verdict": _judged,
    "mixed": _mixed,
}


def split_of_text(text: str) -> str:
    """The split that owns a review: a tenth each is validation and test."""
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 10
    return {0: "test", 1: "validation"}.get(bucket, "train")


def world_reviews(count: int, seed: int = 0, split: str = "train") -> list[dict]:
    """Different reviews as {"text", "label", "style"}.

    Args:
        count: how many; the grammar has some ten thousand for each split.
        seed: another seed, another choice.
        split: "train", "validation" or "test"; no review is in two.

    Raises:
        CourseError: more are asked for than there are.
    """
    rng, found, failed = Random(f"reviews:{seed}:{split}"), {}, 0
    while len(found) < count:
        good, style = rng.random() < 0.5, rng.choice(sorted(STYLES))
        text = STYLES[style](_Draw(rng), good)
        if split_of_text(text) != split or text in found:
            failed += 1
            if failed > 1000 + 100 * count:
                raise CourseError(
                    f"{count} different reviews were asked for; {split} has about "
                    f"{len(found)}. Ask for fewer."
                )
            continue
        label = "positive" if good else "negative"
        found[text] = {"text": text, "label": label, "style": style}
    return list(found.values())
