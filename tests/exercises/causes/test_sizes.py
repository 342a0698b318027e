"""Sizes that do not fit are explained in the course's symbols."""

import pytest
import torch

from course_lib.exercises.explain import explain

CASES = [
    (
        "query @ key",
        "`query` (B, H, T_q, d) = (2, 3, 4, 6), `key` (B, H, T_k, d) = (2, 3, 5, 6)",
        "d = 6, and the second-to-last of `key`, T_k = 5",
        "`query @ key.mT` would fit and give (2, 3, 4, 5)",
    ),
    ("torch.matmul(query, key)", "`query @ key.mT` would fit"),
    ("query.matmul(key)", "`query @ key.mT` would fit"),
    ("torch.bmm(query[0], key[0])", "`query[0] @ key[0].mT` would fit"),
    ("value @ scores", "`scores @ value` would fit and give (2, 3, 4, 7)"),
    ("w_query @ x", "`x @ w_query.mT` would fit and give (2, 4, 8)"),
    ("query[0, 0] @ ones[0]", "the only one of `ones[0]`, 5"),
    ("query @ key[:, :1].expand(2, 2, 5, 6).mT", "leading sizes", "(2, 3)", "(2, 2)"),
    ("s = torch.tensor(2.0)\nquery @ s", "`s` is a single number"),
    ("linear(x)", "(out, in) = (8, 8)", "must end in 8; `x` ends in D = 12"),
    ("F.linear(query, w_query)", "`query` ends in d = 6"),
    ("F.scaled_dot_product_attention(query, value, value)", "same width d", "d_value"),
    ("F.scaled_dot_product_attention(query, key, value[:, :, 1:])", "same length T_k"),
    (
        "F.scaled_dot_product_attention(query, key, value, attn_mask=mask.mT)",
        "`scores` has T_k = 5 where `mask.mT` has T_q = 4",
    ),
    ("query + key", "`query` has T_q = 4 where `key` has T_k = 5"),
    (
        "scores.masked_fill(attention_mask, 0.0)",
        "`attention_mask[:, None, None, :]` of shape (2, 1, 1, 5) would fit",
    ),
    ("scores[0] = value[0]", "`scores[0]` has 5 where `value[0]` has 7"),
    ("scores += value", "T_k = 5 where `value` has d_value = 7"),
    ("query.expand(2, 3, 4, 7)", "`expand` stretches axes of size 1 alone"),
    (
        "B, T, D = x.shape\nx.view(B, T, 5, D // 5)",
        "`x` (B, T, D) = (2, 4, 12)",
        "holds 96 numbers",
        "2·4·5·2 = 80",
    ),
    ("x.reshape(2, 5, -1)", "96 numbers, which 2·5 does not divide"),
    ("x.unflatten(-1, (5, 3))", "The axis has 12 entries; (5, 3) asks for 15"),
    ("x.transpose(1, 2).view(2, 48)", "another order", ".reshape(...)"),
    ("torch.cat([query, key], -1)", "on axis 2 `query` has T_q = 4", "T_k = 5"),
    ("torch.cat([query, x])", "`query` has 4, `x` has 3"),
    ("torch.stack([query, key])", "All sizes must be equal"),
    ("torch.stack([])", "The list is empty"),
    ("torch.einsum('bhtd,bhsd->bhts', query, value)", "letter d", "7 in `value`"),
    ("torch.einsum('btd,bsd->bts', query, key)", "3 letters to a tensor of 4 axes"),
    ("nn.LayerNorm(8)(x)", "width of 8; `x` ends in D = 12"),
    ("x.split([5, 5], -1)", "must add up to 12"),
    ("x.permute(0, 1)", "names every axis once: there are 3, not 2"),
    ("x.t()", "`.mT` swaps the last two axes"),
    ("nn.MultiheadAttention(12, 5)", "a multiple of the number of heads H"),
    ("nn.MultiheadAttention(8, 2)(x, x, x)", "made for D = 8; its input ends in 12"),
    ("logits = x\nF.cross_entropy(logits, ids)", "`logits.flatten(0, -2)`"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_what_does_not_fit_is_named(case, raised, tensors) -> None:
    code, *parts = case
    text = explain(raised(code, **tensors)) or ""
    assert [part for part in parts if part not in text] == [], text


def test_a_transposed_key_is_never_told_to_transpose_twice(raised, tensors) -> None:
    text = explain(raised("query @ key.mT @ key.mT", **tensors)) or ""
    assert "`query @ key.mT @ key` would fit" in text


def test_several_ways_to_insert_an_axis_suggest_none(raised) -> None:
    text = explain(raised("torch.zeros(3, 4, 3, 5) + y", y=torch.zeros(3))) or ""
    assert "`y` (3,)" in text and "would fit" not in text
    wide = {"wide": torch.zeros(3, 4, 3, 5), "y": torch.zeros(3)}
    text = explain(raised("wide + y", **wide)) or ""
    assert "has 5 where `y` has 3" in text and "would fit" not in text


def test_a_failing_call_of_unknown_code_only_lists_its_tensors(raised, tensors) -> None:
    code = (
        "import functools\nfunctools.reduce(lambda a, b: a[1:] @ b[2:], [query, key])"
    )
    text = explain(raised(code, **tensors)) or ""
    assert "`a[1:]` (1, 3, 4, 6), `b[2:]` (0, 3, 5, 6)" in text
