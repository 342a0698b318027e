"""15.distillation_loss: how far a student's distribution is from its teacher's."""

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.exercises.catalogue import Case, Exercise
from course_lib.exercises.chapter15.distillation_mistakes import MISTAKES
from course_lib.exercises.inputs import EXACT, grid
from course_lib.exercises.trials import with_gradients

Wrong = Mapping[str, Any]


def distillation_loss(
    student_logits: Tensor, teacher_logits: Tensor, temperature: float
) -> Tensor:
    student = torch.log_softmax(student_logits / temperature, dim=-1)
    teacher = torch.log_softmax(teacher_logits.detach() / temperature, dim=-1)
    distances = (teacher.exp() * (teacher - student)).sum(-1)  # (B,)
    return distances.mean() * temperature**2


def _steps(
    wrong: Wrong, student_logits: Tensor, teacher_logits: Tensor, temperature: float
) -> dict[str, Tensor]:
    if "gradient-into-teacher" not in wrong:
        teacher_logits = teacher_logits.detach()
    if "student-gets-no-gradient" in wrong:
        student_logits = student_logits.detach()
    student = _softened(wrong, student_logits, temperature, "student")
    teacher = _softened(wrong, teacher_logits, temperature, "teacher")
    terms = _terms(wrong, student, teacher)
    distances = terms.sum(-1)  # (B,)
    loss = _joined(wrong, distances, terms.shape[-1])
    if "sign-missing" in wrong:
        loss = -loss
    return {
        "student's log probabilities": student,
        "teacher's probabilities": teacher.exp(),
        "distances": distances,
        "loss": loss * _factor(wrong, temperature),
    }


def _softened(wrong: Wrong, logits: Tensor, temperature: float, whose: str) -> Tensor:
    """Logarithms of probabilities (B, C), or what is taken for them."""
    axis = 0 if "softmax-over-batch" in wrong else -1
    if "temperature-after-softmax" in wrong:
        return logits.log_softmax(axis) / temperature
    if f"no-temperature-on-{whose}" in wrong or "no-temperature" in wrong:
        temperature = 1.0
    if "multiplies-by-temperature" in wrong:
        temperature = 1 / temperature
    logits = logits / temperature
    raw = "softmax-missing" in wrong and whose == "student"
    if raw or "squares-of-logits" in wrong:
        return logits
    if "softmax-twice" in wrong:
        logits = logits.softmax(axis)
    if "log-of-zero" in wrong:
        return logits.softmax(axis).log()
    return logits.log_softmax(axis)


def _terms(wrong: Wrong, student: Tensor, teacher: Tensor) -> Tensor:
    """What is added up over the classes, (B, C)."""
    if "direction-reversed" in wrong:
        student, teacher = teacher, student
    if "target-in-logs" in wrong:
        return teacher * (teacher.log() - student)  # the logarithm of what is below 0
    if "hard-targets" in wrong:
        best = F.one_hot(teacher.argmax(-1), teacher.shape[-1])
        return -best * student
    if "log-missing" in wrong:
        student = student.exp()
    if "squares-of-logits" in wrong:
        return (student - teacher).square()
    cross = -teacher.exp() * student
    if wrong.get("log-of-zero") == "xlogy":
        cross = cross + torch.special.xlogy(teacher.exp(), teacher.exp())
    elif wrong.get("log-of-zero") == "of the student alone":
        cross = torch.where(teacher.exp() > 0, cross + teacher.exp() * teacher, 0.0)
    elif "cross-entropy-instead" not in wrong:
        cross = cross + teacher.exp() * teacher
    return cross


def _joined(wrong: Wrong, distances: Tensor, classes: int) -> Tensor:
    if "sum-instead-of-mean" in wrong:
        return distances.sum()
    if "mean-over-classes" in wrong or "squares-of-logits" in wrong:
        return distances.mean() / classes
    return distances.mean()


def _factor(wrong: Wrong, temperature: float) -> float:
    """What the mean is multiplied by."""
    if "missing-t-squared" in wrong:
        return 1.0
    if "t-not-squared" in wrong:
        return temperature
    if "divides-by-t-squared" in wrong:
        return 1 / temperature**2
    return temperature**2


