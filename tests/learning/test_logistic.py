"""Ridge-logistic fits: closed forms, the NumPy twin, scikit-learn, bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

import w2slens as wl
from w2slens.testing.learning import classification_problems, logistic_gradient, logistic_twin

PENALTIES = [10.0**k for k in range(-4, 5)]


def largest(model):
    return max(1.0, np.abs(model.coef).max(), abs(model.intercept))


@given(classification_problems(), st.floats(-4, 4), st.booleans())
def test_equals_the_twin(problem, log_c, fit_intercept):
    X, y = problem
    model = wl.learning.fit_logistic(X, y, C=10**log_c, fit_intercept=fit_intercept)
    coef, intercept = logistic_twin(X, (y > 0).astype(float), C=10**log_c, fit_intercept=fit_intercept)
    np.testing.assert_allclose(model.coef, coef, atol=1e-6 * largest(model))
    assert model.intercept == pytest.approx(intercept, abs=1e-6 * largest(model))


@given(classification_problems(), st.lists(st.floats(0, 1), min_size=40, max_size=40))
def test_gradient_vanishes_for_soft_labels(problem, soft):
    X, y = problem
    t = np.array(soft[: len(y)])
    t[0], t[1] = 0.0, 1.0
    model = wl.learning.fit_logistic(X, t)
    assert np.abs(logistic_gradient(X, t, model.coef, model.intercept)).max() < 1e-8 * len(y)


@pytest.mark.parametrize("C", PENALTIES)
@pytest.mark.parametrize("separable", [False, True])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_equals_scikit_learn(C, separable, fit_intercept):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((120, 8))
    y = np.where(X[:, 0] + (0 if separable else 2) * rng.standard_normal(120) > 0, 1, -1)
    ours = wl.learning.fit_logistic(X, y, C=C, fit_intercept=fit_intercept)
    peer = LogisticRegression(C=C, fit_intercept=fit_intercept, solver="newton-cholesky", tol=1e-12, max_iter=10_000)
    peer.fit(X, y)
    assert np.abs(ours.coef - peer.coef_[0]).max() < 1e-6
    assert abs(ours.intercept - (peer.intercept_[0] if fit_intercept else 0)) < 1e-6


def test_weights_and_soft_labels_equal_scikit_learns_weighted_rows():
    rng = np.random.default_rng(4)
    X, t, s = rng.standard_normal((80, 5)), rng.random(80), rng.random(80)
    ours = wl.learning.fit_logistic(X, t, sample_weight=s, C=0.7)
    peer = LogisticRegression(C=0.7, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    peer.fit(np.vstack([X, X]), np.repeat([1, -1], 80), sample_weight=np.concatenate([s * t, s * (1 - t)]))
    np.testing.assert_allclose(ours.coef, peer.coef_[0], atol=1e-6)
    assert ours.intercept == pytest.approx(peer.intercept_[0], abs=1e-6)


@settings(max_examples=20)
@given(st.lists(classification_problems(max_points=20), min_size=1, max_size=6))
def test_batch_has_the_bits_of_single_fits_for_any_threads(problems):
    Xs, ys = zip(*problems, strict=True)
    single = [wl.learning.fit_logistic(X, y) for X, y in problems]
    for n_threads in (1, 2, 7):
        for a, b in zip(wl.learning.fit_logistic_batch(Xs, ys, n_threads=n_threads), single, strict=True):
            assert a.coef.tobytes() == b.coef.tobytes()
            assert a.intercept == b.intercept


def test_more_columns_than_rows():
    rng = np.random.default_rng(6)
    X, y = rng.standard_normal((10, 60)), np.repeat([1, -1], 5)
    model = wl.learning.fit_logistic(X, y, C=100.0)
    coef, intercept = logistic_twin(X, (y > 0).astype(float), C=100.0)
    np.testing.assert_allclose(model.coef, coef, atol=1e-7)
    assert model.intercept == pytest.approx(intercept, abs=1e-7)


X2 = [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wl.learning.fit_logistic([[1.0], [np.nan]], [1, -1]), ValueError, "X has NaN at row 1, column 0"),
        (lambda: wl.learning.fit_logistic(X2, [1, 2]), ValueError, "y has 2 at index 1"),
        (lambda: wl.learning.fit_logistic(X2, [0.5, 1.5]), ValueError, "y has 1.5 at index 1"),
        (lambda: wl.learning.fit_logistic(X2, [1]), ValueError, r"y has shape \(1,\), expected \(2,\)"),
        (lambda: wl.learning.fit_logistic(X2, [1, 1]), wl.UndefinedError, "single class"),
        (lambda: wl.learning.fit_logistic(X2, [1, -1], C=0), ValueError, "C is 0"),
        (
            lambda: wl.learning.fit_logistic(X2, [1, -1], sample_weight=[1, -1]),
            ValueError,
            "sample_weight has -1 at index 1",
        ),
        (lambda: wl.learning.fit_logistic(X2, [1, -1], sample_weight=[1]), ValueError, "sample_weight has shape"),
        (lambda: wl.learning.fit_logistic([1.0, 2.0], [1, -1]), ValueError, r"X has shape \(2,\)"),
        (lambda: wl.learning.fit_logistic([[True], [False]], [1, -1]), TypeError, "X has dtype bool"),
        (lambda: wl.learning.fit_logistic(np.zeros((0, 2)), np.zeros(0)), wl.UndefinedError, "X has no rows"),
        (lambda: wl.learning.fit_logistic_batch([X2], []), ValueError, "Xs has 1 problems"),
        (lambda: wl.learning.fit_logistic_batch([X2], [[1, -1]], C=[1.0, 2.0]), ValueError, "C has 2 values"),
        (lambda: wl.learning.fit_logistic(X2, [1, -1], n_threads=0), ValueError, "n_threads is 0"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_without_an_intercept_a_single_class_has_a_finite_optimum():
    model = wl.learning.fit_logistic(X2, [1, 1], fit_intercept=False)
    assert np.abs(logistic_gradient(np.array(X2), np.ones(2), model.coef, 0.0)[:-1]).max() < 1e-12
