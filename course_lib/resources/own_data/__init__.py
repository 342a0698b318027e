"""Data of one's own: read, checked row by row, split, and handed out as `datasets`.

>>> data = load_classification("my.csv")
>>> data["train"][0]
{'text': 'A fine film.', 'label': 1}

Every problem is named with file, line, column and cure, all at once, in a `DataError`.

- Errors would teach a model something wrong, or stop it later: bytes that are no text,
  broken quotes, rows with too few fields, empty texts, labels that cannot be learned,
  tags that cannot follow one another, answers that are not in their passage.
  `on_problem="skip"` leaves such rows out and says how many.
- Harmless things are put right and said: byte order marks, Windows line ends, empty
  lines, spaces around a text.
- What looks odd but may be meant is a warning: texts that occur twice, labels that
  differ in capitals, accents that were read wrongly, pairs of very different lengths.

Files are never changed. What is read streams through into Arrow: up to 16 MB in memory,
more in the cache of datasets, from where it is mapped and not loaded.
"""

from course_lib.lazy import handing_out

_HOMES = {
    "DataError": "problems",
    "Problem": "problems",
    "load_classification": "classification",
    "load_pairs": "pairs",
    "load_questions": "questions",
    "load_tagging": "tagging",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = handing_out(__name__, _HOMES)
