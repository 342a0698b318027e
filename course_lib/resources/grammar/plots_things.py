"""Plots about things: lost and found, a gift, a repair, something borrowed, a trade."""

from course_lib.resources.grammar.casting import Cast
from course_lib.resources.grammar.dialogue import (
    agrees,
    apologises,
    forgives,
    greets,
    says,
    speaks,
    thanks,
)
from course_lib.resources.grammar.french_spelling import vowel
from course_lib.resources.grammar.meaning import (
    As,
    Entity,
    Joined,
    Quote,
    Which,
    at,
    clause,
    fixed,
    infinitive,
)
from course_lib.resources.grammar.phrases import (
    ALL_DAY,
    LATER,
    TIMES,
    TOGETHER,
    behind,
    beside,
    near,
    under,
)
from course_lib.resources.grammar.scenes import (
    GLAD,
    SAD,
    adjective,
    ending,
    feels,
    go,
    hears_idea,
    is_asked,
    meets,
    offers,
    one,
    opening,
    opinion,
    plans,
    where_found,
    works_on,
)
from course_lib.resources.grammar.sidelights import sidelight
from course_lib.resources.grammar.telling import Teller


def lost_and_found(t: Teller, c: Cast) -> str:
    """The hero loses something; somebody finds it and brings it back."""
    hero, friend, lost = c.hero, c.friend, c.make("small", c.hero)
    opening(t, c)
    place = c.spot()
    t.happened("lose", who=hero, what=lost, where=place)
    t.say(clause(hero, "lose", lost, after=(at(place), t.fresh(TIMES))))
    if t.chance(0.6):
        feels(t, hero, *SAD)
    _search(t, c, lost)
    t.paragraph()
    meets(t, hero, friend, c.spot())
    greeted = t.chance(0.4)
    if greeted:
        greets(t, friend, hero)
    trouble = clause(hero, "lose", lost, tense="done")
    is_asked(t, hero, friend, trouble, 0.0 if greeted else 0.7)
    if t.chance(0.7):
        seen = clause(friend, "see", As(lost, "pronoun"), tense="done", question="yes")
        t.say(Quote(hero, seen, None, friend))
    finder = friend if t.chance(0.4) else c.other
    (_friend_found if finder is friend else _other_found)(t, c, lost)
    t.happened("return", who=finder, what=lost, whom=hero)
    given = As(lost, "definite")
    t.say(clause(finder, t.pick("return", "bring", "give"), given, hero))
    why = clause(finder, "find", lost, tense="perfect") if t.chance(0.4) else None
    feels(t, hero, *GLAD, because=why)
    thanks(t, hero, finder)
    ending(t, c)
    return f"The Lost {lost.noun.english.title()}"


def _search(t: Teller, c: Cast, lost: Entity) -> None:
    """Where the hero looks, in vain."""
    hero = c.hero
    if t.chance(0.6):
        t.say(clause(hero, "look_for", lost, after=(t.fresh(ALL_DAY),)))
    if t.chance(0.5):
        cover = As(c.make(t.pick("furniture", "hiding")), "definite")
        where = t.pick(near, behind, under)(cover)
        looked = clause(hero, "look_for", lost, after=(where,))
        found = clause(hero, "find", As(lost, "pronoun"), negative="not")
        t.say(Joined("but", looked, found))
    if t.chance(0.3):
        t.say(
            fixed(
                "nobody had seen {0}", "personne n'avait vu {0}", As(lost, "definite")
            )
        )


def _friend_found(t: Teller, c: Cast, lost: Entity) -> None:
    """The friend has it already."""
    place = c.spot()
    if t.chance(0.4):
        has = clause(c.friend, "have", As(lost, "pronoun"), tense="present")
        says(t, c.friend, c.hero, has, "say", "shout")
        where_found(t, c.friend, c.hero, lost)
        found = clause(c.friend, "find", As(lost, "pronoun"), after=(at(place),))
    else:
        found = clause(c.friend, "find", lost, tense="done", after=(at(place),))
    t.happened("find", who=c.friend, what=lost, where=place)
    says(t, c.friend, c.hero, found, "answer", "reply", "say")
    if t.chance(0.5):
        feels(t, c.hero, "surprised", "excited")


