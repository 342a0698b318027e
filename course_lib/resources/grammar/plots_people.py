"""Plots between people: a birthday, a secret, a promise, a visit, a lesson."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import (
    agrees,
    apologises,
    comforts,
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
    Words,
    adverbial,
    at,
    clause,
    fixed,
    infinitive,
    to,
)
from course_lib.resources.grammar.people import people
from course_lib.resources.grammar.people import thing as thing_of
from course_lib.resources.grammar.phrases import (
    ALL_DAY,
    EVERY,
    IN_SECRET,
    LATER,
    TIMES,
    around,
    behind,
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
    is_asked,
    meets,
    opening,
    opinion,
    plans,
    works_on,
)
from course_lib.resources.grammar.sidelights import sidelight
from course_lib.resources.grammar.telling import Teller


def birthday(t: Teller, c: Cast) -> str:
    """The hero prepares a surprise for a friend's birthday."""
    hero, friend, other = c.hero, c.friend, c.other
    cake, present = (
        c.make("baked", young=True),
        c.make(t.pick("toy", "small", "jewel"), other),
    )
    opening(t, c)
    _eve(t, c)
    t.happened("make", who=hero, what=cake)
    verb = t.pick("make", "bake", "prepare")
    t.say(clause(hero, verb, cake, after=(around(friend),)))
    t.happened("hide", who=hero, what=cake)
    t.say(clause(hero, "hide", cake, after=(_hiding(t, c),)))
    sidelight(t, c)
    t.paragraph()
    meets(t, hero, other, c.spot())
    has = clause(hero, "have", As(cake, "indefinite"), tense="present")
    says(t, hero, other, has, "whisper", "say")
    gives = clause(other, "give", present, As(friend, "name"), tense="future")
    says(t, other, hero, gives, "answer", "whisper", "reply")
    t.paragraph()
    go(t, friend, c.spot())
    t.where[hero] = t.where[other] = t.where[friend]
    speaks(t, hero, friend, "birthday")
    feels(t, friend, "surprised", "happy")
    t.happened("give", who=other, what=present, whom=friend)
    t.say(clause(other, "give", As(present, "full"), friend))
    t.owns(friend, present)
    _feast(t, c, cake)
    thanks(t, friend, hero)
    ending(t, c)
    return f"{friend.english}'s Birthday"


def _eve(t: Teller, c: Cast) -> None:
    """Tomorrow is the day."""
    t.say(
        fixed(
            "the next day was {0}'s birthday",
            "le lendemain, c'était l'anniversaire de {0}",
            As(c.friend, "name"),
        )
    )
    plans(t, c.hero, "surprise", c.friend)


def _hiding(t: Teller, c: Cast):
    if t.chance(0.6):
        return t.pick(under, beside, behind)(As(c.make("furniture"), "indefinite"))
    return inside(As(c.make("place_of"), "definite"))


def _feast(t: Teller, c: Cast, cake: Entity) -> None:
    """They eat what was made."""
    eat = clause(c.both, "eat", As(cake, "definite"))
    then = clause(c.both, t.pick("sing", "laugh", "dance"), silent=True)
    t.say(Joined("and", eat, then) if t.chance(0.6) else eat)
    if t.chance(0.75):
        opinion(t, cake, True, "delicious", "tasty", "perfect")
    else:
        opinion(t, cake, False, "burnt", "salty", "terrible")
        t.say(fixed("but nobody said so", "mais personne ne l'a dit"))


def secret(t: Teller, c: Cast) -> str:
    """A secret is told, and should have been kept."""
    hero, friend, other = c.hero, c.friend, c.other
    thing = c.make(t.pick("toy", "music", "made", "furniture"), young=True)
    opening(t, c)
    t.say(clause(friend, "have", As(thing_of("secret"), "indefinite")))
    t.happened("make", who=friend, what=thing)
    made = (around(other), IN_SECRET) if t.chance(0.4) else (around(other),)
    t.say(clause(friend, "make", thing, after=made, tense="progressive"))
    speaks(t, friend, hero, "keep")
    agrees(t, hero, friend)
    sidelight(t, c)
    t.paragraph()
    meets(t, hero, other, c.spot())
    (_betrayed if t.chance(0.5) else _kept)(t, c)
    t.paragraph()
    t.happened("give", who=friend, what=thing, whom=other)
    verb = t.pick("give", "give_to", "bring")
    t.say(clause(friend, verb, As(thing, "definite"), other, after=(t.fresh(LATER),)))
    t.owns(other, thing)
    feels(t, other, "happy", "surprised")
    thanks(t, other, friend)
    ending(t, c)
    return f"{friend.english}'s Secret"


def _betrayed(t: Teller, c: Cast) -> None:
    t.say(clause(c.hero, "tell", c.other))
    feels(t, c.friend, "angry", "sad", "disappointed")
    apologises(t, c.hero, c.friend)
    forgives(t, c.friend, c.hero)


def _kept(t: Teller, c: Cast) -> None:
    speaks(t, c.other, c.hero, "curious")
    speaks(t, c.hero, c.other, "quiet")
    t.say(clause(c.hero, "keep", Words("the secret", "LE secret")))
    feels(t, c.friend, "grateful", "happy")


