"""What a sentence means, before it has words in either language.

A `Clause` says who does what; its arguments are entities, not words. How an entity is
called (a name, a pronoun, "the baker") is chosen once, in `references`, and both
languages follow that choice.
"""

from dataclasses import dataclass, field
from functools import cache

from course_lib.resources.grammar.lexicon import Adjective, Noun, Verb, verbs


@dataclass(frozen=True, eq=False)
class Job:
    """What somebody does: "baker", French by sex, "boulanger" or "boulangère"."""

    key: str
    english: str
    masculine: str
    feminine: str

    def french(self, sex: str) -> str:
        """The French word for a man ("m") or a woman ("f")."""
        return self.masculine if sex == "m" else self.feminine


@dataclass(eq=False, slots=True)
class Entity:
    """Somebody or something that a story speaks of.

    `kind` is "person", "town", "spot", "org", "misc", "thing" or "group". `sex` rules
    English pronouns ("m", "f", "n"), `gender` French agreement ("m", "f"). `tag` is
    the label of a proper name, or None. `count` is a number that is said, or 0.
    """

    key: str
    kind: str
    english: str = ""
    french: str = ""
    tag: str | None = None
    sex: str = "n"
    gender: str = "m"
    plural: bool = False
    article: bool = False
    noun: Noun | None = None
    adjectives: tuple[Adjective, ...] = ()
    owner: "Entity | None" = None
    members: tuple["Entity", ...] = ()
    count: int = 0
    job: Job | None = None
    town: "Entity | None" = None
    age: str = "adult"
    kin: dict[str, "Entity"] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class As:
    """An entity with the form it must take: "name", "pronoun", "indefinite", ..."""

    entity: Entity
    form: str


@dataclass(frozen=True, eq=False)
class Words:
    """A fixed phrase that stands where an argument may stand."""

    english: str
    french: str
    plural: bool = False
    gender: str = "m"


@dataclass(frozen=True, eq=False)
class Adverbial:
    """A phrase of place, time or manner, with gaps: "near {0}", "près de {0}"."""

    english: tuple[str, ...]
    french: tuple[str, ...]
    arguments: tuple[object, ...] = ()


@dataclass(frozen=True, eq=False)
class With:
    """A noun phrase with what narrows it: "the boxes" + "near the door"."""

    phrase: "Entity | As"
    adverbial: Adverbial


@dataclass(frozen=True, eq=False)
class Which:
    """A noun phrase with a clause about it: "the key" + "that Mira had lost".

    The clause's `gap` says what the noun is in it: "s" its subject, 0 its object.
    """

    phrase: "Entity | As"
    clause: "Clause"


@dataclass(frozen=True, eq=False)
class There:
    """There was or there were something somewhere."""

    item: object
    after: tuple[Adverbial, ...] = ()


@dataclass(eq=False, slots=True)
class Clause:
    """Somebody does something.

    `tense` is "past", "was" (a past state or habit), "perfect" (had done), "present",
    "done" (has done), "future", "would", "progressive" (was doing) or "infinitive".
    `negative` is "", "not", "never" or "no longer". `question` is "", "yes" (do you?),
    or a question word from `QUESTION_WORDS`. `silent`: the subject is understood.
    `cleft`: "it was Mira who ...". `settled`: its phrases keep their order.
    """

    subject: object
    verb: Verb
    arguments: tuple[object, ...] = ()
    tense: str = "past"
    negative: str = ""
    front: Adverbial | None = None
    after: tuple[Adverbial, ...] = ()
    middle: Adverbial | None = None
    passive: bool = False
    question: str = ""
    silent: bool = False
    gap: object = None
    cleft: bool = False
    settled: bool = False


@dataclass(frozen=True, eq=False)
class Joined:
    """Two clauses with a word between ("and", "because") or before ("when")."""

    word: str
    first: object
    second: object


@dataclass(frozen=True, eq=False)
class Fixed:
    """A sentence whose words stand ready in both languages, with gaps."""

    english: tuple[str, ...]
    french: tuple[str, ...]
    arguments: tuple[object, ...] = ()
    ending: str = "."


@dataclass(frozen=True, eq=False)
class Quote:
    """What somebody says. `verb` None: the quotation stands alone."""

    speaker: Entity
    content: object
    verb: str | None = "say"
    hearer: Entity | None = None
    ending: str = ""
    leading: bool = False


# English, French; True where the word stands before both clauses ("When a, b").
CONJUNCTIONS = {
    "and": ("and", "et", False),
    "but": (", but", ", mais", False),
    "so": (", so", ", alors", False),
    "because": ("because", "parce que", False),
    "when": ("when", "quand", True),
    "although": ("although", "même si", True),
    "before_that": (", and then", ", et puis", False),
    "if": ("if", "si", True),
    "while": ("while", "pendant que", True),
    "that": (", and", ", et", False),
    "but_that": ("but", "mais", False),
}

QUESTION_WORDS = {
    "where": ("where", "où est-ce que"),
    "why": ("why", "pourquoi est-ce que"),
    "when": ("when", "quand est-ce que"),
    "how": ("how", "comment est-ce que"),
    "what": ("what", "qu'est-ce que"),
    "who": ("who", "qui"),
}


@cache
def pieces(text: str) -> tuple[str, ...]:
    """A pattern cut at its spaces: "near {0}" has two pieces."""
    return tuple(text.split())


def clause(subject: object, verb: str, *arguments: object, **rest: object) -> Clause:
    """A clause by its verb's key: clause(mira, "find", key, tense="perfect")."""
    return Clause(subject, verbs()[verb], arguments, **rest)


def infinitive(
    subject: object, verb: str, *arguments: object, **rest: object
) -> Clause:
    """What somebody wants to do; the subject is understood, not said."""
    return Clause(subject, verbs()[verb], arguments, tense="infinitive", **rest)


def adverbial(english: str, french: str, *arguments: object) -> Adverbial:
    """A phrase of place, time or manner: adverbial("near {0}", "près de {0}", mill)."""
    return Adverbial(pieces(english), pieces(french), arguments)


def fixed(english: str, french: str, *arguments: object, ending: str = ".") -> Fixed:
    """A ready sentence with gaps, without its full stop."""
    return Fixed(pieces(english), pieces(french), arguments, ending)


def at(place: Entity) -> Adverbial:
    """Where somebody is: "at the harbour", "on the beach", "in Port Aven"."""
    english, french = place.places["at"]
    return adverbial(english, french, place)


def to(place: Entity) -> Adverbial:
    """Where somebody goes: "to the harbour", "au port"."""
    english, french = place.places["to"]
    return adverbial(english, french, place)


def into(place: Entity) -> Adverbial:
    """Where somebody arrives: "at the harbour", "in Port Aven"."""
    return at(place)


def group(*members: Entity) -> Entity:
    """Several people as one: "Mira and Tom", "they"."""
    women = all(member.sex == "f" for member in members)
    key = "+".join(member.key for member in members)
    gender = "f" if women else "m"
    return Entity(key, "group", sex="p", gender=gender, plural=True, members=members)


def topic_of(node: object) -> Entity | None:
    """The one whom a plain statement is about: its subject."""
    if isinstance(node, Joined):
        return topic_of(node.first)
    if not isinstance(node, Clause) or node.passive:
        return None
    who = node.subject.entity if isinstance(node.subject, As) else node.subject
    return who if isinstance(who, Entity) and who.kind == "person" else None
