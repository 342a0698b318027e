"""The families of pretrained models: sizes as their papers say, one table."""

import pytest

from course_lib.models.families import FAMILIES, Family, family_table

# Millions, as the papers (GPT-2: the released checkpoints) give them.
SAID = {
    "BERT base": 110,
    "BERT large": 340,
    "GPT-2": 124,
    "GPT-2 XL": 1558,
    "RoBERTa base": 125,
    "DistilBERT": 66,
    "ALBERT base": 12,
    "BART large": 406,
    "T5 base": 220,
    "ELECTRA base": 110,
}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_is_as_large_as_its_paper_says(family: Family) -> None:
    assert family.parameters() / 1e6 == pytest.approx(SAID[family.name], rel=0.03)


def test_the_table_holds_every_family_in_the_order_of_years() -> None:
    lines = family_table(FAMILIES[:3]).splitlines()
    assert [line.count("|") for line in lines] == [9] * 5
    assert "| [GPT-2](https://" in lines[-1]
    assert "| decoder | 12 | 768 | 124 M |" in lines[-1]
    years = [family.year for family in FAMILIES]
    assert years == sorted(years)
    assert {family.name for family in FAMILIES} == set(SAID)
    both = {family.blocks() for family in FAMILIES if family.kind == "both"}
    assert both == {"12 + 12"}
    assert {family.kind for family in FAMILIES} == {"encoder", "decoder", "both"}
