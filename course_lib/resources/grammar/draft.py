"""A sentence while it is being written: words, labels, who is meant where."""

from dataclasses import dataclass, field

from course_lib.resources.grammar.meaning import Entity

CLOSING = frozenset(".,?!:;")


@dataclass(eq=False, slots=True)
class Ref:
    """How one mention calls its entity; both languages read it.

    `form` is "name", "pronoun", "definite", "full" (definite with adjectives),
    "indefinite", "owned", "owned_full", "job", "kin", "kin_name", "apposition",
    "new" (a key, without adjectives), "plain" (noun alone). `person` is 1, 2 or 3.
    `owner` is how the owner is called.
    """

    entity: Entity
    form: str
    person: int = 3
    plural: bool = False
    owner: "Ref | None" = None


@dataclass(eq=False, slots=True)
class Mention:
    """Where a mention stands: words start to end, its head, its Ref."""

    ref: Ref
    start: int
    end: int
    head: int


@dataclass(eq=False, slots=True)
class Draft:
    """One sentence's words and labels, filled from left to right."""

    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    agreements: list[tuple[int, int]] = field(default_factory=list)
    refs: dict[tuple[int, object], Ref] = field(default_factory=dict)
    capitals: list[int] = field(default_factory=list)
    speaker: Entity | None = None
    hearer: Entity | None = None
    subjects: list[Entity] = field(default_factory=list)
    lead: Entity | None = None

    def word(self, text: str, tag: str = "O") -> int:
        """Add one word; a comma gives way to a stronger sign. Returns its index."""
        if text in CLOSING and self.words and self.words[-1] == ",":
            self.words.pop()
            self.tags.pop()
        self.words.append(text)
        self.tags.append(tag)
        return len(self.words) - 1

    def name(self, text: str, tag: str | None) -> int:
        """Add a proper name of one or more words. Returns the index of its first."""
        start = len(self.words)
        for number, word in enumerate(text.split()):
            label = "O" if tag is None else ("B-" if number == 0 else "I-") + tag
            self.word(word, label)
        return start

    def capital(self) -> None:
        """The next word opens a sentence."""
        self.capitals.append(len(self.words))

    def finish(self) -> None:
        """Write the capitals."""
        for index in self.capitals:
            if index < len(self.words):
                word = self.words[index]
                self.words[index] = word[0].upper() + word[1:]


def spacing(words: tuple[str, ...] | list[str]) -> list[bool]:
    """Whether a space stands before each word: the rule that rebuilds the text.

    No space stands before . , ? ! : ; and 's, after an opening quotation mark, and
    before a closing one.
    """
    spaces, inside, after_open = [], False, True
    for word in words:
        if word == '"':
            space = not inside and not after_open
            inside = not inside
            spaces.append(space)
            after_open = inside
            continue
        spaces.append(not after_open and word not in CLOSING and word != "'s")
        after_open = False
    return spaces
