"""What goes wrong between a teacher and its student, by name."""

from typing import Any

from course_lib.exercises.catalogue import Mistake

TEACHER = "15, A student and its teacher"


def _mistake(name: str, says: str, **options: Any) -> Mistake:
    return Mistake(name, says, TEACHER, **options)


MISTAKES = (
    _mistake(
        "direction-reversed",
        "You compute KL(student, teacher). The teacher's probabilities weigh the "
        "differences: sum of p * (log p - log q), with p of the teacher. "
        "`F.kl_div(log_q, p)` has the student first.",
    ),
    _mistake(
        "missing-t-squared",
        "The factor is missing. Dividing logits by T makes the gradient smaller by "
        "about T squared: multiply the loss by `temperature**2`.",
        group="factor",
    ),
    _mistake(
        "no-temperature-on-teacher",
        "The teacher's logits are not divided by the temperature. Both distributions "
        "are softened alike, or they could never agree.",
        group="temperature",
    ),
    _mistake(
        "mean-over-classes",
        'You divide by B * C, the number of entries, as `reduction="mean"` does. Sum '
        'over the classes, then take the mean over the batch: `"batchmean"`.',
        group="mean",
    ),
    _mistake(
        "gradient-into-teacher",
        "The teacher receives a gradient, and would learn to agree with its student. "
        "Cut it off: `teacher_logits.detach()`, or `torch.no_grad()` around it.",
    ),
    _mistake(
        "student-gets-no-gradient",
        "Nothing arrives at the student: your loss is a plain number, or the student's "
        "logits were detached or computed with under `torch.no_grad()`. Stay with "
        "tensors from student_logits to the loss.",
        group="student",
    ),
    _mistake(
        "no-temperature-on-student",
        "The student's logits are not divided by the temperature. Both distributions "
        "are softened alike, or they could never agree.",
        group="temperature",
    ),
    _mistake(
        "no-temperature",
        "You compare the distributions as they are. Divide both logits by the "
        "temperature first.",
        group="temperature",
    ),
    _mistake(
        "sum-instead-of-mean",
        "You add the distances of all texts. Take their mean, so that a larger batch "
        "has no larger loss.",
        group="mean",
    ),
    _mistake(
        "t-not-squared",
        "You multiply by the temperature once. The factor is its square: "
        "`temperature**2`.",
        group="factor",
    ),
    _mistake(
        "divides-by-t-squared",
        "You divide by the temperature squared. Multiply: the factor makes up for "
        "gradients that have become smaller.",
        group="factor",
    ),
    _mistake(
        "multiplies-by-temperature",
        "You multiply the logits by the temperature, which makes both distributions "
        "sharper. Divide: above 1 it makes them flatter.",
        group="temperature",
    ),
    _mistake(
        "temperature-after-softmax",
        "You divide by the temperature after the softmax, so that what you have are no "
        "probabilities. Divide the logits.",
        group="temperature",
    ),
    _mistake(
        "softmax-over-batch",
        "Your softmax runs over the texts. Each text has a distribution over the C "
        "classes: the last axis, `dim=-1`.",
    ),
    _mistake(
        "softmax-twice",
        "You apply softmax and then log_softmax to its result. Both take the logits "
        "themselves.",
        group="terms",
    ),
    _mistake(
        "softmax-missing",
        "The student's logits go into the distance as they are. They are no logarithms "
        "of probabilities: `log_softmax` makes them so.",
        group="terms",
    ),
    _mistake(
        "squares-of-logits",
        "You compare logits by their squared differences. That can teach a student "
        "too, but asked for is KL(teacher, student), of their distributions.",
        group="terms",
    ),
    _mistake(
        "log-missing",
        "You hand over the student's probabilities where their logarithms belong: "
        "`F.kl_div` takes `log_softmax` as its first argument.",
        group="terms",
    ),
    _mistake(
        "target-in-logs",
        "You give `F.kl_div` logarithms as its target, and it takes their logarithm: "
        "NaN. Give it probabilities, or say `log_target=True`.",
        group="terms",
    ),
    _mistake(
        "cross-entropy-instead",
        "You leave out the teacher's own entropy, so that the loss is not 0 when both "
        "agree. The gradient is the same, but asked for is KL: p * (log p - log q).",
        group="terms",
    ),
    _mistake(
        "hard-targets",
        "You keep of the teacher only the class it holds for best. The student is to "
        "learn how likely it holds all of them.",
        group="terms",
    ),
    _mistake(
        "log-of-zero",
        "You take the logarithm after softmax. A probability too small for its dtype "
        "is 0 there and your loss inf or NaN: `log_softmax` does both at once.",
        forms=("both", "xlogy", "of the student alone"),
        group="terms",
        edge=True,
    ),
    _mistake("sign-missing", "Your loss has the wrong sign: a distance is positive."),
)
