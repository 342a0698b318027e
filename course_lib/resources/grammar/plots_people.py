"""Plots between people: a birthday, a secret, a broken promise, a visit."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import (
    agrees,
    apologises,
    comforts,
    forgives,
    greets,
    phrase,
    says,
    thanks,
)
from course_lib.resources.grammar.meaning import (
    As,
    Joined,
    Quote,
    Words,
    at,
    clause,
    fixed,
    infinitive,
    to,
)
from course_lib.resources.grammar.people import people
from course_lib.resources.grammar.people import thing as thing_of
from course_lib.resources.grammar.phrases import (
    LATER,
    TIMES,
    around,
    beside,
    inside,
    under,
)
from course_lib.resources.grammar.scenes import (
    GLAD,
    SAD,
    adjective,
    ending,
    feels,
    go,
    meets,
    opening,
)
from course_lib.resources.grammar.sidelights import sidelight
from course_lib.resources.grammar.telling import Teller


def birthday(t: Teller, c: Cast) -> str:
    """The hero prepares a surprise for a friend's birthday."""
    hero, friend, other = c.hero, c.friend, c.other
    cake, present = c.make("baked"), c.make(t.pick("toy", "small", "jewel"), other)
    opening(t, c)
    t.say(
        fixed(
            "the next day was {0}'s birthday",
            "le lendemain, c'était l'anniversaire de {0}",
            As(friend, "name"),
        )
    )
    t.say(clause(hero, "want_to", infinitive(hero, "surprise", friend)))
    t.happened("make", who=hero, what=cake)
    t.say(
        clause(hero, t.pick("make", "bake", "prepare"), cake, after=(around(friend),))
    )
    t.happened("hide", who=hero, what=cake)
    t.say(clause(hero, "hide", cake, after=(_hiding(t, c),)))
    sidelight(t, c)
    t.paragraph()
    meets(t, hero, other, c.spot())
    t.say(Quote(hero, clause(hero, "have", cake, tense="present"), "whisper", other))
    t.say(Quote(other, _brings(other, present, friend), "answer", hero))
    t.paragraph()
    go(t, friend, c.spot())
    phrase(
        t, hero, friend, ("happy birthday, {0}", "joyeux anniversaire, {0}"), ending="!"
    )
    feels(t, friend, "surprised", "happy")
    t.happened("give", who=other, what=present, whom=friend)
    t.say(clause(other, "give", As(present, "full"), friend))
    present.owner = friend
    t.say(
        Joined(
            "and",
            clause(c.both, "eat", As(cake, "definite")),
            clause(c.both, t.pick("sing", "laugh", "dance"), silent=True),
        )
    )
    taste = t.pick("delicious", "tasty", "perfect")
    t.say(clause(As(cake, "definite"), "be", adjective(taste)), sentiment="positive")
    thanks(t, friend, hero)
    ending(t, c)
    return f"{friend.english}'s Birthday"


def _hiding(t: Teller, c: Cast):
    where = t.pick(under, beside)
    return (
        where(As(c.make("furniture"), "indefinite"))
        if t.chance(0.6)
        else inside(As(c.make("place_of"), "definite"))
    )


def _brings(other, present, friend):
    return clause(other, "give", present, As(friend, "name"), tense="future")


def secret(t: Teller, c: Cast) -> str:
    """A secret is told, and should have been kept."""
    hero, friend, other = c.hero, c.friend, c.other
    thing = c.make(t.pick("toy", "music", "made", "wooden"))
    opening(t, c)
    t.say(clause(friend, "have", As(thing_of("secret"), "indefinite")))
    t.happened("make", who=friend, what=thing)
    t.say(clause(friend, "make", thing, after=(around(other),), tense="progressive"))
    says(t, friend, hero, _promise_asked(), "ask")
    agrees(t, hero, friend)
    sidelight(t, c)
    t.paragraph()
    meets(t, hero, other, c.spot())
    if t.chance(0.5):
        t.say(clause(hero, "tell", other))
        feels(t, friend, "angry", "sad", "disappointed")
        apologises(t, hero, friend)
        forgives(t, friend, hero)
    else:
        phrase(
            t,
            other,
            hero,
            ("what do you know, {0}", "qu'est-ce que tu sais, {0}"),
            ending="?",
        )
        phrase(
            t,
            hero,
            other,
            ("I know nothing", "je ne sais rien"),
            ("it is a secret", "c'est un secret"),
        )
        t.say(clause(hero, "keep", Words("the secret", "LE secret")))
        feels(t, friend, "grateful", "happy")
    t.paragraph()
    t.happened("give", who=friend, what=thing, whom=other)
    t.say(
        clause(
            friend,
            t.pick("give", "give_to"),
            As(thing, "definite"),
            other,
            after=(t.pick(*LATER),),
        )
    )
    thing.owner = other
    feels(t, other, "happy", "surprised")
    thanks(t, other, friend)
    ending(t, c)
    return f"{friend.english}'s Secret"


