"""How BERT's rows become questions: which words are hidden here?"""

import pytest
import torch

from course_lib.models import Bert, BertConfig
from course_lib.pretraining import vocabulary
from course_lib.pretraining.bert import (
    PIECES,
    AskedWhereChosen,
    Hiding,
    sentence_starts,
)
from course_lib.pretraining.rows import stream

TEXT = "Maya found a key. She gave it to Tom! Was it his? He thanked her, and left."


@pytest.fixture(scope="module")
def tokenizer():
    return vocabulary.wordpiece([TEXT] * 5, 400, longest=64)


@pytest.fixture
def rows(tokenizer):
    ids = tokenizer(TEXT, add_special_tokens=False).input_ids
    return [torch.tensor(ids)] * 64


def batches(tokenizer, rows, count=60):
    torch.manual_seed(0)
    hiding = Hiding(tokenizer, chosen=0.2)
    return [hiding(rows) for _ in range(count)]


def test_rows_begin_with_documents_and_sentences(tokenizer) -> None:
    ids = tokenizer([TEXT, "Tom left."], add_special_tokens=False).input_ids
    flat = stream(ids, tokenizer.sep_token_id)
    found = [
        tokenizer.convert_ids_to_tokens(int(flat[place]))
        for place in sentence_starts(flat, tokenizer)
    ]
    assert found == ["Maya", "She", "Was", "He", "Tom"]


def test_a_fifth_is_asked_for_and_hidden_as_bert_does(tokenizer, rows) -> None:
    hiding = Hiding(tokenizer, chosen=0.2)
    torch.manual_seed(0)
    ids = torch.stack(rows * 20)
    hidden, labels = hiding._hide(ids)
    asked = labels != -100
    assert abs(asked.float().mean() - 0.2) < 0.01
    assert torch.equal(ids[asked], labels[asked])
    assert torch.equal(hidden[~asked], ids[~asked])
    masked = hidden[asked] == tokenizer.mask_token_id
    kept = hidden[asked] == ids[asked]
    assert abs(masked.float().mean() - 0.8) < 0.02
    assert abs(kept.float().mean() - 0.1) < 0.02


def test_special_tokens_are_never_asked_for(tokenizer, rows) -> None:
    special = set(tokenizer.all_special_ids)
    for batch in batches(tokenizer, rows):
        asked = batch["labels"][batch["labels"] != -100]
        assert len(asked) and not special & set(asked.tolist())
        assert (batch["input_ids"][:, 0] == tokenizer.cls_token_id).all()
        assert (batch["input_ids"][:, -1] == tokenizer.sep_token_id).all()


def test_pairs_are_parted_between_two_sentences(tokenizer, rows) -> None:
    hiding = Hiding(tokenizer, chosen=0.2)
    torch.manual_seed(0)
    for _ in range(20):
        row = torch.cat([rows[0][:1], rows[0], rows[0][:1]])
        row[0], row[-1] = tokenizer.cls_token_id, tokenizer.sep_token_id
        kinds = torch.zeros_like(row)
        hiding._part(row, kinds)
        first = tokenizer.decode(row[1:][kinds[1:] == 0])
        assert first.endswith((". [SEP]", "! [SEP]", "? [SEP]"))
        second = tokenizer.decode(row[kinds == 1])
        assert second.startswith(("She", "Was", "He"))
        assert row[-1] == tokenizer.sep_token_id


def test_some_batches_are_cut_into_pieces(tokenizer, rows) -> None:
    made = batches(tokenizer, rows)
    length = len(rows[0])
    sizes = {batch["labels"].shape for batch in made}
    assert sizes == {(len(rows) * n, length // n + 2) for n in PIECES}


def test_asking_where_it_counts_gives_the_same_loss(tokenizer, rows) -> None:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    bert = Bert(config, head="masked-words").eval()
    learner = AskedWhereChosen(bert).eval()
    batch = batches(tokenizer, rows, count=1)[0]
    torch.testing.assert_close(learner(**batch).loss, bert(**batch).loss)
    learner(**batch).loss.backward()
    assert all(x.grad is not None for x in bert.parameters()), "its layers are shared"
