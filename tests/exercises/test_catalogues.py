"""The proof of every catalogue: caught, named, no right answer blamed."""

import pytest
import torch

from course_lib.exercises.catalogue import catalogue, find
from course_lib.exercises.compare import same
from course_lib.exercises.proof import prove, right_answers

IDS = list(catalogue())

# The names that the course promises, in the order in which pairs are named.
ATTENTION = (
    "missing-scale scale-by-d softmax-over-queries mask-inverted mask-after-softmax "
    "mask-multiplies-scores mask-too-weak mask-ignored query-key-swapped "
    "nan-on-empty-row"
)
PROMISED = {
    "02.merge_pair": "merges-inside-other-symbols merges-only-first-occurrence "
    "drops-other-words loses-counts",
    "02.wordpiece": "shortest-match missing-continuation-prefix "
    "unknown-piece-instead-of-unknown-word",
    "03.scores": "missing-scale scale-by-d scale-by-length query-key-swapped",
    "03.weights": "softmax-over-queries not-normalised overflow",
    "03.causal_mask": "mask-inverted hides-self shows-one-future transposed",
    "03.padding_mask": "mask-inverted hides-queries-instead-of-keys",
    "03.attention": ATTENTION,
    "04.split_heads": "split-without-transpose heads-and-width-swapped",
    "04.merge_heads": "merge-without-transpose",
    "04.multi_head_attention": ATTENTION + " scale-by-d-model "
    "split-without-transpose merge-without-transpose output-projection-missing "
    "weight-not-transposed",
    "05.sinusoidal_positions": "sin-cos-swapped halves-instead-of-interleaved "
    "exponent-without-two wrong-base positions-from-one",
    "05.rotate": "interleaved-pairs wrong-direction positions-from-one "
    "angle-per-dimension-not-pair",
    "05.alibi_bias": "slope-sign slopes-not-geometric distance-transposed",
    "06.layer_norm": "over-wrong-axis unbiased-variance eps-outside-root "
    "no-mean-subtracted",
    "06.feed_forward": "activation-missing relu-instead activation-after-second",
    "06.encoder_block": "post-norm residual-missing norm-shared "
    "second-residual-from-input",
    "07.mask_tokens": "masks-special-tokens labels-everywhere always-mask never-keeps "
    "changes-inputs-in-place",
    "07.masked_lm_loss": "counts-ignored sums-instead-of-mean wrong-axis",
    "07.causal_lm_loss": "not-shifted shifted-twice shifted-backwards counts-padding",
    "08.mean_pool": "includes-padding divides-by-length takes-first-token "
    "max-instead-of-mean",
    "09.rollout": "no-residual not-renormalised multiplied-in-wrong-order "
    "max-instead-of-mean",
    "09.entropy": "log-of-zero wrong-axis base-two",
    "09.ablate": "zeroes-tokens zeroes-in-place off-by-one",
    "10.accuracy_and_f1": "micro-instead-of-macro nan-on-absent-class "
    "precision-recall-mean",
    "11.align_labels": "labels-continuations labels-special-tokens off-by-one "
    "previous-word-across-sentences",
    "11.decode_entities": "end-inclusive merges-neighbours ignores-type-change "
    "drops-last-entity i-without-b-dropped",
    "12.best_span": "independent-argmax end-before-start length-off-by-one "
    "product-of-logits",
    "13.shift_right": "shift-left wraps-around keeps-minus-100 drops-first-token",
    "13.cross_attention": "query-from-memory key-from-x value-from-x "
    "mask-over-queries causal-mask-on-memory",
    "13.label_smoothing": "epsilon-over-others-only not-applied-to-target "
    "smooths-logits",
    "14.temperature": "multiplies-instead-of-divides applied-after-softmax overflow",
    "14.top_k": "keeps-one-too-many keeps-smallest ties-drop-all "
    "zero-instead-of-minus-infinity",
    "14.top_p": "drops-the-crossing-token keeps-one-too-many not-unsorted "
    "uses-logits-as-probabilities",
    "14.beam_step": "adds-probabilities greedy-per-beam parent-token-confused "
    "no-accumulation",
    "14.cached_attention": "prepends-instead-of-appends replaces-cache "
    "masks-the-past mutates-shared-cache",
    "15.quantize": "one-scale-for-all scale-by-columns overflow-at-128 no-rounding "
    "zero-row-divides-by-zero",
    "15.magnitude_mask": "prunes-largest by-signed-value off-by-one-count "
    "mask-inverted",
    "15.distillation_loss": "direction-reversed missing-t-squared "
    "no-temperature-on-teacher mean-over-classes gradient-into-teacher",
    "15.low_rank_forward": "missing-alpha-over-r a-b-swapped weight-missing "
    "alpha-squared",
    "16.contrastive_loss": "one-direction-only not-normalised temperature-multiplied "
    "wrong-targets",
}


