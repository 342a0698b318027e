"""Short reviews of the world's inns, things and feasts, with their sentiment."""

import hashlib
from random import Random

from course_lib.resources.grammar.lexicon import adjectives_of
from course_lib.resources.grammar.people import places

INNS = ("Blue Anchor", "Grey Heron", "Silver Spoon", "Golden Pear", "Old Kettle",
        "White Hare", "Red Lantern")  # fmt: skip
DISHES = ("soup", "stew", "bread", "tea", "cheese", "fish", "cake", "pie")


def _split(text: str) -> str:
    bucket = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % 10
    return {0: "test", 1: "validation"}.get(bucket, "train")


def _plain(rng: Random, good: bool) -> str:
    kind = "good_food" if good else "bad_food"
    dish, word = rng.choice(DISHES), rng.choice(adjectives_of(kind)).english
    inn = places()[rng.choice(INNS)].english
    return f"The {dish} at the {inn} was {word}."


STYLES = {"plain": _plain}


def world_reviews(count: int, seed: int = 0, split: str = "train") -> list[dict]:
    """Reviews as {"text", "label", "style"}; labels "positive" and "negative"."""
    rng, found, seen = Random(f"reviews:{seed}:{split}"), [], set()
    while len(found) < count:
        good, style = rng.random() < 0.5, rng.choice(sorted(STYLES))
        text = STYLES[style](rng, good)
        if _split(text) == split and (text not in seen or len(seen) > 500):
            seen.add(text)
            label = "positive" if good else "negative"
            found.append({"text": text, "label": label, "style": style})
    return found
