"""Where an exception came from is found without running the learner's code."""

import linecache

import pytest
import torch

from course_lib.exercises import explain as explaining
from course_lib.exercises.explain import Cause, explain, likely_cause

ANSWER = '''\
def my_attention(query, key, value, mask=None):
    """A learner's answer."""
    scores = query @ key
    return scores
'''


def failing(code: str, file: str = "<answer>", **names: object) -> BaseException:
    linecache.cache[file] = (len(code), None, code.splitlines(True), file)
    scope = {"torch": torch, **names}
    try:
        exec(compile(code, file, "exec"), scope)
        scope["my_attention"](*[torch.zeros(4, 6)] * 3)  # type: ignore[operator]
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_the_line_is_the_learners_own_counted_in_its_cell() -> None:
    cause = likely_cause(failing(ANSWER))
    assert (cause.line, cause.code) == (3, "scores = query @ key")
    assert "d = 6, and the second-to-last of `key`, T_k = 4" in cause.sentence
    assert cause.tensors == (
        "In `query @ key`: `query` (T_q, d) = (4, 6), `key` (T_k, d) = (4, 6)."
    )


def test_the_deepest_line_of_the_learner_counts_not_the_librarys() -> None:
    code = (
        "layer = torch.nn.Sequential(torch.nn.Linear(3, 3))\n"
        "def my_attention(query, key, value):\n"
        "    return layer(query)\n"
    )
    assert likely_cause(failing(code)).line == 3


def test_the_courses_own_error_is_joined_by_the_tensors_of_the_line() -> None:
    code = (
        "from course_lib.attention import scaled_dot_product_attention\n"
        "def my_attention(query, key, value):\n"
        "    return scaled_dot_product_attention(query, key[:, :2], value)\n"
    )
    error = failing(code)
    assert "`query` (T_q, d) = (4, 6), `key[:, :2]` (4, 2)" in (explain(error) or "")


def test_code_without_source_gives_a_line_and_no_guess() -> None:
    code = "def my_attention(q, k, v):\n    return q @ k\n"
    error = failing(code, "<forgotten>")
    linecache.cache.pop("<forgotten>")
    cause = likely_cause(error)
    assert (cause.line, cause.code, cause.tensors) == (2, "", "")


@pytest.mark.parametrize("broken", ["%magic\n", "this is no Python\n"])
def test_a_line_is_read_where_the_rest_of_the_cell_cannot_be(broken: str) -> None:
    runs = "pass\ndef my_attention(query, key, value):\n    B, T, D = query.shape\n"
    error = failing(runs, "<cell>")
    shown = runs.replace("pass\n", broken)
    linecache.cache["<cell>"] = (len(shown), None, shown.splitlines(True), "<cell>")
    said = likely_cause(error).sentence
    assert said == "`query.shape` = (4, 6) has 2 entries; 3 names wait for them."


def test_nothing_of_the_learners_runs_while_an_error_is_explained() -> None:
    code = (
        "class Box:\n"
        "    @property\n"
        "    def tensor(self):\n"
        "        calls.append('property')\n"
        "        return torch.zeros(3)\n"
        "    def __getattr__(self, name):\n"
        "        calls.append(name)\n"
        "        return torch.zeros(3)\n"
        "    def __matmul__(self, other):\n"
        "        calls.append('@')\n"
        "        raise ValueError('no')\n"
        "def my_attention(query, key, value):\n"
        "    box = Box()\n"
        "    return box @ (box.tensor + box.other + query)\n"
    )
    calls: list[str] = []
    error = failing(code, calls=calls)
    before = list(calls)
    explain(error)
    assert calls == before


def test_a_giant_power_on_the_line_is_not_computed() -> None:
    code = (
        "def my_attention(query, key, value):\n"
        "    n = 10\n"
        "    return query @ query.view(n ** (n ** n) if False else 4, 6)\n"
    )
    assert likely_cause(failing(code)).line == 3


def test_without_a_traceback_there_is_nothing_to_say() -> None:
    assert likely_cause(ValueError("never raised")) == Cause()
    assert explain(ValueError("never raised")) is None


def test_an_explanation_that_fails_is_silent(monkeypatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("a bug in a rule")

    error = failing(ANSWER)
    monkeypatch.setattr(explaining, "_cause", broken)
    assert likely_cause(error) == Cause()


def test_an_exception_whose_text_raises_is_survived() -> None:
    class Rude(ValueError):
        def __str__(self) -> str:
            raise RuntimeError("no text")

    code = "def my_attention(query, key, value):\n    raise Rude\n"
    assert explain(failing(code, Rude=Rude)) is None


@pytest.mark.parametrize("size", [0, 1, 7])
def test_subclasses_and_odd_tensors_do_not_disturb(size: int) -> None:
    class Odd(torch.Tensor):
        pass

    odd = torch.zeros(size).as_subclass(Odd)
    code = "def my_attention(query, key, value):\n    return query @ odd @ sparse\n"
    sparse = torch.eye(3).to_sparse()
    error = failing(code, odd=odd, sparse=sparse)
    assert "`query` (T_q, d) = (4, 6)" in (explain(error) or "")
