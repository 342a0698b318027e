"""What the course takes instead where a well-known model or data set can't be had."""

USUAL = "usual"
"""Stands for: whatever the table below says."""

_MODELS = {
    "course-bert": (
        "bert-base-uncased bert-base-cased bert-large-uncased bert-large-cased "
        "distilbert-base-uncased distilbert-base-cased"
    ),
    "course-gpt": "gpt2 gpt2-medium gpt2-large gpt2-xl distilgpt2",
    "course-marian": "opus-mt-en-fr",
}
_DATA_SETS = {
    "reviews": "imdb rotten_tomatoes sst2 yelp_polarity",
    "entities": "conll2003 wnut_17",
    "questions": "squad squad_v2",
    "pairs": "opus_books opus-100",
    "headlines": "xsum cnn_dailymail",
    "stories": "TinyStories",
}
# Names without an owner are old names of the same.
_OWNERS = {
    *("google-bert", "distilbert", "openai-community", "Helsinki-NLP"),
    *("stanfordnlp", "cornell-movie-review-data", "eriktks", "rajpurkar"),
    *("EdinburghNLP", "abisee", "roneneldan", "fancyzhx"),
}


def usual_stand_in(name: str, kind: str) -> str | None:
    """What ships with the course and takes a name's place, None if nothing does.

    >>> usual_stand_in("google-bert/bert-base-uncased", "model")
    'course-bert'
    """
    owner, _, last = name.rpartition("/")
    if owner and owner not in _OWNERS:
        return None
    table = _DATA_SETS if kind == "dataset" else _MODELS
    return next((own for own, names in table.items() if last in names.split()), None)
