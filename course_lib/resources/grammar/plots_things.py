"""Plots about things: lost and found, a gift, a repair."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import greets, thanks
from course_lib.resources.grammar.meaning import (
    As,
    Joined,
    Quote,
    adverbial,
    at,
    clause,
    fixed,
    infinitive,
)
from course_lib.resources.grammar.phrases import (
    ALL_DAY,
    AT_ONCE,
    LATER,
    TIMES,
    TOGETHER,
    behind,
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


def lost_and_found(t: Teller, c: Cast) -> str:
    """The hero loses something; somebody finds it and brings it back."""
    hero, friend, lost = c.hero, c.friend, c.make("small", c.hero)
    opening(t, c)
    place, found_at = c.spot(), c.spot()
    t.happened("lose", who=hero, what=lost, where=place)
    t.say(clause(hero, "lose", lost, after=(at(place), t.pick(*TIMES))))
    if t.chance(0.6):
        feels(t, hero, *SAD)
    search(t, c, lost)
    t.paragraph()
    meets(t, hero, friend, c.spot())
    if t.chance(0.4):
        greets(t, friend, hero)
    t.say(Quote(hero, clause(hero, "lose", lost, tense="done"), "say", friend))
    asks = clause(friend, "see", As(lost, "pronoun"), tense="done", question="yes")
    t.say(Quote(hero, asks, None, friend))
    finder = friend if t.chance(0.5) else c.other
    if finder is friend:
        answer = clause(friend, "find", lost, tense="done", after=(at(found_at),))
        t.happened("find", who=finder, what=lost, where=found_at)
        t.say(Quote(friend, answer, t.pick("answer", "reply", "say"), hero))
    else:
        answer = clause(
            friend, "see", As(lost, "pronoun"), tense="done", negative="not"
        )
        t.say(Quote(friend, answer, t.pick("answer", "reply"), hero))
        t.say(clause(c.both, "look_for", lost, after=(TOGETHER,)))
        sidelight(t, c)
        t.paragraph()
        t.happened("find", who=finder, what=lost, where=found_at)
        spot = clause(finder, "find", lost, after=(at(found_at), t.pick(*LATER)))
        t.say(spot)
    t.happened("return", who=finder, what=lost, whom=hero)
    t.say(clause(finder, t.pick("return", "bring", "give"), As(lost, "definite"), hero))
    feels(t, hero, *GLAD)
    thanks(t, hero, finder)
    ending(t, c)
    return f"The Lost {lost.noun.english.title()}"


def search(t: Teller, c: Cast, lost) -> None:
    """Where the hero looks, in vain."""
    hero = c.hero
    t.say(clause(hero, "look_for", lost, after=(t.pick(*ALL_DAY),)))
    if t.chance(0.5):
        where = [near(c.spot()), under(c.make("furniture")), behind(c.make("plant"))]
        looked = clause(hero, "look_for", lost, after=(t.pick(*where),))
        nothing = clause(hero, "find", As(lost, "pronoun"), negative="not")
        t.say(Joined("but", looked, nothing))
    if t.chance(0.4):
        t.say(
            fixed("nobody had seen {0}", "personne n'avait vu {0}", As(lost, "owned"))
        )


def gift(t: Teller, c: Cast) -> str:
    """The hero makes or buys something and gives it to a friend."""
    hero, friend = c.hero, c.friend
    present = c.make(t.pick("small", "toy", "jewel", "clothes"))
    opening(t, c)
    sad = t.chance(0.6)
    if sad:
        feels(t, friend, *SAD)
        wish = infinitive(hero, "help", friend)
        t.say(clause(hero, "want_to", wish))
    place = c.spot()
    go(t, hero, place)
    t.happened("buy", who=hero, what=present, where=place)
    t.say(clause(hero, t.pick("buy", "choose", "find"), present, after=(at(place),)))
    t.say(
        clause(present, "be", adjective(t.pick("beautiful", "lovely", "perfect"))),
        sentiment="positive",
    )
    sidelight(t, c)
    t.paragraph()
    meets(t, hero, friend, c.spot())
    t.happened("give", who=hero, what=present, whom=friend)
    t.say(
        clause(
            hero,
            t.pick("give", "give_to", "offer"),
            present,
            friend,
            after=(t.pick(*LATER),),
        )
    )
    present.owner = friend
    belongs = clause(present, "belong", friend, tense="present")
    t.say(Quote(hero, belongs, "say", friend))
    feels(t, friend, *GLAD)
    thanks(t, friend, hero)
    ending(t, c)
    return f"A {present.noun.english.title()} for {friend.english}"


def repair(t: Teller, c: Cast) -> str:
    """Something breaks; two people mend it."""
    hero, friend = c.hero, c.friend
    broken = c.make(t.pick("machine", "furniture", "tool"), hero)
    tool = c.make("tool", friend)
    opening(t, c)
    t.happened("break", who=hero, what=broken)
    t.say(clause(hero, "break", broken, after=(t.pick(*TIMES),)))
    t.say(clause(hero, "can", infinitive(hero, "mend", broken), negative="not"))
    feels(t, hero, *SAD)
    go(t, hero, c.spot())
    meets(t, hero, friend, c.spot())
    asks = clause(
        friend, "can", infinitive(friend, "help", hero), tense="present", question="yes"
    )
    t.say(Quote(hero, asks, "ask", friend))
    t.say(Quote(friend, clause(friend, "help", hero, tense="future"), "answer", hero))
    t.paragraph()
    t.happened("take", who=friend, what=tool)
    t.say(clause(friend, "take", tool))
    sidelight(t, c)
    t.happened("mend", who=friend, what=broken)
    t.say(
        clause(
            friend,
            t.pick("mend", "repair"),
            broken,
            after=(t.pick(AT_ONCE, adverbial("with great care", "avec grand soin")),),
        )
    )
    t.say(
        clause(As(broken, "definite"), "be", adjective("broken"), negative="no longer")
    )
    thanks(t, hero, friend)
    ending(t, c)
    return f"The Broken {broken.noun.english.title()}"
