"""The world's people, places and lasting facts."""

from functools import cache

from course_lib.resources.grammar.lexicon import adjectives, nouns, table
from course_lib.resources.grammar.meaning import Entity, Job

BACKWARDS = {
    # How the one is called by whom he calls so, by sex: Anna's son is Leo.
    "son": ("father", "mother"),
    "daughter": ("father", "mother"),
    "father": ("son", "daughter"),
    "mother": ("son", "daughter"),
    "brother": ("brother", "sister"),
    "sister": ("brother", "sister"),
    "grandson": ("grandfather", "grandmother"),
    "granddaughter": ("grandfather", "grandmother"),
    "grandfather": ("grandson", "granddaughter"),
    "grandmother": ("grandson", "granddaughter"),
    "uncle": ("nephew", "niece"),
    "aunt": ("nephew", "niece"),
    "nephew": ("uncle", "aunt"),
    "niece": ("uncle", "aunt"),
    "husband": ("husband", "wife"),
    "wife": ("husband", "wife"),
    "cousin": ("cousin", "cousin"),
    "neighbour": ("neighbour", "neighbour"),
    "friend": ("friend", "friend"),
}


@cache
def jobs() -> dict[str, Job]:
    """The jobs by key."""
    return {
        row["key"]: Job(row["key"], row["english"], row["masculine"], row["feminine"])
        for row in table("jobs")
    }


@cache
def job_spots() -> dict[str, str]:
    """Where each job is done: "baker" at the "bakery"."""
    return {row["key"]: row["spot"] for row in table("jobs")}


@cache
def places() -> dict[str, Entity]:
    """Every town, spot, organisation, feast and ship by key."""
    found = {}
    for row in table("places"):
        english = row["english"].removeprefix("the ")
        found[row["key"]] = Entity(
            row["key"],
            row["kind"],
            english=english,
            french=row["french"],
            tag=row["tag"] or None,
            gender=row["gender"],
            article=english != row["english"],
            places={
                "at": (row["at_english"], row["at_french"]),
                "to": (row["to_english"], row["to_french"]),
            },
        )
    return found


@cache
def coasts() -> dict[str, str]:
    """Whether a town lies by the "sea" or on "land"."""
    rows = table("places")
    return {row["key"]: row["towns"] for row in rows if row["kind"] == "town"}


@cache
def places_of(town: str, kind: str) -> tuple[Entity, ...]:
    """The places of a kind in or near a town: its spots, its inn, its feast."""
    coast = coasts()[town]
    return tuple(
        places()[row["key"]]
        for row in table("places")
        if row["kind"] == kind
        and (coast in row["towns"].split() or town in row["towns"])
    )


@cache
def people() -> dict[str, Entity]:
    """Everybody by name, with family, job and town."""
    rows = table("people")
    everybody = {
        row["name"]: Entity(
            row["name"],
            "person",
            english=row["name"],
            french=row["name"],
            tag="PER",
            sex=row["sex"],
            gender=row["sex"],
            job=jobs().get(row["job"]),
            town=places()[row["town"]],
            age=row["age"],
        )
        for row in rows
    }
    for row in rows:
        for pair in row["kin"].split():
            relation, name = pair.split(":")
            _relate(everybody[row["name"]], relation, everybody[name])
    return everybody


def _relate(one: Entity, relation: str, other: Entity) -> None:
    """Write a family tie in both directions, unless another is there."""
    if other not in one.kin.values():
        one.kin[relation] = other
    back = BACKWARDS[relation][one.sex == "f"]
    if one not in other.kin.values() and back not in other.kin:
        other.kin[back] = one


@cache
def traits() -> dict[str, str]:
    """What everybody is like, by name: the key of an adjective."""
    return {row["name"]: row["trait"] for row in table("people")}


@cache
def pets() -> dict[str, tuple[str, str]]:
    """Everybody's animal, by name: adjective and noun, "grey", "donkey"."""
    found = {}
    for row in table("people"):
        adjective, noun = row["pet"].split()
        found[row["name"]] = (adjective, noun)
    return found


def pet_of(person: Entity) -> Entity:
    """A person's animal, new for each story."""
    adjective, noun = pets()[person.key]
    return thing(noun, adjective, owner=person)


def thing(
    noun: str, *adjective_keys: str, owner: Entity | None = None, count: int = 0
) -> Entity:
    """Something new: thing("basket", "red", owner=mira). A count makes it plural."""
    word = nouns()[noun]
    return Entity(
        noun,
        "thing",
        sex="p" if count else "n",
        gender=word.gender,
        plural=count > 1,
        noun=word,
        adjectives=tuple(adjectives()[key] for key in adjective_keys),
        owner=owner,
        count=count,
    )
