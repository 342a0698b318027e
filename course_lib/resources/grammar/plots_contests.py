"""Plots in which somebody wins: a race, a bet, a market day, a prize."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import agrees, comforts, greets, phrase, says
from course_lib.resources.grammar.meaning import (
    As,
    Joined,
    Quote,
    With,
    adverbial,
    at,
    clause,
    fixed,
    infinitive,
    to,
)
from course_lib.resources.grammar.people import places, thing
from course_lib.resources.grammar.phrases import (
    ALL_DAY,
    LATER,
    TIMES,
    TOGETHER,
    along,
    beside,
    inside,
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


def race(t: Teller, c: Cast) -> str:
    """Two run a race; one falls, and the other wins or stops to help."""
    hero, friend = c.hero, c.friend
    opening(t, c)
    start, goal = c.spot(), c.spot()
    meets(t, hero, friend, start)
    phrase(
        t,
        hero,
        friend,
        ("shall we run a race", "est-ce qu'on fait une course"),
        ("do you want to run a race", "est-ce que tu veux faire une course"),
        ending="?",
    )
    agrees(t, friend, hero)
    if t.chance(0.5):
        quick = clause(
            friend, "be", adjective(t.pick("quick", "slow")), tense="present"
        )
        says(t, friend, hero, quick, "say", "reply", "answer")
    sidelight(t, c)
    t.paragraph()
    t.where[hero] = t.where[friend] = goal
    t.say(clause(c.both, "run_to", to(goal), after=(t.pick(*TIMES),)))
    slow, fast = t.rng.sample([hero, friend], 2)
    t.say(clause(slow, "fall", after=(beside(As(c.make("outdoors"), "indefinite")),)))
    if t.chance(0.5):
        t.say(
            Joined("and", clause(fast, "stop"), clause(fast, "help", slow, silent=True))
        )
        feels(t, slow, "grateful", "surprised")
        both_win = ("nobody won the race", "personne n'a gagné la course")
        t.say(fixed(*both_win))
        comforts(t, fast, slow)
    else:
        t.happened("win", who=fast)
        t.say(fixed("{0} won the race", "{0} a gagné la course", As(fast, "name")))
        feels(t, slow, *SAD)
        comforts(t, fast, slow)
    ending(t, c)
    return f"The Race to {_place(goal)}"


def _place(place) -> str:
    return ("the " if place.article else "") + place.english.title()


def bet(t: Teller, c: Cast) -> str:
    """A bet: can the hero do it?"""
    hero, friend, stake = c.hero, c.friend, c.make("small", c.friend)
    weight = c.make(t.pick("furniture", "machine", "vessel"), c.other)
    deed = t.pick("lift", "carry", "pull", "push")
    opening(t, c)
    meets(t, hero, friend, c.spot())
    t.say(clause(As(weight, "owned_full"), "be", adjective("heavy")))
    can = clause(hero, "can", infinitive(hero, deed, weight), tense="present")
    says(t, hero, friend, can, "say", "explain")
    cannot = fixed("I don't believe you", "je ne te crois pas", ending=t.pick("!", "."))
    says(t, friend, hero, cannot, "answer", "say")
    t.say(clause(friend, "promise", stake, hero))
    sidelight(t, c)
    t.paragraph()
    if t.chance(0.5):
        t.say(clause(hero, "practise", after=(t.pick(*ALL_DAY),)))
    t.say(
        clause(hero, "try_to", infinitive(hero, deed, weight), after=(t.pick(*LATER),))
    )
    if t.chance(0.55):
        t.happened("winbet", who=hero)
        t.say(fixed("{0} won the bet", "{0} a gagné le pari", As(hero, "name")))
        t.happened("give", who=friend, what=stake, whom=hero)
        t.say(clause(friend, "give", As(stake, "definite"), hero))
        stake.owner = hero
        feels(t, hero, "proud", "happy")
    else:
        t.say(
            clause(
                hero,
                "can",
                infinitive(hero, deed, As(weight, "pronoun")),
                negative="not",
            )
        )
        t.happened("winbet", who=friend)
        t.say(fixed("{0} won the bet", "{0} a gagné le pari", As(friend, "name")))
        t.happened("keep", who=friend, what=stake)
        t.say(clause(friend, "keep", As(stake, "definite")))
        feels(t, hero, "ashamed", "disappointed", "angry")
        comforts(t, friend, hero)
    ending(t, c)
    return f"{hero.english}'s Bet"


def market_day(t: Teller, c: Cast) -> str:
    """The hero sells something and buys something."""
    hero, other = c.hero, c.other
    goods = c.make(t.pick("fruit", "baked", "crop", "food"), count=t.pick(5, 6, 7, 10))
    wish = c.make(t.pick("small", "toy", "clothes", "music"))
    opening(t, c)
    place = places()["market"]
    t.say(clause(hero, "want", As(wish, "indefinite")))
    go(t, hero, place)
    t.say(
        clause(
            hero,
            "carry",
            As(goods, "indefinite"),
            tense="progressive",
            after=(inside(As(c.make("container"), "indefinite")),),
        )
    )
    told = With(As(goods, "definite"), inside(As(thing("basket"), "definite")))
    fresh = t.pick("fresh", "excellent", "delicious")
    if "basket" in c.used:
        t.say(clause(told, "be", adjective(fresh)), sentiment="positive")
    sidelight(t, c)
    t.paragraph()
    t.where[other] = place
    t.say(clause(other, "come", to(place), after=(t.pick(*LATER),)))
    greets(t, other, hero)
    t.happened("sell", who=hero, what=goods, whom=other)
    t.say(clause(hero, "sell", As(goods, "definite"), other))
    goods.owner = other
    t.happened("buy", who=hero, what=wish, where=place)
    t.say(clause(hero, "buy", wish))
    wish.owner = hero
    nice = t.pick("beautiful", "perfect", "lovely")
    t.say(clause(wish, "be", adjective(nice)), sentiment="positive")
    feels(t, hero, *GLAD)
    if t.chance(0.5):
        t.say(clause(hero, "show", wish, c.friend, after=(t.pick(*LATER),)))
        feels(t, c.friend, "surprised", "jealous", "happy")
    ending(t, c)
    return f"{hero.english} at the Market"


def prize(t: Teller, c: Cast) -> str:
    """The hero makes something for a contest, and wins or loses."""
    hero, friend, other = c.hero, c.friend, c.other
    work = c.make(t.pick("baked", "made", "toy", "crop"))
    food = work.noun.kinds & {"food"}
    opening(t, c)
    t.say(fixed("there was a contest on Sunday", "il y avait un concours dimanche"))
    t.say(clause(hero, "want_to", infinitive(hero, "win_it")))
    t.happened("make", who=hero, what=work)
    verb = "pick" if "crop" in work.noun.kinds else t.pick("make", "prepare")
    verb = verb if food or verb == "pick" else "make"
    t.say(clause(hero, verb, work, after=(along(friend),)))
    work.owner = hero
    sidelight(t, c)
    t.paragraph()
    place = c.spot()
    for person in (hero, friend, other):
        t.where[person] = place
    t.say(
        clause(
            hero,
            "show_to" if t.chance(0.5) else "show",
            As(work, "definite"),
            other,
            after=(at(place), adverbial("on Sunday", "dimanche")),
        )
    )
    if t.chance(0.6):
        word = t.pick(*(("delicious", "tasty") if food else ("beautiful", "perfect")))
        judged = clause(work, "be", adjective(word), tense="present")
        t.say(Quote(other, judged, "say", hero), sentiment="positive")
        t.say(
            fixed(
                "{0} won the first prize",
                "{0} a gagné le premier prix",
                As(hero, "name"),
            )
        )
        feels(t, hero, "proud", "happy")
    else:
        word = t.pick(*(("salty", "tasteless") if food else ("ugly", "dull")))
        judged = clause(work, "be", adjective(word), tense="present")
        t.say(Quote(other, judged, "say", hero), sentiment="negative")
        feels(t, hero, *SAD)
        comforts(t, friend, hero)
        t.say(
            clause(
                c.both,
                "eat" if food else "keep",
                As(work, "definite"),
                after=(TOGETHER,) if food else (),
            )
        )
    ending(t, c)
    return f"{hero.english} and the {work.noun.english.title()}"
