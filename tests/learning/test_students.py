"""Training by the package's own fits and by scikit-learn classifiers; PGR."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

import w2slens as wl

MIXTURE = wl.GaussianMixture(np.linspace(0.2, 1, 10), 1.0, 5)
X, Y, REGIONS = MIXTURE.sample((80, 80, 80, 0), rng=1)
OVERLAP = np.flatnonzero(REGIONS == wl.Region.OVERLAP)


def test_the_weak_model_sees_the_easy_block_only():
    weak = wl.train_weak(X, Y, 5)
    assert not weak.coef[5:].any()
    by_hand = wl.learning.fit_logistic(X[:, :5], Y, fit_intercept=False)
    np.testing.assert_array_equal(weak.coef[:5], by_hand.coef)
    blind = wl.train_weak(X, Y, 5, estimator=LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10))
    np.testing.assert_allclose(blind.coef_[0], weak.coef, atol=1e-4)


def test_the_student_learns_what_the_weak_model_cannot():
    weak = wl.train_weak(X, Y, 5)
    student = wl.learning.train_weak_to_strong(X, weak, rows=OVERLAP, C=0.01, fit_intercept=False)
    accuracy = MIXTURE.accuracy(student.coef)
    assert accuracy.hard > 0.75
    assert MIXTURE.accuracy(weak.coef).hard == 0.5


@pytest.mark.parametrize("rows", [None, OVERLAP, REGIONS == wl.Region.OVERLAP])
def test_the_student_sees_weak_labels_of_the_chosen_rows(rows):
    weak = wl.train_weak(X, Y, 5)
    chosen = X if rows is None else X[rows]
    student = wl.learning.train_weak_to_strong(X, weak, rows=rows)
    by_hand = wl.learning.fit_logistic(chosen, weak.predict(chosen).astype(int), C=0.01)
    np.testing.assert_array_equal(student.coef, by_hand.coef)
    soft = wl.learning.train_weak_to_strong(X, weak, rows=rows, soft=True)
    by_hand = wl.learning.fit_logistic(chosen, weak.predict_proba(chosen)[:, 1], C=0.01)
    np.testing.assert_array_equal(soft.coef, by_hand.coef)


def test_any_scikit_learn_classifier_can_be_trained():
    weak = wl.train_weak(X, Y, 5)
    student = wl.learning.train_weak_to_strong(X, weak, rows=OVERLAP, estimator=SVC())
    ceiling = wl.learning.train_ceiling(X, Y, estimator=SVC())
    assert (student.predict(X[OVERLAP]) == weak.predict(X[OVERLAP])).mean() > 0.9
    assert (ceiling.predict(X) == Y).mean() > 0.85


def test_probabilities_are_those_of_the_score():
    model = wl.learning.LinearModel([1.0, -2.0], 0.5)
    points = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0]])
    proba = model.predict_proba(points)
    assert proba.sum(axis=1) == pytest.approx(1)
    assert proba[0, 1] == pytest.approx(1 / (1 + np.exp(-0.5)))
    assert proba[1:, 1].tolist() == [1.0, 0.0]
    assert model.predict(points).tolist() == [1, 1, -1]


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_pgr_is_zero_at_the_weak_model_and_one_at_the_ceiling(weak, student, ceiling):
    if abs(weak - ceiling) <= 2**-50:
        with pytest.raises(wl.UndefinedError, match="equal at index 0"):
            wl.learning.pgr(weak, student, ceiling)
        return
    assert wl.learning.pgr(weak, weak, ceiling) == 0
    assert wl.learning.pgr(weak, ceiling, ceiling) == 1
    assert wl.learning.pgr([weak], [student], ceiling)[0] == wl.learning.pgr(weak, student, ceiling)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wl.learning.pgr(0.5, 1.2, 0.9), ValueError, r"student has 1.2, but must be in \[0, 1\]"),
        (lambda: wl.learning.pgr(float("nan"), 0.5, 0.9), ValueError, "weak has nan"),
        (lambda: wl.learning.pgr([0.5, 0.9], 0.6, 0.9), wl.UndefinedError, "equal at index 1"),
        (lambda: wl.train_weak(X, Y, 11), ValueError, "d_easy is 11"),
        (
            lambda: wl.learning.train_weak_to_strong(X, wl.learning.LinearModel(np.ones(10)), rows=[]),
            wl.UndefinedError,
            "no point",
        ),
        (
            lambda: wl.learning.train_weak_to_strong(X, wl.learning.LinearModel(np.zeros(10), 1.0), estimator=SVC()),
            wl.UndefinedError,
            "all of one class",
        ),
        (
            lambda: wl.learning.train_weak_to_strong(
                X, wl.learning.LinearModel(np.ones(10)), soft=True, estimator=SVC()
            ),
            ValueError,
            "soft is True",
        ),
        (
            lambda: wl.learning.train_weak_to_strong(X, wl.learning.LinearModel(np.ones(10)), rows=[240]),
            ValueError,
            "rows has 240 at",
        ),
        (
            lambda: wl.learning.train_weak_to_strong(X, wl.learning.LinearModel(np.ones(10)), rows=[True]),
            ValueError,
            r"\(240,\)",
        ),
        (lambda: wl.learning.train_weak_to_strong(X, Zeros()), ValueError, "other than -1 and"),
        (lambda: wl.learning.LinearModel([1.0], 0.0).predict([[1.0, 2.0]]), ValueError, r"expected \(n, 1\)"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


class Zeros:
    def predict(self, X):
        return np.zeros(len(X), int)
