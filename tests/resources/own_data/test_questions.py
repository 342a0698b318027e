"""Questions on passages from files as learners have them."""

import json

import pytest

import course_lib
from course_lib.resources.own_data import load_questions
from course_lib.resources.own_data.answers import wrong_answer

CONTEXT = "Ada lives in Oslo. Bo lives in Rome."


def squad(*questions, context=CONTEXT, **options):
    qas = [{"id": f"q{n}", **one} for n, one in enumerate(questions)]
    paragraph = {"context": context, "qas": qas}
    article = {"title": "Homes", "paragraphs": [paragraph]}
    return json.dumps({"version": "v2.0", "data": [article]}, **options)


def asked(text="Oslo", start=13, **more):
    answers = [{"text": text, "answer_start": start}]
    return {"question": "Where does Ada live?", "answers": answers, **more}


UNANSWERED = {"question": "Who is Cy?", "answers": [], "is_impossible": True}


@pytest.mark.parametrize("indent", [None, 1])
def test_squad_becomes_splits(write, indent, capsys):
    path = write("my.json", squad(asked(), UNANSWERED, indent=indent))
    data = course_lib.load_questions(path)
    assert data["train"].to_list() == [
        {
            "id": "q0",
            "title": "Homes",
            "context": CONTEXT,
            "question": "Where does Ada live?",
            "answers": {"text": ["Oslo"], "answer_start": [13]},
        },
        {
            "id": "q1",
            "title": "Homes",
            "context": CONTEXT,
            "question": "Who is Cy?",
            "answers": {"text": [], "answer_start": []},
        },
    ]
    said = capsys.readouterr().out
    assert "2 questions, 1 without an answer. Not split: 2 train." in said


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json", "parquet"])
def test_tables_with_a_question_a_row(tmp_path, ending):
    rows = [
        {"context": CONTEXT, "question": "Where does Ada live?", "answer": "Oslo"},
        {"context": CONTEXT, "question": "Who is Cy?", "answer": ""},
    ]
    path = tmp_path / f"my.{ending}"
    if ending == "json":
        path.write_text(json.dumps(rows))
    else:
        from datasets import Dataset

        data = Dataset.from_list(rows)
        getattr(data, {"jsonl": "to_json"}.get(ending, f"to_{ending}"))(path)
    found = load_questions(path, split=None)["train"]
    assert found["answers"][0] == {"text": ["Oslo"], "answer_start": [13]}
    assert found["answers"][1] == {"text": [], "answer_start": []}
    assert len(set(found["id"])) == 2


def test_a_table_may_hold_answers_as_squad_does(write, found):
    row = {
        "context": CONTEXT,
        "question": "x?",
        "answers": {"text": ["Oslo"], "answer_start": [12]},
    }
    path = write("my.jsonl", json.dumps(row))
    ((kind, line, column),) = found(load_questions, path)
    assert (kind, line) == ("answer-elsewhere", 1)
    assert path.read_text()[column - 1 :].startswith("12]")
    path = write(
        "my.csv", f'context,question,answer,answer_start\n"{CONTEXT}",x?,lives,22\n'
    )
    assert load_questions(path)["train"]["answers"][0]["answer_start"] == [22]


def test_ids_in_a_table(write, found):
    answers = {"text": ["Oslo"], "answer_start": [13]}
    row = {"id": "a", "context": CONTEXT, "question": "x?", "answers": answers}
    path = write("my.jsonl", "\n".join([json.dumps(row)] * 2))
    assert found(load_questions, path) == [("double-id", 2, 8)]
    path = write("my.csv", f'context,question,answer\n"{CONTEXT}",x?,Oslo\n' * 1)
    path.write_text(path.read_text() + f'"{CONTEXT}",x?,Oslo\n"{CONTEXT}",y?,Paris\n')
    assert found(load_questions, path) == [
        ("double-id", 3, 1),
        ("answer-not-in-passage", 4, 43),
    ]


def test_an_answer_that_stands_elsewhere(write, error):
    text = squad(asked(start=12), indent=1)
    path = write("my.json", text)
    (problem,) = error(load_questions, path).problems
    assert problem.kind == "answer-elsewhere"
    assert "does not begin at 12 but at 13" in problem.says
    assert problem.cure == "Write 13 as answer_start"
    line = text.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("12")


