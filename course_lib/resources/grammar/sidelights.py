"""Short scenes beside the plot: opinions, habits, animals, things that stand about."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import line, says, speaks
from course_lib.resources.grammar.lexicon import adjectives_of
from course_lib.resources.grammar.meaning import (
    As,
    Joined,
    Quote,
    There,
    With,
    Words,
    adverbial,
    at,
    clause,
    fixed,
)
from course_lib.resources.grammar.people import places_of, thing
from course_lib.resources.grammar.phrases import (
    EVERY,
    behind,
    beside,
    near,
    under,
)
from course_lib.resources.grammar.scenes import adjective, sky, together
from course_lib.resources.grammar.telling import Teller

STATES = {
    "container": ("heavy", "empty", "full", "new", "dusty"),
    "furniture": ("old", "dirty", "wet", "heavy"),
    "plant": ("beautiful", "wet", "dry", "old"),
    "animal": ("quiet", "tired", "wet", "hungry"),
    "vessel": ("ready", "wet", "old", "empty"),
    "tool": ("wet", "dirty", "new", "rusty"),
    "fruit": ("sweet", "ripe", "fresh"),
}


def sidelight(t: Teller, c: Cast) -> None:
    """None, one or two of them."""
    for scene in t.rng.sample(SIDELIGHTS, t.pick(0, 1, 1, 1, 2)):
        scene(t, c)


def standing_about(t: Teller, c: Cast) -> None:
    """A plural subject with a singular noun between it and its verb, or the reverse."""
    many = t.chance(0.6)
    kind = t.pick(*STATES)
    one = c.make(kind, count=2 if many else 0)
    far = c.make(t.pick("part", "furniture"), count=0 if many or t.chance(0.4) else 2)
    one.count = far.count = 0
    state = adjective(t.pick(*STATES[kind]))
    where = t.pick(near, behind, beside)(As(far, "definite"))
    t.say(clause(With(As(one, "definite"), where), t.pick("be", "be", "look"), state))


def there_were(t: Teller, c: Cast) -> None:
    """There were three jars under the table."""
    what = c.make(t.pick(*STATES), count=t.pick(0, 2, 3, 4))
    low = t.chance(0.4)
    place = As(c.make("furniture" if low else "part"), "definite")
    where = under(place) if low else t.pick(near, behind, beside)(place)
    t.say(There(As(what, "indefinite"), (where,)))


def habit(t: Teller, c: Cast) -> None:
    """What somebody's animal always does, in the present."""
    if not together(t, c):
        return sky(t, c)
    who, pet = c.friend, c.pet(c.friend)
    when = (t.pick(*EVERY),)
    if t.chance(0.4):
        food = thing(t.pick("carrot", "apple", "pear", "cabbage"), count=2)
        food.count = 0
        what = clause(pet, t.pick("eat", "like", "want"), food, tense="present")
        what.after = when if what.verb.key == "eat" else ()
    else:
        verb = t.pick("sleep", "follow", "wake_up", "run_away", "sing")
        others = (who,) if verb == "follow" else ()
        what = clause(pet, verb, *others, tense="present", after=when)
    says(t, who, c.hero, what, "say", "explain")


def usual(t: Teller, c: Cast) -> None:
    """What animals and people do every day, in the present or the past."""
    kind = t.pick("animal", "bird", "wild")
    many = c.make(kind, count=2)
    many.count = 0
    place = t.pick(near, behind)(As(c.make(t.pick("part", "plant")), "definite"))
    verb = t.pick("sleep", "rest", "sing") if kind != "animal" else "sleep"
    subject = With(As(many, "definite"), place)
    t.say(clause(subject, verb, tense="progressive"))


def taste(t: Teller, c: Cast) -> None:
    """What people say about the inn's food."""
    dish = thing(t.pick("soup", "stew", "bread", "tea"))
    good = t.chance(0.5)
    praise, blame = adjectives_of("good_food"), adjectives_of("bad_food")
    word = t.pick(*(praise if good else blame))
    other = t.pick(*(blame if good else praise))
    subject = With(As(dish, "definite"), at(c.inn()))
    label = "positive" if good else "negative"
    shape = t.rng.randrange(4)
    if shape == 0:
        t.say(clause(subject, "be", other, negative="not"), sentiment=label)
    elif shape == 1:
        first = clause(subject, "look", other)
        t.say(Joined("but", first, clause(As(dish, "pronoun"), "be", word)),
              sentiment=label)  # fmt: skip
    else:
        t.say(clause(subject, "be", word), sentiment=label)


def feast(t: Teller, c: Cast) -> None:
    """It was the week of a feast."""
    feasts = places_of(c.town.key, "misc")
    if not feasts or "feast" in t.used:
        return village(t, c)
    t.used.add("feast")
    english, french = t.pick(
        ("it was the week of {0}", "c'était la semaine de {0}"),
        ("everybody was waiting for {0}", "tout le monde attendait {0}"),
        ("the town was getting ready for {0}", "la ville se préparait pour {0}"),
    )
    t.say(fixed(english, french, As(feasts[0], "name")))


