"""Texts cut into words, as the sentences to learn from are, each with its place."""

import re

# Punctuation is split off, and so is 's; don't, Ann-Marie, AT&T, 3,000, U.S. and
# @name stay whole.
WORD = re.compile(
    r"""(?:\w\.){2,}
      | ['’]s\b
      | [@\#]?\w+ (?: (?: (?!['’]s\b) [-'’/&@] | (?<=\d)[.,:](?=\d) ) \w+ )*
      | [^\w\s]""",
    re.VERBOSE,
)


def places(text: str) -> list[tuple[int, int]]:
    """Where each word of a text begins, and the place behind its end."""
    return [found.span() for found in WORD.finditer(text)]
