"""The recorded tensors are what their card says, and what the encoder computes."""

import pytest
import torch

from course_lib.errors import CourseError
from course_lib.resources import encoder, record, recorded, recordings_there
from course_lib.resources.files import data_folder

SENTENCES = [*record.SENTENCES]
without_encoder = pytest.mark.skipif(
    encoder.installed_folder() is None, reason="the optional encoder is not installed"
)


def test_every_recording_is_there_and_small() -> None:
    assert recordings_there() == sorted([*SENTENCES, "words"])
    files = (data_folder() / "recorded").glob("*.safetensors")
    assert sum(file.stat().st_size for file in files) < 1_500_000


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_has_the_shapes_that_it_promises(name: str) -> None:
    found = recorded(name)
    length = len(found["tokens"])
    shapes = {
        "query": (6, 12, length, 32),
        "key": (6, 12, length, 32),
        "weights": (6, 12, length, length),
        "hidden": (7, length, 384),
    }
    assert {key: tuple(found[key].shape) for key in shapes} == shapes
    assert {found[key].dtype for key in shapes} == {torch.float32}
    assert found["tokens"][0] == "[CLS]" and found["tokens"][-1] == "[SEP]"
    assert found["sentence"] == record.SENTENCES[name]


@pytest.mark.parametrize("name", SENTENCES)
def test_weights_follow_from_query_and_key(name: str) -> None:
    found = recorded(name)
    scores = found["query"] @ found["key"].mT / 32**0.5
    torch.testing.assert_close(scores.softmax(-1), found["weights"])


@pytest.mark.parametrize(
    ("name", "pronoun", "noun", "weight"),
    [
        ("animal", "it", "animal", 0.64),
        ("wide", "it", "animal", 0.27),
        ("wide", "it", "street", 0.13),
        ("children", "they", "children", 0.78),
    ],
)
def test_the_numbers_of_the_card(
    name: str, pronoun: str, noun: str, weight: float
) -> None:
    found = recorded(name)
    row = found["weights"][3, 1, found["tokens"].index(pronoun)]
    assert round(row[found["tokens"].index(noun)].item(), 2) == weight


def test_words_lie_near_words_of_their_kind() -> None:
    table = recorded("words")
    vectors = torch.nn.functional.normalize(table["vectors"])
    nearest = (vectors @ vectors.T).fill_diagonal_(-1).argmax(-1)
    kinds = table["groups"]
    same = sum(kinds[i] == kinds[j] for i, j in enumerate(nearest.tolist()))
    assert len(table["words"]) == len(kinds) == len(vectors) == 344
    assert len(set(kinds)) == 34
    assert same / len(kinds) > 0.6


def test_a_change_stays_with_the_reader_who_made_it() -> None:
    recorded("words")["vectors"].zero_()
    assert recorded("words")["vectors"].abs().sum() > 0


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(CourseError, match="animal, children, wide, words"):
        recorded("../quizzes/03")


@without_encoder
@pytest.mark.parametrize("name", SENTENCES)
def test_the_encoder_still_computes_them(name: str) -> None:
    tokens, tensors = record.sentence_tensors(
        *encoder.load_encoder(), record.SENTENCES[name]
    )
    found = recorded(name)
    assert tokens == found["tokens"]
    for key, tensor in tensors.items():
        torch.testing.assert_close(tensor.float(), found[key], atol=2e-3, rtol=2e-3)


@without_encoder
def test_recording_again_gives_the_same_files(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(record, "data_folder", lambda: tmp_path)
    (tmp_path / "recorded").mkdir()
    record.main()
    for path in (tmp_path / "recorded").iterdir():
        shipped = data_folder() / "recorded" / path.name
        assert path.stat().st_size == shipped.stat().st_size
