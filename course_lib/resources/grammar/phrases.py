"""Phrases of time, weather and manner that several plots share."""

from course_lib.resources.grammar.meaning import Adverbial, adverbial

TIMES = tuple(
    adverbial(english, french)
    for english, french in (
        ("one morning", "un matin"),
        ("one evening", "un soir"),
        ("one afternoon", "un après-midi"),
        ("one day in spring", "un jour de printemps"),
        ("one day in summer", "un jour d'été"),
        ("one autumn morning", "un matin d'automne"),
        ("one winter evening", "un soir d'hiver"),
        ("one Monday", "un lundi"),
        ("one Friday", "un vendredi"),
        ("one Sunday morning", "un dimanche matin"),
        ("early in the morning", "tôt le matin"),
        ("on the first day of May", "le premier jour de mai"),
        ("in the last week of March", "la dernière semaine de mars"),
    )
)
LATER = tuple(
    adverbial(english, french)
    for english, french in (
        ("the next morning", "le lendemain matin"),
        ("the next day", "le lendemain"),
        ("that evening", "ce soir-là"),
        ("an hour later", "une heure plus tard"),
        ("in the afternoon", "l'après-midi"),
        ("after lunch", "après le déjeuner"),
        ("two days later", "deux jours plus tard"),
        ("before supper", "avant le dîner"),
        ("a little later", "un peu plus tard"),
        ("at noon", "à midi"),
    )
)
ALL_DAY = tuple(
    adverbial(english, french)
    for english, french in (
        ("all morning", "toute la matinée"),
        ("for an hour", "pendant une heure"),
        ("until noon", "jusqu'à midi"),
        ("for a long time", "pendant longtemps"),
        ("all afternoon", "tout l'après-midi"),
    )
)
EVERY = tuple(
    adverbial(english, french)
    for english, french in (
        ("every day", "tous les jours"),
        ("every morning", "tous les matins"),
        ("every evening", "tous les soirs"),
        ("on Sundays", "le dimanche"),
        ("in winter", "en hiver"),
        ("in summer", "en été"),
    )
)
THERE = adverbial("there", "là-bas")
AT_HOME = adverbial("at home", "à la maison")
TOGETHER = adverbial("together", "ensemble")
AT_ONCE = adverbial("at once", "tout de suite")
ALREADY = adverbial("already", "déjà")
STILL = adverbial("still", "encore")
ALWAYS = adverbial("always", "toujours")
OFTEN = adverbial("often", "souvent")
WITH_CARE = adverbial("with great care", "avec grand soin")
IN_SECRET = adverbial("in secret", "en secret")
SOON = adverbial("soon", "bientôt")


def beside(item: object) -> Adverbial:
    """Next to something."""
    return adverbial("next to {0}", "à côté de {0}", item)


def under(item: object) -> Adverbial:
    """Under something."""
    return adverbial("under {0}", "sous {0}", item)


def behind(item: object) -> Adverbial:
    """Behind something."""
    return adverbial("behind {0}", "derrière {0}", item)


def inside(item: object) -> Adverbial:
    """In something."""
    return adverbial("in {0}", "dans {0}", item)


def near(item: object) -> Adverbial:
    """Near something."""
    return adverbial("near {0}", "près de {0}", item)


def along(item: object) -> Adverbial:
    """With somebody."""
    return adverbial("with {0}", "avec {0}", item)


def around(item: object) -> Adverbial:
    """For somebody."""
    return adverbial("for {0}", "pour {0}", item)
