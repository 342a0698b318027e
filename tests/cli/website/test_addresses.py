"""Links of the checkout's texts, as they lead on the site."""

from pathlib import Path

import pytest

from course_lib.cli.website.addresses import Addresses, slug
from course_lib.resources import repository


@pytest.fixture
def addresses(small_course: Path) -> Addresses:
    """The pages of the small course."""
    return Addresses(small_course)


def test_links_lead_from_page_to_page(addresses: Addresses) -> None:
    source = "chapters/for_lecturers/README.md"
    text = "[a](03_self_attention.md) [b](../03_self_attention.ipynb#One-picture)"
    said = addresses.prose(f"{text} [c](../../data/reviews/README.md)", source)
    assert said == (
        "[a](03_self_attention.md) [b](../03_self_attention.ipynb#one-picture) "
        "[c](../data/reviews.md)"
    )


def test_what_is_no_page_is_a_link_into_the_repository(addresses: Addresses) -> None:
    said = addresses.prose("[x](../LICENSE) [y](for_lecturers)", "chapters/a.md")
    assert f"({repository.REPOSITORY}/blob/main/LICENSE)" in said
    assert "/tree/main/chapters/for_lecturers)" in said


def test_what_nobody_holds_stays_for_sphinx_to_name(addresses: Addresses) -> None:
    text = "[x](98_nowhere.ipynb#A) [y](https://a.example/b.md#C) `z](1)`"
    assert addresses.prose(text, "chapters/a.md") == text


def test_anchors_are_spelt_as_the_pages_spell_them(addresses: Addresses) -> None:
    assert slug("One-vector-for-a-sentence?") == "one-vector-for-a-sentence"
    assert addresses.prose("[b](#is-expQ)", "README.md") == "[b](#is-expq)"


def test_the_text_that_leads_to_others_comes_first(addresses: Addresses) -> None:
    assert addresses.under("data") == ["data/README.md", "data/reviews/README.md"]
    first, *_ = addresses.under("chapters/for_lecturers")
    assert first.endswith("README.md")
