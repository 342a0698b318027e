"""French noun phrases: articles, agreement, possessives, pronouns."""

from course_lib.resources.grammar.draft import Ref
from course_lib.resources.grammar.french_spelling import vowel
from course_lib.resources.grammar.meaning import Entity

NUMBERS = {
    2: "deux",
    3: "trois",
    4: "quatre",
    5: "cinq",
    6: "six",
    7: "sept",
    10: "dix",
}
KIN = {
    "brother": "frère",
    "sister": "sœur",
    "mother": "mère",
    "father": "père",
    "son": "fils",
    "daughter": "fille",
    "grandmother": "grand-mère",
    "grandfather": "grand-père",
    "grandson": "petit-fils",
    "granddaughter": "petite-fille",
    "aunt": "tante",
    "uncle": "oncle",
    "niece": "nièce",
    "nephew": "neveu",
    "cousin": "cousin",
    "wife": "femme",
    "husband": "mari",
    "neighbour": "voisin",
    "friend": "ami",
}
FEMININE_KIN = {"cousin": "cousine", "neighbour": "voisine", "friend": "amie"}
OWNERS = {
    "1": ("mon", "ma", "mes"),
    "2": ("ton", "ta", "tes"),
    "3": ("son", "sa", "ses"),
    "1p": ("notre", "notre", "nos"),
    "2p": ("votre", "votre", "vos"),
    "3p": ("leur", "leur", "leurs"),
}


def subject_pronoun(ref: Ref) -> str:
    """je, tu, il, elle, nous, vous, ils, elles."""
    if ref.person == 1:
        return "nous" if ref.plural else "je"
    if ref.person == 2:
        return "vous" if ref.plural else "tu"
    word = "elle" if ref.entity.gender == "f" else "il"
    return word + "s" if ref.plural else word


def clitic(ref: Ref, dative: bool) -> str:
    """The object before the verb: le, la, les, lui, leur, me, te, nous, vous."""
    if ref.person == 1:
        return "nous" if ref.plural else "me"
    if ref.person == 2:
        return "vous" if ref.plural else "te"
    if dative:
        return "leur" if ref.plural else "lui"
    if ref.plural:
        return "les"
    return "la" if ref.entity.gender == "f" else "le"


def disjunctive(ref: Ref) -> str:
    """After a preposition: moi, toi, lui, elle, eux, elles."""
    if ref.person == 1:
        return "nous" if ref.plural else "moi"
    if ref.person == 2:
        return "vous" if ref.plural else "toi"
    if ref.plural:
        return "elles" if ref.entity.gender == "f" else "eux"
    return "elle" if ref.entity.gender == "f" else "lui"


def possessive(owner: Ref, gender: str, plural: bool, follows: str) -> str:
    """mon, sa, leurs: by owner and by what is owned; son amie before a vowel."""
    forms = OWNERS[f"{owner.person}{'p' if owner.plural else ''}"]
    if plural:
        return forms[2]
    if gender == "f" and not owner.plural and vowel(follows):
        return forms[0]
    return forms[0] if gender == "m" else forms[1]


def noun_words(ref: Ref) -> list[str]:
    """A mention that is not a pronoun."""
    entity = ref.entity
    if ref.form == "job":
        return [_article(entity.gender, False), *entity.job.french(entity.sex).split()]
    if ref.form in ("kin", "kin_name"):
        return _kin(ref)
    if entity.kind == "group" and entity.members:
        return _members(entity)
    if entity.noun is not None and not entity.english:
        return _thing(ref)
    words = entity.french.split()  # its article, in capitals, is a part of it
    if ref.form == "apposition":
        job = entity.job.french(entity.sex).split()
        words += [",", _article(entity.gender, False), *job]
        words += ["de", *entity.town.french.split()] if entity.town else []
        words.append(",")
    return words


def _article(gender: str, plural: bool) -> str:
    return "LES" if plural else ("LE" if gender == "m" else "LA")


def _owned_by(owner: Ref, gender: str, plural: bool, words: list[str]) -> list[str]:
    """son panier, or LE panier de Mira."""
    if owner.form == "pronoun":
        return [possessive(owner, gender, plural, words[0]), *words]
    return [_article(gender, plural), *words, "de", *noun_words(owner)]


def _kin(ref: Ref) -> list[str]:
    owner, entity = ref.owner, ref.entity
    relation = next(r for r, e in owner.entity.kin.items() if e is entity)
    word = KIN[relation]
    if entity.gender == "f":
        word = FEMININE_KIN.get(relation, word)
    words = _owned_by(owner, entity.gender, False, [word])
    return [*words, *entity.french.split()] if ref.form == "kin_name" else words


def _members(entity: Entity) -> list[str]:
    words: list[str] = []
    for number, member in enumerate(entity.members):
        if number:
            words.append("et" if number == len(entity.members) - 1 else ",")
        words += member.french.split()
    return words


def _with_adjectives(entity: Entity, adjectives) -> list[str]:
    """Adjectives before and after the noun, agreeing; vieil arbre before a vowel."""
    noun = entity.noun.french_plural if entity.plural else entity.noun.french
    gender, words = entity.noun.gender, noun.split()
    for adjective in reversed([a for a in adjectives if a.before]):
        form = adjective.french(gender, entity.plural)
        if gender == "m" and not entity.plural and vowel(words[0]):
            form = adjective.before_vowel
        words.insert(0, form)
    for adjective in (a for a in adjectives if not a.before):
        words += adjective.french(gender, entity.plural).split()
    return words


def _thing(ref: Ref) -> list[str]:
    entity = ref.entity
    full = ref.form in ("full", "owned_full", "indefinite")
    words = _with_adjectives(entity, entity.adjectives if full else ())
    number = NUMBERS.get(entity.count) if full else None
    fronted = words[0] not in entity.noun.french_plural.split()
    if number:
        words.insert(0, number)
    gender, plural = entity.noun.gender, entity.plural
    if ref.owner:
        return _owned_by(ref.owner, gender, plural, words)
    if ref.form == "plain" or (ref.form == "indefinite" and number):
        return words
    if ref.form in ("indefinite", "new"):
        if plural:
            return ["de" if fronted else "des", *words]
        return ["un" if gender == "m" else "une", *words]
    return [_article(gender, plural), *words]
