"""The words of the world: nouns, adjectives and verbs in both languages."""

from dataclasses import dataclass
from functools import cache

from course_lib.errors import CourseError
from course_lib.resources.files import data_folder

VOWELS = "aeiou"


def table(name: str) -> list[dict[str, str]]:
    """The rows of data/world/NAME.tsv, each as column name to text.

    Raises:
        CourseError: the file is missing, or a row has another number of columns.
    """
    path = data_folder() / "world" / f"{name}.tsv"
    if not path.is_file():
        raise CourseError(f"{path} is missing: fetch the repository again.")
    lines = path.read_bytes().decode("utf-8").splitlines()
    head, rows = lines[0].split("\t"), [line.split("\t") for line in lines[1:] if line]
    for row in rows:
        if len(row) != len(head):
            raise CourseError(
                f"{path}: {len(row)} columns where {len(head)} are expected: {row}. "
                "Fetch the repository again."
            )
    return [dict(zip(head, row, strict=True)) for row in rows]


@dataclass(frozen=True, eq=False)
class Noun:
    """A common noun: English and French forms, French gender ("m", "f")."""

    key: str
    english: str
    plural: str
    french: str
    french_plural: str
    gender: str
    kinds: frozenset[str]


@dataclass(frozen=True, eq=False)
class Adjective:
    """An adjective: English, French by gender and number, before or after."""

    key: str
    english: str
    masculine: str
    feminine: str
    masculine_plural: str
    feminine_plural: str
    before_vowel: str
    before: bool
    kinds: frozenset[str]

    def french(self, gender: str, plural: bool) -> str:
        """The form that agrees with a gender ("m", "f") and a number."""
        if plural:
            return self.masculine_plural if gender == "m" else self.feminine_plural
        return self.masculine if gender == "m" else self.feminine


@dataclass(frozen=True, eq=False)
class Verb:
    """A verb with its frame: English forms and pattern, French infinitive and pattern.

    Patterns name the arguments: "{0} to {1}" is what follows *give*.
    """

    key: str
    base: str
    past: str
    participle: str
    ing: str
    pattern: tuple[str, ...]
    french: str
    french_pattern: tuple[str, ...]
    stative: bool
    modal: bool


def english_plural(word: str) -> str:
    """The regular plural: box, boxes; berry, berries; key, keys."""
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in VOWELS:
        return word[:-1] + "ies"
    return word + "s"


def french_plural(word: str) -> str:
    """The regular plural: clé, clés; bateau, bateaux; souris, souris."""
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return word[:-2] + "aux"
    return word + ("x" if word.endswith("eau") else "s")


def ing_form(base: str) -> str:
    """The regular -ing: make, making; see, seeing; open, opening."""
    if base.endswith("e") and not base.endswith(("ee", "ye", "oe")):
        return base[:-1] + "ing"
    return base + "ing"


def past_form(base: str) -> str:
    """The regular past: walk, walked; like, liked."""
    return base + ("d" if base.endswith("e") else "ed")


def _noun(row: dict[str, str]) -> Noun:
    return Noun(
        row["key"],
        row["english"],
        row["plural"] or english_plural(row["english"]),
        row["french"],
        row["french_plural"] or french_plural(row["french"]),
        row["gender"],
        frozenset(row["kinds"].split()),
    )


def _adjective(row: dict[str, str]) -> Adjective:
    masculine = row["masculine"]
    feminine = row["feminine"] or masculine
    fixed = " " in masculine and masculine == feminine
    plural = row["masculine_plural"] or french_plural(masculine)
    return Adjective(
        row["key"],
        row["english"],
        masculine,
        feminine,
        plural,
        feminine if fixed else _feminine_plural(feminine),
        row["before_vowel"] or masculine,
        row["place"] == "before",
        frozenset(row["kinds"].split()),
    )


def _feminine_plural(feminine: str) -> str:
    return " ".join(
        w if w in ("et", "comme") else french_plural(w) for w in feminine.split()
    )


def _verb(row: dict[str, str]) -> Verb:
    forms = row["forms"].split()
    base = forms[0]
    past = forms[1] if len(forms) > 1 else past_form(base)
    participle = forms[2] if len(forms) > 2 else past
    ing = forms[-1] if forms[-1].endswith("ing") and len(forms) > 3 else ing_form(base)
    flags = row["flags"].split()
    pattern, french = row["pattern"].split(), row["french_pattern"].split()
    return Verb(
        row["key"],
        base,
        past,
        participle,
        ing,
        tuple(pattern),
        row["french"],
        tuple(french),
        "s" in flags,
        "m" in flags,
    )


@cache
def nouns() -> dict[str, Noun]:
    """All nouns by key."""
    return {row["key"]: _noun(row) for row in table("nouns")}


@cache
def adjectives() -> dict[str, Adjective]:
    """All adjectives by key."""
    return {row["key"]: _adjective(row) for row in table("adjectives")}


@cache
def verbs() -> dict[str, Verb]:
    """All verbs by key."""
    return {row["key"]: _verb(row) for row in table("verbs")}


@cache
def nouns_of(kind: str) -> tuple[Noun, ...]:
    """The nouns of a kind ("animal", "tool"), in the order of the file."""
    return tuple(noun for noun in nouns().values() if kind in noun.kinds)


@cache
def adjectives_of(kind: str) -> tuple[Adjective, ...]:
    """The adjectives of a kind ("colour", "feeling_good"), in the file's order."""
    return tuple(a for a in adjectives().values() if kind in a.kinds)