def test_every_promised_exercise_is_there() -> None:
    assert set(PROMISED) <= set(IDS)


@pytest.mark.parametrize("name", IDS)
def test_an_exercise_is_rich_enough(name: str) -> None:
    exercise = find(name)
    assert len(exercise.mistakes) >= 8
    assert len(exercise.variants) >= 3
    assert len(exercise.hints) >= 3
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)
    for mistake in exercise.mistakes:
        assert len(mistake.says.split()) >= 6, mistake.name
        assert mistake.read.startswith(name[:2]), mistake.name


@pytest.mark.parametrize("name", list(PROMISED))
def test_the_promised_names_come_in_their_order(name: str) -> None:
    names = [mistake.name for mistake in find(name).mistakes]
    promised = PROMISED[name].split()
    assert [n for n in names if n in promised] == promised


@pytest.mark.parametrize("name", IDS)
def test_the_computation_without_mistakes_is_the_reference(name: str) -> None:
    exercise = find(name)
    for dtype in (torch.float32, torch.float64):
        for case in exercise.cases(dtype):
            truth = exercise.expected(case.inputs, {})
            given = exercise.tried(exercise.reference)(*case.inputs.values())
            assert same(given, truth, case.tolerance or exercise.tolerance), case.name


@pytest.mark.parametrize("name", IDS)
def test_every_mistake_is_named_and_no_right_answer_blamed(name: str) -> None:
    proof = prove(find(name))
    assert proof.faults == []
    assert proof.mistakes >= 8 and proof.named == proof.caught == proof.mistakes
    assert proof.right >= 12 and proof.alarms == 0
    assert proof.pairs_named == proof.pairs


@pytest.mark.parametrize("name", IDS)
def test_the_solution_runs_on_its_own(name: str) -> None:
    """The source shown to the learner needs math, torch and F, nothing else."""
    import math

    import torch.nn.functional as F

    exercise = find(name)
    scope = {"math": math, "torch": torch, "F": F, "Tensor": torch.Tensor}
    exec(exercise.source, scope)
    case = exercise.cases(torch.float32)[0]
    answer = scope[exercise.stub_name]
    given = exercise.tried(answer)(*case.inputs.values())
    truth = exercise.expected(case.inputs, {})
    assert same(given, truth, case.tolerance or exercise.tolerance)


@pytest.mark.parametrize("name", IDS)
def test_right_answers_show_no_remark_about_inputs(name: str) -> None:
    """A reference never changes what it was given."""
    exercise = find(name)
    for style, answer in right_answers(exercise).items():
        for case in exercise.cases(torch.float32):
            before = {k: _frozen(v) for k, v in case.inputs.items()}
            answer(*case.inputs.values())
            after = {k: _frozen(v) for k, v in case.inputs.items()}
            assert before == after, style


def _frozen(value: object) -> object:
    if isinstance(value, torch.Tensor):
        return value.nan_to_num().tolist()
    return value if callable(value) else repr(value)
