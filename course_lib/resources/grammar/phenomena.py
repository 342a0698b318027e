"""What makes a sentence of the world worth translating: a question, a clitic, ..."""

import re

# The first rule that fits names a pair; the names are those of data/pairs where the
# same thing is meant. Rules read the French sentence.
RULES = tuple(
    (name, re.compile(rule))
    for name, rule in (
        ("question", r"\?"),
        ("conditional", r"\b[Ss]i (?:je|tu) |\bqu'(?:il|elle)s? \w+rai(?:t|ent)\b"),
        ("relative", r"(?<!parce) qu(?:e |')\w+ (?:l')?avai(?:t|ent) \w+[seéiu]\b"),
        ("negation", r"\b(?:[Nn]e |[Nn]')"),
        ("reflexive", r"\b(?:se |s')(?:est|sont|étai|sent)"),
        ("passive", r"\b(?:a|ont) été\b.* par "),
        ("clitic-object", r"\b(?:l'|la |le |les |lui |leur )(?:a|ont|ai|avai\w+)\b"),
        ("clitic-object", r"\b(?:m'|t'|me |te )\w+"),
        ("agreement", r"\b(?:est|sont) (?:\w+ées?|allés?|venues?|rentrés?|arrivés?)\b"),
        ("possessive", r"\b(?:son|sa|ses|mon|ma|mes|ton|ta|tes|leurs?) [a-zé]"),
        ("adjective-before", r"\b(?:petit|grand|vieux|vieil|nouve[al])\w*"),
        (
            "adjective-after",
            r" (?:roug|bleu|vert|jaun|blan|noir|gris|brun|ros|viol|argent|dor)\w*\b"
            r"| en (?:bois|fer|laiton|cuivre|laine|verre)\b",
        ),
        (
            "agreement",
            r"\b(?:était|semblait|sentait) \w+e\b|\b(?:étai|semblai)ent \w+s\b",
        ),
        ("time", r"\b(?:le lendemain|plus tard|pendant|tous les|un (?:matin|soir))\b"),
    )
)


def phenomenon(french: str) -> str:
    """The name of what is to be got right in a French sentence, or "plain"."""
    for name, rule in RULES:
        if rule.search(french):
            return name
    return "plain"
