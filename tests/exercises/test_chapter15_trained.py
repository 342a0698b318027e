"""Answers to chapter 15's students and adapters as learners write them."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib.compression.distillation import distillation_loss
from course_lib.compression.low_rank import LowRankLinear
from course_lib.exercises import check
from course_lib.exercises.catalogue import find

DISTIL, LOW_RANK = "15.distillation_loss", "15.low_rank_forward"


def test_the_librarys_own_loss_passes() -> None:
    assert check(DISTIL, distillation_loss).passed


def test_the_librarys_own_layer_passes() -> None:
    def layer(x, weight, a, b, alpha):
        plain = torch.nn.Linear(*reversed(weight.shape), bias=False)
        plain.weight.data.copy_(weight)
        adapted = LowRankLinear(plain, len(a), alpha)
        adapted.a.data.copy_(a)
        adapted.b.data.copy_(b)
        return adapted(x)

    assert check(LOW_RANK, layer).passed
    merged = check(LOW_RANK, lambda x, w, a, b, c: x @ (w + c / len(a) * (b @ a)).T)
    assert merged.passed


# 15.distillation_loss


def softened(student, teacher, t):
    return F.log_softmax(student / t, -1), F.softmax(teacher.detach() / t, -1)


def kl(reduction="batchmean", power=2, **options):
    def answer(student, teacher, t):
        return F.kl_div(*softened(student, teacher, t), reduction=reduction) * t**power

    return answer


def reversed_kl(student, teacher, t):
    mine, theirs = (student / t).log_softmax(-1), (teacher.detach() / t).log_softmax(-1)
    return F.kl_div(theirs, mine, reduction="batchmean", log_target=True) * t * t


def plain_teacher(student, teacher, t):
    target = teacher.detach().softmax(-1)
    return F.kl_div((student / t).log_softmax(-1), target, reduction="batchmean") * t**2


def attached(student, teacher, t):
    target = F.softmax(teacher / t, dim=-1)
    return F.kl_div((student / t).log_softmax(-1), target, reduction="batchmean") * t**2


def attached_by_hand(student, teacher, t):
    p, q = (teacher / t).log_softmax(-1), (student / t).log_softmax(-1)
    return ((p - q) * p.exp()).sum() / p.shape[0] * t**2


def in_numpy(student, teacher, t):
    one, other = student.detach().numpy() / t, teacher.detach().numpy() / t
    q = one - one.max(1, keepdims=True)
    p = other - other.max(1, keepdims=True)
    q = q - np.log(np.exp(q).sum(1, keepdims=True))
    p = p - np.log(np.exp(p).sum(1, keepdims=True))
    return (np.exp(p) * (p - q)).sum(1).mean() * t**2


@torch.no_grad()
def under_no_grad(student, teacher, t):
    return kl()(student, teacher, t)


def log_after_softmax(student, teacher, t):
    p, q = F.softmax(teacher.detach() / t, dim=1), F.softmax(student / t, dim=1)
    return (p * (p / q).log()).sum(1).mean() * t**2


def no_log(student, teacher, t):
    q, p = F.softmax(student / t, -1), F.softmax(teacher.detach() / t, -1)
    return F.kl_div(q, p, reduction="batchmean") * t**2


def log_target_forgotten(student, teacher, t):
    q, p = (student / t).log_softmax(-1), (teacher.detach() / t).log_softmax(-1)
    return F.kl_div(q, p, reduction="batchmean") * t**2


def soft_cross_entropy(student, teacher, t):
    return F.cross_entropy(student / t, (teacher.detach() / t).softmax(-1)) * t**2


def hard(student, teacher, t):
    return F.cross_entropy(student / t, teacher.argmax(-1)) * t**2


def logits_as_they_are(student, teacher, t):
    target = F.softmax(teacher.detach() / t, dim=1)
    return F.kl_div(student / t, target, reduction="batchmean") * t**2


def torch_module(student, teacher, t):
    distance = torch.nn.KLDivLoss(reduction="batchmean")
    return t * t * distance(F.log_softmax(student / t, 1), F.softmax(teacher / t, 1))


def loop(student, teacher, t):
    loss = 0.0
    for s, row in zip(student, teacher, strict=True):
        loss += F.kl_div(
            (s / t).log_softmax(0), (row.detach() / t).softmax(0), reduction="sum"
        )
    return t**2 * loss / len(student)


def divergence_of_distributions(student, teacher, t):
    from torch.distributions import Categorical, kl_divergence

    theirs, mine = (
        Categorical(logits=teacher.detach() / t),
        Categorical(logits=student / t),
    )
    return kl_divergence(theirs, mine).mean() * t**2


DISTIL_ANSWERS = [
    (kl(), None),
    (loop, None),
    (divergence_of_distributions, "log-of-zero"),
    (reversed_kl, "direction-reversed"),
    (kl(power=0), "missing-t-squared"),
    (kl(power=1), "t-not-squared"),
    (plain_teacher, "no-temperature-on-teacher"),
    (lambda s, p, t: kl()(t * s, p, t), "no-temperature-on-student"),
    (lambda s, p, t: kl()(s, p, 1.0), "missing-t-squared+no-temperature"),
    (kl(reduction="sum"), "sum-instead-of-mean"),
    (attached, "gradient-into-teacher"),
    (attached_by_hand, "gradient-into-teacher"),
    (lambda s, p, t: attached(s, p, t) / t**2,)
    + ("missing-t-squared+gradient-into-teacher",),
    (in_numpy, "student-gets-no-gradient"),
    (under_no_grad, "student-gets-no-gradient"),
    (lambda s, p, t: kl()(s, p, t).item(), "student-gets-no-gradient"),
    (lambda s, p, t: attached(s.detach(), p, t),)
    + ("gradient-into-teacher+student-gets-no-gradient",),
    (log_after_softmax, "log-of-zero"),
    (no_log, "log-missing"),
    (log_target_forgotten, "target-in-logs"),
    (soft_cross_entropy, "cross-entropy-instead"),
    (hard, "hard-targets"),
    (lambda s, p, t: F.mse_loss(s, p.detach()), "squares-of-logits"),
    (logits_as_they_are, "softmax-missing"),
    (torch_module, "gradient-into-teacher"),
    (lambda s, p, t: -kl()(s, p, t), "sign-missing"),
    (lambda s, p, t: kl()(s.T, p.T, t) * s.shape[1] / len(s), "softmax-over-batch"),
]


@pytest.mark.parametrize(("answer", "name"), DISTIL_ANSWERS)
def test_what_people_write_for_distillation_is_named(answer, name) -> None:
    report = check(DISTIL, answer)
    assert report.mistake == name, report
    assert report.passed == (name is None)


@pytest.mark.filterwarnings("ignore:reduction")
def test_the_mean_of_all_entries_is_named() -> None:
    for answer in (kl(reduction="mean"), lambda *a: kl()(*a) / a[0].shape[1]):
        assert check(DISTIL, answer).mistake == "mean-over-classes"


def test_logits_divided_in_place_are_no_error_but_remarked_on() -> None:
    def in_place(student, teacher, t):
        student /= t
        teacher /= t
        return kl()(student, teacher, 1.0) * t**2

    report = check(DISTIL, in_place)
    assert report.passed, report
    assert "`student_logits`, `teacher_logits` in place" in " ".join(report.remarks)


def test_a_wrong_gradient_behind_a_right_loss_is_shown() -> None:
    """The number is right, yet half of the gradient is cut off."""

    def halved(student, teacher, t):
        return kl()((student + student.detach()) / 2, teacher, t)

    report = check(DISTIL, halved)
    assert not report.passed and report.mistake is None
    assert "of the student's gradient is" in report.message
    assert "returns something else" not in report.message
    assert "The student&#x27;s gradient in this case" in report._repr_html_()


@pytest.mark.filterwarnings("ignore:reduction")
def test_a_broken_contract_of_the_loss_is_said_in_its_words() -> None:
    rows = check(DISTIL, lambda s, p, t: F.kl_div(*softened(s, p, t)[:2]) * s[:, 0])
    assert "Contract: its shape is (3,), expected ()" in rows.message
    nothing = check(DISTIL, lambda s, p, t: print(kl()(s, p, t)))
    assert "Contract: it returns None" in nothing.message
    assert "Is there a `return`" in nothing.message


def test_who_receives_a_gradient() -> None:
    student, teacher = (torch.randn(3, 5, requires_grad=True) for _ in range(2))
    find(DISTIL).reference(student, teacher, 2.0).backward()
    assert student.grad is not None and student.grad.abs().sum() > 0
    assert teacher.grad is None


# 15.low_rank_forward


def linear(x, weight, a, b, alpha):
    return F.linear(x, weight) + F.linear(F.linear(x, a), b) * (alpha / a.size(0))


def in_numpy_low_rank(x, weight, a, b, alpha):
    x, weight, a, b = (part.numpy() for part in (x, weight, a, b))
    return x.dot(weight.T) + x.dot(a.T).dot(b.T) * alpha / a.shape[0]


def einsum(x, weight, a, b, alpha):
    down = torch.einsum("...i,ri->...r", x, a)
    up = torch.einsum("...r,or->...o", down, b)
    return torch.einsum("...i,oi->...o", x, weight) + up * alpha / b.shape[-1]


LOW_RANK_ANSWERS = [
    (linear, None),
    (in_numpy_low_rank, None),
    (einsum, None),
    (lambda x, w, a, b, c: x @ w.T + x @ a.T @ b.T, "missing-alpha-over-r"),
    (lambda x, w, a, b, c: x @ w.T + c / len(a) * x @ b @ a, "a-b-swapped"),
    (lambda x, w, a, b, c: x @ w.T + c / len(a) * (x @ (b @ a)), "a-b-swapped"),
    (lambda x, w, a, b, c: linear(x, w, b, a, c), "a-b-swapped"),
    (lambda x, w, a, b, c: c / len(a) * x @ a.T @ b.T, "weight-missing"),
    (lambda x, w, a, b, c: x @ w.T + c**2 / len(a) * x @ a.T @ b.T, "alpha-squared"),
    (lambda x, w, a, b, c: linear(x, w, c / len(a) * a, b, c), "alpha-squared"),
    (lambda x, w, a, b, c: x @ w.T + c * x @ a.T @ b.T, "not-divided-by-r"),
    (lambda x, w, a, b, c: x @ w.T + c / a.shape[1] * x @ a.T @ b.T, "another-rank"),
    (lambda x, w, a, b, c: c / len(a) * (x @ w.T + x @ a.T @ b.T),)
    + ("scales-the-weight",),
    (lambda x, w, a, b, c: F.linear(x, w), "update-missing"),
    (lambda x, w, a, b, c: x @ w.T + c / len(a) ** 0.5 * x @ a.T @ b.T, "root-of-r"),
    (lambda x, w, a, b, c: x @ a.T @ b.T, "missing-alpha-over-r+weight-missing"),
]


@pytest.mark.parametrize(("answer", "name"), LOW_RANK_ANSWERS)
def test_what_people_write_for_low_rank_is_named(answer, name) -> None:
    report = check(LOW_RANK, answer)
    assert report.mistake == name, report


def test_products_that_do_not_fit_are_explained() -> None:
    report = check(LOW_RANK, lambda x, w, a, b, c: x @ w.T + c / len(a) * x @ b.T @ a.T)
    assert not report.passed
    assert report.mistake is None or report.mistake == "a-b-swapped"
    assert report.message
