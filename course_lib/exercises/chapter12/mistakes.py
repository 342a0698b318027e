"""What people get wrong in chapter 12, and what they are told."""

from course_lib.exercises.catalogue import Mistake

SPAN = "12, The best span"
SPAN_MISTAKES = (
    Mistake(
        "independent-argmax",
        "You choose start and end each by itself. The two best ones need not make a "
        "span: look at the sum of both for every allowed pair, and choose the pair.",
        SPAN,
        forms=("as they are", "swapped", "end moved"),
        group="search",
    ),
    Mistake(
        "end-before-start",
        "You allow ends that stand before their start. A span runs forwards: i <= j, "
        "so keep what lies on or above the diagonal of the (T, T) sums.",
        SPAN,
        forms=("as far as it likes", "as far before as behind"),
        group="search",
    ),
    Mistake(
        "length-off-by-one",
        "Your longest span is one token too long or too short. Both ends belong to "
        "it, so from i to j it has j - i + 1 tokens, at most max_length.",
        SPAN,
        forms=("too long", "too short"),
        group="length",
    ),
    Mistake(
        "product-of-logits",
        "You multiply the two scores. They are logits: probabilities are multiplied, "
        "logits are added. (Two low ones would make a high product.)",
        SPAN,
        group="scores",
    ),
    Mistake(
        "length-ignored",
        "You never look at max_length. A span of more tokens is not allowed, however "
        "high its sum.",
        SPAN,
        group="length",
    ),
    Mistake(
        "start-chosen-first",
        "You take the best start and then the best end for it. Another start may have "
        "a better end: compare the sums of all allowed pairs.",
        SPAN,
        group="search",
    ),
    Mistake(
        "end-chosen-first",
        "You take the best end and then the best start for it. Another end may have a "
        "better start: compare the sums of all allowed pairs.",
        SPAN,
        group="search",
    ),
    Mistake(
        "zeros-where-not-allowed",
        "Sums that are not allowed become 0, as `triu`, `tril` and a product with the "
        "mask make them. Where all others are below 0 they win: put -inf there.",
        SPAN,
        forms=("everywhere", "below the diagonal", "beyond the length"),
        group="fill",
    ),
    Mistake(
        "best-begins-at-zero",
        "Your search begins with a best sum of 0, so a text whose sums are all below "
        "0 has no span for you. Begin with -inf.",
        SPAN,
        forms=("0, 0", "-1, -1", "None, None", "None"),
        group="fill",
    ),
    Mistake(
        "probabilities-added",
        "You add the probabilities of start and end. Both must be right: probabilities "
        "are multiplied, which is to say that logits are added.",
        SPAN,
        group="scores",
    ),
    Mistake(
        "one-token-spans-left-out",
        "You never allow i == j. An answer may be one single token: both ends belong "
        "to the span.",
        SPAN,
    ),
    Mistake(
        "window-not-moved",
        "You look for the end among the first max_length tokens of the text, or leave "
        "a slice's beginning out of the count. The window moves with the start: from "
        "i to i + max_length - 1.",
        SPAN,
        group="length",
    ),
    Mistake(
        "end-exclusive",
        "Your j is the place behind the span. Here it is the last token itself, the "
        "one whose end score you added.",
        SPAN,
        group="end",
    ),
    Mistake(
        "end-counted-from-start",
        "Your second number counts from i: it is the place in a slice, or the length. "
        "It should be the place in the text, so add i again.",
        SPAN,
        forms=("place", "length"),
        group="end",
    ),
    Mistake(
        "start-and-end-swapped",
        "You return (j, i). Start comes first. (Rows of the sums are starts: of a "
        "flat place, `// T` is the row and `% T` the column.)",
        SPAN,
    ),
    Mistake(
        "first-token-left-out",
        "You never let a span begin at token 0. Here every token may belong to it; "
        "what [CLS] means is settled elsewhere.",
        SPAN,
    ),
    Mistake(
        "last-token-left-out",
        "The last token is never the end of your span: a range stops before its "
        "second number. The last allowed j is T - 1.",
        SPAN,
    ),
)
