"""English noun phrases: names, pronouns, "her donkey", "the boxes near the door"."""

from course_lib.resources.grammar.draft import Draft, Mention, Ref
from course_lib.resources.grammar.english_words import (
    NUMBERS,
    PRONOUNS,
    article,
    class_of,
)
from course_lib.resources.grammar.lexicon import Adjective
from course_lib.resources.grammar.meaning import (
    Adverbial,
    As,
    Entity,
    Which,
    With,
    Words,
)
from course_lib.resources.grammar.references import References


class Phrases:
    """Writes what fills a gap; `English` adds clauses."""

    def __init__(self, draft: Draft, refer: References) -> None:
        self.draft = draft
        self.refer = refer

    def node(self, node: object) -> None:
        """A clause or a sentence; `English` writes it."""
        raise NotImplementedError

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

    def adverbial(self, node: Adverbial) -> None:
        """A phrase of place, time or manner."""
        self.pattern(node.english, node, node.arguments, "oblique")

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
        if isinstance(item, Which):
            found = self.noun_phrase(item.phrase, item, 0, role)
            self.draft.word("who" if _is_person(item.phrase) else "that")
            self.refer.last_subject, before = found[0], self.refer.last_subject
            self.node(item.clause)
            self.refer.last_subject = before
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
        elif ref.form in ("indefinite", "new"):
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


def _is_person(item: Entity | As) -> bool:
    entity = item.entity if isinstance(item, As) else item
    return entity.kind == "person"


def _head_offset(noun: str) -> int:
    """The head within a compound: loaf of bread, fishing rod."""
    words = noun.split()
    return words.index("of") - 1 if "of" in words else len(words) - 1
