"""From text to numbers: byte-pair encoding and WordPiece, written out.

Both take a text apart into pieces of a fixed vocabulary. They agree, id for id, with
`tokenizers.models.BPE` and `tokenizers.models.WordPiece` on the same vocabulary; real
work goes to that library, which is a hundred times faster.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

import torch
from torch import Tensor

from course_lib.errors import CourseError

Pair = tuple[str, str]

# A word takes the space before it along, so that joining the pieces gives the text
# back. The pattern of GPT-2 (Radford et al. 2019) without its list of contractions.
WORD_PATTERN = r" ?\w+| ?[^\w\s]+|\s+(?!\S)|\s"


def split_words(text: str) -> list[str]:
    """Cut a text into words and punctuation; joined, they are the text again."""
    return re.findall(WORD_PATTERN, text)


@cache
def byte_symbols() -> dict[int, str]:
    """One visible character for each of the 256 bytes, as GPT-2 chose them.

    Printable bytes stand for themselves; the others (space, newline, ...) take the
    characters from 256 upwards. The space becomes "Ġ".
    """
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    symbols = {byte: chr(byte) for byte in visible}
    return symbols | {byte: chr(256 + i) for i, byte in enumerate(hidden)}


def as_bytes(text: str) -> str:
    """The UTF-8 bytes of a text, each written as one visible character."""
    return "".join(byte_symbols()[byte] for byte in text.encode())


def from_bytes(symbols: str) -> str:
    """The text behind such characters; a broken sequence of bytes reads as "\ufffd"."""
    bytes_of = {symbol: byte for byte, symbol in byte_symbols().items()}
    return bytes(bytes_of[s] for s in symbols).decode(errors="replace")


def merge_symbols(symbols: Sequence[str], pair: Pair) -> list[str]:
    """Join every occurrence of a pair, from left to right, without overlap."""
    merged, i = [], 0
    while i < len(symbols):
        found = tuple(symbols[i : i + 2]) == pair
        merged.append(pair[0] + pair[1] if found else symbols[i])
        i += 2 if found else 1
    return merged


def train_bpe(word_counts: Mapping[str, int], num_merges: int) -> list[Pair]:
    """Learn which neighbours to merge: again and again the most frequent pair.

    On a tie the pair whose symbols are older wins (characters in their order, then
    merges in theirs), as in the library. Counts are not taken anew after each merge:
    only words that hold the merged pair change.

    Args:
        word_counts: word to the number of times it occurs.
        num_merges: how many merges to learn; fewer when nothing is left to merge.

    Returns:
        The merges, the earliest first.

    Source: Sennrich, Haddow and Birch 2016, algorithm 1.
    """
    words = [list(word) for word in word_counts]
    times = list(word_counts.values())
    age = {symbol: i for i, symbol in enumerate(sorted(set("".join(word_counts))))}
    counts: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    merges: list[Pair] = []

    def add_pairs(index: int, sign: int) -> None:
        for pair in pairwise(words[index]):
            counts[pair] += sign * times[index]
            places[pair].add(index)

    for index in range(len(words)):
        add_pairs(index, +1)
    while len(merges) < num_merges and (best := _most_frequent(counts, age)):
        for index in places.pop(best):
            add_pairs(index, -1)
            words[index] = merge_symbols(words[index], best)
            add_pairs(index, +1)
        del counts[best]
        merges.append(best)
        age.setdefault(best[0] + best[1], len(age))
    return merges


def _most_frequent(counts: Mapping[Pair, int], age: Mapping[str, int]) -> Pair | None:
    highest = max(counts.values(), default=0)
    if highest < 1:
        return None
    ties = (pair for pair, count in counts.items() if count == highest)
    return min(ties, key=lambda pair: (age[pair[0]], age[pair[1]]))


class BytePairEncoder:
    """Splits text into learned pieces by replaying the merges in their order.

    Attributes:
        merges: the merges, the earliest first.
        vocabulary: piece to id: special tokens, then the alphabet, then what the
            merges make.
    """

    def __init__(
        self,
        alphabet: Iterable[str],
        merges: Sequence[Pair],
        special: Sequence[str] = ("[UNK]",),
        byte_level: bool = False,
    ) -> None:
        """Put the vocabulary together.

        Args:
            alphabet: the single characters that it knows.
            merges: as `train_bpe` returns them.
            special: tokens that are never the result of a merge; the first one
                stands for an unknown character.
            byte_level: work on UTF-8 bytes (see `as_bytes`): nothing is unknown.
        """
        self.merges = [tuple(pair) for pair in merges]
        self.unknown, self.byte_level = special[0], byte_level
        made = [left + right for left, right in self.merges]
        pieces = dict.fromkeys([*special, *sorted(set(alphabet)), *made])
        self.vocabulary = {piece: i for i, piece in enumerate(pieces)}
        self._rank = {pair: i for i, pair in enumerate(self.merges)}
        self._pieces = list(pieces)

    @classmethod
    def train(
        cls,
        text: str,
        num_merges: int,
        special: Sequence[str] = ("[UNK]",),
        byte_level: bool = False,
    ) -> "BytePairEncoder":
        """Learn the alphabet and the merges from a text."""
        spell = as_bytes if byte_level else str
        word_counts = Counter(spell(word) for word in split_words(text))
        alphabet = byte_symbols().values() if byte_level else set(text)
        return cls(alphabet, train_bpe(word_counts, num_merges), special, byte_level)

    def split_word(self, word: str) -> list[str]:
        """The pieces of one word: always the earliest merge, the leftmost first."""
        spelled = as_bytes(word) if self.byte_level else word
        pieces = [c if c in self.vocabulary else self.unknown for c in spelled]
        while len(pieces) > 1:
            ranks = [self._rank.get(p, len(self.merges)) for p in pairwise(pieces)]
            earliest = min(ranks)
            if earliest == len(self.merges):
                break
            at = ranks.index(earliest)
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        return pieces

    def tokenize(self, text: str) -> list[str]:
        """The pieces of a text."""
        return [piece for word in split_words(text) for piece in self.split_word(word)]

    def encode(self, text: str) -> list[int]:
        """The ids of a text's pieces."""
        return [self.vocabulary[piece] for piece in self.tokenize(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text again; an unknown character stays lost.

        Raises:
            CourseError: an id that the vocabulary does not have.
        """
        text = "".join(_look_up(self._pieces, i) for i in ids)
        return from_bytes(text) if self.byte_level else text


class WordPiece:
    """Splits words into the longest pieces that a given vocabulary holds.

    Source: Schuster and Nakajima 2012; the encoder as in BERT (Devlin et al. 2019).
    """

    def __init__(
        self,
        vocabulary: Iterable[str],
        unknown: str = "[UNK]",
        prefix: str = "##",
        longest_word: int = 100,
    ) -> None:
        """Take a vocabulary over.

        Args:
            vocabulary: the pieces in the order of their ids (a BERT `vocab.txt`).
            unknown: stands for a whole word that cannot be built.
            prefix: marks a piece that continues a word.
            longest_word: words with more characters are unknown.

        Raises:
            CourseError: the vocabulary lacks the unknown token.
        """
        self._pieces = list(vocabulary)
        self.vocabulary = {piece: i for i, piece in enumerate(self._pieces)}
        self.unknown, self.prefix, self.longest_word = unknown, prefix, longest_word
        if unknown not in self.vocabulary:
            raise CourseError(
                f"a vocabulary of {len(self._pieces)} pieces without {unknown!r}: "
                "add it, or name the token that stands for unknown words (unknown=...)"
            )

    def split_word(self, word: str) -> list[str]:
        """The pieces of one word, the longest first match at each place."""
        if len(word) > self.longest_word:
            return [self.unknown]
        pieces, start = [], 0
        while start < len(word):
            mark = self.prefix if start else ""
            for end in range(len(word), start, -1):
                if mark + word[start:end] in self.vocabulary:
                    break
            else:
                return [self.unknown]
            pieces.append(mark + word[start:end])
            start = end
        return pieces

    def tokenize(self, text: str) -> list[str]:
        """The pieces of a text, in lower case and without accents, as in BERT."""
        return [p for word in split_like_bert(text) for p in self.split_word(word)]

    def encode(self, text: str) -> list[int]:
        """The ids of a text's pieces."""
        return [self.vocabulary[piece] for piece in self.tokenize(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """Words with spaces between them; capitals and accents stay lost.

        Raises:
            CourseError: an id that the vocabulary does not have.
        """
        words = " ".join(_look_up(self._pieces, i) for i in ids)
        return words.replace(" " + self.prefix, "")


def split_like_bert(text: str) -> list[str]:
    """Lower case, no accents; punctuation and Chinese characters by themselves."""
    letters = unicodedata.normalize("NFD", text.lower())
    kept = (c for c in letters if unicodedata.category(c) != "Mn")
    return "".join(f" {c} " if _stands_alone(c) else c for c in kept).split()


def _stands_alone(character: str) -> bool:
    ascii_mark = character.isascii() and character.isprintable()
    if ascii_mark:
        return not character.isalnum() and character != " "
    chinese = unicodedata.name(character, "").startswith("CJK UNIFIED IDEOGRAPH")
    return chinese or unicodedata.category(character).startswith("P")


def _look_up(pieces: Sequence[str], index: int) -> str:
    if not 0 <= index < len(pieces):
        raise CourseError(
            f"no piece has id {index}: ids go from 0 to {len(pieces) - 1}"
        )
    return pieces[index]


def pad_batch(
    sequences: Sequence[Sequence[int]], pad_id: int = 0
) -> tuple[Tensor, Tensor]:
    """Fill shorter sequences up, and say which positions are real.

    Args:
        sequences: B lists of ids.
        pad_id: the id to fill up with.

    Returns:
        input_ids (B, T) and attention_mask (B, T), 1 = real, 0 = padding; T is the
        longest length.

    Raises:
        CourseError: no sequence at all.
    """
    if not sequences:
        raise CourseError("no sequence to pad: give at least one list of ids")
    length = max(len(ids) for ids in sequences)
    filled = [[*ids, *[pad_id] * (length - len(ids))] for ids in sequences]
    real = [[1] * len(ids) + [0] * (length - len(ids)) for ids in sequences]
    return torch.tensor(filled, dtype=torch.long), torch.tensor(real, dtype=torch.long)
