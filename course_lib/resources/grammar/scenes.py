"""Scenes that many plots share: openings, ways, meetings, what people say."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.lexicon import adjectives
from course_lib.resources.grammar.meaning import (
    As,
    Entity,
    Joined,
    Quote,
    Words,
    at,
    clause,
    fixed,
    to,
)
from course_lib.resources.grammar.people import traits
from course_lib.resources.grammar.phrases import (
    ALWAYS,
    EVERY,
    LATER,
    OFTEN,
    SKY,
    along,
)
from course_lib.resources.grammar.telling import Teller


def adjective(key: str):
    """An adjective by its key."""
    return adjectives()[key]


def job_words(person: Entity) -> Words:
    """ "the baker of Port Aven" as what somebody is."""
    french = person.job.french(person.sex)
    article = "LE" if person.sex == "m" else "LA"
    town = person.town.english
    return Words(f"the {person.job.english} of {town}", f"{article} {french} de {town}")


def opening(t: Teller, c: Cast) -> None:
    """Who the hero is: two or three lasting facts, in one of several orders."""
    hero = c.hero
    facts = [lives, temper, belongings]
    if hero.job:
        facts.append(work)
    t.rng.shuffle(facts)
    for tell in facts[: t.pick(1, 2, 2, 3)]:
        tell(t, c)
    if c.friend in hero.kin.values() and t.chance(0.4):
        t.say(
            clause(
                c.friend,
                *t.pick(
                    ("be", adjective(traits()[c.friend.key])),
                ),
            )
        )
    if t.chance(0.4):
        sky(t, c)


def lives(t: Teller, c: Cast) -> None:
    """Where the hero lives."""
    pet, hero = c.pet(c.hero), c.hero
    t.happened("live", who=hero, where=hero.town)
    choice = t.rng.randrange(3)
    if choice == 0:
        t.say(clause(hero, "live", after=(at(hero.town),)))
    elif choice == 1:
        t.say(clause(hero, "live", after=(at(hero.town), along(pet))))
    else:
        t.say(
            fixed(
                "in {1}, everybody knew {0}",
                "à {1}, tout le monde connaissait {0}",
                As(hero, "name"),
                hero.town,
            )
        )


def temper(t: Teller, c: Cast) -> None:
    """What the hero is like."""
    quality = adjective(traits()[c.hero.key])
    how = ALWAYS if t.chance(0.4) else None
    t.say(clause(c.hero, "be", quality, tense="was", middle=how))


def belongings(t: Teller, c: Cast) -> None:
    """The hero's animal."""
    pet = c.pet(c.hero)
    t.happened("have", who=c.hero, what=pet)
    t.say(clause(As(c.hero, "subject"), t.pick("have", "own"), As(pet, "indefinite")))


def work(t: Teller, c: Cast) -> None:
    """The hero's work."""
    t.happened("job", who=c.hero)
    t.say(clause(As(c.hero, "name"), "be", job_words(c.hero)))
    if t.chance(0.4):
        place = c.workplace(c.hero)
        often = t.pick(*EVERY[:3])
        t.say(clause(c.hero, "work", tense="was", after=(at(place), often)))


def sky(t: Teller, c: Cast) -> None:
    """The weather."""
    t.say(t.pick(*SKY))


def go(t: Teller, who: Entity, place: Entity, verb: str = "") -> None:
    """Somebody goes somewhere, and is there from now on."""
    t.happened("go", who=who, where=place)
    t.where[who] = place
    verb = verb or t.pick("go", "walk_to", "run_to", "go")
    after = (to(place), t.pick(*LATER)) if t.chance(0.4) else (to(place),)
    t.say(clause(who, verb, after=after))


def feels(t: Teller, who: Entity, *feelings: str) -> None:
    """Somebody is glad, sad, worried: one of the adjectives given."""
    verb = t.pick("be", "be", "feel")
    t.say(clause(who, verb, adjective(t.pick(*feelings))))


def greets(t: Teller, who: Entity, other: Entity) -> None:
    """Good morning."""
    hello = t.pick(
        ("good morning, {0}", "bonjour, {0}"),
        ("hello, {0}", "bonjour, {0}"),
        ("welcome, {0}", "bienvenue, {0}"),
        ("good evening, {0}", "bonsoir, {0}"),
    )
    content = fixed(*hello, As(other, "name"), ending=t.pick("!", "."))
    t.say(Quote(who, content, "say", other))


def meets(t: Teller, who: Entity, other: Entity, place: Entity) -> None:
    """Two people meet somewhere; both are there from now on."""
    t.happened("meet", who=who, whom=other, where=place)
    t.where[who] = t.where[other] = place
    if t.chance(0.5):
        t.say(clause(who, "meet", other, after=(at(place),)))
    else:
        arrives = clause(who, "arrive", at(place))
        t.say(Joined("when", arrives, clause(who, t.pick("see", "meet"), other)))


def thanks(t: Teller, who: Entity, other: Entity) -> None:
    """Thank you."""
    if t.chance(0.5):
        t.say(clause(who, "thank", other))
        return
    words = t.pick(
        ("thank you so much, {0}", "merci beaucoup, {0}"),
        ("how kind you are", "comme tu es {kind:1}"),
        ("you are a true friend", "c'est très gentil de ta part"),
        ("I will never forget this", "je n'oublierai jamais cela"),
    )
    node = fixed(
        *words[:1], words[1].replace("{kind:1}", _kind(other)), As(other, "name")
    )
    t.say(Quote(who, node, "say", other, ending=t.pick("!", ".")))


def _kind(other: Entity) -> str:
    return "gentil" if other.gender == "m" else "gentille"


def ending(t: Teller, c: Cast) -> None:
    """The last sentence."""
    both = c.both
    t.say(
        t.pick(
            Joined("and", clause(both, "laugh"), clause(both, "go_home", silent=True)),
            clause(both, "be", adjective("happy")),
            fixed(
                "{0} slept well that night",
                "{0} a bien dormi cette nuit-là",
                As(c.hero, "name"),
            ),
            fixed(
                "it was a good day for {0}",
                "c'était une bonne journée pour {0}",
                As(c.hero, "name"),
            ),
            clause(both, "be", adjective("tired"), after=()),
        )
    )


__all__ = ["OFTEN", "adjective", "ending", "feels", "go", "greets", "meets", "opening"]
