"""What people say to one another in many plots."""

from course_lib.resources.grammar.lexicon import adjectives
from course_lib.resources.grammar.meaning import As, Entity, Quote, clause, fixed
from course_lib.resources.grammar.telling import Teller


def says(t: Teller, who: Entity, whom: Entity, content, *verbs: str) -> None:
    """A quotation; the verb of saying is one of those given."""
    t.say(Quote(who, content, t.pick(*(verbs or ("say",))), whom))


def phrase(
    t: Teller, who: Entity, whom: Entity, *choices: tuple[str, str], ending: str = "."
) -> None:
    """One of some ready phrases; {0} in them is the hearer's name."""
    english, french = t.pick(*choices)
    content = fixed(english, french, As(whom, "name"), ending=ending)
    verbs = {"?": ("ask",), "!": ("say", "shout", "cry_out")}.get(ending, ("say",))
    says(t, who, whom, content, *verbs)


def greets(t: Teller, who: Entity, other: Entity) -> None:
    """Good morning."""
    phrase(
        t,
        who,
        other,
        ("good morning, {0}", "bonjour, {0}"),
        ("hello, {0}", "bonjour, {0}"),
        ("welcome, {0}", "bienvenue, {0}"),
        ending=".",
    ) if t.chance(0.7) else phrase(
        t,
        who,
        other,
        ("how are you, {0}", "comment vas-tu, {0}"),
        ("hello, {0}, how are you today", "bonjour, {0}, comment vas-tu aujourd'hui"),
        ("what are you doing here, {0}", "qu'est-ce que tu fais ici, {0}"),
        ("where are you going, {0}", "où vas-tu, {0}"),
        ending="?",
    )


def thanks(t: Teller, who: Entity, other: Entity) -> None:
    """Thank you."""
    if t.chance(0.4):
        t.say(clause(who, "thank", other))
        return
    kind = adjectives()["kind"].french(other.gender, False)
    phrase(
        t,
        who,
        other,
        ("thank you so much, {0}", "merci beaucoup, {0}"),
        ("thank you, {0}", "merci, {0}"),
        ("how kind you are, {0}", f"comme tu es {kind}, {{0}}"),
        ("I will never forget this", "je n'oublierai jamais cela"),
        ("what would I do without you", "qu'est-ce que je ferais sans toi"),
        ("that is very kind of you", "c'est très gentil de ta part"),
        ending=t.pick("!", "."),
    )


def agrees(t: Teller, who: Entity, other: Entity) -> None:
    """Of course."""
    phrase(
        t,
        who,
        other,
        ("of course", "bien sûr"),
        ("with pleasure, {0}", "avec plaisir, {0}"),
        ("that is a good idea", "c'est une bonne idée"),
        ("all right, {0}", "d'accord, {0}"),
        ("why not", "pourquoi pas"),
        ("yes, at once", "oui, tout de suite"),
    )


def comforts(t: Teller, who: Entity, other: Entity) -> None:
    """Do not worry."""
    phrase(
        t,
        who,
        other,
        ("don't worry, {0}", "ne t'inquiète pas, {0}"),
        ("don't cry, {0}", "ne pleure pas, {0}"),
        ("it is not so bad", "ce n'est pas si grave"),
        ("we will find a way", "nous trouverons une solution"),
        ("everything will be all right", "tout ira bien"),
    )


def apologises(t: Teller, who: Entity, other: Entity) -> None:
    """I am sorry."""
    if t.chance(0.3):
        t.say(clause(who, "apologise", other))
        return
    sorry = "désolé" if who.gender == "m" else "désolée"
    phrase(
        t,
        who,
        other,
        ("I am so sorry, {0}", f"je suis vraiment {sorry}, {{0}}"),
        ("forgive me, {0}", "pardonne-moi, {0}"),
        ("it was my fault", "c'était ma faute"),
        ("I made a mistake", "je me suis trompé" + ("" if who.gender == "m" else "e")),
    )


def forgives(t: Teller, who: Entity, other: Entity) -> None:
    """It does not matter."""
    if t.chance(0.4):
        t.say(clause(who, "forgive", other))
        return
    phrase(
        t,
        who,
        other,
        ("it doesn't matter, {0}", "ça ne fait rien, {0}"),
        ("everybody makes mistakes", "tout le monde fait des erreurs"),
        ("let us forget it", "n'en parlons plus"),
        ("you are still my friend", f"tu es toujours mon {_friend(other)}"),
    )


def _friend(other: Entity) -> str:
    return "ami" if other.gender == "m" else "amie"