def _other_found(t: Teller, c: Cast, lost: Entity) -> None:
    """The friend helps to look; somebody else finds it."""
    friend, finder, place = c.friend, c.other, c.spot()
    seen = clause(friend, "see", As(lost, "pronoun"), tense="done", negative="not")
    says(t, friend, c.hero, seen, "answer", "reply")
    t.say(clause(c.both, "look_for", As(lost, "definite"), after=(TOGETHER,)))
    sidelight(t, c)
    t.paragraph()
    t.happened("find", who=finder, what=lost, where=place)
    t.where[finder] = place
    if t.chance(0.35):
        losing = clause(c.hero, "lose", lost, tense="perfect", gap=0)
        found = Which(As(lost, "definite"), losing)
        t.say(clause(finder, "find", found, front=at(place)))
        return
    t.say(clause(finder, "find", lost, after=(at(place), t.fresh(LATER))))


def gift(t: Teller, c: Cast) -> str:
    """The hero buys something and gives it to a friend."""
    hero, friend = c.hero, c.friend
    present = c.make(t.pick("small", "toy", "jewel", "clothes", "music"))
    opening(t, c)
    if t.chance(0.6):
        feels(t, friend, "sad", "lonely", "worried", "tired")
        plans(t, hero, "help", friend)
    else:
        plans(t, hero, "surprise", friend)
    place = c.shop()
    go(t, hero, place)
    t.happened("buy", who=hero, what=present, where=place)
    where = (at(place),) if t.chance(0.4) else ()
    t.say(clause(hero, t.pick("buy", "choose", "find"), present, after=where))
    opinion(t, present, True, "beautiful", "lovely", "perfect", "wonderful")
    sidelight(t, c)
    t.paragraph()
    meets(t, hero, friend, c.spot())
    if t.chance(0.4):
        greets(t, hero, friend)
    t.happened("give", who=hero, what=present, whom=friend)
    verb = t.pick("give", "give_to", "offer")
    t.say(clause(hero, verb, present, friend))
    t.owns(friend, present)
    belongs = clause(As(present, "pronoun"), "belong", friend, tense="present")
    says(t, hero, friend, belongs, "say", "whisper")
    feels(t, friend, *GLAD)
    thanks(t, friend, hero)
    if t.chance(0.4):
        works = t.pick("admire", "show")
        others = () if works == "admire" else (c.other,)
        t.say(clause(friend, works, As(present, "definite"), *others))
    ending(t, c)
    return f"A{one(present)[1:]} for {friend.english}"


def repair(t: Teller, c: Cast) -> str:
    """Something breaks; two people mend it."""
    hero, friend = c.hero, c.friend
    broken = c.make(t.pick("machine", "furniture", "tool"), hero)
    tool = c.make("mending", friend)
    opening(t, c)
    t.happened("break", who=hero, what=broken)
    t.say(clause(hero, "break", broken, after=(t.fresh(TIMES),)))
    if t.chance(0.6):
        t.say(clause(hero, "can", infinitive(hero, "mend", broken), negative="not"))
        feels(t, hero, *SAD)
    else:
        mended = infinitive(hero, "mend", As(broken, "pronoun"))
        why = clause(hero, "can", mended, negative="not")
        feels(t, hero, *SAD, because=why)
    if t.chance(0.4):
        go(t, hero, c.spot())
    meets(t, hero, friend, c.spot())
    is_asked(t, hero, friend, clause(hero, "break", broken, tense="done"))
    _asks_for_help(t, c)
    if t.chance(0.5):
        helped = clause(friend, "help", hero, tense="future")
        says(t, friend, hero, helped, "answer", "say")
    else:
        agrees(t, friend, hero)
    t.paragraph()
    t.happened("take", who=friend, what=tool)
    t.say(clause(friend, "take", tool))
    sidelight(t, c)
    t.happened("mend", who=friend, what=broken)
    works_on(t, friend, t.pick("mend", "repair"), broken)
    whole = clause(
        As(broken, "definite"), "be", adjective("broken"), negative="no longer"
    )
    t.say(whole)
    thanks(t, hero, friend)
    ending(t, c)
    return f"The Broken {broken.noun.english.title()}"


