"""Errors of plain Python are explained, and nothing is guessed."""

import pytest

from course_lib.exercises.explain import explain

TASK = "def my_attention(query, key, value, mask=None):\n    return query\n"
LAYER = (
    "class Layer(nn.Module):\n"
    "    def __init__(self):\n"
    "        super().__init__()\n"
    "        self.w_query = nn.Linear(8, 8)\n"
    "    def forward(self, x):\n"
)
CASES = [
    ("np2 = np\ndel np\nnp.ones(2)", "`np` is not imported: `import numpy as np`"),
    ("del F\nF.softmax(x, -1)", "`import torch.nn.functional as F`"),
    ("query @ keyy.mT", "`keyy` has no value here. Did you mean `key`?"),
    ("wholly_unknown + 1", "the cell that sets it has not run yet"),
    ("def f():\n    y = y + 1\nf()", "gets its value further down"),
    ("mask = None\nmask.unsqueeze(1)", "`mask` is None here", "`if mask is not None:`"),
    ("mask = None\nquery + mask", "`mask` is None here"),
    ("mask = None\n~mask", "`mask` is None here"),
    ("def f(): pass\na, b = f()", "`f()` gives None: does that function end with"),
    ("pair = (query, key)\npair.shape", "`pair` is a tuple of several results"),
    ("x.unsqeeze(1)", "Did you mean `unsqueeze`"),
    ("torch.sofmax(x, -1)", "Did you mean `softmax`"),
    (LAYER + "        return self.w_qeury(x)\nLayer()(x)", "Did you mean `w_query`?"),
    (LAYER + "        return self.out(x)\nLayer()(x)", "no `out`; there are `w_query`"),
    (TASK + "my_attention(query, key, value, msk=0)", "Did you mean `mask`?"),
    (TASK + "my_attention(query, key)", "It takes (query, key, value, mask)"),
    (TASK + "my_attention(1, 2, 3, 4, 5)", "It takes (query, key, value, mask)"),
    (LAYER + "        return x\nlayer = Layer()\nlayer(x, x)", "It takes (self, x)"),
    ("torch.softmax(scores)", "`dim=-1` is the last, for scores over the keys"),
    ("torch.sqrt(6)", "for a number: `math.sqrt`"),
    ("torch.tril(4)", "`tril` takes a tensor, not a plain number"),
    ("linear([1.0, 2.0])", "`torch.tensor(...)`"),
    ("query @ [1.0, 2.0]", "`[1.0, 2.0]` is a list"),
    ("x.view(2, 4, 3, 12 / 3)", "`/` gives a float: use `//`"),
    ("torch.zeros(6 / 2)", "use `//`"),
    ("x.shape(0)", "`x.shape[0]`, or `x.size(0)`"),
    ("x.size[0]", "round brackets"),
    ("B, T = x.shape", "`x.shape` = (2, 4, 12) has 3 entries; 2 names wait for them"),
    ("B, H, T, d = x.shape", "has 3 entries; 4 names"),
    ("context, weights = scores[0]", "`scores[0]` has 3 entries"),
    ("def f(n):\n    return f(n + 1)\nf(0)", "`f` calls itself without an end"),
    ("H = 0\n12 // H", "`H` is 0 here"),
    ("steps = {'scores': 1}\nsteps['score']", "Did you mean `scores`?"),
    ("tokens = ['a', 'b']\ntokens[2]", "`tokens` has 2 entries, 0 to 1; 2 was asked"),
    ("x.shape[3]", "`x.shape` has 3 entries"),
    ("import torhc", "There is no package `torhc` here. Did you mean `torch`?"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_likely_cause_is_named(case, raised, tensors) -> None:
    code, *parts = case
    text = explain(raised(code, **tensors)) or ""
    assert [part for part in parts if part not in text] == [], text


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('something of the learner')",
        "open('no such file')",
        "{}['a']",
        "int('x')",
        "assert 1 == 2",
        "raise KeyboardInterrupt if False else LookupError",
        "class A: pass\nA().b",
        "eval('1 +')",
    ],
)
def test_where_nothing_fits_nothing_is_said(code, raised) -> None:
    assert explain(raised(code)) is None
