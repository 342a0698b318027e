"""Scenes that many plots share: openings, ways, meetings, what people say."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import agrees, line, says, speaks
from course_lib.resources.grammar.english_words import article
from course_lib.resources.grammar.lexicon import Adjective, adjectives
from course_lib.resources.grammar.meaning import (
    As,
    Clause,
    Entity,
    Joined,
    Words,
    at,
    clause,
    infinitive,
    to,
)
from course_lib.resources.grammar.people import traits
from course_lib.resources.grammar.phrases import (
    ALL_DAY,
    ALWAYS,
    AT_ONCE,
    EVERY,
    LATER,
    TOGETHER,
    WITH_CARE,
    along,
)
from course_lib.resources.grammar.telling import Teller

SAD = ("sad", "worried", "disappointed", "angry")
GLAD = ("happy", "glad", "grateful", "happy")


def adjective(key: str) -> Adjective:
    """An adjective by its key."""
    return adjectives()[key]


def job_words(person: Entity) -> Words:
    """ "the baker of Port Aven" as what somebody is."""
    french = person.job.french(person.sex)
    article = "LE" if person.sex == "m" else "LA"
    town = person.town.english
    return Words(f"the {person.job.english} of {town}", f"{article} {french} de {town}")


def one(thing: Entity) -> str:
    """A thing in a title: "a Basket", "an Axe"."""
    return f"{article(thing.noun.english)} {thing.noun.english.title()}"


def opening(t: Teller, c: Cast) -> None:
    """Who the hero is: up to four lasting facts, one by one or two in a sentence."""
    facts = t.rng.sample([lives, temper, belongings], t.pick(0, 1, 1, 2, 2, 3))
    if c.hero.job and t.chance(0.4):
        facts.insert(0, work)
    if t.chance(0.25):
        sky(t, c)
    while facts:
        first = facts.pop(0)(t, c)
        if facts and t.chance(0.35) and not first.front:
            second = facts.pop(0)(t, c)
            if second.front:
                t.say(first)
                first = second
            else:
                first = Joined("that", first, second)
        t.say(first)
    known = t.known(c.hero)
    if known and c.friend in c.hero.kin.values() and t.chance(0.4):
        t.say(clause(c.friend, "be", adjective(traits()[c.friend.key])))
    if "sky" not in t.used and t.chance(0.25):
        sky(t, c)


def together(t: Teller, c: Cast) -> bool:
    """Whether the friend has come in and is where the hero is."""
    met = t.known(c.friend) and t.known(c.hero)
    return met and t.where[c.hero] is t.where[c.friend]


def lives(t: Teller, c: Cast) -> Clause:
    """Where the hero lives, perhaps with an animal."""
    hero, pet = c.hero, c.pet(c.hero)
    t.happened("live", who=hero, where=hero.town)
    home = at(hero.town)
    choice = t.rng.randrange(3)
    if choice == 0 and not t.known(hero):
        knows = Words("everybody", "tout le monde")
        return clause(knows, "know", As(hero, "name"), front=home)
    if choice == 1 or "pet" in t.used:
        return clause(hero, "live", after=(home,))
    t.used.add("pet")
    t.happened("have", who=hero, what=pet)
    return clause(hero, "live", after=(home, along(pet)), settled=True)


def temper(t: Teller, c: Cast) -> Clause:
    """What the hero is like."""
    quality = adjective(traits()[c.hero.key])
    how = ALWAYS if t.chance(0.4) else None
    return clause(c.hero, "be", quality, tense="was", middle=how)


def belongings(t: Teller, c: Cast) -> Clause:
    """The hero's animal, or what kind of animal it is."""
    pet = c.pet(c.hero)
    if "pet" in t.used:
        return clause(c.hero, "love", As(pet, "owned"))
    t.used.add("pet")
    t.happened("have", who=c.hero, what=pet)
    return clause(c.hero, t.pick("have", "own"), As(pet, "indefinite"))


def work(t: Teller, c: Cast) -> Clause:
    """What the hero is, or where the hero works."""
    t.happened("job", who=c.hero)
    if t.chance(0.8):
        return clause(As(c.hero, "name"), "be", job_words(c.hero))
    where, often = at(c.workplace(c.hero)), t.pick(*EVERY[:3])
    return clause(c.hero, "work", tense="was", after=(where, often))


def sky(t: Teller, c: Cast) -> None:
    """The weather, once a story."""
    if "sky" in t.used:
        t.say(line(t, "village"))
    else:
        t.used.add("sky")
        t.say(line(t, "sky"))