def _asks_for_help(t: Teller, c: Cast) -> None:
    """Can you help me? Sometimes for a reward, which is given."""
    if t.chance(0.6):
        speaks(t, c.hero, c.friend, "ask")
        return
    reward = c.make(t.pick("fruit", "toy", "small"), c.hero)
    offers(t, c.hero, c.friend, reward)


def borrowed(t: Teller, c: Cast) -> str:
    """The hero borrows something, breaks it, and says so."""
    hero, friend = c.hero, c.friend
    item = c.make(t.pick("tool", "music", "ride"), friend)
    opening(t, c)
    meets(t, hero, friend, c.spot())
    t.happened("borrow", who=hero, what=item)
    when = t.fresh(TIMES)
    t.say(clause(hero, "borrow", As(item, "indefinite"), friend, after=(when,)))
    t.say(clause(hero, "use", As(item, "definite"), after=(t.fresh(ALL_DAY),)))
    t.happened("break", who=hero, what=item)
    t.say(clause(hero, "break", As(item, "definite"), after=(t.fresh(LATER),)))
    feels(t, hero, "ashamed", "worried", "afraid")
    if t.chance(0.5):
        t.happened("hide", who=hero, what=item)
        where = t.pick(under, behind, beside)(As(c.make("furniture"), "indefinite"))
        t.say(clause(hero, "hide", As(item, "pronoun"), after=(where,)))
    sidelight(t, c)
    t.paragraph()
    go(t, friend, c.spot())
    t.where[hero] = t.where[friend]
    _confesses(t, c, item)
    works_on(t, c.both, "mend", item)
    ending(t, c)
    return f"The Borrowed {item.noun.english.title()}"


def _confesses(t: Teller, c: Cast, item: Entity) -> None:
    """Where is it? The truth comes out."""
    hero, friend, noun = c.hero, c.friend, item.noun
    my = "ma" if noun.gender == "f" and not vowel(noun.french) else "mon"
    asks = fixed(
        f"where is my {noun.english}", f"où est {my} {noun.french}", ending="?"
    )
    says(t, friend, hero, asks, "ask")
    if t.chance(0.5):
        t.say(clause(hero, "tell", friend))
    else:
        broke = clause(hero, "break", As(item, "pronoun"), tense="done")
        says(t, hero, friend, broke, "say", "whisper", "answer")
    if t.chance(0.5):
        asked = clause(hero, "break", As(item, "pronoun"), question="how")
        says(t, friend, hero, asked, "ask")
    feels(t, friend, "angry", "sad", "surprised")
    apologises(t, hero, friend)
    forgives(t, friend, hero)


def trade(t: Teller, c: Cast) -> str:
    """Each has what the other needs."""
    hero, friend = c.hero, c.friend
    mine, theirs = c.make("tool", hero), c.make(t.pick("small", "furniture"), friend)
    opening(t, c)
    t.say(clause(hero, "have", As(mine, "indefinite")))
    wished = clause(hero, "need", As(theirs, "new"))
    t.say(
        Joined(
            "but",
            clause(hero, "use", As(mine, "pronoun"), negative="never", tense="was"),
            wished,
        )
    )
    meets(t, hero, friend, c.spot())
    needs = clause(hero, "need", As(theirs, "new"), tense="present")
    is_asked(t, hero, friend, needs)
    has = clause(friend, "have", As(theirs, "new"), tense="present")
    says(t, friend, hero, has, "answer", "reply")
    if t.chance(0.6):
        hears_idea(t, friend, hero)
    sidelight(t, c)
    t.paragraph()
    t.happened("give", who=hero, what=mine, whom=friend)
    t.say(clause(hero, "give", As(mine, "full"), friend, after=(t.fresh(LATER),)))
    t.owns(friend, mine)
    t.happened("give", who=friend, what=theirs, whom=hero)
    t.say(clause(friend, t.pick("give", "give_to"), As(theirs, "full"), hero))
    t.owns(hero, theirs)
    feels(t, c.both, "happy", "glad")
    t.say(clause(As(mine, "definite"), "belong", friend))
    if t.chance(0.5):
        opinion(t, theirs, True, "perfect", "useful", "strong")
    ending(t, c)
    return f"A{one(mine)[1:]} for {one(theirs)}"
