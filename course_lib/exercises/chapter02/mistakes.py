"""What people get wrong in chapter 02, and what they are told."""

from course_lib.exercises.catalogue import Mistake

MERGE_READ = "02, Merge the most frequent pair"
MERGE_MISTAKES = (
    Mistake(
        "merges-inside-other-symbols",
        "It also merges where only the end of one symbol and the beginning of the next "
        "spell the pair, as a search in one long string does. Both symbols must be "
        "equal to the pair's, whole.",
        MERGE_READ,
        forms=("both", "left", "right"),
        group="scan",
    ),
    Mistake(
        "merges-only-first-occurrence",
        "It merges the pair once in each word and leaves the later ones. Every "
        "occurrence in the word must be merged.",
        MERGE_READ,
    ),
    Mistake(
        "drops-other-words",
        "Words without the pair are missing from its result. They stay, unchanged, "
        "with their counts.",
        MERGE_READ,
        group="old words",
    ),
    Mistake(
        "loses-counts",
        "The counts of the words are lost. Each new word keeps the count of the word "
        "it came from.",
        MERGE_READ,
        forms=("one each", "always one", "none"),
        group="counts",
    ),
    Mistake(
        "counts-not-added",
        "Where two words become one, it keeps one of the two counts. Their counts add "
        "up.",
        MERGE_READ,
        forms=("last", "first"),
        group="counts",
    ),
    Mistake(
        "second-symbol-kept",
        "After a merge it goes on by one symbol instead of two, so the second symbol "
        "of the pair stands there again.",
        MERGE_READ,
        group="scan",
    ),
    Mistake(
        "merges-from-the-right",
        "In a run such as h h h it merges the last two. Merging goes from left to "
        "right: the first two become one symbol.",
        MERGE_READ,
        group="scan",
    ),
    Mistake(
        "order-ignored",
        "It also merges the pair turned round. (a, n) is not (n, a): the order counts.",
        MERGE_READ,
    ),
    Mistake(
        "last-pair-missed",
        "It never looks at the last two symbols of a word: the loop ends one step too "
        "early.",
        MERGE_READ,
        group="scan",
    ),
    Mistake(
        "last-symbol-dropped",
        "The last symbol of a word is lost unless it was merged: a loop over pairs "
        "ends before it. Append it after the loop.",
        MERGE_READ,
        group="scan",
    ),
    Mistake(
        "nothing-merged",
        "It returns every word as it was: its comparison is never true. A slice of a "
        "list is a list, and a list never equals a tuple such as the pair.",
        MERGE_READ,
        group="scan",
    ),
    Mistake(
        "old-words-kept",
        "Merged words stand beside the words that they came from. The old spelling "
        "must go.",
        MERGE_READ,
        group="old words",
    ),
    Mistake(
        "symbols-not-joined",
        "The two symbols are put together but not joined into one string: a merge of a "
        "and k is the symbol 'ak'.",
        MERGE_READ,
        forms=("space", "tuple"),
        group="spelling",
    ),
    Mistake(
        "keys-are-strings",
        "Its keys are strings with spaces. The words of the result are tuples of "
        "symbols, as those of the input are.",
        MERGE_READ,
        group="spelling",
    ),
    Mistake(
        "returns-too-early",
        "It returns after the first word: `return` stands inside the loop. Move it out "
        "by one indentation.",
        MERGE_READ,
    ),
)

LONGEST = "02, WordPiece takes the longest piece first"
CANNOT = "02, A word that cannot be built"
WORDPIECE_MISTAKES = (
    Mistake(
        "shortest-match",
        "It takes the shortest piece that fits. At each place the longest one is "
        "wanted: try the whole rest of the word first, then one letter less.",
        LONGEST,
        group="match",
    ),
    Mistake(
        "missing-continuation-prefix",
        "Pieces that continue a word lack their ##. From the second piece on, look "
        "up '##' + letters, and put it into the answer like that.",
        LONGEST,
        forms=("everywhere", "in the answer", "in the search"),
        group="prefix",
    ),
    Mistake(
        "unknown-piece-instead-of-unknown-word",
        "Where no piece fits it puts [UNK] beside pieces already found. A word that "
        "cannot be built to its end is one single [UNK].",
        CANNOT,
        forms=("unknown rest", "unknown letters"),
        group="unknown",
    ),
    Mistake(
        "prefix-on-first-piece",
        "It looks for ## in front of the first piece too. A piece that begins a word "
        "has no ##.",
        LONGEST,
        group="prefix",
    ),
    Mistake(
        "continuation-optional",
        "Inside a word it also accepts pieces without ##. 'day' begins a word; only "
        "'##day' continues one.",
        LONGEST,
        group="prefix",
    ),
    Mistake(
        "unknown-word-dropped",
        "A word that cannot be built leaves no trace, or only some of its pieces. It "
        "must leave [UNK], so that the model knows that something stood there.",
        CANNOT,
        forms=("empty", "pieces so far", "letters skipped"),
        group="unknown",
    ),
    Mistake(
        "unknown-text-kept",
        "It returns text that is not in the vocabulary. Such a piece has no id; the "
        "word becomes [UNK].",
        CANNOT,
        forms=("whole word", "rest as a piece"),
        group="unknown",
    ),
    Mistake(
        "matches-from-the-end",
        "It looks for the longest ending and works towards the front. Start at the "
        "first letter and work towards the end.",
        LONGEST,
        group="match",
    ),
    Mistake(
        "longest-anywhere",
        "It takes the longest piece wherever it stands in the word. The piece must "
        "begin where the last one ended.",
        LONGEST,
        group="match",
    ),
    Mistake(
        "searches-all-splits",
        "It tries other ways to cut when the longest piece leads nowhere or needs more "
        "pieces. WordPiece is greedy: what it has taken it never gives back.",
        CANNOT,
        forms=("another way", "fewest pieces"),
        group="match",
    ),
    Mistake(
        "single-letters-never-tried",
        "It never looks up pieces of one letter: the search ends one step too early.",
        LONGEST,
        group="ends",
    ),
    Mistake(
        "end-never-reached",
        "The last letter is never part of a piece: `word[start:end]` leaves out the "
        "letter at `end`, so the search begins with end = len(word).",
        LONGEST,
        group="ends",
    ),
    Mistake(
        "stops-after-first-piece",
        "It returns the first piece alone. Go on from where that piece ends until the "
        "word is used up.",
        LONGEST,
    ),
    Mistake(
        "lowercased",
        "It changes the word to lower case. Some models do that before this step; here "
        "the word is cut as it is.",
        LONGEST,
    ),
)
