"""From French words to a French sentence: contraction, elision, spaces, capitals."""

# Words of the lexicon whose h is not silent: la hache, le hibou.
ASPIRATED = (
    "hache",
    "haie",
    "haricot",
    "harpe",
    "haut",
    "héron",
    "hériss",
    "hibou",
    "honteu",
)
ELIDING = frozenset({"le", "la", "de", "ne", "je", "me", "te", "se", "que", "ce"})
CONTRACTED = {
    ("de", "LE"): "du",
    ("de", "LES"): "des",
    ("à", "LE"): "au",
    ("à", "LES"): "aux",
    ("jusqu'à", "LE"): "jusqu'au",
    ("jusqu'à", "LES"): "jusqu'aux",
}
SPACED = frozenset("?!:;")


def vowel(word: str) -> bool:
    """Whether a word opens with a vowel sound, so that le becomes l'."""
    low = word.lower()
    if low[0] == "h":
        return not low.startswith(ASPIRATED)
    return low[0] in "aeiouâàéèêëîïôûœ" or low == "y"


def _contracted(words: list[str]) -> list[str]:
    """de + LE is du; an article in capitals is one that may contract."""
    out: list[str] = []
    for index, word in enumerate(words):
        if word in ("LE", "LA", "LES"):
            follows = words[index + 1] if index + 1 < len(words) else ""
            elides = word != "LES" and vowel(follows)
            pair = (out[-1], word) if out else ("", word)
            if not elides and pair in CONTRACTED:
                out[-1] = CONTRACTED[pair]
                continue
            word = word.lower()
        out.append(word)
    return out


def _elided(words: list[str]) -> list[str]:
    """le + arbre is l'arbre; si + il is s'il; the two become one word."""
    out: list[str] = []
    held = ""
    for index, word in enumerate(words):
        follows = words[index + 1] if index + 1 < len(words) else ""
        low = word.lower()
        elided = low in ELIDING and follows and vowel(follows)
        if elided or (low == "si" and follows in ("il", "ils")):
            held += word[:-1] + "'"
        else:
            out.append(held + word)
            held = ""
    return out


def french_text(words: list[str]) -> str:
    """The sentence: "de LE arbre" is "de l'arbre", "à LE port" is "au port"."""
    words = _elided(_contracted(words))
    text, inside, glued, opens = "", False, True, True
    for word in words:
        if word == '"':
            text += '"' if inside or glued else ' "'
            glued, inside, opens = not inside, not inside, not inside
            continue
        if word == "," and text.endswith(","):
            continue
        if word in (".", ",") or word in SPACED:
            text = text.removesuffix(",") if word != "," else text
            text += (" " if word in SPACED else "") + word
            glued = False
            continue
        if opens:
            word, opens = word[0].upper() + word[1:], False
        text += word if glued else " " + word
        glued = False
    return text
