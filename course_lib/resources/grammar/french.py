"""French words for a meaning, with the same names and pronouns as the English ones."""

from course_lib.resources.grammar import french_verbs as conjugate
from course_lib.resources.grammar.draft import Draft, Ref
from course_lib.resources.grammar.english import ending_of
from course_lib.resources.grammar.french_nouns import (
    clitic,
    disjunctive,
    noun_words,
    possessive,
    subject_pronoun,
)
from course_lib.resources.grammar.french_spelling import vowel
from course_lib.resources.grammar.lexicon import Adjective, adjectives, verbs
from course_lib.resources.grammar.meaning import (
    CONJUNCTIONS,
    QUESTION_WORDS,
    Adverbial,
    As,
    Clause,
    Entity,
    Joined,
    Quote,
    There,
    Which,
    With,
    Words,
)

TENSES = {
    "was": conjugate.imperfect,
    "progressive": conjugate.imperfect,
    "present": conjugate.present,
    "ongoing": conjugate.present,
    "future": conjugate.future,
    "would": conjugate.conditional,
}
NEGATIVES = {"not": "pas", "never": "jamais", "no longer": "plus"}
REFLEXIVE = {"je": "me", "tu": "te", "il": "se", "nous": "nous", "vous": "vous"}


def person_of(ref: Ref) -> str:
    """The row of the conjugation: je, tu, il, nous, vous, ils."""
    if ref.person == 1:
        return "nous" if ref.plural else "je"
    if ref.person == 2:
        return "vous" if ref.plural else "tu"
    return "ils" if ref.plural else "il"


