"""Scenes that many plots share: openings, ways, meetings, what people say."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.lexicon import adjectives
from course_lib.resources.grammar.meaning import (
    As,
    Entity,
    Joined,
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

SAD = ("sad", "worried", "disappointed", "angry")
GLAD = ("happy", "glad", "grateful", "happy")


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
    """Who the hero is: one to three lasting facts, in one of several orders."""
    facts = t.rng.sample([lives, temper, belongings], t.pick(1, 1, 2, 2, 3))
    if c.hero.job and t.chance(0.45):
        facts.insert(0, work)
    for tell in facts[:3]:
        tell(t, c)
    if c.friend in c.hero.kin.values() and t.chance(0.4):
        t.say(clause(c.friend, "be", adjective(traits()[c.friend.key])))
    if t.chance(0.4):
        sky(t, c)


def together(t: Teller, c: Cast) -> bool:
    """Whether the friend has come in and is where the hero is."""
    met = c.friend in t.references.known and c.hero in t.references.known
    return met and t.where[c.hero] is t.where[c.friend]


def lives(t: Teller, c: Cast) -> None:
    """Where the hero lives."""
    hero, pet = c.hero, c.pet(c.hero)
    t.happened("live", who=hero, where=hero.town)
    choice = t.rng.randrange(3)
    if choice == 0 or pet in t.references.known:
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
    if pet in t.references.known:
        return
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
    left = [words for words in SKY if " ".join(words.english) not in t.skeleton]
    t.say(t.pick(*left))


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


def meets(t: Teller, who: Entity, other: Entity, place: Entity) -> None:
    """Two people meet somewhere; both are there from now on."""
    t.happened("meet", who=who, whom=other, where=place)
    t.where[who] = t.where[other] = place
    if t.chance(0.5):
        t.say(clause(who, "meet", other, after=(at(place),)))
    else:
        arrives = clause(who, "arrive", at(place))
        t.say(Joined("when", arrives, clause(who, t.pick("see", "meet"), other)))


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


__all__ = ["OFTEN", "adjective", "ending", "feels", "go", "meets", "opening"]