def _promise_asked():
    return fixed(
        "can you keep a secret", "est-ce que tu peux garder un secret", ending="?"
    )


def promise(t: Teller, c: Cast) -> str:
    """The hero promises something, forgets it, and makes it good."""
    hero, friend = c.hero, c.friend
    item = c.make(t.pick("tool", "small", "furniture"), friend)
    opening(t, c)
    deed = t.pick("mend", "clean", "paint", "wash")
    t.say(
        clause(
            hero,
            "promise_that",
            friend,
            clause(hero, deed, item, tense="would"),
            after=(t.pick(*TIMES),),
        )
    )
    sidelight(t, c)
    t.happened("forget", who=hero, what=item)
    t.say(
        Joined(
            "but_that",
            clause(hero, "go", to(c.spot())),
            clause(hero, "forget", As(item, "definite")),
        )
    )
    t.paragraph()
    t.say(clause(friend, "wait_for", hero, after=(t.pick(*LATER),)))
    feels(t, friend, *SAD)
    says(t, friend, c.other, clause(hero, "come", negative="not", tense="done"), "say")
    if t.chance(0.5):
        comforts(t, c.other, friend)
    t.paragraph()
    t.say(
        Joined(
            "when",
            clause(hero, "see", friend),
            clause(hero, "understand_that", clause(friend, "be", adjective("sad"))),
        )
    )
    apologises(t, hero, friend)
    forgives(t, friend, hero)
    t.say(clause(hero, deed, As(item, "definite"), after=(t.pick(*LATER),)))
    t.say(
        clause(
            As(item, "definite"),
            "be",
            adjective(t.pick("beautiful", "clean")),
            middle=None,
        )
    )
    feels(t, friend, *GLAD)
    ending(t, c)
    return f"{hero.english}'s Promise"


def visit(t: Teller, c: Cast) -> str:
    """The hero visits somebody in another town."""
    hero = c.hero
    far = [p for p in people().values() if p.town is not hero.town and p.age != "child"]
    host = t.rng.choice(far)
    t.references.cast.append(host)
    food = c.make("food", hero, count=0)
    food.owner = None
    opening(t, c)
    t.happened("go", who=hero, where=host.town)
    t.where[hero] = host.town
    t.say(clause(hero, "go", to(host.town), after=(t.pick(*TIMES),)))
    t.say(clause(hero, "want_to", infinitive(hero, "visit", host)))
    t.say(
        clause(
            hero,
            "carry",
            As(food, "indefinite"),
            tense="progressive",
            after=(inside(As(c.make("container"), "indefinite")),),
        )
    )
    sidelight(t, c)
    t.paragraph()
    t.say(
        Joined(
            "when",
            clause(hero, "arrive", at(host.town)),
            clause(host, "wait_for", hero, tense="progressive"),
        )
    )
    greets(t, host, hero)
    t.happened("give", who=hero, what=food, whom=host)
    t.say(clause(hero, t.pick("give", "offer"), As(food, "definite"), host))
    taste = t.pick("delicious", "tasty", "excellent", "fresh")
    t.say(clause(food, "be", adjective(taste)), sentiment="positive")
    thanks(t, host, hero)
    t.say(clause(host, "show_to" if t.chance(0.5) else "show", c.pet(host), hero))
    t.say(clause(hero, "come_home", after=(t.pick(*LATER),)))
    t.where[hero] = hero.town
    feels(t, hero, "tired", "happy", "glad")
    return f"{hero.english} in {host.town.english}"
