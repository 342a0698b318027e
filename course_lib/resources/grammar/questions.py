"""Questions about a story, with answers that are spans of its text."""

from dataclasses import dataclass
from random import Random

from course_lib.resources.grammar.draft import Mention
from course_lib.resources.grammar.meaning import Entity
from course_lib.resources.grammar.references import NAMING
from course_lib.resources.grammar.telling import Event, Sentence, Teller

# relation: (question, the role that answers it)
ASKED = {
    "find": (
        ("Who found {what}?", "who"),
        ("Where did {who} find {what}?", "where"),
        ("What did {who} find?", "what"),
    ),
    "lose": (("Where did {who} lose {what}?", "where"), ("Who lost {what}?", "who")),
    "return": (("Who brought {what} back?", "who"),),
    "buy": (
        ("Where did {who} get {what}?", "where"),
        ("Who got {what}?", "who"),
    ),
    "give": (
        ("Who gave {whom} {what}?", "who"),
        ("Who was given {what}?", "whom"),
        ("What did {who} give {whom}?", "what"),
    ),
    "break": (("What did {who} break?", "what"), ("Who broke {what}?", "who")),
    "mend": (("Who mended {what}?", "who"),),
    "meet": (("Where did {who} meet {whom}?", "where"),),
    "live": (("Where did {who} live?", "where"),),
    "have": (("What animal did {who} have?", "what"),),
    "make": (("Who made {what}?", "who"), ("What did {who} make?", "what")),
    "sell": (("Who sold {what}?", "who"), ("Who bought {what}?", "whom")),
    "hide": (("Where did {who} hide {what}?", "where"), ("Who hid {what}?", "who")),
    "win": (("Who won the race?", "who"),),
    "winbet": (("Who won the bet?", "who"),),
    "save": (("Who saved {what}?", "who"),),
    "forget": (("What did {who} forget?", "what"),),
    "paint": (("Who painted {what}?", "who"),),
    "lend": (("Who lent {whom} {what}?", "who"),),
    "teach": (("Who taught {whom}?", "who"),),
    "clean": (("Who cleaned {what}?", "who"),),
    "wash": (("Who washed {what}?", "who"),),
    "borrow": (("What did {who} borrow?", "what"),),
}
NEVER = ("paint", "sell", "lose", "hide", "break", "find", "save", "mend")


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a story.

    `answer` is a span of the story's text that begins at character `start`; it is ""
    and `start` None where the story does not say.
    """

    text: str
    answer: str
    start: int | None

    @property
    def answerable(self) -> bool:
        """Whether the story holds the answer."""
        return self.start is not None


def called(entity: Entity) -> str:
    """How a question calls somebody or something: Mira, the small brass key."""
    if entity.noun is None or entity.english:
        return ("the " if entity.article else "") + entity.english
    noun = entity.noun.plural if entity.plural else entity.noun.english
    return " ".join(["the", *(a.english for a in entity.adjectives), noun])


def ask(t: Teller, starts: list[int]) -> tuple[Question, ...]:
    """Every question that the story's events answer, and some that none does.

    Args:
        t: the story, told to its end.
        starts: where each sentence begins in the story's text.
    """
    questions: dict[str, Question] = {}
    doubtful: set[str] = set()
    for event in t.events:
        for pattern, role in ASKED.get(event.relation, ()):
            if not {role, *_gaps(pattern)} <= event.roles.keys():
                continue
            text = pattern.format(**{r: called(e) for r, e in event.roles.items()})
            found = answer(t, event, role, starts)
            if text in questions and (
                found is None or questions[text].answer != found[0]
            ):
                doubtful.add(text)
            elif found:
                questions[text] = Question(text, *found)
    good = [q for text, q in questions.items() if text not in doubtful]
    t.rng.shuffle(good)
    return (*good[:6], *unanswered(t, t.rng, questions.keys()))


def _gaps(pattern: str) -> set[str]:
    return {
        role for role in ("who", "what", "whom", "where") if f"{{{role}}}" in pattern
    }


def answer(
    t: Teller, event: Event, role: str, starts: list[int]
) -> tuple[str, int] | None:
    """The span that answers: the entity's name in the event's sentence, or before."""
    entity = event.roles[role]
    for number in range(event.sentence, -1, -1):
        for mention in t.mentions[number]:
            if mention.ref.entity is entity and _says_who(mention):
                return _span(t.sentences[number], mention, starts[number])
    return None


def _says_who(mention: Mention) -> bool:
    if mention.ref.entity.kind == "person":
        return mention.ref.form in NAMING
    return mention.ref.form not in ("pronoun", "silent")


def _span(sentence: Sentence, mention: Mention, offset: int) -> tuple[str, int]:
    """A person's name alone; anything else as it stands there."""
    first, last = mention.start, mention.end - 1
    entity = mention.ref.entity
    if entity.kind == "person":
        first = mention.head
        last = first + len(entity.english.split()) - 1
    start, end = sentence.spans[first][0], sentence.spans[last][1]
    return sentence.text[start:end], offset + start


def unanswered(t: Teller, rng: Random, taken) -> list[Question]:
    """One or two questions about things that did not happen in the story."""
    things = {e.roles["what"] for e in t.events if "what" in e.roles}
    told = {(e.relation, e.roles.get("what")) for e in t.events}
    options = [
        ASKED[relation][0][0].format(who="", what=called(thing))
        for relation in NEVER
        for thing in sorted(things, key=lambda e: e.key)
        if (relation, thing) not in told and "{who}" not in ASKED[relation][0][0]
    ]
    options = sorted({text for text in options if text not in taken})
    return [
        Question(text, "", None) for text in rng.sample(options, min(1, len(options)))
    ]
