"""English words for a meaning."""

from functools import cache

from course_lib.resources.grammar.draft import Draft, Mention, Ref
from course_lib.resources.grammar.english_words import (
    NUMBERS,
    PRONOUNS,
    SHORT,
    article,
    class_of,
    verb_words,
    with_auxiliary,
    with_not,
)
from course_lib.resources.grammar.lexicon import Adjective, Verb, verbs
from course_lib.resources.grammar.meaning import (
    CONJUNCTIONS,
    QUESTION_WORDS,
    Adverbial,
    As,
    Clause,
    Entity,
    Fixed,
    Joined,
    Quote,
    With,
    Words,
)


class English:
    """Writes meanings into a draft, asking `refer` how to call each entity."""

    def __init__(self, draft: Draft, refer) -> None:
        self.draft = draft
        self.refer = refer

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
        else:
            raise TypeError(f"no words for {node!r}")

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
        self.node(node.second)

    def phrase(self, text: str) -> None:
        """Plain words; a leading comma is a word of its own."""
        for word in text.split():
            if word.endswith(",") and len(word) > 1:
                self.draft.word(word[:-1])
                word = ","
            self.draft.word(word)

    def pattern(self, words, holder, arguments, role: str) -> None:
        """Words with gaps: {0} is the first argument, {0s} one that is a subject."""
        for word in words:
            if word[0] != "{":
                self.phrase(word)
                continue
            closed = word.index("}")
            number, subject = int(word[1]), word[2] == "s"
            case = "subject" if subject else role
            self.noun_phrase(arguments[number], holder, number, case)
            if word[closed + 1 :]:
                for sign in word[closed + 1 :].replace("'s", "*"):
                    self.draft.word("'s" if sign == "*" else sign)

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
            last = self.refer.last_subject
            return last, ref.person, ref.plural
        found = self.noun_phrase(node.subject, node, "s", "subject")
        self.refer.last_subject = found[0]
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
                if number < len(node.arguments):
                    role = roles[number]
                    self.noun_phrase(node.arguments[number], node, number, role)
            else:
                self.draft.word(word)
        for adverb in node.after:
            self.adverbial(adverb)

    def adverbial(self, node: Adverbial) -> None:
        """A phrase of place, time or manner."""
        self.pattern(node.english, node, node.arguments, "oblique")

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
        ref = self.refer(node.speaker, "subject", self.draft)
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

    def noun_phrase(self, item, holder, slot, role: str) -> tuple[int, int, bool]:
        """Anything that fills a gap. Returns head word, person and plural."""
        if isinstance(item, Entity | As):
            ref = self.refer(item, role, self.draft)
            self.draft.refs[id(holder), slot] = ref
            return self.mention(ref, role), ref.person, ref.plural
        if isinstance(item, With):
            found = self.noun_phrase(item.phrase, item, 0, role)
            self.adverbial(item.adverbial)
            return found
        if isinstance(item, Adjective):
            return self.draft.word(item.english), 3, False
        if isinstance(item, Words):
            start = len(self.draft.words)
            self.phrase(item.english)
            opened = item.english.startswith(("the ", "a ", "an "))
            return start + opened, 3, item.plural
        if isinstance(item, Adverbial):
            self.adverbial(item)
        else:
            self.node(item)
        return -1, 3, False

    def mention(self, ref: Ref, role: str) -> int:
        """Write how an entity is called; note where. Returns the head's index."""
        start = len(self.draft.words)
        mention = Mention(ref, start, start, start)
        self.draft.mentions.append(mention)
        mention.head = self._write(ref, role)
        mention.end = len(self.draft.words)
        self.refer.written(ref)
        return mention.head

    def _write(self, ref: Ref, role: str) -> int:
        entity, draft = ref.entity, self.draft
        if ref.form == "pronoun":
            case = 0 if role in ("subject", "speaker") else 1
            return draft.word(PRONOUNS[class_of(ref)][case])
        if ref.form == "job":
            draft.word("the")
            return self._job(entity)
        if ref.form in ("kin", "kin_name"):
            return self._kin(ref)
        if entity.kind == "group" and entity.members:
            return self._members(entity)
        if entity.noun is not None and not entity.english:
            return self._thing(ref)
        if entity.article:
            draft.word("the")
        start = draft.name(entity.english, entity.tag)
        if ref.form == "apposition":
            draft.word(",")
            draft.word("the")
            self._job(entity)
            if entity.job and entity.town:
                draft.word("of")
                draft.name(entity.town.english, "LOC")
            draft.word(",")
        return start

    def _job(self, entity: Entity) -> int:
        for word in entity.job.english.split():
            last = self.draft.word(word)
        return last

    def _kin(self, ref: Ref) -> int:
        relation = next(r for r, e in ref.owner.entity.kin.items() if e is ref.entity)
        self.possessive(ref.owner)
        head = self.draft.word(relation)
        if ref.form == "kin_name":
            head = self.draft.name(ref.entity.english, ref.entity.tag)
        return head

    def _members(self, entity: Entity) -> int:
        start = len(self.draft.words)
        for number, member in enumerate(entity.members):
            if number:
                last = number == len(entity.members) - 1
                self.draft.word("and" if last else ",")
            self.mention(Ref(member, "name"), "member")
        return start

    def possessive(self, owner: Ref) -> None:
        """my, her, Mira's."""
        if owner.form == "pronoun":
            start = self.draft.word(PRONOUNS[class_of(owner)][2])
            self.draft.mentions.append(Mention(owner, start, start + 1, start))
            self.refer.written(owner)
            return
        self.mention(owner, "owner")
        self.draft.word("'s")

    def _thing(self, ref: Ref) -> int:
        entity, draft = ref.entity, self.draft
        full = ref.form in ("full", "owned_full", "indefinite")
        adjectives = entity.adjectives if full else ()
        noun = entity.noun.plural if entity.plural else entity.noun.english
        number = NUMBERS.get(entity.count)
        words = [a.english for a in adjectives] + noun.split()
        if number and ref.form in ("indefinite", "full", "owned_full"):
            words.insert(0, number)
        if ref.owner:
            self.possessive(ref.owner)
        elif ref.form == "indefinite":
            if not entity.plural:
                draft.word(article(words[0]))
            elif not number:
                draft.word("some")
        elif ref.form != "plain":
            draft.word("the")
        start = len(draft.words)
        for word in words:
            draft.word(word)
        return start + len(words) - len(noun.split()) + _head_offset(noun)


def _head_offset(noun: str) -> int:
    """The head within a compound: loaf of bread, fishing rod."""
    words = noun.split()
    return words.index("of") - 1 if "of" in words else len(words) - 1


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