@pytest.mark.parametrize("indent", [None, 2])
def test_each_problem_stands_where_it_is_said_to(write, error, indent):
    wrong = {
        "empty-question": '"  "',
        "answer-not-in-passage": '"oslo"',
        "empty-answer": '""',
        "contradiction": "true",
        "double-id": '"q0"',
    }
    text = squad(
        asked(),
        asked(question="  "),
        asked(text="oslo"),
        asked(text=""),
        asked(is_impossible=True),
        asked(id="q0"),
        indent=indent,
    )
    one = error(load_questions, write("my.json", text))
    lines = text.splitlines()
    assert {
        problem.kind: lines[problem.line - 1][problem.column - 1 :]
        .split(",")[0]
        .rstrip("} ]")
        for problem in one.problems
    } == wrong
    assert "'Oslo' at 13" in next(p.cure for p in one.problems if "not-in" in p.kind)


def test_bad_questions_can_be_left_out(write, capsys):
    path = write("my.json", squad(asked(), asked(start=3), UNANSWERED))
    assert load_questions(path, on_problem="skip")["train"]["id"][:] == ["q0", "q2"]
    assert "Left out: 1 row (answer-elsewhere 1)." in capsys.readouterr().out


@pytest.mark.parametrize(
    "context, start, hint",
    [
        ("é Oslo", 3, "bytes were counted"),
        ("🙂 Oslo", 3, "an emoji counts as one"),
        ("in Oslo", 4, "the first character is number 0"),
    ],
)
def test_how_it_was_miscounted(context, start, hint):
    assert hint in wrong_answer(context, "Oslo", start).cure


def test_an_answer_is_right_or_wrong():
    assert wrong_answer(CONTEXT, "lives", 4) is None
    assert wrong_answer(CONTEXT, "lives", 22) is None
    assert "at 22 (and at 1 more places)" in wrong_answer(CONTEXT, "lives", 20).says
    assert wrong_answer(CONTEXT, "lives", None).kind == "answer-elsewhere"
    assert wrong_answer(CONTEXT, "Oslo", -23).kind == "answer-elsewhere"
    assert wrong_answer(CONTEXT, "Paris", 0).kind == "answer-not-in-passage"
    assert wrong_answer(CONTEXT, None, 0).kind == "empty-answer"


@pytest.mark.parametrize(
    "text, kind, column",
    [
        ('{"data": [{"title": "x", "paragraphs": [}]}', "broken-json", 41),
        ("{'data': []}", "broken-json", 2),
        ('{"data": []}', "no-rows", 1),
        ('{"data": [3]}', "no-object", 11),
        ('{"data": [{"title": "x"}]}', "no-list", 11),
        ('{"data": [{"paragraphs": [{"context": "c", "qas": 3}]}]}', "no-list", 51),
        ('{"data": [{"paragraphs": [{"conte', "broken-json", 28),
    ],
)
def test_json_that_is_no_squad(write, found, text, kind, column):
    assert found(load_questions, write("my.json", text))[0] == (kind, 1, column)


def test_a_passage_is_on_one_side(write):
    articles = [
        json.loads(
            squad(asked(id=f"{n}a"), asked(id=f"{n}b"), context=f"{CONTEXT} {n}")
        )
        for n in range(50)
    ]
    data = [article for one in articles for article in one["data"]]
    found = load_questions(write("my.json", json.dumps({"data": data})))
    assert {name: len(part) for name, part in found.items()} == {
        "train": 80,
        "validation": 10,
        "test": 10,
    }
    contexts = [set(part["context"]) for part in found.values()]
    assert sum(map(len, contexts)) == 50 and len(set.union(*contexts)) == 50


def test_bytes_are_checked_here_too(write, found):
    text = squad(asked(), context=CONTEXT + " Café", ensure_ascii=False)
    path = write("my.json", text.encode("latin-1"))
    assert found(load_questions, path) == [("wrong-encoding", 1, text.index("é") + 1)]
    path = write("my.json", squad(asked(), context=CONTEXT + " \ud800"))
    assert found(load_questions, path) == [
        ("empty-context", 1, path.read_text().index('"Ada') + 1)
    ]
