"""Numbers are judged by what they are: probabilities, values that differ by rounding, labels, flags."""

import contextlib
import warnings

import numpy as np
import pytest

import w2slens as wl
from w2slens.scoring.cuts import ChangePointCut, FractionCut

RANDOM = np.random.default_rng(0)


def softmax(z):
    grown = np.exp(z - z.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_a_softmax_of_float32_is_the_same_in_any_holder(classes):
    narrow = softmax(RANDOM.standard_normal((2000, classes)).astype(np.float32))
    assert narrow.dtype == np.float32
    expected = wl.confidence(narrow)
    for held in (narrow.tolist(), narrow.astype(np.float64), narrow.astype(np.longdouble).astype(np.float64)):
        np.testing.assert_array_equal(wl.confidence(held), expected)


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_rounded_probabilities_are_divided_by_their_sums_and_that_is_said(classes):
    exact = softmax(4 * RANDOM.standard_normal((500, classes)))
    bfloat16 = (exact.astype(np.float32).view(np.uint32) + 0x8000 & 0xFFFF0000).view(np.float32)
    for rounded, error in ((np.round(exact, 3), 5e-4), (bfloat16, 2.0**-9)):
        missed = np.abs(rounded.astype(float).sum(axis=1) - 1).max()
        says = pytest.warns(UserWarning, match="proba has rows that sum to one only to within")
        with says if missed > 3.5e-4 else contextlib.nullcontext():
            found = wl.confidence(rounded)
        np.testing.assert_allclose(found, wl.confidence(exact), atol=4 * error + 2 * missed)
    with pytest.warns(UserWarning, match="divided by their sums"):
        np.testing.assert_allclose(wl.confidence([[0.334, 0.333, 0.332]]), [0.001 / 0.999])


def test_a_probability_may_miss_its_range_by_rounding():
    np.testing.assert_array_equal(wl.confidence([1 + 1.2e-7, -1e-9, 0.5]), [1, 1, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(wl.confidence([[1 + 1.2e-7, -1.2e-7]]), [1])
    with pytest.raises(ValueError, match=r"proba has 1.0001 at index 0"):
        wl.confidence([1.0001])
    np.testing.assert_array_equal(wl.confidence([[0.9], [0.25]]), wl.confidence([0.9, 0.25]))


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ([-1, 1, 1], "look like labels"),
        ([0, 1, 2], "look like labels"),
        ([30.5, 70.0, 55.0], "look like percentages: divide them by 100"),
        ([[30.0, 70.0], [50.0, 50.0]], "look like percentages: divide them by 100"),
        ([-3.2, 4.5], "if these are logits, say logits=True"),
        ([[0.2, 1.4], [2.0, -0.5]], "if these are logits, say logits=True"),
        ([[0.2, 0.4], [0.3, 0.3]], "sums to 0.6.*if these are logits, say logits=True"),
    ],
)
def test_what_cannot_be_probabilities_is_refused_with_what_it_looks_like(given, hint):
    with pytest.raises(ValueError, match=hint):
        wl.confidence(given)


@pytest.mark.parametrize("single", [False, True])
def test_values_that_are_equal_up_to_rounding_are_not_divided(single):
    X = RANDOM.standard_normal((60, 8))
    p = np.where(np.arange(60) % 2, 0.1 + 0.2, 0.3)
    if single:
        p = np.where(np.arange(60) % 2, np.float32(0.3), np.nextafter(np.float32(0.3), np.float32(1)))
    for held in (p, p.tolist(), np.column_stack([1 - p, p])):
        with pytest.raises(wl.UndefinedError, match="constant up to rounding"):
            wl.OverlapDetector().fit(X, held)
        detector = wl.IncrementalDetector().fit(X, held)
        assert (detector.labels_ == -1).all()
    # Equal scores: the rows that are not hard are multiples of one row, so their cosines differ by rounding only.
    hard, rest = RANDOM.standard_normal((5, 301)), np.outer(RANDOM.uniform(0.1, 9, 55), RANDOM.standard_normal(301))
    rows = np.concatenate([hard, rest])
    for points in (rows, rows.astype(np.float32)):
        with pytest.raises(wl.UndefinedError, match=r"scores of the rows not hard\): values is constant"):
            wl.OverlapDetector().fit(points, np.r_[np.full(5, 0.5), RANDOM.uniform(0.9, 1, 55)])


def test_cuts_part_no_values_that_may_be_equal():
    values = np.array([0.1, 0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.9])
    assert FractionCut(0.5).threshold(values) == 0.1 + 0.2
    assert FractionCut(0.5).threshold(values, rounding=1e-15) == 0.3
    for cut in (ChangePointCut(), FractionCut(0.5)):
        with pytest.raises(wl.UndefinedError, match="constant up to rounding: all 2 lie within"):
            cut.threshold(np.array([0.3, 0.1 + 0.2]), rounding=1e-15)
    # Values as they are, however close, are parted: nobody says that they were computed.
    assert wl.change_point([0.3, 0.1 + 0.2]).threshold == 0.1 + 0.2


X = RANDOM.standard_normal((40, 4))
P = RANDOM.random(40)
SIGNS = np.sign(X[:, 0])


@pytest.mark.parametrize("flag", ["False", "no", 0, 1, None, np.array([True, False])])
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("logits", lambda flag: wl.OverlapDetector(logits=flag).fit(X, P)),
        ("absolute", lambda flag: wl.OverlapDetector(absolute=flag).fit(X, P)),
        ("absolute", lambda flag: wl.overlap_scores(X, X, absolute=flag)),
        ("return_index", lambda flag: wl.overlap_scores(X, X, return_index=flag)),
        ("logits", lambda flag: wl.confidence(P, logits=flag)),
        ("fit_intercept", lambda flag: wl.learning.fit_logistic(X, SIGNS, fit_intercept=flag)),
        ("fit_intercept", lambda flag: wl.train_weak(X, SIGNS, 2, fit_intercept=flag)),
        ("fit_intercept", lambda flag: wl.learning.Student(fit_intercept=flag)),
        ("soft", lambda flag: wl.learning.train_weak_to_strong(X, wl.train_weak(X, SIGNS, 2), soft=flag)),
    ],
)
def test_flags_are_true_or_false_and_nothing_else(name, call, flag):
    with pytest.raises(TypeError, match=f"{name} must be True or False, not "):
        call(flag)
    call(np.True_)


