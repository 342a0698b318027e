"""Plots with a trouble to mend: a storm, a runaway animal, a leaking boat, a find."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import (
    apologises,
    forgives,
    greets,
    line,
    says,
    speaks,
    thanks,
)
from course_lib.resources.grammar.meaning import (
    As,
    Entity,
    Joined,
    Which,
    at,
    clause,
    infinitive,
    to,
)
from course_lib.resources.grammar.people import places_of
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
    is_asked,
    meets,
    one,
    opening,
    plans,
    works_on,
)
from course_lib.resources.grammar.sidelights import sidelight
from course_lib.resources.grammar.telling import Teller


def storm(t: Teller, c: Cast) -> str:
    """A storm damages something; two people mend it."""
    hero, friend = c.hero, c.friend
    hurt = c.make("part", hero)
    opening(t, c)
    t.say(line(t, "storm"))
    if t.chance(0.7):
        t.say(clause(hero, "can", infinitive(hero, "sleep"), negative="not"))
    if t.chance(0.5):
        t.say(clause(c.pet(hero), "be", adjective("afraid")))
    t.paragraph()
    t.happened("damage", what=hurt, who=hero)
    broken = clause(hurt, "be", adjective("broken"))
    t.say(Joined("when", clause(hero, "get_up"), clause(hero, "see_that", broken)))
    feels(t, hero, *SAD)
    sidelight(t, c)
    go(t, friend, c.workplace(hero))
    t.where[hero] = t.where[friend]
    greets(t, friend, hero)
    helped = clause(friend, "help", hero, tense="future")
    says(t, friend, hero, helped, "say")
    tool = c.make("mending", friend)
    t.happened("bring", who=friend, what=tool)
    t.say(clause(friend, "bring", tool, hero))
    t.happened("mend", who=c.both, what=hurt)
    works_on(t, c.both, "mend", hurt)
    t.say(
        clause(
            As(hurt, "definite"), "be", adjective(t.pick("strong", "as_new", "solid"))
        )
    )
    thanks(t, hero, friend)
    ending(t, c)
    return f"The Storm over {c.town.english}"


def runaway(t: Teller, c: Cast) -> str:
    """The hero's animal runs away; it is found eating something."""
    hero, friend = c.hero, c.friend
    pet = c.pet(hero)
    opening(t, c)
    gone = t.pick("run_away", "disappear", "escape")
    t.say(clause(pet, gone, after=(t.fresh(TIMES),)))
    feels(t, hero, *SAD)
    where = t.pick(near, behind, under)(
        As(c.make(t.pick("hiding", "furniture")), "definite")
    )
    t.say(clause(hero, "look_for", pet, after=(where,)))
    meets(t, hero, friend, c.spot())
    seen = clause(friend, "see", pet, tense="done", question="yes")
    says(t, hero, friend, seen, "ask")
    unseen = clause(friend, "see", As(pet, "pronoun"), tense="done", negative="not")
    says(t, friend, hero, unseen, "answer", "reply", "say")
    if t.chance(0.6):
        t.say(clause(c.both, "look_for", As(pet, "definite"), after=(TOGETHER,)))
    sidelight(t, c)
    t.paragraph()
    _caught(t, c, pet)
    apologises(t, hero, c.other)
    forgives(t, c.other, hero)
    feels(t, hero, *GLAD)
    if t.chance(0.4):
        t.say(clause(hero, "mend", c.make("part", hero), after=(t.fresh(LATER),)))
    ending(t, c)
    return f"{hero.english}'s {pet.noun.english.title()} Runs Away"


def _caught(t: Teller, c: Cast, pet: Entity) -> None:
    """Where the animal was, and what it was eating."""
    other, hidden = c.other, c.spot()
    food = c.make("crop", count=2)
    food.count = 0
    t.happened("find", who=other, what=pet, where=hidden)
    t.where[other] = hidden
    found = clause(other, "find", As(pet, "full"), after=(at(hidden),))
    if t.chance(0.3):
        looked = clause(c.hero, "look_for", pet, tense="progressive")
        t.say(Joined("while", looked, found))
    else:
        found.after = (at(hidden), t.fresh(LATER))
        t.say(found)
    eats = clause(As(pet, "definite"), "eat", food, tense="progressive")
    t.say(eats)
    if t.chance(0.6):
        feels(t, other, "angry", "surprised")
    t.happened("return", who=other, what=pet, whom=c.hero)
    t.where[other] = t.where[c.hero]
    t.say(clause(other, "bring", As(pet, "definite"), c.hero))


