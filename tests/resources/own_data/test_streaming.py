"""Large files stream through: memory stays small, and a cache is whole or not there."""

import json
import subprocess
import sys
import tracemalloc

import pytest

from course_lib.errors import CourseError
from course_lib.resources.own_data import (
    assembly,
    cache,
    draft,
    json_text,
    load_classification,
    load_questions,
    load_tagging,
)
from course_lib.resources.own_data.parquet import ParquetTable

SIZE = 1_600_000  # bytes of each file
BOUND = SIZE // 3  # of memory that may be held at any time


@pytest.fixture
def small_pieces(monkeypatch):
    """Memory is measured in pieces; a learner's computer has larger ones."""
    monkeypatch.setattr(cache, "SMALL", 1000)
    monkeypatch.setattr(cache, "PIECE", 1 << 14)
    monkeypatch.setattr(draft, "CHARACTERS", 1 << 14)
    monkeypatch.setattr(json_text, "CHUNK", 1 << 14)


def csv_file(path, bad=False):
    text = "a sentence of some length, with a comma, " * 10
    with path.open("w") as file:
        file.write("text,label\n")
        for number in range(SIZE // (len(text) + 20)):
            words = "" if bad else f"{number} {text}"
            file.write(f'"{words}",{"good" if number % 2 else "bad"}\n')
            if bad:
                file.write(f'"{text}"x,bad\n')
    return path


def squad_file(path):
    context = "a passage of some length, in which there is little " * 100
    answers = [{"text": "passage", "answer_start": 2}]
    with path.open("w") as file:
        file.write('{"data": [')
        for number in range(SIZE // len(context)):
            question = {"id": f"q{number}", "question": "What?", "answers": answers}
            paragraph = {"context": f"{context}{number}", "qas": [question]}
            file.write("," if number else "")
            json.dump({"title": "", "paragraphs": [paragraph]}, file)
        file.write("]}")
    return path


def conll_file(path):
    sentence = "Ada B-PER\n" + f"{'sings' * 40} O\n" * 10
    with path.open("w") as file:
        for number in range(SIZE // len(sentence)):
            file.write(f"{sentence}{number} O\n\n")
    return path


def held(call) -> int:
    """The most bytes that Python and Arrow held at once, beside what was there."""
    import pyarrow

    tracemalloc.start()
    before, arrow = tracemalloc.get_traced_memory()[0], pyarrow.total_allocated_bytes()
    peak = [0]
    put = draft.Draft._flush

    def flush(self):
        put(self)
        peak[0] = max(peak[0], pyarrow.total_allocated_bytes() - arrow)

    draft.Draft._flush = flush
    try:
        call()
        return tracemalloc.get_traced_memory()[1] - before + peak[0]
    finally:
        draft.Draft._flush = put
        tracemalloc.stop()


@pytest.mark.parametrize(
    "make, load, name",
    [
        (csv_file, load_classification, "my.csv"),
        (squad_file, load_questions, "my.json"),
        (conll_file, load_tagging, "my.conll"),
    ],
)
def test_a_file_is_never_held_as_a_whole(tmp_path, small_pieces, make, load, name):
    path = make(tmp_path / name)
    load(path, split=None)  # imports cost memory too
    assert path.stat().st_size > 0.9 * SIZE
    assert held(lambda: load(path)) < BOUND


def test_this_would_be_seen(tmp_path, small_pieces, monkeypatch):
    monkeypatch.setattr(draft, "CHARACTERS", SIZE * 10)
    path = csv_file(tmp_path / "my.csv")
    assert held(lambda: load_classification(path)) > BOUND


def test_problems_are_counted_and_not_kept(tmp_path, small_pieces, error):
    path = csv_file(tmp_path / "my.csv", bad=True)
    found = []
    assert held(lambda: found.append(error(load_classification, path))) < BOUND
    assert len(found[0].problems) == 40
    assert found[0].counts["empty-text"] == found[0].counts["broken-quoting"] > 3000


def test_parquet_comes_in_batches(tmp_path):
    from datasets import Dataset

    rows = {"text": [f"{n} text" for n in range(5000)], "label": ["a", "b"] * 2500}
    Dataset.from_dict(rows).to_parquet(tmp_path / "my.parquet")
    data = load_classification(tmp_path / "my.parquet")
    assert sum(map(len, data.values())) == 5000
    assert ParquetTable.__doc__


def test_what_was_read_is_taken_from_the_cache(write, small_pieces, own_cache, capsys):
    rows = [f"text number {n},{'good' if n % 2 else 'bad'}" for n in range(100)]
    path = write("my.csv", "\n".join(["text,label", *rows]))
    one = load_classification(path)
    said = capsys.readouterr().out
    other = load_classification(path)
    assert capsys.readouterr().out.startswith(said + "Read before; taken from")
    assert one["test"].to_list() == other["test"].to_list()
    assert one["test"].features == other["test"].features
    assert other["train"].cache_files
    assert len(list((own_cache / "course_own_data").iterdir())) == 1
    load_classification(path, split=None)
    write("my.csv", "\n".join(["text,label", *rows]).replace("99", "98"))
    load_classification(path)
    assert "Read before" not in capsys.readouterr().out
    assert len(list((own_cache / "course_own_data").iterdir())) == 3


def test_what_was_not_finished_is_not_used(write, small_pieces, own_cache, monkeypatch):
    rows = [f"text number {n},{'good' if n % 2 else 'bad'}" for n in range(100)]
    path = write("my.csv", "\n".join(["text,label", *rows]))

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(assembly.Assembly, "_write", stop)
        with pytest.raises(KeyboardInterrupt):
            load_classification(path)
    assert list((own_cache / "course_own_data").iterdir()) == []
    assert sum(map(len, load_classification(path).values())) == 100


def test_a_process_that_was_killed_leaves_nothing_that_counts(tmp_path, own_cache):
    program = (
        "import os, sys; from pathlib import Path; from datasets import config\n"
        "config.HF_DATASETS_CACHE = Path(sys.argv[2])\n"
        "from course_lib.resources.own_data import assembly, cache\n"
        "from course_lib.resources.own_data import load_classification\n"
        "cache.SMALL = 10\n"
        "assembly.Assembly._write = lambda *_: os._exit(9)\n"
        "load_classification(sys.argv[1])\n"
    )
    path = tmp_path / "my.csv"
    path.write_text("text,label\n" + "a,x\nb,y\n" * 9)
    command = [sys.executable, "-c", program, str(path), str(own_cache)]
    assert subprocess.run(command).returncode == 9
    (left,) = (own_cache / "course_own_data").iterdir()
    assert left.suffix == ".partial"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "SMALL", 10)
        patch.setattr(cache, "_DAY", -1)
        assert len(load_classification(path)["train"]) > 0
    (finished,) = (own_cache / "course_own_data").iterdir()
    assert finished.suffix == ""


def test_a_full_disk_is_said(write, small_pieces, own_cache, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(draft.Draft, "_flush", full)
    with pytest.raises(CourseError, match="No space left on device.*HF_DATASETS_CACHE"):
        load_classification(write("my.csv", "text,label\n" + "a,x\nb,y\n" * 200))
    assert list((own_cache / "course_own_data").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_left_alone(
    write, small_pieces, tmp_path, monkeypatch
):
    from datasets import config

    taken, spare = tmp_path / "taken", tmp_path / "spare"
    taken.write_text("a file, no folder")
    spare.mkdir()
    monkeypatch.setattr(config, "HF_DATASETS_CACHE", taken)
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    load_classification(write("my.csv", "text,label\n" + "a,x\nb,y\n" * 200))
    assert len(list((spare / "course_own_data").iterdir())) == 1
