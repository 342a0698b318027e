"""English words one by one: pronouns, articles, verb forms, short negations."""

from functools import cache

from course_lib.resources.grammar.draft import Ref
from course_lib.resources.grammar.lexicon import Verb, english_plural
from course_lib.resources.grammar.meaning import Clause

# subject, object, possessive
PRONOUNS = {
    "1": ("I", "me", "my"),
    "1p": ("we", "us", "our"),
    "2": ("you", "you", "your"),
    "2p": ("you", "you", "your"),
    "m": ("he", "him", "his"),
    "f": ("she", "her", "her"),
    "n": ("it", "it", "its"),
    "p": ("they", "them", "their"),
}
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 10: "ten"}
SHORT = {
    "did not": "didn't",
    "do not": "don't",
    "does not": "doesn't",
    "was not": "wasn't",
    "were not": "weren't",
    "is not": "isn't",
    "are not": "aren't",
    "could not": "couldn't",
    "can not": "can't",
    "will not": "won't",
    "have not": "haven't",
    "has not": "hasn't",
    "had not": "hadn't",
    "would not": "wouldn't",
}


def class_of(ref: Ref) -> str:
    """The row of PRONOUNS that fits a mention."""
    if ref.person < 3:
        return f"{ref.person}p" if ref.plural else str(ref.person)
    return "p" if ref.plural else ref.entity.sex


def article(word: str) -> str:
    """a or an, by the sound that follows."""
    sounds_open = word[0] in "aeiouAEIOU" and not word.startswith(("use", "one", "uni"))
    return "an" if sounds_open or word.startswith(("hour", "honest")) else "a"


def third(base: str) -> str:
    """The form with -s: goes, has, carries."""
    return {"have": "has", "go": "goes", "do": "does"}.get(base) or english_plural(base)


def _be(tense: str, person: int, plural: bool) -> str:
    many = plural or person == 2
    if tense == "past":
        return "were" if many else "was"
    return "are" if many else ("am" if person == 1 else "is")


@cache
def verb_words(verb: Verb, tense: str, person: int, plural: bool) -> tuple[str, ...]:
    """The verb group, finite word first: ("had", "found")."""
    singular = person == 3 and not plural
    be = verb.base == "be"
    if tense in ("past", "was"):
        return (_be("past", person, plural) if be else verb.past,)
    if tense == "present":
        if be:
            return (_be("present", person, plural),)
        return (third(verb.base) if singular and not verb.modal else verb.base,)
    if tense == "progressive":
        return (_be("past", person, plural), verb.ing)
    if tense == "ongoing":
        return (_be("present", person, plural), verb.ing)
    if tense == "perfect":
        return ("had", verb.participle)
    if tense == "done":
        return ("has" if singular else "have", verb.participle)
    return ({"future": "will", "would": "would"}[tense], verb.base)


def with_not(
    node: Clause, words: list[str], person: int, plural: bool, spoken: object
) -> list[str]:
    """The group with not: did not find; in speech didn't find."""
    first, *others = with_auxiliary(node, words, person, plural)
    if spoken and f"{first} not" in SHORT:
        return [SHORT[f"{first} not"], *others]
    return [first, "not", *others]


def with_auxiliary(
    node: Clause, words: list[str], person: int, plural: bool
) -> list[str]:
    """The group with an auxiliary in front: find, did find; was, was."""
    if len(words) > 1 or node.verb.base == "be" or node.verb.modal:
        return words
    if node.tense in ("past", "was"):
        return ["did", node.verb.base]
    return ["does" if person == 3 and not plural else "do", node.verb.base]
