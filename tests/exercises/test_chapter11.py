"""Answers to chapter 11 as learners write them, and what they are told."""

from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.exercises import check
from course_lib.exercises.catalogue import find

ALIGN, DECODE = "11.align_labels", "11.decode_entities"


# 11.align_labels: each function below is one a learner could have written.


def every_piece(word_labels, word_ids):
    return [-100 if word is None else word_labels[word] for word in word_ids]


def as_the_course_of_the_library_has_it(word_labels, word_ids):
    """Continuing pieces of a B- get the I- that follows it in the list of tags."""
    labels, current = [], None
    for word in word_ids:
        if word != current:
            current = word
            labels.append(-100 if word is None else word_labels[word])
        elif word is None:
            labels.append(-100)
        else:
            label = word_labels[word]
            labels.append(label + 1 if label % 2 == 1 else label)
    return labels


def zeros_for_special_tokens(word_labels, word_ids):
    labels, previous = [], None
    for word in word_ids:
        if word is None:
            labels.append(0)
        elif word == previous:
            labels.append(-100)
        else:
            labels.append(word_labels[word])
        previous = word
    return labels


def zeros_unless_it_continues(word_labels, word_ids):
    labels, previous = [], None
    for word in word_ids:
        if word == previous:
            labels.append(-100)
        else:
            labels.append(0 if word is None else word_labels[word])
        previous = word
    return labels


def words_from_one(word_labels, word_ids):
    labels, previous = [], None
    for word in word_ids:
        known = word is not None and word != previous
        labels.append(word_labels[word - 1] if known else -100)
        previous = word
    return labels


def words_from_minus_one(word_labels, word_ids):
    labels, previous = [], None
    for word in word_ids:
        known = word is not None and word != previous
        labels.append(word_labels[word + 1] if known else -100)
        previous = word
    return labels


def without_the_first_special_token(word_labels, word_ids):
    return find(ALIGN).reference(word_labels, word_ids)[1:] + [-100]


def previous_kept_over_none(word_labels, word_ids):
    labels, previous = [], None
    for word in word_ids:
        if word is None or word == previous:
            labels.append(-100)
            continue
        labels.append(word_labels[word])
        previous = word
    return labels


def a_set_of_words_seen(word_labels, word_ids):
    labels, seen = [], {None}
    for word in word_ids:
        labels.append(-100 if word in seen else word_labels[word])
        seen.add(word)
    return labels


def only_if_the_number_grows(word_labels, word_ids):
    labels, previous = [], -1
    for word in word_ids:
        if word is None:
            labels.append(-100)
            continue
        labels.append(word_labels[word] if word > previous else -100)
        previous = word
    return labels


def not_word(word_labels, word_ids):
    labels, previous = [], None
    for word in word_ids:
        labels.append(-100 if not word or word == previous else word_labels[word])
        previous = word
    return labels


def the_index_before(word_labels, word_ids):
    return [
        -100 if word is None or word == word_ids[i - 1] else word_labels[word]
        for i, word in enumerate(word_ids)
    ]


def the_index_behind(word_labels, word_ids):
    return [
        -100 if word is None or word == after else word_labels[word]
        for word, after in zip(word_ids, [*word_ids[1:], None], strict=True)
    ]


def labels_compared(word_labels, word_ids):
    labels, previous = [], None
    for word in word_ids:
        label = None if word is None else word_labels[word]
        labels.append(-100 if label is None or label == previous else label)
        previous = label
    return labels


def one_label_after_another(word_labels, word_ids):
    rest, labels, previous = iter(word_labels), [], None
    for word in word_ids:
        labels.append(-100 if word is None or word == previous else next(rest))
        previous = word
    return labels


def the_words_number(word_labels, word_ids):
    return [
        -100 if word is None or word == before else word
        for before, word in zip([None, *word_ids], word_ids, strict=False)
    ]


def one_entry_a_word(word_labels, word_ids):
    groups = [word for word, _ in groupby(word_ids)]
    return [-100 if word is None else word_labels[word] for word in groups]


def marked(mark):
    def answer(word_labels, word_ids):
        labels = find(ALIGN).reference(word_labels, word_ids)
        return [mark if label == -100 else label for label in labels]

    return answer


ALIGN_ANSWERS = {
    every_piece: "labels-continuations",
    as_the_course_of_the_library_has_it: "labels-continuations",
    zeros_for_special_tokens: "labels-special-tokens",
    zeros_unless_it_continues: "labels-special-tokens",
    words_from_one: "off-by-one",
    words_from_minus_one: "off-by-one",
    without_the_first_special_token: "off-by-one",
    previous_kept_over_none: "previous-word-across-sentences",
    a_set_of_words_seen: "previous-word-across-sentences",
    only_if_the_number_grows: "previous-word-across-sentences",
    not_word: "word-zero-as-special",
    the_index_before: "first-piece-compared",
    the_index_behind: "label-on-last-piece",
    labels_compared: "compares-labels",
    one_label_after_another: "labels-in-order",
    the_words_number: "word-id-instead-of-label",
    one_entry_a_word: "continuing-pieces-dropped",
}


