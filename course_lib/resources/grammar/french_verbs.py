"""French conjugation: the tenses that stories need, for every verb in the lexicon."""

from functools import cache

from course_lib.resources.grammar.lexicon import table

PERSONS = ("je", "tu", "il", "nous", "vous", "ils")
IMPERFECT = dict(
    zip(PERSONS, ("ais", "ais", "ait", "ions", "iez", "aient"), strict=True)
)
FUTURE = dict(zip(PERSONS, ("ai", "as", "a", "ons", "ez", "ont"), strict=True))
ENDINGS = {
    "er": ("e", "es", "e", "ons", "ez", "ent"),
    "ir": ("is", "is", "it", "issons", "issez", "issent"),
    "re": ("s", "s", "", "ons", "ez", "ent"),
}
# Regular verbs that build their past with être; the irregular ones say so in the table.
MOVING = frozenset(
    {"arriver", "entrer", "monter", "rentrer", "rester", "retourner", "tomber"}
)
DOUBLING = {"appeler": "appell", "jeter": "jett"}


@cache
def _irregular() -> dict[str, dict[str, str]]:
    return {row["infinitive"]: row for row in table("french_verbs")}


def bare(infinitive: str) -> tuple[str, bool]:
    """The verb without its reflexive pronoun, and whether it had one."""
    for pronoun in ("se ", "s'"):
        if infinitive.startswith(pronoun):
            return infinitive[len(pronoun) :], True
    return infinitive, False


def _strong_stem(infinitive: str) -> str:
    """The stem before a silent ending: achèt-, lèv-, esp-èr-, nettoi-, appell-."""
    stem = infinitive[:-2]
    if infinitive in DOUBLING:
        return DOUBLING[infinitive]
    if stem.endswith(("oy", "uy")):
        return stem[:-1] + "i"
    if len(stem) > 2 and stem[-2] in "eé" and stem[-1] not in "aeiouyrxl" + "gn":
        return stem[:-2] + "è" + stem[-1]
    if infinitive in ("espérer", "préférer"):
        return stem[:-2] + "è" + stem[-1]
    return stem


def _soft(stem: str) -> str:
    """Before a or o, c and g stay soft: mangeons, commençons."""
    if stem.endswith("g"):
        return stem + "e"
    return stem[:-1] + "ç" if stem.endswith("c") else stem


@cache
def present(infinitive: str, person: str) -> str:
    """The present: present("trouver", "nous") is "trouvons"."""
    row = _irregular().get(infinitive)
    if row:
        return row[person]
    stem, kind = infinitive[:-2], infinitive[-2:]
    ending = ENDINGS[kind][PERSONS.index(person)]
    if kind == "er":
        if person in ("nous", "vous"):
            return (_soft(stem) if person == "nous" else stem) + ending
        return _strong_stem(infinitive) + ending
    return stem + ending


@cache
def imperfect(infinitive: str, person: str) -> str:
    """The imperfect: imperfect("finir", "il") is "finissait"."""
    if infinitive == "être":
        return "ét" + IMPERFECT[person]
    stem = present(infinitive, "nous")[:-3]
    if person in ("nous", "vous"):  # mangions, not mangeions
        stem = infinitive[:-2] if infinitive.endswith(("ger", "cer")) else stem
    return stem + IMPERFECT[person]


@cache
def _future_stem(infinitive: str) -> str:
    row = _irregular().get(infinitive)
    if row:
        return row["future"]
    if infinitive.endswith("re"):
        return infinitive[:-1]
    if infinitive.endswith("er") and "é" not in infinitive[-4:]:
        return _strong_stem(infinitive) + "er"
    return infinitive


@cache
def future(infinitive: str, person: str) -> str:
    """The future: future("venir", "je") is "viendrai"."""
    return _future_stem(infinitive) + FUTURE[person]


@cache
def conditional(infinitive: str, person: str) -> str:
    """The conditional: conditional("pouvoir", "il") is "pourrait"."""
    return _future_stem(infinitive) + IMPERFECT[person]


@cache
def participle(infinitive: str, gender: str = "m", plural: bool = False) -> str:
    """The past participle, agreeing: participle("prendre", "f") is "prise"."""
    row = _irregular().get(infinitive)
    if row:
        form = row["participle"]
    else:
        form = infinitive[:-2] + {"er": "é", "ir": "i", "re": "u"}[infinitive[-2:]]
    if (gender == "f" or plural) and form == "dû":
        form = "du"
    form += "e" if gender == "f" else ""
    return form + ("s" if plural and not form.endswith("s") else "")


@cache
def auxiliary(infinitive: str) -> str:
    """avoir or être, for a verb without a reflexive pronoun."""
    row = _irregular().get(infinitive)
    if row:
        return row["auxiliary"]
    return "être" if infinitive in MOVING else "avoir"
