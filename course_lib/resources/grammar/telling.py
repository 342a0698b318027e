"""A story while it is told: sentences with their labels, and what has happened."""

from dataclasses import dataclass, field
from random import Random

from course_lib.resources.grammar.draft import Draft, Mention, spacing
from course_lib.resources.grammar.english import English
from course_lib.resources.grammar.french import French
from course_lib.resources.grammar.french_spelling import french_text
from course_lib.resources.grammar.meaning import (
    Adverbial,
    As,
    Clause,
    Entity,
    Joined,
    Quote,
    There,
    topic_of,
)
from course_lib.resources.grammar.references import NAMING, References

CLEFT = frozenset({"find", "break", "mend", "repair", "win", "make", "paint", "buy"})


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between words of a story.

    kind "pronoun": `source` is the index of a pronoun in its sentence, `target` is
    (sentence, word): where in the story the name or noun stands that it refers to. A
    they for two people who were named apart has two links.
    kind "subject": `source` is the index of a finite verb, `target` is (sentence,
    word) of the head of its subject, in the same sentence.
    """

    kind: str
    source: int
    target: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with every label.

    `words` are its tokens, `spans` their (start, end) in `text`, `tags` their BIO
    labels. `forms` says for each mention (start, end, key of the entity, form).
    """

    text: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    french: str
    sentiment: str | None
    links: tuple[Link, ...]
    spans: tuple[tuple[int, int], ...]
    forms: tuple[tuple[int, int, str, str], ...] = ()
    event: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a relation, who and what, told in which sentence."""

    relation: str
    roles: dict[str, Entity]
    sentence: int


@dataclass(eq=False)
class Teller:
    """Tells a story: `say` a meaning, and it stands in the story in both languages."""

    rng: Random
    sentences: list[Sentence] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    skeleton: list[str] = field(default_factory=list)
    used: set[object] = field(default_factory=set)
    where: dict[Entity, Entity] = field(default_factory=dict)
    mentions: list[list[Mention]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.references = References(self.rng)
        self.trail: dict[Entity, tuple[int, int]] = {}

    def pick(self, *choices: object) -> object:
        """One of several, at random."""
        return self.rng.choice(choices)

    def fresh(self, choices: tuple[Adverbial, ...]) -> Adverbial:
        """One of several that the story has not used yet, where there is one."""
        left = [c for c in choices if c.english not in self.used]
        choice = self.rng.choice(left or choices)
        self.used.add(choice.english)
        return choice

    def chance(self, probability: float) -> bool:
        """True as often as the probability says."""
        return self.rng.random() < probability

    def paragraph(self) -> None:
        """The next sentence opens a paragraph."""
        self.breaks.append(len(self.sentences))
        if self.chance(0.7):  # mostly with a name, not with he or she
            self.references.close()

    def happened(self, relation: str, **roles: Entity) -> None:
        """Note an event of the sentence that is said next."""
        self.events.append(Event(relation, roles, len(self.sentences)))

    def say(self, node: object, label: str = "", sentiment: str | None = None) -> None:
        """Put a meaning into words; `label` names it in the story's skeleton."""
        draft = Draft()
        if isinstance(node, Clause):
            self._vary(node)
        English(draft, self.references).sentence(node)
        french = french_text(French(draft).sentence(node))
        label = label or name_of(node)
        self.skeleton.append(label)
        links = self._links(draft, len(self.sentences))
        self.references.close(topic_of(node))
        self.mentions.append(draft.mentions)
        self.sentences.append(written(draft, french, sentiment, links, label))

    def _vary(self, node: Clause) -> None:
        """The same meaning in another frame: place first, passive, "it was Tom who"."""
        moves = len(node.after) > 1 and not node.settled
        if node.front is None and moves and self.chance(0.4):
            node.front, node.after = node.after[-1], node.after[:-1]
        if not self._simple(node):
            return
        if self.chance(0.1) and self._can_be_passive(node):
            node.passive, node.subject = True, As(node.subject, "name")
        elif self.chance(0.12) and self._can_be_cleft(node):
            node.cleft, node.subject = True, As(node.subject, "name")

    def _simple(self, node: Clause) -> bool:
        """A past deed of one known person, who is named."""
        who = node.subject
        known = isinstance(who, Entity) and who in self.references.known
        plain = not (node.negative or node.silent or node.question or node.middle)
        return known and who.kind == "person" and plain and node.tense == "past"

    def _can_be_cleft(self, node: Clause) -> bool:
        what = node.arguments[0] if node.arguments else None
        thing = what.entity if isinstance(what, As) else what
        told = thing is None or thing in self.references.known
        return told and node.front is None and node.verb.key in CLEFT

    def _can_be_passive(self, node: Clause) -> bool:
        what = node.arguments[0] if node.arguments else None
        thing = what.entity if isinstance(what, As) else what
        if not isinstance(thing, Entity) or thing.kind != "thing":
            return False
        told = thing in self.references.known and thing.owner is not node.subject
        bare = node.verb.pattern == ("{0}",) == node.verb.french_pattern
        return told and bare and not node.verb.stative

    def _links(self, draft: Draft, number: int) -> tuple[Link, ...]:
        links = [Link("subject", v, (number, head)) for v, head in draft.agreements]
        for mention in sorted(draft.mentions, key=lambda m: m.start):
            entity = mention.ref.entity
            if mention.ref.form == "pronoun":
                targets = self._targets(entity) if mention.ref.person == 3 else []
                links += [Link("pronoun", mention.head, at) for at in targets]
            elif entity.kind != "person" or mention.ref.form in NAMING:
                self.trail[entity] = (number, mention.head)
        return tuple(links)

    def _targets(self, entity: Entity) -> list[tuple[int, int]]:
        """Where an entity was named last; for a group never named so, its members."""
        if entity in self.trail:
            return [self.trail[entity]]
        return [self.trail[m] for m in entity.members if m in self.trail]


def _frame(node: Clause) -> str:
    """How a clause departs from the plain statement."""
    marks = {
        "not": node.negative,
        "passive": node.passive,
        "cleft": node.cleft,
        "question": node.question,
        "fronted": node.front,
    }
    return "".join(f".{mark}" for mark, there in marks.items() if there)


def name_of(node: object) -> str:
    """A meaning's frame, without who and what: its place in a story's skeleton."""
    if isinstance(node, Clause):
        return f"{node.verb.key}.{node.tense}" + _frame(node)
    if isinstance(node, Joined):
        return f"{name_of(node.first)}+{node.word}+{name_of(node.second)}"
    if isinstance(node, Quote):
        return f"say({name_of(node.content)})"
    if isinstance(node, There):
        return "there"
    return " ".join(node.english)


def written(
    draft: Draft,
    french: str,
    sentiment: str | None,
    links: tuple[Link, ...],
    label: str,
) -> Sentence:
    """The finished sentence: text, spans and labels of a draft."""
    text, spans = "", []
    for word, space in zip(draft.words, spacing(draft.words), strict=True):
        text += " " if space else ""
        spans.append((len(text), len(text) + len(word)))
        text += word
    forms = tuple(
        (m.start, m.end, m.ref.entity.key, m.ref.form) for m in draft.mentions
    )
    return Sentence(
        text,
        tuple(draft.words),
        tuple(draft.tags),
        french,
        sentiment,
        links,
        tuple(spans),
        forms,
        label,
    )