class French:
    """Writes meanings as lists of French words; `draft` says how each is called."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def sentence(self, node: object) -> list[str]:
        """A whole sentence with its full stop."""
        words = self.node(node)
        if isinstance(node, Quote) and (not node.verb or node.leading):
            return words
        return [*words, ending_of(node)]

    def node(self, node: object) -> list[str]:
        """A clause, joined clauses, a quotation or a ready sentence."""
        if isinstance(node, Clause):
            return self.clause(node)
        if isinstance(node, Joined):
            return self.joined(node)
        if isinstance(node, Quote):
            return self.quote(node)
        if isinstance(node, There):
            words = ["il", "y", "avait", *self.argument(node.item, node, 0)]
            return words + [w for a in node.after for w in self.adverbial(a)]
        return self.pattern(node.french, node, node.arguments)

    def joined(self, node: Joined) -> list[str]:
        """Two clauses: "a et b", "quand a, b"."""
        _, word, before = CONJUNCTIONS[node.word]
        first, second = self.node(node.first), self.node(node.second)
        if before:
            return [*word.split(), *first, ",", *second]
        return [*first, *word.replace(",", " , ").split(), *second]

    def pattern(self, words, holder, arguments) -> list[str]:
        """Words with gaps: {0} an argument, {0s} a subject, {glad:0} agrees with it."""
        out: list[str] = []
        for word in words:
            if word[0] != "{":
                out += _signs(word)
                continue
            closed = word.index("}")
            number = int(word[closed - 1] if ":" in word else word[1])
            if ":" in word:
                out.append(self.agreeing(word[1:closed].split(":")[0], holder, number))
            else:
                out += self.argument(arguments[number], holder, number, word[2] == "s")
            out += list(word[closed + 1 :])
        return out

    def agreeing(self, key: str, holder: object, number: int) -> str:
        """An adjective that agrees with an argument of a ready sentence."""
        ref = self.draft.refs[id(holder), number]
        return adjectives()[key].french(ref.entity.gender, ref.plural)

    def argument(self, item, holder, slot, subject: bool = False) -> list[str]:
        """Anything that fills a gap, outside the verb's clitics."""
        if isinstance(item, Entity | As):
            ref = self.draft.refs[id(holder), slot]
            if ref.form == "pronoun":
                return [subject_pronoun(ref) if subject else disjunctive(ref)]
            return noun_words(ref)
        if isinstance(item, With):
            inner = self.argument(item.phrase, item, 0, subject)
            return inner + self.adverbial(item.adverbial)
        if isinstance(item, Which):
            link = "qui" if item.clause.gap == "s" else "que"
            return [*self.argument(item.phrase, item, 0), link, *self.node(item.clause)]
        if isinstance(item, Words):
            return item.french.split()
        if isinstance(item, Adverbial):
            return self.adverbial(item)
        return self.node(item)

    def adverbial(self, node: Adverbial) -> list[str]:
        """A phrase of place, time or manner."""
        return self.pattern(node.french, node, node.arguments)

    def clause(self, node: Clause) -> list[str]:
        """Front, subject, clitics, verb group, arguments, what follows."""
        words = [*self.adverbial(node.front), ","] if node.front else []
        if node.tense == "infinitive":
            return words + self._infinitive(node)
        if node.passive:
            return words + self._passive(node)
        if node.question == "who":
            return words + ["qui"] + self._predicate(node, "il", "m", False)
        if node.question:
            asked = "est-ce que" if node.question == "yes" else ""
            words += (asked or QUESTION_WORDS[node.question][1]).split()
        ref = self._subject_ref(node)
        if not node.silent:
            said = self.argument(node.subject, node, "s", True)
            words += ["c'est", *said, "qui"] if node.cleft else said
        if ref is None:
            return words + self._predicate(node, *_bare_subject(node.subject))
        gender = ref.entity.gender
        return words + self._predicate(node, person_of(ref), gender, ref.plural)

    def _subject_ref(self, node: Clause) -> Ref | None:
        if isinstance(node.subject, With):
            return self.draft.refs[id(node.subject), 0]
        return self.draft.refs.get((id(node), "s"))

    def _predicate(self, node, person: str, gender: str, plural: bool) -> list[str]:
        """Everything after the subject."""
        infinitive, reflexive = conjugate.bare(node.verb.french)
        clitics, rest, agreed = self._arguments(node, gender, plural)
        before = [REFLEXIVE.get(person, "se")] if reflexive else []
        before += clitics
        negative = NEGATIVES.get(node.negative, "")
        middle = list(node.middle.french) if node.middle else []
        tense = _tense(node)
        if tense in TENSES:
            finite, tail = TENSES[tense](infinitive, person), []
        else:
            helper = "être" if reflexive else conjugate.auxiliary(infinitive)
            form = conjugate.imperfect if tense == "perfect" else conjugate.present
            finite = form(helper, person)
            match = agreed or ((gender, plural) if helper == "être" else ("m", False))
            tail = [conjugate.participle(infinitive, *match)]
        ne = ["ne"] if negative else []
        words = [*ne, *before, finite, *([negative] if negative else []), *middle]
        words += tail + rest
        for adverb in node.after:
            words += self.adverbial(adverb)
        return words

    def _arguments(self, node: Clause, gender: str, plural: bool):
        """Clitics, what follows the verb, and what a participle agrees with."""
        direct: list[str] = []
        dative: list[str] = []
        rest: list[str] = []
        agreed = None
        for word in node.verb.french_pattern:
            if word[0] != "{":
                rest.append(word)
                continue
            number = int(word[1])
            if number >= len(node.arguments):
                continue
            item = node.arguments[number]
            if number == node.gap:
                agreed = (item.gender, item.plural)
                continue
            if isinstance(item, Adjective):
                rest.append(item.french(gender, plural))
                continue
            ref = self.draft.refs.get((id(node), number))
            before = rest[-1] if rest else ""
            if ref is not None and ref.form == "pronoun" and before not in _KEPT:
                if before == "à":
                    rest.pop()
                    dative.append(clitic(ref, dative=True))
                else:
                    direct.append(clitic(ref, dative=False))
                    agreed = (ref.entity.gender, ref.plural)
                continue
            rest += self._negated_object(node, item, number, ref)
        return _ordered(direct, dative), rest, agreed

    def _negated_object(self, node, item, number: int, ref: Ref | None) -> list[str]:
        """An indefinite object under a negation: pas de clé."""
        words = self.argument(item, node, number)
        indefinite = ref is not None and ref.form in ("indefinite", "new")
        if node.negative and indefinite and node.verb.base != "be":
            return ["de", *words[1:]] if words[0] in ("un", "une", "des") else words
        return words

    def _infinitive(self, node: Clause) -> list[str]:
        subject = node.subject
        entity = subject.entity if isinstance(subject, As) else subject
        gender, plural = entity.gender, entity.plural
        infinitive, reflexive = conjugate.bare(node.verb.french)
        clitics, rest, _ = self._arguments(node, gender, plural)
        person = "il"
        if entity is self.draft.speaker:
            person = "je"
        before = [REFLEXIVE[person]] if reflexive else []
        ne = ["ne", "pas"] if node.negative else []
        words = [*ne, *before, *clitics, infinitive, *rest]
        for adverb in node.after:
            words += self.adverbial(adverb)
        return words

    def _passive(self, node: Clause) -> list[str]:
        ref = self.draft.refs[id(node), 0]
        words = self.argument(node.arguments[0], node, 0, True)
        gender, person = ref.entity.gender, person_of(ref)
        form = conjugate.imperfect if node.tense == "perfect" else conjugate.present
        infinitive = conjugate.bare(node.verb.french)[0]
        words += ["ne"] if node.negative else []
        words += [form("avoir", person)]
        words += [NEGATIVES[node.negative]] if node.negative else []
        words += ["été", conjugate.participle(infinitive, gender, ref.plural)]
        if node.subject is not None:
            words += ["par", *self.argument(node.subject, node, "s")]
        for adverb in node.after:
            words += self.adverbial(adverb)
        return words

    def quote(self, node: Quote) -> list[str]:
        """What somebody says, and who says it."""
        self.draft.speaker, self.draft.hearer = node.speaker, node.hearer
        content = self.node(node.content)
        self.draft.speaker = self.draft.hearer = None
        sign = node.ending or ending_of(node.content)
        if not node.verb:
            return ['"', *content, sign, '"']
        if node.leading:
            return [*self._said(node, True), ":", '"', *content, sign, '"']
        closed = ['"', ","] if sign == "." else [sign, '"']
        return ['"', *content, *closed, *self._said(node, False)]

    def _said(self, node: Quote, front: bool) -> list[str]:
        """Mira a dit; a dit Mira; a-t-elle dit."""
        ref = self.draft.refs[id(node), "s"]
        infinitive, reflexive = conjugate.bare(verbs()[node.verb].french)
        helper = "être" if reflexive else "avoir"
        finite = conjugate.present(helper, person_of(ref))
        match = (ref.entity.gender, ref.plural) if reflexive else ("m", False)
        said = conjugate.participle(infinitive, *match)
        own = ["se"] if reflexive else []
        if front:
            return [*self.argument(node.speaker, node, "s", True), *own, finite, said]
        if ref.form != "pronoun":
            return [*own, finite, said, *noun_words(ref)]
        link = "-t-" if vowel(finite[-1]) else "-"
        return [*own, finite + link + subject_pronoun(ref), said]


_KEPT = frozenset({"de", "pour", "que", "avec", "contre"})


def _tense(node: Clause) -> str:
    """English simple past is imperfect for a state, else what has been done."""
    return "was" if node.tense == "past" and node.verb.stative else node.tense


def _ordered(direct: list[str], dative: list[str]) -> list[str]:
    """me le, te la, but le lui, les leur."""
    if dative and dative[0] in ("lui", "leur"):
        return direct + dative
    return dative + direct


def _bare_subject(item: object) -> tuple[str, str, bool]:
    if isinstance(item, Words):
        return ("ils" if item.plural else "il"), item.gender, item.plural
    return "il", "m", False


def _signs(word: str) -> list[str]:
    """A comma at a word's end is a word of its own."""
    if len(word) > 1 and word[-1] == ",":
        return [word[:-1], ","]
    return [word]


__all__ = ["French", "person_of", "possessive"]