def test_labels_are_taken_in_their_usual_forms_or_refused_with_what_to_do():
    expected = wl.learning.fit_logistic(X, SIGNS.astype(int)).coef
    for y in (SIGNS, SIGNS.astype(np.float32), SIGNS.astype(np.int8), (SIGNS > 0).astype(float)):
        np.testing.assert_array_equal(wl.learning.fit_logistic(X, y).coef, expected)
    with pytest.raises(
        ValueError, match=r"y has 0 at index \d+; integer labels are -1 or \+1; of 0 and 1, give 2 \* y - 1"
    ):
        wl.learning.fit_logistic(X, (SIGNS > 0).astype(int))
    with pytest.raises(TypeError, match=r"y holds booleans; labels are -1 and \+1: give numpy.where\(y, 1, -1\)"):
        wl.learning.fit_logistic(X, SIGNS > 0)
    with pytest.raises(ValueError, match="sample_weight has -1 at index 0") as caught:
        wl.learning.fit_logistic(X, SIGNS, sample_weight=-np.ones(40))
    assert len(str(caught.value)) < 120


def test_numbers_of_replicates_are_given_alike_everywhere():
    counts = (5, 5, 5, 0)
    some, same = (wl.learning.mixture_trials(given, counts=counts, rng=0) for given in (3, range(3)))
    np.testing.assert_array_equal(some["student_hard"], same["student_hard"])


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e4, 1e8, 1e12])
@pytest.mark.parametrize("shape", [(12, 30), (60, 5)])
def test_fits_to_features_of_any_size_reach_their_optimum(scale, shape):
    rng = np.random.default_rng(5)
    points, y = rng.standard_normal(shape), np.where(rng.random(shape[0]) < 0.5, 1, -1)
    found = wl.learning.fit_logistic(scale * points, y, fit_intercept=False)
    # The gradient, w + C Xᵀ(σ(z) − t), in units of what its terms are made of.
    z = scale * points @ found.coef
    terms = scale * points.T * (-y / (1 + np.exp(y * z)))  # σ(z) − t without cancellation
    gradient = found.coef + terms.sum(axis=1)
    assert np.abs(gradient).max() <= 1e-6 * (np.abs(found.coef).max() + np.abs(terms).sum(axis=1).max())
