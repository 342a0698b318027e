"""09.find_previous_token_head and 09.find_pronoun_head: read from the explorer."""

import numpy as np

from course_lib.errors import CourseError
from course_lib.exercises.searching import Confusion, Search, Targets

PATTERNS = "09, Heads with a habit"
PRONOUNS = "09, What does it refer to?"
PRONOUN, REFERENT, OTHER = "it", "animal", "street"
SEPARATORS = ("[SEP]", "</s>", "<|endoftext|>", ".", ",")


def _offset(distance: int) -> Targets:
    """Keys a fixed number of places after the query; negative: before."""
    return lambda tokens: np.eye(len(tokens), k=distance, dtype=bool)


def _first(tokens: tuple[str, ...]) -> np.ndarray:
    targets = np.zeros((len(tokens), len(tokens)), dtype=bool)
    targets[1:, 0] = True
    return targets


def _separators(tokens: tuple[str, ...]) -> np.ndarray:
    columns = np.array([token.strip() in SEPARATORS for token in tokens])
    return np.tile(columns, (len(tokens), 1))


def _repeats(tokens: tuple[str, ...]) -> np.ndarray:
    words = np.array(tokens)
    return (words[:, None] == words[None, :]) & ~np.eye(len(tokens), dtype=bool)


def _place(tokens: tuple[str, ...], word: str) -> int:
    """Where a word stands, whatever the tokenizer put before it.

    Raises:
        CourseError: the text does not hold it as one token.
    """
    words = [token.strip("Ġ▁ ").lower() for token in tokens]
    if word not in words:
        raise CourseError(
            f"This exercise asks about the sentence of the chapter, with {PRONOUN!r} "
            f"and {REFERENT!r}; the explorer's text has no token {word!r}."
        )
    return words.index(word)


def _from(query: str, key: str) -> Targets:
    """One query's look at one key."""

    def targets(tokens: tuple[str, ...]) -> np.ndarray:
        result = np.zeros((len(tokens), len(tokens)), dtype=bool)
        result[_place(tokens, query), _place(tokens, key)] = True
        return result

    return targets


def _only(targets: Targets) -> Targets:
    """The same, judged at the pronoun alone."""

    def of_the_pronoun(tokens: tuple[str, ...]) -> np.ndarray:
        result = np.zeros((len(tokens), len(tokens)), dtype=bool)
        row = _place(tokens, PRONOUN)
        result[row] = targets(tokens)[row]
        return result

    return of_the_pronoun


FIND_PREVIOUS_TOKEN_HEAD = Search(
    id="09.find_previous_token_head",
    title="Find the head that looks one place back",
    targets=_offset(-1),
    least=0.5,
    does="the token before",
    read=PATTERNS,
    confusions=(
        Confusion(
            "next-instead-of-previous",
            "This head looks one place ahead. In the matrix its diagonal lies to the "
            "right of the middle; the one you want lies to the left.",
            _offset(1),
        ),
        Confusion(
            "looks-at-itself",
            "Every token looks at itself here: the diagonal runs through the middle. "
            "You want it one place to the left.",
            _offset(0),
        ),
        Confusion(
            "two-places-back",
            "This head looks two places back. You want one.",
            _offset(-2),
        ),
        Confusion(
            "looks-at-the-first",
            "Every token looks at the first one: a sink, where a head looks that has "
            "found nothing. You want a diagonal, not a column.",
            _first,
        ),
        Confusion(
            "looks-at-separators",
            "This head's weight lies on separators and full stops: columns. You want a "
            "diagonal.",
            _separators,
        ),
        Confusion(
            "looks-at-repeats",
            "This head looks at other places of the same word. You want the place "
            "before, whatever stands there.",
            _repeats,
        ),
    ),
    hints=(
        "Show all layers at once. A head that always looks one place back is a thin "
        "line beside the diagonal.",
        "Sort the heads by `previous token`: the figure is the share of weight that "
        "lies one place back.",
        '`explorer.part.head_figures["previous"]` holds that share for every layer and '
        "head; `argmax` finds the largest.",
    ),
    explanation="Such heads stand low in most trained models. They tell each position "
    "what came before it, which higher heads build upon: an induction head asks for "
    "the place whose previous token is the present one.",
    source="""shares = explorer.part.head_figures["previous"]  # (L, H)
layer, head = divmod(int(shares.argmax()), shares.shape[1])
explorer.selection = {"layer": layer, "head": head}
""",
)

FIND_PRONOUN_HEAD = Search(
    id="09.find_pronoun_head",
    title="Find the head that knows what it refers to",
    targets=_from(PRONOUN, REFERENT),
    least=0.3,
    does=f"{REFERENT!r} from {PRONOUN!r}",
    read=PRONOUNS,
    confusions=(
        Confusion(
            "the-other-noun",
            f"From {PRONOUN!r} this head looks at {OTHER!r}, the other noun. It was "
            "not the street that was tired.",
            _from(PRONOUN, OTHER),
        ),
        Confusion(
            "asked-the-wrong-way-round",
            f"Here {REFERENT!r} looks at {PRONOUN!r}. You want the row of {PRONOUN!r}: "
            "it is the pronoun that has a question.",
            _from(REFERENT, PRONOUN),
        ),
        Confusion(
            "looks-at-the-first",
            f"From {PRONOUN!r} this head looks at the first token, a sink: it found "
            "nothing to look at.",
            _only(_first),
        ),
        Confusion(
            "looks-at-separators",
            f"From {PRONOUN!r} this head looks at separators or full stops: a sink.",
            _only(_separators),
        ),
        Confusion(
            "looks-at-itself",
            f"In this head {PRONOUN!r} looks at itself.",
            _only(_offset(0)),
        ),
        Confusion(
            "looks-at-the-neighbour-before",
            f"From {PRONOUN!r} this head looks one place back, as it does from "
            "everywhere.",
            _only(_offset(-1)),
        ),
        Confusion(
            "looks-at-the-neighbour-behind",
            f"From {PRONOUN!r} this head looks one place ahead, as it does from "
            "everywhere.",
            _only(_offset(1)),
        ),
    ),
    hints=(
        f"Pin the token {PRONOUN!r}: then every head shows where this one word looks.",
        f"Go through the layers with {PRONOUN!r} pinned, and look for a thick line to "
        f"{REFERENT!r}. It is not in the first layer.",
        "In Python: `explorer.part.weights[:, :, row, column]` holds the weight from "
        f"{PRONOUN!r} to {REFERENT!r} for every layer and head.",
    ),
    explanation="One head that looks from the pronoun to its noun, in one sentence, is "
    "a lead and no proof: try the sentence with 'too wide', and switch the head off to "
    "see whether anything depends on it.",
    source=f'''tokens = list(explorer.part.query_tokens)
row, column = tokens.index("{PRONOUN}"), tokens.index("{REFERENT}")
looks = explorer.part.weights[:, :, row, column]  # (L, H)
layer, head = divmod(int(looks.argmax()), looks.shape[1])
explorer.selection = {{"layer": layer, "head": head}}
''',
)