def go(t: Teller, who: Entity, place: Entity, verb: str = "") -> None:
    """Somebody goes somewhere, and is there from now on."""
    t.happened("go", who=who, where=place)
    t.where[who] = place
    verb = verb or t.pick("go", "walk_to", "run_to", "go")
    after = (to(place), t.fresh(LATER)) if t.chance(0.4) else (to(place),)
    t.say(clause(who, verb, after=after))


def feels(
    t: Teller, who: Entity, *feelings: str, because: Clause | None = None
) -> None:
    """Somebody is glad, sad, worried: one of the adjectives given; perhaps why."""
    verb = t.pick("be", "be", "feel")
    felt = clause(who, verb, adjective(t.pick(*feelings)))
    known = t.known(who)
    t.say(Joined("because", felt, because) if because and known else felt)


def where_found(t: Teller, finder: Entity, asker: Entity, item: Entity) -> None:
    """Where did you find it? Behind a bush."""
    found = As(item, "pronoun")
    says(t, asker, finder, clause(finder, "find", found, question="where"), "ask")


def offers(t: Teller, who: Entity, other: Entity, reward: Entity) -> None:
    """If you help me, I will give you my flute."""
    helped = clause(other, "help", who, tense="present")
    given = clause(who, t.pick("give", "lend"), reward, other, tense="future")
    says(t, who, other, Joined("if", helped, given), "say")


def meets(t: Teller, who: Entity, other: Entity, place: Entity) -> None:
    """Two people meet somewhere; both are there from now on."""
    t.happened("meet", who=who, whom=other, where=place)
    t.where[who] = t.where[other] = place
    if t.chance(0.5):
        t.say(clause(who, "meet", other, after=(at(place),)))
    else:
        arrives = clause(who, "arrive", at(place))
        t.say(Joined("when", arrives, clause(who, t.pick("see", "meet"), other)))


def ending(t: Teller, c: Cast, glad: bool = True) -> None:
    """The last sentence or two."""
    hero = As(c.hero, "name")
    if not glad:
        t.say(line(t, "sad_end", hero))
        return
    if t.chance(0.4):
        t.say(
            t.pick(
                Joined(
                    "and",
                    clause(c.both, "laugh"),
                    clause(c.both, "go_home", silent=True),
                ),
                clause(c.both, "be", adjective(t.pick("happy", "tired", "glad"))),
                Joined(
                    "but",
                    clause(c.both, "be", adjective("tired")),
                    clause(c.both, "be", adjective("happy")),
                ),
                clause(c.both, t.pick("sing", "dance", "laugh"), after=(TOGETHER,)),
                Joined(
                    "and",
                    clause(c.both, "eat", Words("some bread", "du pain")),
                    clause(
                        c.both, "drink", Words("a pot of tea", "du thé"), silent=True
                    ),
                ),
            )
        )
    if t.chance(0.75):
        t.say(line(t, "happy_end", hero))


def plans(t: Teller, who: Entity, verb: str, *arguments: object) -> None:
    """Somebody wants, decides or hopes to do something."""
    aim = t.pick("want_to", "decide_to", "hope_to", "want_to")
    t.say(clause(who, aim, infinitive(who, verb, *arguments)))


def is_asked(
    t: Teller, who: Entity, asker: Entity, trouble: object, probably: float = 0.6
) -> None:
    """Why are you so quiet? Because ..."""
    if t.chance(probably):
        speaks(t, asker, who, "why")
    says(t, who, asker, trouble, "say", "answer", "explain")


def opinion(t: Teller, thing: Entity, good: bool, *words: str) -> None:
    """What the teller, or everybody, thinks of a thing."""
    word = adjective(t.pick(*words))
    label = "positive" if good else "negative"
    plain = clause(As(thing, "definite"), t.pick("be", "look"), word)
    known = "everybody said that"
    choice = t.rng.randrange(3)
    if choice == 0 and not thing.plural:
        said = clause(
            Words("everybody", "tout le monde"),
            "say_that",
            clause(As(thing, "definite"), "be", word),
            tense="was",
        )
        t.say(said, known, sentiment=label)
    else:
        t.say(plain, sentiment=label)


def hears_idea(t: Teller, who: Entity, whom: Entity) -> None:
    """Come with me."""
    speaks(t, who, whom, "idea")
    if t.chance(0.4):
        agrees(t, whom, who)


def works_on(t: Teller, who: Entity, verb: str, item: Entity) -> None:
    """A piece of work: at once, with care, for an hour; trying first, or straight."""
    after = (t.fresh((AT_ONCE, WITH_CARE, *ALL_DAY)),)
    if t.chance(0.25):
        begun = t.pick("begin_to", "try_to")
        t.say(clause(who, begun, infinitive(who, verb, As(item, "definite"))))
    t.say(clause(who, verb, item, after=after))