def promise(t: Teller, c: Cast) -> str:
    """The hero promises something, forgets it, and makes it good."""
    hero, friend = c.hero, c.friend
    item = c.make(t.pick("tool", "furniture", "vessel"), friend)
    opening(t, c)
    deed = t.pick("mend", "clean", "paint", "wash")
    would = clause(hero, deed, item, tense="would")
    t.say(clause(hero, "promise_that", friend, would, after=(t.fresh(TIMES),)))
    if t.chance(0.4):
        thanks(t, friend, hero)
    sidelight(t, c)
    t.happened("forget", who=hero, what=item)
    went = clause(hero, "go", to(c.spot()))
    t.say(Joined("but", went, clause(hero, "forget", As(item, "definite"))))
    t.paragraph()
    t.say(clause(friend, "wait_for", hero, after=(t.fresh(ALL_DAY),)))
    away = clause(hero, "come", negative="not", tense="perfect")
    feels(t, friend, *SAD, because=away if t.chance(0.4) else None)
    if t.chance(0.6):
        missing = clause(hero, "come", negative="not", tense="done")
        says(t, friend, c.other, missing, "say")
        comforts(t, c.other, friend)
    t.paragraph()
    sad = clause(friend, "be", adjective(t.pick("sad", "angry", "disappointed")))
    t.say(
        Joined(
            "when", clause(hero, "see", friend), clause(hero, "understand_that", sad)
        )
    )
    apologises(t, hero, friend)
    forgives(t, friend, hero)
    t.happened("mend" if deed == "mend" else deed, who=hero, what=item)
    works_on(t, hero, deed, item)
    opinion(t, item, True, "beautiful", "clean", "perfect")
    feels(t, friend, *GLAD)
    ending(t, c)
    return f"{hero.english}'s Promise"


def visit(t: Teller, c: Cast) -> str:
    """The hero visits somebody in another town."""
    hero = c.hero
    far = [p for p in people().values() if p.town is not hero.town and p.age != "child"]
    host = t.rng.choice(far)
    t.references.cast.append(host)
    food = c.make("food")
    opening(t, c)
    plans(t, hero, "visit", host)
    t.happened("go", who=hero, where=host.town)
    t.where[hero] = t.where[host] = host.town
    t.say(clause(hero, "go", to(host.town), after=(t.fresh(TIMES),)))
    where = inside(As(c.make("container"), "indefinite"))
    carried = clause(
        hero, "carry", As(food, "indefinite"), tense="progressive", after=(where,)
    )
    t.say(carried)
    sidelight(t, c)
    t.paragraph()
    waiting = clause(host, "wait_for", hero, tense="progressive")
    t.say(Joined("when", clause(hero, "arrive", at(host.town)), waiting))
    greets(t, host, hero)
    t.happened("give", who=hero, what=food, whom=host)
    t.say(clause(hero, t.pick("give", "offer"), As(food, "definite"), host))
    opinion(t, food, True, "delicious", "tasty", "excellent", "fresh")
    thanks(t, host, hero)
    t.say(clause(host, t.pick("show", "show_to"), c.pet(host), hero))
    if t.chance(0.5):
        speaks(t, host, hero, "saying")
    t.where[hero] = hero.town
    t.say(clause(hero, "come_home", after=(t.fresh(LATER),)))
    feels(t, hero, "tired", "happy", "glad")
    if t.chance(0.5):
        t.say(line(t, "happy_end", As(hero, "name")))
    return f"{hero.english} in {host.town.english}"


def lesson(t: Teller, c: Cast) -> str:
    """The hero learns something from a friend, and shows it."""
    hero, friend, other = c.hero, c.friend, c.other
    skill = t.pick("swim", "row", "play", "paint", "bake")
    item = None
    if skill in ("play", "paint", "bake"):
        item = c.make({"play": "music", "paint": "made", "bake": "baked"}[skill])
    opening(t, c)
    t.say(clause(hero, "can_skill", _skill(hero, skill, item), negative="not"))
    if t.chance(0.5):
        feels(t, hero, "sad", "ashamed", "jealous")
    meets(t, hero, friend, c.spot())
    learning = infinitive(hero, "learn_to", _skill(hero, skill, item))
    wish = clause(hero, "want_to", learning, tense="present")
    is_asked(t, hero, friend, wish)
    t.happened("teach", who=friend, whom=hero)
    t.say(clause(friend, "teach_to", hero, _skill(hero, skill, item)))
    sidelight(t, c)
    t.say(clause(c.both, "practise", after=(t.pick(*EVERY[:3]),), tense="was"))
    if t.chance(0.5):
        tired = clause(hero, "be", adjective("tired"), tense="was", middle=_OFTEN)
        went_on = clause(hero, "practise", tense="was", after=(t.fresh(ALL_DAY),))
        t.say(Joined("although", tired, went_on) if t.chance(0.5) else tired)
        speaks(t, friend, hero, "saying")
    t.paragraph()
    place = c.spot()
    t.where[hero] = t.where[friend] = t.where[other] = place
    t.say(clause(other, "meet", c.both, after=(at(place), t.fresh(LATER))))
    now = clause(hero, "can_skill", _skill(hero, skill, item), tense="present")
    says(t, hero, other, now, "say", "shout")
    t.say(clause(other, "be", adjective(t.pick("surprised", "curious", "proud"))))
    thanks(t, hero, friend)
    if t.chance(0.4):
        t.say(line(t, "respect", As(hero, "name")))
    else:
        ending(t, c)
    return f"{hero.english} Learns Something New"


def _skill(who: Entity, skill: str, item: Entity | None):
    if skill == "play":
        return infinitive(who, "play_music", As(item, "definite"))
    if item is None:
        return infinitive(who, skill)
    return infinitive(who, skill, As(item, "new"))


_OFTEN = adverbial("often", "souvent")
