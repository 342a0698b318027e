"""A story while it is told: sentences with their labels, and what has happened."""

from dataclasses import dataclass, field
from random import Random

from course_lib.resources.grammar.draft import Draft, Mention, spacing
from course_lib.resources.grammar.english import English
from course_lib.resources.grammar.framing import join, may_join, name_of, vary
from course_lib.resources.grammar.french import French
from course_lib.resources.grammar.french_spelling import french_text
from course_lib.resources.grammar.meaning import (
    Adverbial,
    Clause,
    Entity,
    topic_of,
)
from course_lib.resources.grammar.references import NAMING, References


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
    waiting: tuple[object, str, str | None] | None = None
    noted: list[tuple[str, dict[str, Entity]]] = field(default_factory=list)
    varied: bool = True

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
        self.flush()
        self.breaks.append(len(self.sentences))
        if self.chance(0.7):  # mostly with a name, not with he or she
            self.references.close()

    def known(self, entity: Entity) -> bool:
        """Whether the story has spoken of somebody or something already."""
        self.flush()
        return entity in self.references.known

    def owns(self, who: Entity, thing: Entity) -> None:
        """From now on the thing is another's; what is said already stays as it was."""
        self.flush()
        thing.owner = who

    def happened(self, relation: str, **roles: Entity) -> None:
        """Note an event of the sentence that is said next."""
        self.noted.append((relation, roles))

    def say(self, node: object, label: str = "", sentiment: str | None = None) -> None:
        """Put a meaning into words; two deeds of one person may share a sentence."""
        before = self.waiting
        if before is not None:
            plain = before[2] is None and sentiment is None and not self._timed(node)
            if plain and may_join(before[0], node) and self.chance(0.45):
                self.waiting = (join(before[0], node), label, None)
                self._note(len(self.sentences))
                return
            self.flush()
        self._note(len(self.sentences))
        self.waiting = (node, label, sentiment)

    def _timed(self, node: object) -> bool:
        """Whether a deed has a time of its own (a phrase without a place in it)."""
        after = node.after if isinstance(node, Clause) else ()
        return any(not phrase.arguments for phrase in after)

    def _note(self, number: int) -> None:
        self.events += [
            Event(relation, roles, number) for relation, roles in self.noted
        ]
        self.noted = []

    def _vary(self, node: Clause) -> None:
        vary(node, self.rng, self.references.known)

    def flush(self) -> None:
        """Write the sentence that waits for another to join it."""
        if self.waiting is None:
            return
        (node, label, sentiment), self.waiting = self.waiting, None
        draft = Draft()
        if isinstance(node, Clause) and self.varied:
            vary(node, self.rng, self.references.known)
        English(draft, self.references).sentence(node)
        french = french_text(French(draft).sentence(node))
        label = label or name_of(node)
        self.skeleton.append(label)
        links = self._links(draft, len(self.sentences))
        self.references.close(topic_of(node))
        self.mentions.append(draft.mentions)
        self.sentences.append(written(draft, french, sentiment, links, label))

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
