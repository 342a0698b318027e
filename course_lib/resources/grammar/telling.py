"""A story while it is told: sentences with their labels, and what has happened."""

from dataclasses import dataclass, field
from random import Random

from course_lib.resources.grammar.draft import Draft, Mention, spacing
from course_lib.resources.grammar.english import English
from course_lib.resources.grammar.french import French
from course_lib.resources.grammar.french_spelling import french_text
from course_lib.resources.grammar.meaning import Clause, Entity, Joined, Quote
from course_lib.resources.grammar.references import NAMING, References


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between words of a story.

    kind "pronoun": `source` is the index of a pronoun in its sentence, `target` is
    (sentence, word): where in the story the name or noun stands that it refers to.
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
    where: dict[Entity, Entity] = field(default_factory=dict)
    facts: list[tuple[str, str, str]] = field(default_factory=list)
    mentions: list[list[Mention]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.references = References(self.rng)
        self.trail: dict[Entity, tuple[int, int]] = {}

    def pick(self, *choices: object) -> object:
        """One of several, at random."""
        return self.rng.choice(choices)

    def chance(self, probability: float) -> bool:
        """True as often as the probability says."""
        return self.rng.random() < probability

    def paragraph(self) -> None:
        """The next sentence opens a paragraph."""
        self.breaks.append(len(self.sentences))

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
        self.references.close()
        self.mentions.append(draft.mentions)
        self.sentences.append(written(draft, french, sentiment, links, label))

    def _vary(self, node: Clause) -> None:
        """A time or place at the end sometimes opens the sentence."""
        if node.front is None and len(node.after) > 1 and self.chance(0.4):
            node.front, node.after = node.after[-1], node.after[:-1]

    def _links(self, draft: Draft, number: int) -> tuple[Link, ...]:
        links = [Link("subject", v, (number, head)) for v, head in draft.agreements]
        for mention in sorted(draft.mentions, key=lambda m: m.start):
            entity = mention.ref.entity
            if mention.ref.form == "pronoun":
                target = self._target(entity)
                if mention.ref.person == 3 and target:
                    links.append(Link("pronoun", mention.head, target))
            elif entity.kind != "person" or mention.ref.form in NAMING:
                self.trail[entity] = (number, mention.head)
        return tuple(links)

    def _target(self, entity: Entity) -> tuple[int, int] | None:
        if entity in self.trail or not entity.members:
            return self.trail.get(entity)
        found = [self.trail[m] for m in entity.members if m in self.trail]
        return max(found) if found else None


def name_of(node: object) -> str:
    """A meaning's frame, without who and what: its place in a story's skeleton."""
    if isinstance(node, Clause):
        return f"{node.verb.key}.{node.tense}" + (".not" if node.negative else "")
    if isinstance(node, Joined):
        return f"{name_of(node.first)}+{node.word}+{name_of(node.second)}"
    if isinstance(node, Quote):
        return f"say({name_of(node.content)})"
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
