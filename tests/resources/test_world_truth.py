"""What the stories say is true: lasting facts, owners, places, families."""

import re
from functools import cache
from itertools import islice

from course_lib.resources import world
from course_lib.resources.grammar.people import people, pets, places, places_of

NAMES = "|".join(people())
TOWNS = "|".join(key for key, place in places().items() if place.kind == "town")
PASSED_ON = {"give", "sell", "return"}


@cache
def stories():
    return list(islice(world.write_stories(4), 300))


def told(pattern):
    """What a pattern finds in all stories: tuples of its groups."""
    rule = re.compile(pattern)
    return [found for story in stories() for found in rule.findall(story.text)]


def test_everybody_has_one_town_and_one_job():
    jobs = told(rf"({NAMES}),? (?:was )?the ([a-z ]+) of ({TOWNS})")
    assert len(jobs) > 100
    for name, job, town in jobs:
        assert people()[name].job.english == job
        assert people()[name].town.key == town


def test_everybody_lives_where_the_world_says():
    homes = told(rf"({NAMES}) lived in ({TOWNS})")
    assert len(homes) > 15
    for name, town in homes:
        assert people()[name].town.key == town


def test_everybody_has_the_animal_that_the_world_says():
    animals = told(rf"({NAMES}) (?:had|owned) an? ([a-z]+) ([a-z]+)[.,]")
    kinds = {noun for _, noun in pets().values()}
    told_pets = [(n, a, k) for n, a, k in animals if k in kinds]
    assert len(told_pets) > 30
    for name, adjective, noun in told_pets:
        assert pets()[name] == (adjective, noun)


def test_brothers_and_daughters_are_those_of_the_world():
    """Her brother Tom: her is linked to somebody whose brother Tom is."""
    seen = 0
    for story in stories():
        for sentence in story.sentences:
            targets = {
                k.source: k.target for k in sentence.links if k.kind == "pronoun"
            }
            for start, _, key, form in sentence.forms:
                if form not in ("kin", "kin_name") or start not in targets:
                    continue
                where, word = targets[start]
                owner = people()[story.sentences[where].words[word]]
                relation = sentence.words[start + 1]
                assert owner.kin[relation].key == key, sentence.text
                seen += 1
    assert seen > 50


def test_family_ties_go_both_ways():
    for name, person in people().items():
        for other in person.kin.values():
            assert any(back.key == name for back in other.kin.values())


def test_only_its_owner_passes_a_thing_on():
    """give, sell, return: whoever has it passes it on, and then has it no longer."""
    for story in stories():
        holder = {}
        for relation, roles, number in story.events:
            thing = roles.get("what")
            if relation in PASSED_ON and "whom" in roles:
                has = holder.get(thing, roles["who"])
                assert has == roles["who"], story.sentences[number].text
                holder[thing] = roles["whom"]
            elif relation in ("find", "borrow", "buy", "take"):
                holder[thing] = roles["who"]


def test_who_was_given_a_thing_owns_it_at_the_end():
    for story in stories():
        owners = {(who, what) for who, tie, what in story.facts if tie == "owns"}
        last = {}
        for relation, roles, _ in story.events:
            if relation in ("give", "sell") and "whom" in roles:
                last[roles["what"]] = roles["whom"]
        for thing, owner in last.items():
            others = {who for who, what in owners if what == thing}
            assert owner in others or not others, story.title


def test_people_are_where_they_went():
    for story in stories():
        ends = {who: where for who, tie, where in story.facts if tie == "is at"}
        assert set(ends) >= set(story.cast[:3])
        for _, roles, _ in story.events:
            if "where" in roles:
                assert roles["where"] in places()


def test_a_town_by_land_has_no_harbour():
    for story in stories():
        town = people()[story.cast[0]].town.key
        near = {place.key for place in places_of(town, "spot")}
        for relation, roles, _ in story.events:
            place = places().get(roles.get("where", ""))
            if relation in ("go", "meet", "find", "lose") and place is not None:
                assert place.kind != "spot" or place.key in near, story.title


def test_the_events_are_told_in_their_sentences():
    for story in stories():
        for _, roles, number in story.events:
            keys = {key for *_, key, _ in story.sentences[number].forms}
            people_there = {role for role in roles.values() if role in people()}
            group = {part for key in keys for part in key.split("+")}
            assert people_there <= group | keys or not people_there, story.sentences[
                number
            ].text


def test_the_worlds_own_facts_do_not_contradict_each_other():
    facts = world.World().facts
    for relation in ("lives in", "works as", "is", "has"):
        subjects = [subject for subject, tie, _ in facts if tie == relation]
        assert len(subjects) == len(set(subjects))
    assert len(world.World().people) >= 60