@pytest.mark.parametrize("answer", ALIGN_ANSWERS, ids=lambda f: f.__name__)
def test_what_people_write_for_align_labels_is_named(answer) -> None:
    assert check(ALIGN, answer).mistake == ALIGN_ANSWERS[answer]


@pytest.mark.parametrize("mark", [-1, -2, 7, -99, "PAD", None])
def test_any_other_mark_for_what_does_not_count_is_named(mark) -> None:
    assert check(ALIGN, marked(mark)).mistake == "another-number-ignored"


def test_zero_for_all_that_does_not_count_is_two_mistakes() -> None:
    found = check(ALIGN, marked(0)).mistake
    assert found == "labels-special-tokens+continuing-pieces-outside"


def test_word_ids_that_begin_again_are_new_words() -> None:
    align = find(ALIGN).reference
    assert align([4, 0], [None, 0, 0, None, 0, 1, None]) == [
        *(-100, 4, -100, -100, 4, 0, -100)
    ]
    assert align([4], [0, None, 0]) == [4, -100, 4]


def test_a_list_indexed_with_none_is_explained() -> None:
    def answer(word_labels, word_ids):
        return [word_labels[word] for word in word_ids]

    report = check(ALIGN, answer)
    assert report.mistake is None
    assert "`word` is None here. Ask `word is None`" in report.message


def test_labels_in_an_array_a_tensor_or_a_tuple_pass_with_a_remark() -> None:
    reference = find(ALIGN).reference
    forms = {"numpy array": np.array, "Tensor": torch.tensor, "tuple": tuple}
    for word, form in forms.items():
        report = check(ALIGN, lambda a, b, form=form: form(reference(a, b)))
        assert report.passed
        assert f"It returns a {word}; a list was asked for." in report.remarks
    report = check(ALIGN, lambda a, b: [np.int64(label) for label in reference(a, b)])
    assert report.passed and report.remarks == ()


def test_what_is_no_row_of_labels_breaks_the_contract() -> None:
    report = check(ALIGN, lambda a, b: dict(enumerate(find(ALIGN).reference(a, b))))
    assert report.mistake is None and "it returns a dict, not a list" in report.message
    report = check(ALIGN, lambda a, b: print(find(ALIGN).reference(a, b)))
    assert "it returns None, not a list" in report.message


# 11.decode_entities


def by_type(tags):
    """groupby on the type: neighbours of one type become one."""
    entities, start = [], 0
    for kind, group in groupby(tags, lambda tag: tag.partition("-")[2]):
        length = len(list(group))
        if kind:
            entities.append((kind, start, start + length))
        start += length
    return entities


def by_tag(tags):
    entities, start = [], 0
    for tag, group in groupby(tags):
        length = len(list(group))
        if tag != "O":
            entities.append((tag[2:], start, start + length))
        start += length
    return entities


def any_tag_but_o(tags):
    entities, start = [], 0
    for inside, group in groupby(tags, lambda tag: tag != "O"):
        length = len(list(group))
        if inside:
            entities.append((tags[start][2:], start, start + length))
        start += length
    return entities


def machine(tags, *, flush=True, strict=False, types=True, last=0, cut=None, keep=True):
    """The usual loop with its usual faults; each keyword is one line of it."""
    cut = cut or (lambda tag: tag[2:])
    entities, kind, start = [], None, 0
    for i, tag in enumerate(tags):
        if tag.startswith("I-") and kind and (not types or cut(tag) == kind):
            continue
        if kind and (keep or tag == "O"):
            entities.append((kind, start, i - last))
        begins = tag.startswith("B-") or (tag.startswith("I-") and not strict)
        kind, start = (cut(tag) if begins else None), i
    if kind and flush:
        entities.append((kind, start, len(tags) - last))
    return entities


def usual(**how):
    return lambda tags: machine(tags, **how)


def strict_with_an_end_that_moves(tags):
    entities, kind, start, end = [], None, 0, 0
    for i, tag in enumerate([*tags, "O"]):
        if tag.startswith("I-"):
            if kind == tag[2:]:
                end = i + 1
            continue
        if kind:
            entities.append((kind, start, end))
        kind = tag[2:] if tag.startswith("B-") else None
        start, end = i, i + 1
    return entities


