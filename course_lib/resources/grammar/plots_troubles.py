"""Plots with a trouble to mend: a storm, a runaway animal, a leaking boat, a trade."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import (
    apologises,
    comforts,
    forgives,
    greets,
    phrase,
    says,
    thanks,
)
from course_lib.resources.grammar.french_spelling import vowel
from course_lib.resources.grammar.meaning import (
    As,
    Joined,
    adverbial,
    at,
    clause,
    fixed,
    infinitive,
    to,
)
from course_lib.resources.grammar.people import places_of, thing
from course_lib.resources.grammar.phrases import (
    ALL_DAY,
    LATER,
    TIMES,
    TOGETHER,
    behind,
    beside,
    near,
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

STORM = (
    ("the wind blew all night", "le vent a soufflé toute la nuit"),
    ("that night there was a storm", "cette nuit-là, il y a eu une tempête"),
    ("a storm came from the sea", "une tempête est venue de la mer"),
    (
        "it rained all night, and the wind was strong",
        "il a plu toute la nuit, et le vent était fort",
    ),
)


def storm(t: Teller, c: Cast) -> str:
    """A storm damages something; the neighbours mend it."""
    hero, friend = c.hero, c.friend
    hurt = c.make("part", hero)
    opening(t, c)
    t.say(fixed(*t.pick(*STORM)))
    t.say(clause(hero, "can", infinitive(hero, "sleep"), negative="not"))
    pet = c.pet(hero)
    if t.chance(0.5):
        t.say(clause(pet, "be", adjective("afraid")))
    t.paragraph()
    t.happened("damage", what=hurt, who=hero)
    t.say(
        Joined(
            "when",
            clause(hero, "get_up"),
            clause(hero, "see_that", clause(hurt, "be", adjective("broken"))),
        )
    )
    feels(t, hero, *SAD)
    sidelight(t, c)
    go(t, friend, c.workplace(hero))
    t.where[hero] = t.where[friend]
    greets(t, friend, hero)
    says(t, friend, hero, clause(friend, "help", hero, tense="future"), "say")
    tool = c.make("tool", friend)
    t.happened("bring", who=friend, what=tool)
    t.say(clause(friend, "bring", tool, hero))
    t.happened("mend", who=c.both, what=hurt)
    t.say(clause(c.both, "mend", As(hurt, "definite"), after=(t.pick(*ALL_DAY),)))
    t.say(clause(As(hurt, "definite"), "be", adjective("strong")))
    thanks(t, hero, friend)
    ending(t, c)
    return "The Storm"


def runaway(t: Teller, c: Cast) -> str:
    """The hero's animal runs away; it is found eating something."""
    hero, friend, other = c.hero, c.friend, c.other
    pet = c.pet(hero)
    opening(t, c)
    hidden = c.spot()
    t.say(
        clause(pet, t.pick("run_away", "disappear", "escape"), after=(t.pick(*TIMES),))
    )
    feels(t, hero, *SAD)
    t.say(
        clause(
            hero,
            "look_for",
            pet,
            after=(t.pick(near, behind)(As(c.make("part"), "definite")),),
        )
    )
    meets(t, hero, friend, c.spot())
    says(
        t, hero, friend, clause(friend, "see", pet, tense="done", question="yes"), "ask"
    )
    says(
        t,
        friend,
        hero,
        clause(friend, "see", As(pet, "pronoun"), tense="done", negative="not"),
        "answer",
        "reply",
        "say",
    )
    agree = t.chance(0.6)
    if agree:
        t.say(clause(c.both, "look_for", pet, after=(TOGETHER,)))
    sidelight(t, c)
    t.paragraph()
    food = c.make("crop", other, count=2)
    food.count = 0
    t.happened("find", who=other, what=pet, where=hidden)
    t.where[other] = hidden
    t.say(clause(other, "find", pet, after=(at(hidden), t.pick(*LATER))))
    t.say(clause(As(pet, "definite"), "eat", food, tense="progressive"))
    if t.chance(0.6):
        feels(t, other, "angry", "surprised")
    t.say(clause(other, "bring", As(pet, "definite"), hero))
    apologises(t, hero, other)
    forgives(t, other, hero)
    feels(t, hero, *GLAD)
    if t.chance(0.4):
        fence = c.make("part", hero)
        t.say(clause(hero, "mend", fence, after=(t.pick(*LATER),)))
    ending(t, c)
    return f"{hero.english}'s {pet.noun.english.title()} Runs Away"