def ship(t: Teller, c: Cast) -> None:
    """A ship lies in the harbour, or sails."""
    ships = places_of(c.town.key, "ship")
    if not ships or "ship" in t.used:
        return village(t, c)
    t.used.add("ship")
    english, french = t.pick(
        ("{0} lay in the harbour", "{0} se trouvait dans le port"),
        ("{0} was a fast ship", "{0} était un navire rapide"),
        ("at noon {0} left the harbour", "à midi, {0} a quitté le port"),
    )
    t.say(fixed(english, french, As(t.pick(*ships), "name")))


def company(t: Teller, c: Cast) -> None:
    """A school, a club or a firm of the town."""
    firms = places_of(c.town.key, "org")[1:]
    if not firms or "firm" in t.used:
        return village(t, c)
    t.used.add("firm")
    english, french = t.pick(
        ("{0} was closed that week", "{0} était fermé<e> cette semaine-là"),
        (
            "in those days, {0} was looking for helpers",
            "en ce temps-là, {0} cherchait des aides",
        ),
        ("the door of {0} was green", "la porte de {0} était verte"),
    )
    french = french.replace("<e>", "e" if firms[0].gender == "f" else "")
    t.say(fixed(english, french, As(firms[0], "name")))


def animal(t: Teller, c: Cast) -> None:
    """The friend's animal does something."""
    if not together(t, c):
        return village(t, c)
    pet = c.pet(c.friend)
    if t.chance(0.5) or c.hero.sex == c.friend.sex:
        t.say(
            clause(
                pet,
                t.pick("sleep", "rest"),
                after=(t.pick(near, beside)(As(c.make("part"), "definite")),),
            )
        )
    else:
        follows = clause(pet, "follow", c.hero, silent=True)
        t.say(Joined("and", clause(pet, "see", As(c.hero, "name")), follows))


def rest(t: Teller, c: Cast) -> None:
    """They rest."""
    if not together(t, c):
        return standing_about(t, c)
    t.say(
        clause(
            c.both,
            t.pick("sit_down", "rest", "stop"),
            after=(adverbial("for a while", "un moment"),),
        )
    )
    if t.chance(0.5):
        speaks(t, c.friend, c.hero, "saying")


def village(t: Teller, c: Cast) -> None:
    """What goes on in the street."""
    t.say(line(t, "village"))


def snack(t: Teller, c: Cast) -> None:
    """The hero eats something."""
    food = c.make(t.pick("fruit", "baked"))
    t.say(clause(c.hero, "eat", As(food, "indefinite")))
    if t.chance(0.5):
        good = t.chance(0.6)
        word = adjective(
            t.pick(*(("tasty", "sweet") if good else ("stale", "terrible")))
        )
        t.say(clause(As(food, "pronoun"), "be", word),
              sentiment="positive" if good else "negative")  # fmt: skip


PLACE_WORDS = {
    True: ("quiet", "cosy", "wonderful", "charming"),
    False: ("noisy", "crowded", "boring", "terrible"),
}


def verdict(t: Teller, c: Cast) -> None:
    """What somebody thinks of the inn, the feast or a ship, and says so."""
    kinds = ("org", "misc", "ship")
    named = [p for kind in kinds for p in places_of(c.town.key, kind)]
    place, good = t.pick(*named), t.chance(0.5)
    word = adjective(t.pick(*PLACE_WORDS[good]))
    label = "positive" if good else "negative"
    if together(t, c) and t.chance(0.5):
        found = clause(As(place, "name"), "be", word, tense="present")
        t.say(Quote(c.friend, found, "say", c.hero), sentiment=label)
        return
    who = Words("people", "LES gens", plural=True)
    found = clause(As(place, "name"), "be", word, tense="was")
    t.say(clause(who, "say_that", found, tense="was"), sentiment=label)


def looked_but(t: Teller, c: Cast) -> None:
    """It looked fine, but it was not."""
    thing, good = c.make(t.pick("furniture", "tool", "clothes")), t.chance(0.4)
    praise = ("useful", "beautiful", "strong", "perfect", "solid")
    blame = ("ugly", "useless", "fragile", "dull", "worthless")
    first, last = (
        t.pick(*(blame if good else praise)),
        t.pick(*(praise if good else blame)),
    )
    at_inn = With(As(thing, "definite"), at(c.inn()))
    looked = clause(at_inn, "look", adjective(first))
    was = clause(As(thing, "pronoun"), "be", adjective(last))
    t.say(Joined("but", looked, was), sentiment="positive" if good else "negative")


SIDELIGHTS = [
    standing_about,
    standing_about,
    there_were,
    habit,
    usual,
    taste,
    taste,
    verdict,
    verdict,
    looked_but,
    feast,
    ship,
    company,
    animal,
    rest,
    village,
    village,
    sky,
    snack,
]
