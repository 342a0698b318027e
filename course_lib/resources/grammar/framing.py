"""The frame of a sentence: plain, passive, "it was Tom who", two deeds in one."""

from random import Random

from course_lib.resources.grammar.meaning import (
    As,
    Clause,
    Entity,
    Joined,
    Quote,
    There,
    Words,
    topic_of,
)

CLEFT = frozenset({"find", "break", "mend", "repair", "win", "make", "paint", "buy"})


def vary(node: Clause, rng: Random, known: set[Entity]) -> None:
    """The same meaning in another frame: place first, passive, "it was Tom who"."""
    moves = len(node.after) > 1 and not node.settled
    if node.front is None and moves and rng.random() < 0.4:
        node.front, node.after = node.after[-1], node.after[:-1]
    if not _simple(node, known):
        return
    if rng.random() < 0.1 and _can_be_passive(node, known):
        node.passive, node.subject = True, As(node.subject, "name")
    elif rng.random() < 0.12 and _can_be_cleft(node, known):
        node.cleft, node.subject = True, As(node.subject, "name")


def _simple(node: Clause, known: set[Entity]) -> bool:
    """A past deed of one known person, who is named."""
    who = node.subject
    told = isinstance(who, Entity) and who in known
    plain = not (node.negative or node.silent or node.question or node.middle)
    return told and who.kind == "person" and plain and node.tense == "past"


def _can_be_cleft(node: Clause, known: set[Entity]) -> bool:
    what = node.arguments[0] if node.arguments else None
    thing = what.entity if isinstance(what, As) else what
    told = thing is None or thing in known
    return told and node.front is None and node.verb.key in CLEFT


def _can_be_passive(node: Clause, known: set[Entity]) -> bool:
    what = node.arguments[0] if node.arguments else None
    thing = what.entity if isinstance(what, As) else what
    if not isinstance(thing, Entity) or thing.kind != "thing":
        return False
    told = thing in known and thing.owner is not node.subject
    if any(not phrase.arguments for phrase in node.after):
        return False  # mended by Vera all morning
    bare = node.verb.pattern == ("{0}",) == node.verb.french_pattern
    return told and bare and not node.verb.stative


def may_join(first: object, second: object) -> bool:
    """Whether two sentences may become one: the same person does both."""
    if not (isinstance(first, Clause) and isinstance(second, Clause)):
        return False
    who = topic_of(first)
    same = who is not None and who is topic_of(second)
    if same and _named_twice(first, second, who):
        return False
    different = first.verb.key != second.verb.key
    return same and different and _plain(first) and _plain(second) and _brief(second)


def _named_twice(first: Clause, second: Clause, who: Entity) -> bool:
    """Whether both speak to somebody whose pronoun would be the subject's too."""
    whom = set(first.arguments) & set(second.arguments)
    return any(isinstance(e, Entity) and e.sex == who.sex for e in whom)


def _plain(node: Clause) -> bool:
    marked = node.negative or node.question or node.silent or node.settled
    inner = any(isinstance(item, Clause | Words) for item in node.arguments)
    return node.tense == "past" and not (marked or inner)


def _brief(node: Clause) -> bool:
    """Without a time of its own: "and went home the next day" would be one too many."""
    return not node.front and not node.middle and len(node.after) < 2


def join(first: Clause, second: Clause) -> Joined:
    """Mira took the key and went home."""
    second.silent = True
    return Joined("and", first, second)


def _frame(node: Clause) -> str:
    """How a clause departs from the plain statement."""
    marks = {
        "not": node.negative,
        "passive": node.passive,
        "cleft": node.cleft,
        "question": node.question,
        "fronted": node.front,
    }
    return "".join(f".{mark}" for mark, there in marks.items() if there)


def name_of(node: object) -> str:
    """A meaning's frame, without who and what: its place in a story's skeleton."""
    if isinstance(node, Clause):
        return f"{node.verb.key}.{node.tense}" + _frame(node)
    if isinstance(node, Joined):
        return f"{name_of(node.first)}+{node.word}+{name_of(node.second)}"
    if isinstance(node, Quote):
        return f"say({name_of(node.content)})"
    if isinstance(node, There):
        return "there"
    return " ".join(node.english)
