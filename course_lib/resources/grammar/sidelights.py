"""Short scenes beside the plot: opinions, habits, animals, things that stand about."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.lexicon import adjectives_of
from course_lib.resources.grammar.meaning import (
    As,
    Joined,
    Quote,
    With,
    adverbial,
    at,
    clause,
    fixed,
)
from course_lib.resources.grammar.people import places_of, thing
from course_lib.resources.grammar.phrases import EVERY, behind, beside, near
from course_lib.resources.grammar.scenes import adjective, sky, together
from course_lib.resources.grammar.telling import Teller


def sidelight(t: Teller, c: Cast) -> None:
    """None, one or two of them."""
    for scene in t.rng.sample(SIDELIGHTS, t.pick(0, 1, 1, 2)):
        scene(t, c)


STATES = {
    "container": ("heavy", "empty", "full", "new"),
    "furniture": ("old", "dirty", "wet", "heavy"),
    "plant": ("beautiful", "wet", "dry", "old"),
    "animal": ("quiet", "tired", "wet", "hungry"),
    "vessel": ("ready", "wet", "old", "empty"),
    "tool": ("wet", "dirty", "new", "old"),
    "fruit": ("sweet", "cheap", "fresh"),
}


def standing_about(t: Teller, c: Cast) -> None:
    """A plural subject with a singular noun between it and its verb, or the reverse."""
    many = t.chance(0.6)
    kind = t.pick(*STATES)
    one = c.make(kind, count=2 if many else 0)
    far = c.make(t.pick("part", "furniture"), count=0 if many or t.chance(0.4) else 2)
    one.count = far.count = 0
    state = adjective(t.pick(*STATES[kind]))
    where = t.pick(near, behind, beside)(As(far, "definite"))
    t.say(clause(With(As(one, "definite"), where), t.pick("be", "be", "look"), state))


def habit(t: Teller, c: Cast) -> None:
    """What somebody always does, in the present."""
    if not together(t, c):
        return sky(t, c)
    who, pet = c.friend, c.pet(c.friend)
    eats = thing(t.pick("carrot", "apple", "pear", "cabbage"), count=2)
    eats.count = 0
    t.say(
        Quote(
            who,
            t.pick(
                clause(pet, "eat", eats, tense="present", after=(t.pick(*EVERY),)),
                clause(pet, "sleep", tense="present", after=(t.pick(*EVERY),)),
                clause(pet, "follow", who, tense="present", after=(t.pick(*EVERY),)),
            ),
            t.pick("say", "explain"),
            c.hero,
        )
    )


def soup(t: Teller, c: Cast) -> None:
    """What people say about the inn's food."""
    inn, dish = c.inn(), thing(t.pick("soup", "stew", "bread", "tea"))
    good = t.chance(0.5)
    kind = "good_food" if good else "bad_food"
    word = t.pick(*adjectives_of(kind))
    subject = With(As(dish, "definite"), at(inn))
    label = "positive" if good else "negative"
    if t.chance(0.3):
        other = t.pick(*adjectives_of("bad_food" if good else "good_food"))
        t.say(clause(subject, "be", other, negative="not"), sentiment=label)
    else:
        t.say(clause(subject, "be", word), sentiment=label)


def feast(t: Teller, c: Cast) -> None:
    """It was the week of a feast."""
    feasts = places_of(c.town.key, "misc")
    if not feasts:
        return sky(t, c)
    t.say(fixed("it was the week of {0}", "c'était la semaine de {0}", feasts[0]))


def animal(t: Teller, c: Cast) -> None:
    """The friend's animal does something."""
    if not together(t, c):
        return sky(t, c)
    pet = c.pet(c.friend)
    comes = clause(pet, t.pick("disappear", "escape", "sleep"))
    if t.chance(0.5):
        t.say(comes)
    else:
        t.say(
            Joined(
                "and",
                clause(pet, "see", As(c.hero, "name")),
                clause(pet, "follow", c.hero, silent=True),
            )
        )


def tired(t: Teller, c: Cast) -> None:
    """They rest."""
    if not together(t, c):
        return standing_about(t, c)
    rest = clause(
        c.both,
        t.pick("sit_down", "rest", "stop"),
        after=(adverbial("for a while", "un moment"),),
    )
    t.say(rest)


SIDELIGHTS = [standing_about, habit, soup, feast, animal, tired, sky]
