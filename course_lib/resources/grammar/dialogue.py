"""What people say to one another, and other ready lines of data/world/lines.tsv."""

import re
from functools import cache

from course_lib.errors import CourseError
from course_lib.resources.grammar.lexicon import table
from course_lib.resources.grammar.meaning import As, Entity, Fixed, Quote, clause, fixed
from course_lib.resources.grammar.telling import Teller

SPEAKER = re.compile(r"<([^/>]*)/([^>]*)>")
HEARER = re.compile(r"\[([^/\]]*)/([^\]]*)\]")


@cache
def lines(kind: str) -> tuple[tuple[str, str, str], ...]:
    """The ready lines of a kind: English, French and the sign at the end.

    French words that agree are written <with the speaker/avec elle> or [with the
    hearer/...], masculine first.

    Raises:
        CourseError: there is no such kind.
    """
    rows = [row for row in table("lines") if row["kind"] == kind]
    if not rows:
        raise CourseError(f"There are no lines of the kind {kind!r} in lines.tsv.")
    return tuple((row["english"], row["french"], row["sign"]) for row in rows)


def line(t: Teller, kind: str, *arguments: object) -> Fixed:
    """A ready line that the story has not used yet, where there is one."""
    choices = lines(kind)
    fresh = [c for c in choices if c[0] not in t.used]
    english, french, sign = t.rng.choice(fresh or choices)
    t.used.add(english)
    return fixed(english, french, *arguments, ending=sign)


def says(t: Teller, who: Entity, whom: Entity, content: object, *verbs: str) -> None:
    """A quotation; the verb of saying is one of those given."""
    t.say(Quote(who, content, t.pick(*(verbs or ("say",))), whom))


def speaks(t: Teller, who: Entity, whom: Entity, kind: str) -> None:
    """Somebody says a ready line of a kind; {0} in it is the hearer's name."""
    choice = line(t, kind, As(whom, "name"))
    french = " ".join(choice.french)
    french = SPEAKER.sub(lambda m: m[1 + (who.gender == "f")], french)
    french = HEARER.sub(lambda m: m[1 + (whom.gender == "f")], french)
    content = Fixed(
        choice.english, tuple(french.split()), choice.arguments, choice.ending
    )
    verbs = {"?": ("ask",), "!": ("say", "shout", "cry_out")}.get(
        choice.ending, ("say",)
    )
    says(t, who, whom, content, *verbs)


def greets(t: Teller, who: Entity, other: Entity) -> None:
    """Good morning."""
    speaks(t, who, other, "greeting")


def thanks(t: Teller, who: Entity, other: Entity) -> None:
    """Thank you."""
    if t.chance(0.35):
        t.say(clause(who, "thank", other))
    else:
        speaks(t, who, other, "thanks")


def agrees(t: Teller, who: Entity, other: Entity) -> None:
    """Of course."""
    if t.chance(0.15):
        t.say(clause(who, t.pick("nod", "smile")))
    else:
        speaks(t, who, other, "agree")


def comforts(t: Teller, who: Entity, other: Entity) -> None:
    """Do not worry."""
    speaks(t, who, other, "comfort")


def apologises(t: Teller, who: Entity, other: Entity) -> None:
    """I am sorry."""
    if t.chance(0.25):
        t.say(clause(who, "apologise", other))
    else:
        speaks(t, who, other, "sorry")


def forgives(t: Teller, who: Entity, other: Entity) -> None:
    """It does not matter."""
    if t.chance(0.35):
        t.say(clause(who, "forgive", other))
    else:
        speaks(t, who, other, "forgive")