def closed_by_the_next_b(tags):
    starts = [i for i, tag in enumerate(tags) if tag.startswith("B-")]
    ends = [*starts[1:], len(tags)]
    return [(tags[s][2:], s, e) for s, e in zip(starts, ends, strict=False)]


def the_whole_tag(tags):
    return [(tags[s], s, e) for _, s, e in find(DECODE).reference(tags)]


def sorted_by_type(tags):
    return sorted(find(DECODE).reference(tags))


def prefix_compared_with_the_tag(tags):
    return [(tag, i, i + 1) for i, tag in enumerate(tags) if tag in ("B", "I")]


DECODE_ANSWERS = {
    "end-inclusive": usual(last=1),
    "merges-neighbours": by_type,
    "b-and-i-apart": by_tag,
    "merges-neighbours+ignores-type-change": any_tag_but_o,
    "ignores-type-change": usual(types=False),
    "drops-last-entity": usual(flush=False),
    "i-without-b-dropped": usual(strict=True),
    "type-cut-at-hyphen": usual(cut=lambda tag: tag.split("-")[1]),
    "prefix-kept": the_whole_tag,
    "open-entity-overwritten": usual(keep=False),
    "not-in-text-order": sorted_by_type,
    "nothing-found": prefix_compared_with_the_tag,
    "drops-last-entity+i-without-b-dropped": usual(strict=True, flush=False),
    "end-inclusive+ignores-type-change": usual(last=1, types=False),
}


@pytest.mark.parametrize("name", DECODE_ANSWERS)
def test_what_people_write_for_decode_entities_is_named(name) -> None:
    assert check(DECODE, DECODE_ANSWERS[name]).mistake == name


def test_the_usual_loop_without_a_fault_passes() -> None:
    assert check(DECODE, machine).passed


def test_other_ways_to_lose_or_to_stretch_an_entity_are_named() -> None:
    found = check(DECODE, strict_with_an_end_that_moves).mistake
    assert found == "i-without-b-dropped"
    found = check(DECODE, closed_by_the_next_b).mistake
    assert found == "i-without-b-dropped+runs-over-outside"


def test_a_stray_i_begins_an_entity_wherever_it_stands() -> None:
    decode = find(DECODE).reference
    assert decode(["I-A"]) == [("A", 0, 1)]
    assert decode(["O", "I-A", "I-A"]) == [("A", 1, 3)]
    assert decode(["B-A", "I-B", "I-A"]) == [("A", 0, 1), ("B", 1, 2), ("A", 2, 3)]
    assert decode(["B-A", "B-A", "I-A"]) == [("A", 0, 1), ("A", 1, 3)]
    assert decode(["B-a-b-c", "I-a-b-c", "I-a-b"]) == [("a-b-c", 0, 2), ("a-b", 2, 3)]
    assert decode([]) == decode(["O", "O"]) == []


def test_entities_in_lists_or_in_a_tuple_pass_with_a_remark() -> None:
    reference = find(DECODE).reference
    report = check(DECODE, lambda tags: [list(entity) for entity in reference(tags)])
    assert report.passed and "tuples were asked for" in " ".join(report.remarks)
    report = check(DECODE, lambda tags: tuple(reference(tags)))
    assert report.passed and "a list was asked for" in " ".join(report.remarks)


def test_lists_for_entities_do_not_hide_a_mistake() -> None:
    report = check(
        DECODE, lambda tags: [list(entity) for entity in machine(tags, last=1)]
    )
    assert report.mistake == "end-inclusive"


def test_a_set_or_a_dict_of_entities_breaks_the_contract() -> None:
    reference = find(DECODE).reference
    report = check(DECODE, lambda tags: set(reference(tags)))
    assert "it returns a set, not a list" in report.message
    report = check(DECODE, lambda tags: {k: (s, e) for k, s, e in reference(tags)})
    assert "it returns a dict, not a list" in report.message


def test_an_answer_that_fits_nothing_gets_no_name() -> None:
    report = check(DECODE, lambda tags: [("PER", 0, len(tags))])
    assert report.mistake is None and "No known mistake" in report.message
    report = check(ALIGN, lambda word_labels, word_ids: list(word_labels))
    assert report.mistake is None and "No known mistake" in report.message


def test_headings_that_mistakes_send_to_are_in_the_chapter() -> None:
    chapter = Path(__file__).parents[2] / "chapters" / "11_named_entities.ipynb"
    text = chapter.read_text(encoding="utf-8")
    for exercise_id in (ALIGN, DECODE):
        for mistake in find(exercise_id).mistakes:
            heading = mistake.read.removeprefix("11, ")
            assert f"# {heading}\\n" in text or f'# {heading}"' in text, heading
