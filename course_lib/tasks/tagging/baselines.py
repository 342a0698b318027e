"""What a tagger has to beat: O everywhere, and words remembered from the training.

O everywhere finds nothing, yet most words are O: it shows what token accuracy is worth.
"""

from collections import Counter, defaultdict

from course_lib.tasks.lesson import TEST, TRAIN
from course_lib.tasks.tagging.bio import OUTSIDE
from course_lib.tasks.tagging.tagged_sentences import TaggedSentences

NOTHING, REMEMBERED = "O everywhere", "commonest tag of each word"


def baselines(data: TaggedSentences) -> dict[str, list[list[str]]]:
    """What the baselines say of the test split, by their names: tags of each sentence.

    The second remembers which tag each word of the training split has most often;
    words that it has not seen are O.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for words, tags in zip(data.words(TRAIN), data.tags(TRAIN), strict=True):
        for word, tag in zip(words, tags, strict=True):
            seen[word][tag] += 1
    usual = {word: counts.most_common(1)[0][0] for word, counts in seen.items()}
    test = data.words(TEST)
    return {
        NOTHING: [[OUTSIDE] * len(words) for words in test],
        REMEMBERED: [[usual.get(word, OUTSIDE) for word in words] for words in test],
    }