def boat_trip(t: Teller, c: Cast) -> str:
    """The hero borrows a boat, and it leaks."""
    hero, friend = c.hero, c.friend
    boat = c.make("vessel", friend)
    goal = t.rng.choice(places_of(c.town.key, "river"))
    opening(t, c)
    plans(t, hero, "go", to(goal))
    t.happened("borrow", who=hero, what=boat)
    lent = (t.fresh(TIMES),)
    t.say(clause(hero, "borrow", As(boat, "indefinite"), friend, after=lent))
    speaks(t, friend, hero, "warn")
    sidelight(t, c)
    t.paragraph()
    t.where[hero] = goal
    t.say(clause(hero, "row", after=(t.fresh(ALL_DAY),)))
    sound = adjective(t.pick("strong", "new", "dry", "beautiful"))
    looked = clause(As(boat, "definite"), "look", sound)
    t.say(
        Joined("but", looked, clause(As(boat, "pronoun"), "leak")), sentiment="negative"
    )
    feels(t, hero, "afraid", "worried")
    _rescued(t, c, boat, goal)
    t.pick(apologises, thanks)(t, hero, friend)
    t.happened("mend", who=c.both, what=boat)
    works_on(t, c.both, "mend", boat)
    t.say(clause(As(boat, "definite"), "leak", negative="no longer"))
    ending(t, c)
    return f"The Leaking {boat.noun.english.title()}"


def _rescued(t: Teller, c: Cast, boat: Entity, goal: Entity) -> None:
    """The friend comes and saves the boat."""
    t.say(clause(c.hero, "call", c.friend))
    t.where[c.friend] = goal
    t.happened("save", who=c.friend, what=boat)
    saved = clause(c.friend, "save", As(boat, "definite"), silent=True)
    t.say(Joined("and", clause(c.friend, "come"), saved))


def honest_finder(t: Teller, c: Cast) -> str:
    """The hero finds something, is tempted, and gives it to its owner."""
    hero, friend, owner = c.hero, c.friend, c.other
    found, place = c.make(t.pick("jewel", "small"), None), c.spot()
    opening(t, c)
    t.happened("find", who=hero, what=found, where=place)
    hidden = t.pick(under, behind, beside)(As(c.make("hiding"), "indefinite"))
    when = t.fresh(TIMES)
    t.say(clause(hero, "find", As(found, "indefinite"), after=(at(place), when)))
    if t.chance(0.6):
        t.say(clause(found, "lie", after=(hidden,)))
    if t.chance(0.6):
        plans(t, hero, "keep", As(found, "pronoun"))
    sidelight(t, c)
    t.paragraph()
    meets(t, hero, friend, c.spot())
    finding = clause(hero, "find", As(found, "new"), tense="done")
    is_asked(t, hero, friend, finding)
    belongs = clause(As(found, "pronoun"), "belong", As(owner, "name"), tense="present")
    says(t, friend, hero, belongs, "say", "answer")
    t.where[owner] = t.where[hero]
    t.say(clause(owner, "look_for", _lost_thing(t, owner, found), tense="progressive"))
    t.owns(owner, found)
    t.happened("return", who=hero, what=found, whom=owner)
    t.say(clause(hero, t.pick("return", "bring"), As(found, "definite"), owner,
                 after=(t.fresh(LATER),)))  # fmt: skip
    feels(t, owner, *GLAD)
    thanks(t, owner, hero)
    ending(t, c)
    return f"{hero.english} Finds {one(found)}"


def _lost_thing(t: Teller, owner: Entity, found: Entity):
    """The thing, or the thing that its owner had lost."""
    if t.chance(0.5):
        return As(found, "definite")
    losing = clause(owner, "lose", found, tense="perfect", gap=0)
    return Which(As(found, "definite"), losing)
