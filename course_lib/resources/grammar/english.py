"""English words for a meaning."""

from functools import cache

from course_lib.resources.grammar.english_phrases import Phrases
from course_lib.resources.grammar.english_words import (
    SHORT,
    verb_words,
    with_auxiliary,
    with_not,
)
from course_lib.resources.grammar.lexicon import Verb, verbs
from course_lib.resources.grammar.meaning import (
    CONJUNCTIONS,
    QUESTION_WORDS,
    As,
    Clause,
    Entity,
    Fixed,
    Joined,
    Quote,
    There,
    With,
    topic_of,
)


class English(Phrases):
    """Writes meanings into a draft, asking `refer` how to call each entity."""

    def sentence(self, node: object) -> None:
        """A whole sentence with its capital and its full stop."""
        self.draft.capital()
        self.node(node)
        if not isinstance(node, Quote) or (node.verb and not node.leading):
            self.draft.word(ending_of(node))
        self.draft.finish()

    def node(self, node: object) -> None:
        """A clause, joined clauses, a quotation or a ready sentence."""
        if isinstance(node, Clause):
            self.clause(node)
        elif isinstance(node, Joined):
            self.joined(node)
        elif isinstance(node, Quote):
            self.quote(node)
        elif isinstance(node, Fixed):
            self.pattern(node.english, node, node.arguments, "oblique")
        elif isinstance(node, There):
            self.there(node)
        else:
            raise TypeError(f"no words for {node!r}")

    def there(self, node: There) -> None:
        """There were three boxes near the door."""
        verb = self.draft.word("there") + 1
        self.draft.word("was")
        head, _, plural = self.noun_phrase(node.item, node, 0, "existence")
        self.draft.words[verb] = "were" if plural else "was"
        self.draft.agreements.append((verb, head))
        for adverb in node.after:
            self.adverbial(adverb)

    def joined(self, node: Joined) -> None:
        """Two clauses: "a and b", "when a, b"."""
        word, _, before = CONJUNCTIONS[node.word]
        if before:
            self.phrase(word)
            self.node(node.first)
            self.draft.word(",")
        else:
            self.node(node.first)
            self.phrase(word)
        self.draft.lead = topic_of(node.first)
        self.node(node.second)

    def clause(self, node: Clause) -> None:
        """Front, subject, verb group, arguments, what follows."""
        if node.front:
            self.adverbial(node.front)
            self.draft.word(",")
        if node.tense == "infinitive":
            self.draft.subjects.append(_entity(node.subject))
            self._negative_infinitive(node)
            self.draft.word(node.verb.base)
            self._rest(node)
        elif node.passive:
            self._passive(node)
        elif node.question:
            self._question(node)
        else:
            self._statement(node)
        self.draft.subjects.pop()

    def _negative_infinitive(self, node: Clause) -> None:
        if node.negative:
            self.draft.words.insert(len(self.draft.words) - 1, "not")
            self.draft.tags.insert(len(self.draft.tags) - 1, "O")

    def _statement(self, node: Clause) -> None:
        head, person, plural = self.subject(node)
        words = list(verb_words(node.verb, node.tense, person, plural))
        self._verb_group(node, words, head, person, plural)
        self._rest(node)

    def subject(self, node: Clause) -> tuple[int, int, bool]:
        """Write the subject (or keep it silent): its head, person, plural."""
        self.draft.subjects.append(_entity(node.subject))
        if node.silent:
            ref = self.refer.silent(node.subject, self.draft)
            self.draft.refs[id(node), "s"] = ref
            return self.refer.last_subject, ref.person, ref.plural
        if node.cleft:
            self.phrase("it was")
        found = self.noun_phrase(node.subject, node, "s", "subject")
        self.refer.last_subject = found[0]
        if node.cleft:
            self.draft.word("who")
        return found

    def _verb_group(self, node, words, head, person, plural) -> None:
        simple = len(words) == 1 and node.verb.base != "be" and not node.verb.modal
        adverb = {"never": "never", "no longer": "no longer"}.get(node.negative)
        middle = adverb or (" ".join(node.middle.english) if node.middle else "")
        if node.negative == "not":
            words = with_not(node, words, person, plural, self.draft.speaker)
            simple = False
        if middle and simple:
            self.phrase(middle)
        verb = self.draft.word(words[0])
        if head >= 0:
            self.draft.agreements.append((verb, head))
        if middle and not simple:
            self.phrase(middle)
        for word in words[1:]:
            self.draft.word(word)

    def _passive(self, node: Clause) -> None:
        self.draft.subjects.append(_entity(node.arguments[0]))
        head, person, plural = self.noun_phrase(node.arguments[0], node, 0, "subject")
        be = "was" if not plural else "were"
        words = ["had", "been"] if node.tense == "perfect" else [be]
        if node.negative:
            words.insert(1, "not")
        verb = self.draft.word(words[0])
        self.draft.agreements.append((verb, head))
        for word in [*words[1:], node.verb.participle]:
            self.draft.word(word)
        if node.subject is not None:
            self.draft.word("by")
            self.noun_phrase(node.subject, node, "s", "agent")
        for adverb in node.after:
            self.adverbial(adverb)

    def _question(self, node: Clause) -> None:
        if node.question == "who":
            self.draft.subjects.append(None)
            self.draft.word("who")
            self.draft.refs[id(node), "s"] = None
            for word in verb_words(node.verb, node.tense, 3, False):
                self.draft.word(word)
            self._rest(node)
            return
        if node.question != "yes":
            self.phrase(QUESTION_WORDS[node.question][0])
        place = len(self.draft.words)
        head, person, plural = self.subject(node)
        words = list(verb_words(node.verb, node.tense, person, plural))
        first, *others = with_auxiliary(node, words, person, plural)
        if node.negative == "not":
            first = SHORT[f"{first} not"]
        self._insert(place, first)
        if not self.draft.speaker or person == 3:
            self.draft.agreements.append((place, head + 1))
        if node.middle:
            self.phrase(" ".join(node.middle.english))
        for word in others:
            self.draft.word(word)
        self._rest(node)

    def _insert(self, place: int, word: str) -> None:
        """Put a word before the subject; mentions behind it move along."""
        self.draft.words.insert(place, word)
        self.draft.tags.insert(place, "O")
        for mention in self.draft.mentions:
            if mention.start >= place:
                mention.start, mention.end = mention.start + 1, mention.end + 1
                mention.head += 1

    def _rest(self, node: Clause) -> None:
        roles = argument_roles(node.verb)
        for word in node.verb.pattern:
            if word[0] == "{":
                number = int(word[1])
                if number < len(node.arguments) and number != node.gap:
                    role = roles[number]
                    self.noun_phrase(node.arguments[number], node, number, role)
            else:
                self.draft.word(word)
        for adverb in node.after:
            self.adverbial(adverb)

    def quote(self, node: Quote) -> None:
        """What somebody says, and who says it."""
        if node.leading:
            self._said(node, front=True)
            self.draft.word(":")
        self._quoted(node)
        if node.verb and not node.leading:
            self._said(node, front=False)

    def _said(self, node: Quote, front: bool) -> None:
        """Mira said; said Mira; she said."""
        ref = self.refer(node.speaker, "speaker", self.draft)
        self.draft.refs[id(node), "s"] = ref
        past = verbs()[node.verb].past
        if front or ref.form == "pronoun":
            self.mention(ref, "subject")
            self.draft.word(past)
        else:
            self.draft.word(past)
            self.mention(ref, "subject")

    def _quoted(self, node: Quote) -> None:
        draft = self.draft
        draft.word('"')
        draft.capital()
        draft.speaker, draft.hearer = node.speaker, node.hearer
        self.node(node.content)
        draft.speaker = draft.hearer = None
        sign = node.ending or ending_of(node.content)
        stop = not node.verb or node.leading
        draft.word("," if sign == "." and not stop else sign)
        draft.word('"')


@cache
def argument_roles(verb: Verb) -> dict[int, str]:
    """The role of each argument, as French rules it: only a bare gap is an object."""
    roles, before = {}, ""
    for word in verb.french_pattern:
        if word[0] == "{":
            bare = before not in ("à", "de", "que", "pour", "avec", "contre")
            dative = before == "à"
            roles[int(word[1])] = (
                "object" if bare else ("dative" if dative else "oblique")
            )
        before = word
    return roles


def ending_of(node: object) -> str:
    """The sign that closes a sentence."""
    if isinstance(node, Clause):
        return "?" if node.question else "."
    if isinstance(node, Joined):
        return ending_of(node.second)
    return node.ending if isinstance(node, Fixed) else "."


def _entity(item: object) -> Entity | None:
    if isinstance(item, With):
        item = item.phrase
    return item.entity if isinstance(item, As) else item
