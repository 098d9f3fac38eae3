"""Fused trials: rebuilt by hand with scikit-learn, bits, the published means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LogisticRegression

import w2slens as wl
from simulations.worlds.published import COLUMNS, MEANS, TRIALS
from w2slens import Region
from w2slens.learning.trials import STATUSES

COUNTS = (100, 100, 30, 0)
STUDENTS = (
    wl.learning.Student(),
    wl.learning.Student(C=None),
    wl.learning.Student(C=1.0, fit_intercept=False, regions=(Region.EASY, Region.OVERLAP)),
    wl.learning.Student(share=0.4),
)


def sklearn_fit(X, y, C, fit_intercept):
    model = LogisticRegression(C=C, fit_intercept=fit_intercept, solver="newton-cholesky", tol=1e-12)
    return model.fit(X, y)


def by_region(predicted, y, regions):
    right = predicted == y
    return {"overall": right.mean()} | {
        region.name.lower(): right[regions == region].mean() for region in (Region.EASY, Region.HARD, Region.OVERLAP)
    }


@pytest.mark.parametrize("replicate", [0, 7])
def test_a_trial_rebuilt_by_hand(replicate):
    rows = wl.learning.mixture_trials([replicate], counts=COUNTS, students=STUDENTS, rng=11)
    draws = wl.learning.trial_draws(replicate, counts=COUNTS, rng=11)
    (X, y), (X_pseudo, y_pseudo), (X_test, y_test) = draws["train"], draws["pseudo"], draws["test"]
    regions = np.repeat(np.arange(4), COUNTS)
    mixture = wl.GaussianMixture(draws["theta"], 5**0.5, 20)

    def blind(X):
        return np.column_stack([X[:, :20], np.zeros((len(X), 20))])

    weak = sklearn_fit(blind(X), y, 1.0, False)
    ceiling = sklearn_fit(X, y, 1.0, False)
    said = weak.predict(blind(X_pseudo))
    overlap = np.flatnonzero(regions == Region.OVERLAP)
    mix = np.concatenate([draws["order_overlap"][:12], draws["order_others"][:18]])
    easy_too = np.flatnonzero((regions == Region.OVERLAP) | (regions == Region.EASY))
    averaging = wl.learning.LinearModel(said[overlap] @ X_pseudo[overlap] / 30)
    students = [
        sklearn_fit(X_pseudo[overlap], said[overlap], 0.01, True),
        averaging,
        sklearn_fit(X_pseudo[easy_too], said[easy_too], 1.0, False),
        sklearn_fit(X_pseudo[mix], said[mix], 0.01, True),
    ]
    assert rows["size"].tolist() == [30, 30, 130, 30]
    assert rows["alpha"] == pytest.approx((said[overlap] != y_pseudo[overlap]).mean())
    for k, student in enumerate(students):
        models = {"weak": (weak, blind(X_test)), "ceiling": (ceiling, X_test), "student": (student, X_test)}
        for name, (model, points) in models.items():
            for place, accuracy in by_region(model.predict(points), y_test, regions).items():
                assert rows[f"{name}_{place}"][k] == pytest.approx(accuracy)
        coef, intercept = (
            (student.coef, 0.0) if student is averaging else (student.coef_[0], float(np.ravel(student.intercept_)[0]))
        )
        exact = mixture.accuracy(coef, intercept, counts=COUNTS)
        for place in ("easy", "hard", "overlap", "overall"):
            assert rows[f"student_{place}_population"][k] == pytest.approx(getattr(exact, place), abs=1e-7)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(0, 2**64))
def test_any_subset_order_and_threads_give_the_same_rows(replicates, seed):
    counts = (8, 6, 5, 2)
    everything = wl.learning.mixture_trials(range(31), counts=counts, students=STUDENTS, rng=seed, n_threads=2)
    for n_threads in (1, 2, 7):
        rows = wl.learning.mixture_trials(replicates, counts=counts, students=STUDENTS, rng=seed, n_threads=n_threads)
        picked = np.concatenate([np.arange(4) + 4 * r for r in replicates])
        for name, column in rows.items():
            np.testing.assert_array_equal(column, everything[name][picked])


@pytest.mark.parametrize("n", MEANS)
def test_agrees_with_the_published_means(n):
    rows = wl.learning.mixture_trials(range(TRIALS), counts=(100, 100, n, 0), rng=1000 + n)
    kept = rows["status"] == 0  # the published loop drops single-class trials
    comparisons = len(MEANS) * len(COLUMNS)
    bound = stats.norm.isf(0.0005 / comparisons)
    for name, published in zip(COLUMNS, MEANS[n], strict=True):
        values = rows[name][kept]
        error = values.std(ddof=1) * np.sqrt(1 / values.size + 1 / TRIALS)
        assert abs(values.mean() - published) < bound * error, name


def test_test_accuracies_are_unbiased_for_the_population():
    rows = wl.learning.mixture_trials(range(400), counts=(50, 50, 40, 10), rng=5, noise="full")
    for model in ("weak", "ceiling", "student"):
        for place in ("easy", "hard", "overlap", "neither", "overall"):
            gap = rows[f"{model}_{place}"] - rows[f"{model}_{place}_population"]
            assert abs(gap.mean()) < 4.5 * gap.std(ddof=1) / 20


def test_degenerate_students_are_rows_with_a_status():
    rows = wl.learning.mixture_trials(range(50), counts=(20, 20, 1, 0), rng=2)
    assert [STATUSES[s] for s in np.unique(rows["status"])] == ["single class"]
    assert set(rows["student_overall_population"]) == {0.5}
    rows = wl.learning.mixture_trials(range(5), counts=(20, 20, 0, 0), rng=2)
    assert [STATUSES[s] for s in np.unique(rows["status"])] == ["untrained"]
    assert np.isnan(rows["student_overall"]).all()
    assert np.isnan(rows["alpha"]).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: wl.learning.mixture_trials([0], counts=(0, 0, 0, 0)), wl.UndefinedError, "counts has no points"),
        (lambda: wl.learning.mixture_trials([-1], counts=COUNTS), ValueError, "replicates is -1"),
        (lambda: wl.learning.mixture_trials([0.5], counts=COUNTS), TypeError, "replicates must be an integer"),
        (lambda: wl.learning.mixture_trials([0], counts=COUNTS, variance=0), ValueError, "variance is 0"),
        (lambda: wl.learning.mixture_trials([0], counts=COUNTS, d_easy=0), ValueError, "d_easy is 0"),
        (lambda: wl.learning.mixture_trials([0], counts=COUNTS, weak_C=-1), ValueError, "weak_C is -1"),
        (lambda: wl.learning.mixture_trials([0], counts=COUNTS, theta=[1.0]), ValueError, r"theta has shape \(1,\)"),
        (lambda: wl.learning.mixture_trials([0], counts=COUNTS, noise="pink"), ValueError, "noise is 'pink'"),
        (lambda: wl.learning.mixture_trials([0], counts=COUNTS, rng=b"short"), ValueError, "key must have 32 bytes"),
        (lambda: wl.learning.Student(share=1.5), ValueError, "share is 1.5"),
        (lambda: wl.learning.Student(C=0), ValueError, "C is 0"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
