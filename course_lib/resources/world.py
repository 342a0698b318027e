"""A small world whose stories come with the truth: who is meant, what is true.

The stories are made by rules, so that every label is gold: entities, sentiment,
answers, French, what a pronoun refers to, which noun a verb agrees with.

    from course_lib.resources.world import write_stories

    story = next(write_stories(seed=1))
    story.sentences[0].words, story.sentences[0].tags, story.sentences[0].french
"""

from itertools import islice

from course_lib.resources.grammar.contrasts import MinimalPair, minimal_pairs
from course_lib.resources.grammar.people import people, pets, places, traits
from course_lib.resources.grammar.phenomena import phenomenon
from course_lib.resources.grammar.questions import Question
from course_lib.resources.grammar.reviews import world_reviews
from course_lib.resources.grammar.stories import SPLITS, Story, write_stories
from course_lib.resources.grammar.telling import Link, Sentence

__all__ = [
    "SPLITS",
    "Link",
    "MinimalPair",
    "Question",
    "Sentence",
    "Story",
    "World",
    "minimal_pairs",
    "world_entities",
    "world_pairs",
    "world_questions",
    "world_reviews",
    "world_summaries",
    "world_text",
    "write_stories",
]


class World:
    """Everybody and everything that is the same in every story."""

    def __init__(self) -> None:
        self.people = tuple(people())
        self.places = tuple(places())

    @property
    def facts(self) -> tuple[tuple[str, str, str], ...]:
        """(subject, relation, object): towns, work, families, animals, tempers."""
        facts = []
        for name, person in people().items():
            facts.append((name, "lives in", person.town.key))
            if person.job:
                facts.append((name, "works as", person.job.english))
            facts.append((name, "is", traits()[name]))
            facts.append((name, "has", " ".join(pets()[name])))
            facts += [(name, tie, other.key) for tie, other in person.kin.items()]
        return tuple(facts)


def story_text(story: Story) -> str:
    """A story as it stands in `world_text`: its title, and its paragraphs below."""
    return f"{story.title}\n{story.text}"


def world_text(characters: int, seed: int = 0, split: str = "train") -> str:
    """Whole stories with their titles, an empty line between, of at least that length.

    Args:
        characters: how long the text is to be; the last story is told to its end.
        seed: another seed, other stories.
        split: "train", "validation" or "test".
    """
    texts, length = [], 0
    for story in write_stories(seed, split):
        if length >= characters:
            break
        texts.append(story_text(story))
        length += len(texts[-1]) + 2
    return "\n\n".join(texts)


def _different_sentences(seed: int, split: str):
    """Sentences of the stories, each text once."""
    seen: set[str] = set()
    for story in write_stories(seed, split):
        for sentence in story.sentences:
            if sentence.text not in seen:
                seen.add(sentence.text)
                yield sentence


def world_entities(count: int, seed: int = 0, split: str = "train") -> list[dict]:
    """Sentences as {"tokens", "tags"}, BIO tags PER ORG LOC MISC, each once."""
    return [
        {"tokens": list(sentence.words), "tags": list(sentence.tags)}
        for sentence in islice(_different_sentences(seed, split), count)
    ]


def world_questions(count: int, seed: int = 0, split: str = "train") -> list[dict]:
    """Questions as {"context", "question", "answers": {"text", "answer_start"}}.

    The lists in "answers" are empty where the story does not say.
    """
    return list(islice(_questions(seed, split), count))


def _questions(seed: int, split: str):
    for story in write_stories(seed, split):
        for question in story.questions:
            answers = {"text": [], "answer_start": []}
            if question.answerable:
                answers = {"text": [question.answer], "answer_start": [question.start]}
            yield {
                "title": story.title,
                "context": story.text,
                "question": question.text,
                "answers": answers,
            }


def world_pairs(count: int, seed: int = 0, split: str = "train") -> list[dict]:
    """Sentences as {"english", "french", "phenomenon"}, each English sentence once.

    "phenomenon" is what is to be got right in the French: "question", "negation",
    "clitic-object", ... or "plain". Short sentences recur between splits.
    """
    return [
        {"english": s.text, "french": s.french, "phenomenon": phenomenon(s.french)}
        for s in islice(_different_sentences(seed, split), count)
    ]


def world_summaries(count: int, seed: int = 0, split: str = "train") -> list[dict]:
    """Stories with their titles as {"text", "summary"}."""
    return [
        {"text": story.text, "summary": story.title}
        for story in islice(write_stories(seed, split), count)
    ]
