"""Plots in which somebody wins: a race, a bet, a market day, a prize."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import (
    agrees,
    comforts,
    greets,
    line,
    says,
    speaks,
)
from course_lib.resources.grammar.meaning import (
    As,
    Entity,
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
from course_lib.resources.grammar.people import places
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
    opinion,
)
from course_lib.resources.grammar.sidelights import sidelight
from course_lib.resources.grammar.telling import Teller

WORSE = ("ashamed", "disappointed", "angry")


def race(t: Teller, c: Cast) -> str:
    """Two run a race; one falls, and the other wins or stops to help."""
    hero, friend = c.hero, c.friend
    opening(t, c)
    start, goal = c.spot(), c.spot()
    meets(t, hero, friend, start)
    speaks(t, hero, friend, "race")
    agrees(t, friend, hero)
    if t.chance(0.5):
        quick = clause(hero, "be", adjective(t.pick("quick", "slow")), tense="present")
        says(t, friend, hero, quick, "say")
    sidelight(t, c)
    t.paragraph()
    t.where[hero] = t.where[friend] = goal
    t.say(clause(c.both, "run_to", to(goal), after=(t.fresh(TIMES),)))
    slow, fast = t.rng.sample([hero, friend], 2)
    t.say(clause(slow, "fall", after=(beside(As(c.make("outdoors"), "indefinite")),)))
    glad = True
    if t.chance(0.5):
        _stops(t, fast, slow)
    else:
        t.happened("win", who=fast)
        t.say(fixed("{0} won the race", "{0} a gagné la course", As(fast, "name")))
        feels(t, slow, *SAD)
        comforts(t, fast, slow)
        glad = fast is hero
    ending(t, c, glad)
    return f"The Race to {_title(goal)}"


def _stops(t: Teller, fast: Entity, slow: Entity) -> None:
    helped = clause(fast, "help", slow, silent=True)
    t.say(Joined("and", clause(fast, "stop"), helped))
    feels(t, slow, "grateful", "surprised")
    t.say(fixed("nobody won the race", "personne n'a gagné la course"))


def _title(place: Entity) -> str:
    name = place.english if place.tag else place.english.title()
    return ("the " if place.article else "") + name


def bet(t: Teller, c: Cast) -> str:
    """A bet: can the hero do it?"""
    hero, friend, stake = c.hero, c.friend, c.make("small", c.friend)
    weight = c.make(t.pick("furniture", "machine", "vessel"), c.other)
    deed = t.pick("lift", "carry", "pull", "push")
    opening(t, c)
    meets(t, hero, friend, c.spot())
    t.say(clause(As(weight, "owned_full"), "be", adjective("heavy")))
    can = clause(
        hero, "can", infinitive(hero, deed, As(weight, "pronoun")), tense="present"
    )
    says(t, hero, friend, can, "say", "explain")
    speaks(t, friend, hero, "doubt")
    t.say(clause(friend, "promise", stake, hero))
    sidelight(t, c)
    t.paragraph()
    if t.chance(0.5):
        t.say(clause(hero, "practise", after=(t.fresh(ALL_DAY),)))
    tries = infinitive(hero, deed, As(weight, "definite"))
    t.say(clause(hero, "try_to", tries, after=(t.fresh(LATER),)))
    won = t.chance(0.55)
    winner = hero if won else friend
    if not won:
        again = infinitive(hero, deed, As(weight, "pronoun"))
        t.say(clause(hero, "can", again, negative="not"))
    t.happened("winbet", who=winner)
    t.say(fixed("{0} won the bet", "{0} a gagné le pari", As(winner, "name")))
    _settled(t, c, stake, won)
    ending(t, c, won)
    return f"{hero.english}'s Bet"


def _settled(t: Teller, c: Cast, stake: Entity, won: bool) -> None:
    """Who has the stake now."""
    if won:
        t.happened("give", who=c.friend, what=stake, whom=c.hero)
        t.say(clause(c.friend, "give", As(stake, "definite"), c.hero))
        t.owns(c.hero, stake)
        feels(t, c.hero, "proud", "happy")
        return
    t.happened("keep", who=c.friend, what=stake)
    t.say(clause(c.friend, "keep", As(stake, "definite")))
    feels(t, c.hero, *WORSE)
    comforts(t, c.friend, c.hero)


def market_day(t: Teller, c: Cast) -> str:
    """The hero sells something and buys something."""
    hero = c.hero
    goods = c.make(t.pick("fruit", "baked", "crop"), count=t.pick(5, 6, 7, 10))
    wish = c.make(t.pick("small", "toy", "clothes", "music"))
    opening(t, c)
    place = places()["market"]
    t.say(clause(hero, "want", As(wish, "indefinite")))
    go(t, hero, place)
    container = c.make("container")
    carried = inside(As(container, "indefinite"))
    t.say(clause(hero, "carry", As(goods, "indefinite"), tense="progressive",
                 after=(carried,)))  # fmt: skip
    if t.chance(0.6):
        told = With(As(goods, "definite"), inside(As(container, "definite")))
        fresh = adjective(t.pick("fresh", "excellent", "delicious", "sweet"))
        t.say(clause(told, "be", fresh), sentiment="positive")
    sidelight(t, c)
    t.paragraph()
    _sale(t, c, goods, place)
    t.happened("buy", who=hero, what=wish, where=place)
    t.say(clause(hero, "buy", As(wish, "definite")))
    t.owns(hero, wish)
    opinion(t, wish, True, "beautiful", "perfect", "lovely")
    feels(t, hero, *GLAD)
    if t.chance(0.5):
        t.say(clause(hero, "show", wish, c.friend, after=(t.fresh(LATER),)))
        feels(t, c.friend, "surprised", "jealous", "happy")
    t.say(line(t, "happy_end", As(hero, "name")))
    return f"{hero.english} at the Market"


def _sale(t: Teller, c: Cast, goods: Entity, place: Entity) -> None:
    """Somebody comes, praises or doubts, and pays."""
    t.where[c.other] = place
    t.say(clause(c.other, "come", to(place), after=(t.fresh(LATER),)))
    greets(t, c.other, c.hero)
    if t.chance(0.5):
        word = t.pick("delicious", "expensive", "fresh", "cheap")
        good = word != "expensive"
        are = clause(As(goods, "definite"), "be", adjective(word), tense="present")
        t.say(Quote(c.other, are, "say", c.hero),
              sentiment="positive" if good else "negative")  # fmt: skip
    t.happened("sell", who=c.hero, what=goods, whom=c.other)
    t.say(clause(c.hero, "sell", As(goods, "definite"), c.other))
    t.owns(c.other, goods)


def prize(t: Teller, c: Cast) -> str:
    """The hero makes something for a contest, and wins or loses."""
    hero, friend, other = c.hero, c.friend, c.other
    work = c.make(t.pick("baked", "made", "toy", "crop"), young=True)
    food = bool(work.noun.kinds & {"food"})
    opening(t, c)
    t.say(line(t, "contest"))
    t.say(clause(hero, t.pick("want_to", "hope_to"), infinitive(hero, "win_it")))
    t.happened("make", who=hero, what=work)
    verb = "pick" if "crop" in work.noun.kinds else "make"
    t.say(clause(hero, verb, work, after=(along(friend),)))
    t.owns(hero, work)
    sidelight(t, c)
    t.paragraph()
    place = c.spot()
    for person in (hero, friend, other):
        t.where[person] = place
    shown = t.pick("show", "show_to")
    sunday = adverbial("that Sunday", "ce dimanche-là")
    t.say(clause(hero, shown, As(work, "definite"), other, after=(at(place), sunday)))
    won = t.chance(0.6)
    praise = ("fresh", "excellent", "perfect") if food else ("beautiful", "perfect")
    blame = ("small", "ugly", "terrible") if food else ("ugly", "dull", "boring")
    word = adjective(t.pick(*(praise if won else blame)))
    judged = clause(work, "be", word, tense="present")
    t.say(
        Quote(other, judged, "say", hero), sentiment="positive" if won else "negative"
    )
    (_won if won else _lost)(t, c, work, food)
    ending(t, c, won)
    return f"{hero.english} and the {work.noun.english.title()}"


def _won(t: Teller, c: Cast, work: Entity, food: bool) -> None:
    hero = As(c.hero, "name")
    t.say(fixed("{0} won the first prize", "{0} a gagné le premier prix", hero))
    feels(t, c.hero, "proud", "happy")
    if food:
        t.say(clause(c.both, "eat", As(work, "definite"), after=(TOGETHER,)))


def _lost(t: Teller, c: Cast, work: Entity, food: bool) -> None:
    feels(t, c.hero, *SAD)
    comforts(t, c.friend, c.hero)
    if food:
        t.say(clause(c.both, "eat", As(work, "definite"), after=(TOGETHER,)))
    else:
        t.say(clause(c.hero, "keep", As(work, "definite")))