def boat_trip(t: Teller, c: Cast) -> str:
    """The hero borrows a boat, and it leaks."""
    hero, friend = c.hero, c.friend
    boat = c.make("vessel", friend)
    goal = t.rng.choice(places_of(c.town.key, "river"))
    opening(t, c)
    t.say(clause(hero, "want_to", infinitive(hero, "go", to(goal))))
    t.happened("borrow", who=hero, what=boat)
    t.say(
        clause(hero, "borrow", As(boat, "indefinite"), friend, after=(t.pick(*TIMES),))
    )
    warn = ("be careful, {0}", "fais attention, {0}")
    phrase(t, friend, hero, warn, ("come back before night", "reviens avant la nuit"))
    sidelight(t, c)
    t.paragraph()
    t.where[hero] = goal
    t.say(clause(hero, "row", after=(t.pick(*ALL_DAY),)))
    looked = clause(
        As(boat, "definite"), "look", adjective(t.pick("strong", "new", "dry"))
    )
    t.say(Joined("but", looked, clause(boat, "leak")), sentiment="negative")
    feels(t, hero, "afraid", "worried")
    t.say(clause(hero, "call", friend))
    t.happened("save", who=friend, what=boat)
    t.where[friend] = goal
    t.say(
        Joined(
            "and",
            clause(friend, "come"),
            clause(friend, "save", As(boat, "definite"), silent=True),
        )
    )
    t.pick(apologises, thanks)(t, hero, friend)
    t.happened("mend", who=c.both, what=boat)
    t.say(clause(c.both, "mend", As(boat, "definite"), after=(t.pick(*LATER),)))
    t.say(clause(As(boat, "definite"), "leak", negative="no longer"))
    ending(t, c)
    return f"The Leaking {boat.noun.english.title()}"


def trade(t: Teller, c: Cast) -> str:
    """Each has what the other needs."""
    hero, friend = c.hero, c.friend
    mine, theirs = c.make("tool", hero), c.make(t.pick("small", "furniture"), friend)
    opening(t, c)
    t.say(clause(hero, "have", mine))
    need = As(theirs, "indefinite")
    t.say(
        Joined(
            "but_that",
            clause(hero, "need", need),
            clause(
                hero, "have", As(thing("coin", count=2), "indefinite"), negative="not"
            ),
        )
    )
    meets(t, hero, friend, c.spot())
    says(
        t,
        hero,
        friend,
        clause(hero, "need", As(thing(theirs.key), "indefinite"), tense="present"),
        "say",
        "explain",
    )
    says(
        t,
        friend,
        hero,
        clause(friend, "have", As(thing(theirs.key), "indefinite"), tense="present"),
        "answer",
        "reply",
    )
    if t.chance(0.5):
        comforts(t, friend, hero)
    sidelight(t, c)
    t.paragraph()
    t.happened("give", who=hero, what=mine, whom=friend)
    t.say(clause(hero, "give", As(mine, "full"), friend, after=(t.pick(*LATER),)))
    mine.owner = friend
    t.happened("give", who=friend, what=theirs, whom=hero)
    t.say(clause(friend, "give", As(theirs, "full"), hero))
    theirs.owner = hero
    feels(t, c.both, "happy", "glad")
    t.say(clause(As(mine, "definite"), "belong", friend))
    ending(t, c)
    return f"A {mine.noun.english.title()} for a {theirs.noun.english.title()}"


def borrowed(t: Teller, c: Cast) -> str:
    """The hero borrows something, breaks it, and says so."""
    hero, friend = c.hero, c.friend
    item = c.make(t.pick("tool", "music", "ride"), friend)
    opening(t, c)
    meets(t, hero, friend, c.spot())
    t.happened("borrow", who=hero, what=item)
    t.say(
        clause(hero, "borrow", As(item, "indefinite"), friend, after=(t.pick(*TIMES),))
    )
    t.say(clause(hero, "use", As(item, "definite"), after=(t.pick(*ALL_DAY),)))
    t.happened("break", who=hero, what=item)
    t.say(clause(hero, "break", As(item, "definite"), after=(t.pick(*LATER),)))
    feels(t, hero, "ashamed", "worried", "afraid")
    hides = t.chance(0.5)
    if hides:
        t.happened("hide", who=hero, what=item)
        where = t.pick(under, behind, beside)(As(c.make("furniture"), "indefinite"))
        t.say(clause(hero, "hide", As(item, "pronoun"), after=(where,)))
    sidelight(t, c)
    t.paragraph()
    go(t, friend, c.spot())
    asks = fixed("where is my " + item.noun.english, _where(item), ending="?")
    says(t, friend, hero, asks, "ask")
    t.say(clause(hero, "tell", friend))
    feels(t, friend, "angry", "sad", "surprised")
    apologises(t, hero, friend)
    forgives(t, friend, hero)
    t.say(
        clause(
            c.both,
            "mend",
            As(item, "definite"),
            after=(adverbial("with great care", "avec grand soin"),),
        )
    )
    ending(t, c)
    return f"The Borrowed {item.noun.english.title()}"


def _where(item) -> str:
    noun = item.noun.french
    my = "ma" if item.noun.gender == "f" and not vowel(noun) else "mon"
    return f"où est {my} {noun}"
