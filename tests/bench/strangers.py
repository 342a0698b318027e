"""Do names stay? Sentences whose name is exchanged for that of somebody else.

In the right one stands a name that the story told before; in the wrong one, of the same
sex, a person of the world whom the story has never mentioned.
"""

from collections.abc import Iterable, Iterator
from random import Random

from course_lib.resources.grammar.people import people
from course_lib.resources.world import MinimalPair, Story


def name_pairs(stories: Iterable[Story], seed: int) -> Iterator[MinimalPair]:
    """One pair of each story, from as far back in it as there is one."""
    draw = Random(seed)
    for story in stories:
        pair = _last(story, draw)
        if pair:
            yield pair


def _last(story: Story, draw: Random) -> MinimalPair | None:
    for number in reversed(range(len(story.sentences))):
        before = story.text[: story.starts[number]].rstrip()
        known = _names(story, number, before)
        if known:
            return _exchanged(story, number, before, draw.choice(known), draw)
    return None


def _names(story: Story, number: int, before: str) -> list[int]:
    """Words of a sentence that name somebody who was named before."""
    sentence, known = story.sentences[number], people()
    told = set(before.replace("'", " ").replace(",", " ").replace(".", " ").split())
    return [
        place
        for place, word in enumerate(sentence.words)
        if word in known and word in told and sentence.words.count(word) == 1
    ]


def _exchanged(
    story: Story, number: int, before: str, place: int, draw: Random
) -> MinimalPair:
    sentence, everybody = story.sentences[number], people()
    name = sentence.words[place]
    strangers = [
        other
        for other, person in sorted(everybody.items())
        if person.sex == everybody[name].sex and other not in story.text
    ]
    start, end = sentence.spans[place]
    wrong = sentence.text[:start] + draw.choice(strangers) + sentence.text[end:]
    last = before.rindex(name)
    distance = len(before[last:].split())
    return MinimalPair(
        "name", before, sentence.text, wrong, place, distance, 0, story.title
    )
