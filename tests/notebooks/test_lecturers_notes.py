"""The lecturer's notes: what they promise about a chapter is true of that chapter."""

import re
from functools import cache
from pathlib import Path

import pytest

from course_lib.cli import VERBS
from course_lib.exercises.catalogue import task
from course_lib.exercises.searching import Search
from course_lib.resources.chapters import chapters
from notebooks.chapters import FILES, NAMES, ROOT, load
from notebooks.test_style import anchors

NOTES = ROOT / "chapters" / "for_lecturers"
PAGES = sorted(NOTES.glob("*.md"))
# A chapter without a note is named once, by the first test, and not in each of them.
each_chapter = pytest.mark.parametrize(
    "chapter",
    [file for file in FILES if (NOTES / f"{file.stem}.md").exists()],
    ids=lambda path: path.stem,
)
PARTS = [
    "Goal",
    "50 minutes",
    "Questions to ask",
    "What goes wrong",
    "Leave for home",
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
QUOTED = re.compile(r"`([^`\n]+)`")
EXERCISE = re.compile(r"\d\d\.[a-z_0-9]+")
COMMAND = re.compile(r"python -m course_lib ([\w-]+)")
CHECKED = re.compile(r'check\(\s*"([^"]+)"')
LENGTH = 300, 700  # words, table included: about a printed page


def note(chapter: Path) -> str:
    """The text of this chapter's note."""
    return (NOTES / f"{chapter.stem}.md").read_text(encoding="utf-8")


def part(text: str, title: str) -> str:
    """What stands under this heading of a note."""
    _, _, rest = text.partition(f"## {title}\n")
    return re.split(r"^## ", rest, flags=re.MULTILINE)[0].strip()


def rows(text: str) -> list[list[str]]:
    """The cells of the plan's rows: minutes, sections, what to do, what is live."""
    lines = part(text, "50 minutes").splitlines()
    table = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in cells] for cells in table[2:]]


@cache
def source(chapter: Path) -> str:
    """Everything that stands in the chapter's cells."""
    return "\n".join(cell.source for cell in load(chapter).cells)


@cache
def headings(chapter: Path) -> set[str]:
    """The chapter's headings, without their marks."""
    cells = [c.source for c in load(chapter).cells if c.cell_type == "markdown"]
    return set(re.findall(r"^##+ +(.+?)\s*$", "\n".join(cells), re.MULTILINE))


def exercises(chapter: Path) -> set[str]:
    """The ids that this chapter checks."""
    return set(CHECKED.findall(source(chapter)))


def mistakes(chapter: Path) -> set[str]:
    """The names that the catalogues of these exercises know."""
    found = set()
    for exercise_id in exercises(chapter):
        asked = task(exercise_id)
        wrong = asked.confusions if isinstance(asked, Search) else asked.mistakes
        found |= {mistake.name for mistake in wrong}
    return found


def test_each_chapter_has_a_note_and_each_note_a_chapter() -> None:
    stems = {page.stem for page in PAGES} - {"README"}
    assert {file.stem for file in FILES} <= stems
    numbers = sorted(stem[:2] for stem in stems)
    assert numbers == [f"{n:02}" for n in range(len(numbers))]
    assert set(NAMES) <= stems


@each_chapter
def test_a_note_is_one_page_in_five_parts(chapter: Path) -> None:
    text = note(chapter)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert text.startswith("# " + load(chapter).cells[0].source.splitlines()[0][2:])
    assert LENGTH[0] <= len(text.split()) <= LENGTH[1]
    goal = part(text, "Goal")
    assert goal.endswith(".") and not re.search(r"[.!?] ", goal), "one sentence"


@each_chapter
def test_the_plan_takes_fifty_minutes(chapter: Path) -> None:
    assert sum(int(minutes) for minutes, *_ in rows(note(chapter))) == 50


@each_chapter
def test_the_plan_names_sections_that_exist_in_their_order(chapter: Path) -> None:
    named = [
        title
        for _, sections, *_ in rows(note(chapter))
        for title in sections.split("; ")
    ]
    assert set(named) <= headings(chapter), set(named) - headings(chapter)
    text = source(chapter)
    places = [re.search(rf"^##+ +{re.escape(t)}\s*$", text, re.M) for t in named]
    starts = [place.start() for place in places if place]
    assert starts == sorted(starts), "a lecture goes through the chapter forwards"


@each_chapter
def test_what_is_quoted_exists(chapter: Path) -> None:
    known = exercises(chapter) | mistakes(chapter)
    for quoted in QUOTED.findall(note(chapter)):
        if EXERCISE.fullmatch(quoted):
            assert quoted in known, quoted
        else:
            there = quoted in known or quoted in source(chapter)
            assert there or COMMAND.match(quoted), quoted


@each_chapter
def test_each_exercise_has_its_place(chapter: Path) -> None:
    plan, home = (part(note(chapter), title) for title in (PARTS[1], PARTS[4]))
    given = {q for q in QUOTED.findall(plan + home) if EXERCISE.fullmatch(q)}
    assert given == exercises(chapter)


@each_chapter
def test_four_to_six_questions_each_with_both_answers(chapter: Path) -> None:
    asked = re.split(r"^\d\. ", part(note(chapter), PARTS[2]), flags=re.MULTILINE)[1:]
    assert 4 <= len(asked) <= 6
    for question in asked:
        assert "?" in question
        assert "Hoped for:" in question and "Usual:" in question, question


@each_chapter
def test_what_goes_wrong_names_mistakes_where_there_are_any(chapter: Path) -> None:
    named = set(QUOTED.findall(part(note(chapter), PARTS[3])))
    assert len(named & mistakes(chapter)) >= min(2, len(exercises(chapter)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert links
    for link in links:
        if link.startswith("https://"):
            continue
        file, _, place = link.partition("#")
        target = (page.parent / file).resolve()
        unwritten = target.suffix == ".ipynb" and target.stem[:2] > FILES[-1].stem[:2]
        assert target.exists() or unwritten, link
        if place and target.suffix == ".ipynb" and target.exists():
            assert place in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_exist(page: Path) -> None:
    assert set(COMMAND.findall(page.read_text(encoding="utf-8"))) <= set(VERBS)


def test_the_overview_leads_to_every_note_and_says_the_chapters_minutes() -> None:
    text = (NOTES / "README.md").read_text(encoding="utf-8")
    for chapter in chapters(ROOT):
        page = chapter.file.replace(".ipynb", ".md")
        start = f"| {chapter.number} | [{chapter.title}]({page}) | {chapter.minutes} |"
        assert start in text, start
