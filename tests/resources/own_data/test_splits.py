"""Which row is for learning, for choosing and for testing."""

import numpy as np
import pytest

from course_lib.errors import CourseError
from course_lib.resources.own_data import load_classification, splits
from course_lib.resources.own_data.splits import OPEN, Splitter, checked, key_of

SHARES = (0.8, 0.1, 0.1)


def counts(keys, strata, shares=SHARES):
    splitter = Splitter(shares)
    splitter.learn(keys, strata)
    found = splitter(keys, np.full(len(keys), OPEN))
    return {
        s: np.bincount(found[strata == s], minlength=3).tolist() for s in set(strata)
    }


def keys_of(count, start=0):
    return np.array(
        [key_of(f"text {n}") for n in range(start, start + count)], np.uint64
    )


@pytest.mark.parametrize(
    "count, wanted",
    [
        (1, [1, 0, 0]),
        (2, [2, 0, 0]),
        (3, [1, 1, 1]),
        (10, [8, 1, 1]),
        (100, [80, 10, 10]),
        (505, [405, 50, 50]),
    ],
)
def test_a_label_is_cut_in_its_shares(count, wanted):
    assert counts(keys_of(count), np.zeros(count, np.int32)) == {0: wanted}


def test_each_label_is_cut_by_itself():
    strata = np.array([0] * 90 + [1] * 10)
    assert counts(keys_of(100), strata) == {0: [72, 9, 9], 1: [8, 1, 1]}


def test_shares_of_nothing_stay_empty():
    strata = np.zeros(50, np.int32)
    assert counts(keys_of(50), strata, (1.0, 0.0, 0.0)) == {0: [50, 0, 0]}
    assert counts(keys_of(50), strata, (0.5, 0.0, 0.5)) == {0: [25, 0, 25]}


def test_a_text_goes_one_way_whatever_its_label():
    keys = np.concatenate([keys_of(60), keys_of(60)])
    splitter = Splitter(SHARES)
    splitter.learn(keys, np.array([0] * 60 + [1] * 60))
    found = splitter(keys, np.full(120, OPEN))
    assert (found[:60] == found[60:]).all()


def test_what_is_given_stays():
    splitter = Splitter(SHARES)
    splitter.learn(keys_of(10), np.zeros(10, np.int32))
    given = np.array([OPEN] * 5 + [0, 1, 2, 2, 1])
    assert splitter(keys_of(10), given)[5:].tolist() == [0, 1, 2, 2, 1]


def test_without_an_order_the_shares_are_nearly_met():
    found = Splitter(SHARES)(keys_of(20_000), np.full(20_000, OPEN))
    shares = np.bincount(found) / len(found)
    assert np.abs(shares - SHARES).max() < 0.01


def test_many_rows_are_split_without_an_order(write, monkeypatch, capsys):
    monkeypatch.setattr(splits, "SORTED", 100)
    rows = [f"text {n},{'good' if n % 2 else 'bad'}" for n in range(2000)]
    data = load_classification(write("my.csv", "\n".join(["text,label", *rows])))
    assert sum(map(len, data.values())) == 2000 and 1500 < len(data["train"]) < 1700
    assert "not searched for repeated texts" in capsys.readouterr().out


def test_capitals_and_spaces_do_not_hide_a_text():
    assert key_of("A  fine\tfilm ") == key_of("a fine film") != key_of("a finefilm")
    assert key_of("a fine film") == 7561716631616083304  # on every machine


def test_the_order_of_the_rows_does_not_matter(write):
    rows = [f"text {n},{'good' if n % 2 else 'bad'}" for n in range(100)]
    one = load_classification(write("a.csv", "\n".join(["text,label", *rows])))
    rows.reverse()
    other = load_classification(write("b.csv", "\n".join(["text,label", *rows])))
    for name in one:
        assert sorted(one[name]["text"]) == sorted(other[name]["text"])


@pytest.mark.parametrize(
    "shares", [(0.5, 0.5), (0.9, 0.2, 0.1), (1.2, -0.1, -0.1), (0, 0.5, 0.5), "all"]
)
def test_shares_that_are_none(shares):
    with pytest.raises(CourseError, match=r"\(0.8, 0.1, 0.1\)"):
        checked(shares)