def _cases(dtype: torch.dtype) -> list[Case]:
    def case(name: str, batch: int, classes: int, t: float, seed: int) -> Case:
        student = grid(batch, classes, seed=seed, dtype=dtype)
        teacher = grid(batch, classes, seed=seed + 1, dtype=dtype)
        inputs = {"student_logits": student, "teacher_logits": teacher}
        return Case(f"{name}, temperature {t}", {**inputs, "temperature": t})

    cases = [
        case("3 texts, 5 classes", 3, 5, 2.0, 10),
        case("as many classes as texts", 4, 4, 1.5, 20),
        case("1 text, 3 classes", 1, 3, 0.5, 30),
        case("2 texts, 6 classes", 2, 6, 1.0, 40),
    ]
    if dtype in EXACT:
        far = torch.tensor([[0.0, 400, 410], [380, 400, 0]], dtype=dtype)
        near = torch.tensor([[0.0, 395, 400], [390, 1000, 0]], dtype=dtype)
        inputs = {"student_logits": near, "teacher_logits": far, "temperature": 2.0}
        cases.append(Case("large logits, temperature 2.0", inputs))
    return cases


def _log_target(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    with torch.no_grad():
        target = F.log_softmax(teacher / temperature, dim=-1)
    given = F.log_softmax(student / temperature, dim=-1)
    loss = F.kl_div(given, target, reduction="batchmean", log_target=True)
    return loss * temperature**2


def _kl_div(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    given = F.log_softmax(student / temperature, dim=1)
    target = F.softmax(teacher.detach() / temperature, dim=1)
    loss = F.kl_div(given, target, reduction="sum") / student.size(0)
    return loss * temperature * temperature


def _two_entropies(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    target = (teacher.detach() / temperature).softmax(-1)
    cross = F.cross_entropy(student / temperature, target)
    own = torch.special.entr(target).sum(-1).mean()
    return (cross - own) * temperature**2


def _einsum(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    one = student / temperature - torch.logsumexp(student / temperature, 1, True)
    other = teacher.detach() / temperature
    other = other - torch.logsumexp(other, 1, True)
    total = torch.einsum("bc,bc->", other.exp(), other - one)
    return total * temperature**2 / len(student)


def _loops(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    total = student.new_zeros(())
    for mine, theirs in zip(student, teacher.tolist(), strict=True):
        logs = torch.log_softmax(mine / temperature, dim=0)
        top = max(theirs)
        powers = [math.exp((number - top) / temperature) for number in theirs]
        for log, power in zip(logs, powers, strict=True):
            share = power / sum(powers)
            if share > 0:
                total = total + share * (math.log(share) - log)
    return total / len(student) * temperature**2


DISTILLATION_LOSS = Exercise(
    id="15.distillation_loss",
    title="Listen to the teacher",
    returns="KL(teacher, student) times temperature squared, mean over the batch",
    reference=distillation_loss,
    computation=_steps,
    answer=("loss",),
    cases=_cases,
    mistakes=MISTAKES,
    variants={
        "built-in, log_target": _log_target,
        "built-in": _kl_div,
        "cross entropy less entropy": _two_entropies,
        "einsum": _einsum,
        "loops": _loops,
    },
    hints=(
        "Two distributions over the classes, both from logits / temperature. Whose "
        "probabilities weigh the differences: the one that knows, or the one that "
        "learns?",
        "For each text: the sum over the classes of p * (log p - log q), with p of the "
        'teacher and q of the student. `F.kl_div(log_q, p, reduction="batchmean")` '
        "does it; mind that the student comes first there, in logarithms.",
        "`teacher_logits.detach()` keeps the gradient from the teacher. At the end "
        "take the mean over the batch, times `temperature**2`.",
    ),
    explanation="The teacher's probabilities weigh how much less likely the student "
    "holds each class. Dividing both logits by T makes both distributions flatter, so "
    "that wrong answers say something too; but it makes the gradient smaller, by about "
    "T squared, and the factor makes up for it. The teacher is cut off with `detach`: "
    "it would otherwise learn to agree with its student.",
    trial=with_gradients({"the student's gradient": 0, "the teacher's gradient": 1}),
)
