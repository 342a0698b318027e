"""Who plays in a story, where, and with what."""

from dataclasses import dataclass, field
from random import Random

from course_lib.resources.grammar.lexicon import (
    Adjective,
    Noun,
    adjectives_of,
    nouns_of,
)
from course_lib.resources.grammar.meaning import Entity, group
from course_lib.resources.grammar.people import (
    coasts,
    job_spots,
    people,
    pet_of,
    places,
    places_of,
    thing,
)

MATERIALS = ("wooden", "metal", "clothes", "glass")
SIZES = ("small", "big", "old", "new")
COLOURS = ("colour",)


@dataclass(eq=False)
class Cast:
    """The people, places and the main thing of one story."""

    rng: Random
    hero: Entity
    friend: Entity
    other: Entity
    spots: list[Entity]
    used: set[str]
    both: Entity
    pets: dict[Entity, Entity] = field(default_factory=dict)

    @property
    def town(self) -> Entity:
        """Where the hero lives."""
        return self.hero.town

    def spot(self) -> Entity:
        """A place that the story has not used yet; one in eight has a name."""
        named = [*places_of(self.town.key, "org"), *places_of(self.town.key, "misc")]
        taken = {*self.used, "Bread Day"}  # a day, not a place
        fresh = [place for place in named if place.key not in taken]
        if fresh and self.rng.random() < 0.12:
            place = self.rng.choice(fresh)
            self.used.add(place.key)
            return place
        return self.spots.pop() if self.spots else places()["square"]

    def shop(self) -> Entity:
        """Where things are sold."""
        keys = ["market", "square", "market"]
        keys += ["harbour"] if coasts()[self.town.key] == "sea" else ["station"]
        return places()[self.rng.choice(keys)]

    def inn(self) -> Entity:
        """The town's inn."""
        return places_of(self.town.key, "org")[0]

    def make(
        self,
        kind: str,
        owner: Entity | None = None,
        count: int = 0,
        young: bool = False,
    ) -> Entity:
        """A new thing of a kind, with an adjective or two, unlike the others.

        `young`: it has just been made, so it is not old.
        """
        nouns = [n for n in nouns_of(kind) if n.key not in self.used]
        noun = self.rng.choice(nouns)
        self.used.add(noun.key)
        keys = look(self.rng, noun)
        if young:
            keys = [key for key in keys if key not in ("old", "new")]
        return thing(noun.key, *keys, owner=owner, count=count)

    def pet(self, owner: Entity) -> Entity:
        """Somebody's animal."""
        if owner not in self.pets:
            self.pets[owner] = pet_of(owner)
            self.used.add(self.pets[owner].key)
        return self.pets[owner]

    def workplace(self, person: Entity) -> Entity:
        """Where somebody works, or the school."""
        return places()[job_spots()[person.job.key] if person.job else "school"]


def colours_of(noun: Noun) -> tuple[Adjective, ...]:
    """Silver rings; pink and purple for toys, cloth and flowers alone."""
    if noun.kinds & {"jewel"}:
        return adjectives_of("metal_colour")
    bright = noun.kinds & {"toy", "clothes", "cloth", "plant"}
    pale = () if bright else ("pink", "purple")
    return tuple(a for a in adjectives_of("colour") if a.key not in pale)


def look(rng: Random, noun: Noun) -> list[str]:
    """Adjectives that suit a noun: size or age, then colour or material."""
    keys = [rng.choice(SIZES)] if rng.random() < 0.45 else []
    if "small" in noun.kinds and keys == ["big"]:
        keys = []
    if noun.kinds & {"food", "dish", "idea"}:
        return [k for k in keys if k in ("small", "big")]
    if noun.kinds & {"animal", "wild"}:
        return [*keys[:0], rng.choice(adjectives_of("coat")).key]
    made = [m for m in MATERIALS if m in noun.kinds and adjectives_of("made_" + m)]
    if made and rng.random() < 0.4:
        return [*keys, rng.choice(adjectives_of("made_" + made[0])).key]
    if rng.random() < 0.75:
        key = rng.choice(colours_of(noun)).key
        # A pink rose would be "une rose rose".
        return keys if (key, noun.key) == ("pink", "rose") else [*keys, key]
    return keys


def draw(rng: Random) -> Cast:
    """A hero, a friend (of the family, or of the town) and somebody else."""
    everybody = list(people().values())
    hero = rng.choice(everybody)
    near = [p for p in everybody if p.town is hero.town and p is not hero]
    family = list(hero.kin.values())
    friend = rng.choice(family if rng.random() < 0.5 else near)
    rest = [p for p in near if p is not friend]
    # Mostly of another sex, so that pronouns have something to tell apart.
    mixed = [p for p in rest if p.sex != hero.sex or friend.sex != hero.sex]
    other = rng.choice(mixed or rest)
    spots = list(places_of(hero.town.key, "spot"))
    rng.shuffle(spots)
    rivers = places_of(hero.town.key, "river")
    spots.insert(rng.randrange(len(spots)), rng.choice(rivers))
    return Cast(rng, hero, friend, other, spots, set(), group(hero, friend))
