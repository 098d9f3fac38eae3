"""Public mixture API: parameters, messages, vectorised accuracies; and the strategies' reach."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from scipy.stats import norm

import w2slens as wl
from w2slens.learning import GaussianMixture
from w2slens.regions import RegionAccuracy
from w2slens.testing.learning import linear_classifiers, mixtures, region_counts
from w2slens.theory.overlap import linear_accuracy

THETA = [0.3, 0.8, -0.5]
COUNTS = (1, 2, 3, 4)


def make(**changes):
    return GaussianMixture(**({"theta": THETA, "sigma": 1.0, "d_easy": 1} | changes))


def test_sizes_and_order():
    mixture = make()
    X, y, regions = mixture.sample(COUNTS, 0)
    assert (mixture.d, X.shape, y.shape) == (3, (10, 3), (10,))
    assert (X.dtype, y.dtype, regions.dtype) == (np.float64, np.int8, np.int8)
    assert regions.tolist() == [0, 1, 1, 2, 2, 2, 3, 3, 3, 3]
    assert wl.overlap_density(regions) == 0.3


def test_zeroed_blocks_are_exactly_zero_and_full_ones_are_not():
    zeroed, full = make().sample(COUNTS, 0), make(noise="full").sample(COUNTS, 0)
    absent = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]] + [[0, 0, 0]] * 3 + [[1, 1, 1]] * 4, bool)
    assert np.all((zeroed.X == 0) == absent)
    assert np.all(full.X != 0)


def test_counts_may_be_named():
    named = make().sample({"overlap": 3, "easy": 1}, 0)
    assert np.array_equal(named.X, make().sample((1, 0, 3, 0), 0).X)
    assert make().accuracy(THETA, counts={"hard": 5}).overall == make().accuracy(THETA).hard


def test_parameters_are_copied_and_frozen():
    theta = np.array(THETA)
    mixture = make(theta=theta)
    theta[0] = 9
    assert mixture.theta.tolist() == THETA
    with pytest.raises(ValueError, match="read-only"):
        mixture.theta[0] = 9
    with pytest.raises(FrozenInstanceError):
        mixture.sigma = 2.0
    assert replace(mixture, sigma=2.0).sigma == 2.0
    assert "sigma=1.0" in repr(mixture)


def test_random_sources():
    mixture = make(noise="full")
    same = [mixture.sample(COUNTS, rng).X for rng in (5, np.int64(5), np.random.SeedSequence(5))]
    assert all(np.array_equal(same[0], X) for X in same)
    advancing = np.random.default_rng(5)
    assert not np.array_equal(mixture.sample(COUNTS, advancing).X, mixture.sample(COUNTS, advancing).X)
    assert not np.array_equal(mixture.sample(COUNTS).X, mixture.sample(COUNTS).X)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"theta": []}, ValueError, r"theta has shape \(0,\)"),
        ({"theta": 1.0}, ValueError, r"theta has shape \(\), expected \(d,\)"),
        ({"theta": [[1.0]]}, ValueError, r"theta has shape \(1, 1\)"),
        ({"theta": [1, np.nan, 1]}, ValueError, "theta has nan at index 1"),
        ({"theta": [1, 1, -np.inf]}, ValueError, "theta has -inf at index 2"),
        ({"theta": [1j, 1, 1]}, TypeError, "theta has dtype complex128"),
        ({"theta": [True, False]}, TypeError, "theta has dtype bool"),
        ({"theta": ["a"]}, TypeError, "theta has dtype <U1"),
        ({"theta": np.array([1.0], object)}, TypeError, "theta has dtype object"),
        ({"sigma": 0}, ValueError, "sigma is 0.0, but must be positive and finite"),
        ({"sigma": -1.0}, ValueError, "sigma is -1.0"),
        ({"sigma": np.nan}, ValueError, "sigma is nan"),
        ({"sigma": np.inf}, ValueError, "sigma is inf"),
        ({"sigma": 10**400}, ValueError, "sigma is inf"),
        ({"sigma": "1"}, TypeError, "sigma must be a real number, not str"),
        ({"sigma": True}, TypeError, "sigma must be a real number, not bool"),
        ({"d_easy": -1}, ValueError, "d_easy is -1, but must be at least 0"),
        ({"d_easy": 4}, ValueError, "d_easy is 4, but theta has only 3 coordinates"),
        ({"d_easy": 1.0}, TypeError, "d_easy must be an integer, not float"),
        ({"noise": "none"}, ValueError, "noise is 'none', but must be one of 'zeroed', 'full'"),
        ({"noise": None}, ValueError, "noise is None"),
    ],
)
def test_bad_parameters(changes, error, message):
    with pytest.raises(error, match=message):
        make(**changes)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"counts": (1, 2, 3)}, ValueError, "counts has 3 entries, expected 4: easy, hard, overlap, neither"),
        ({"counts": (1, 2, -3, 4)}, ValueError, r"counts\[overlap\] is -3"),
        ({"counts": (1, 2.5, 3, 4)}, TypeError, r"counts\[hard\] must be an integer, not float"),
        ({"counts": {"both": 3}}, ValueError, "counts has the key 'both'"),
        ({"counts": 3}, TypeError, "counts must be four integers or a mapping, not int"),
        ({"counts": "1234"}, TypeError, "counts must be four integers or a mapping, not str"),
        ({"counts": (1, 2, 2**70, 3)}, ValueError, "counts is .* more points of 3 coordinates"),
        ({"dtype": np.float16}, ValueError, "dtype is float16"),
        ({"dtype": int}, ValueError, "dtype is int64"),
        ({"n_threads": 0}, ValueError, "n_threads is 0, but must be at least 1"),
        ({"n_threads": -2}, ValueError, "n_threads is -2"),
        ({"n_threads": 2**70}, ValueError, "must be at most [0-9]+"),
        ({"n_threads": 1.5}, TypeError, "n_threads must be an integer"),
        ({"rng": -1}, ValueError, "rng is -1"),
        ({"rng": "seed"}, TypeError, "rng must be a seed"),
    ],
)
def test_bad_sampling_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        make().sample(**({"counts": COUNTS} | arguments))


@pytest.mark.parametrize(
    ("coef", "intercept", "error", "message"),
    [
        ([1.0], 0.0, ValueError, r"coef has shape \(1,\), expected \(3,\) or \(k, 3\)"),
        (1.0, 0.0, ValueError, r"coef has shape \(\)"),
        ([[[1.0, 1.0, 1.0]]], 0.0, ValueError, r"coef has shape \(1, 1, 3\)"),
        ([[1, 1, 1], [1, np.inf, 1]], 0.0, ValueError, r"coef has inf at index \(1, 1\)"),
        ([1, 1, 1], np.nan, ValueError, "intercept has nan; every entry must be finite"),
        ([1, 1, 1], [0.0], ValueError, r"intercept has shape \(1,\), expected a number"),
        ([[1, 1, 1]], [0.0, 1.0], ValueError, r"intercept has shape \(2,\), expected a number or \(1,\)"),
        ([1, 1, 1j], 0.0, TypeError, "coef has dtype complex128"),
    ],
)
def test_bad_classifiers(coef, intercept, error, message):
    with pytest.raises(error, match=message):
        make().accuracy(coef, intercept)


def test_bad_counts_of_an_accuracy():
    for score in (make().bayes_accuracy, lambda **counts: make().accuracy(THETA, **counts)):
        with pytest.raises(ValueError, match="counts has 1 entries, expected 4"):
            score(counts=(1,))


@given(st.data(), mixtures(), region_counts(), st.integers(0, 5))
def test_many_classifiers_equal_one_at_a_time(data, mixture, counts, k):
    classifiers = [data.draw(linear_classifiers(mixture.d)) for _ in range(k)]
    coef = np.array([w for w, _ in classifiers]).reshape(k, mixture.d)
    intercept = np.array([b for _, b in classifiers])
    batch = mixture.accuracy(coef, intercept, counts=counts)
    assert all(column.shape == (k,) for column in batch)
    for i, (w, b) in enumerate(classifiers):
        one = mixture.accuracy(w, b, counts=counts)
        assert all(isinstance(value, float) for value in one)
        assert np.array_equal([column[i] for column in batch[:4]], one[:4])
        assert batch.overall[i] == pytest.approx(one.overall, nan_ok=True, rel=1e-14)


@given(st.data(), mixtures())
def test_no_classifier_beats_bayes_and_the_opposite_is_the_complement(data, mixture):
    coef, intercept = data.draw(linear_classifiers(mixture.d))
    accuracy = np.array(mixture.accuracy(coef, intercept))
    opposite = np.array(mixture.accuracy(-coef, -intercept))
    assert np.all(accuracy[:4] <= np.array(mixture.bayes_accuracy())[:4] + 1e-14)
    assert accuracy[:4] + opposite[:4] == pytest.approx(np.ones(4), abs=1e-14)


def test_accuracies_by_hand():
    mixture = GaussianMixture([3.0, 4.0], 2.0, 1)
    counts = (1, 1, 2, 0)
    easy, hard, overlap = norm.cdf([1.5, 2.0, 2.5])
    expected = RegionAccuracy(easy, hard, overlap, 0.5, (easy + hard + 2 * overlap) / 4)
    assert mixture.bayes_accuracy(counts=counts) == pytest.approx(expected, abs=1e-15)
    assert mixture.accuracy([3, 4], counts=counts) == pytest.approx(expected, abs=1e-15)
    assert replace(mixture, noise="full").bayes_accuracy(counts=counts) == pytest.approx(expected, abs=1e-15)
    full = replace(mixture, noise="full").accuracy([3, 4])
    assert full[:4] == pytest.approx([*norm.cdf([0.9, 1.6, 2.5]), 0.5], abs=1e-15)


@pytest.mark.parametrize("intercept", [-1.0, 0.0, 1.0])
def test_constant_predictions_are_right_half_of_the_time(intercept):
    for noise in ("zeroed", "full"):
        assert linear_accuracy(np.zeros(3), intercept, theta=THETA, sigma=1, d_easy=1, noise=noise)[:4] == (0.5,) * 4
    easy_only = linear_accuracy([1.0, 0.0, 0.0], intercept, theta=THETA, sigma=1, d_easy=1)
    assert easy_only.hard == easy_only.neither == 0.5


def test_overall_is_nan_without_points():
    assert np.isnan(make().accuracy(THETA, counts=(0, 0, 0, 0)).overall)
    assert np.isnan(make().accuracy(THETA).overall)
    assert np.isnan(make().bayes_accuracy().overall)
    assert np.isnan(linear_accuracy(THETA, theta=THETA, sigma=1, d_easy=1).overall)


def test_extreme_scales_neither_overflow_nor_underflow():
    expected = make().accuracy(THETA, 0.25, counts=COUNTS)
    for scale in (1e-300, 1e300):
        scaled = make().accuracy(np.array(THETA) * scale, 0.25 * scale, counts=COUNTS)
        assert scaled == pytest.approx(expected, rel=1e-14)
    assert make().accuracy([1e-300, 1e300, 0.0]).easy == make().accuracy([1.0, 0.0, 0.0]).easy


def test_no_points_are_sampled_as_empty_arrays():
    X, y, regions = make().sample((0, 0, 0, 0), 0)
    assert (X.shape, y.shape, regions.shape) == ((0, 3), (0,), (0,))


def test_sampling_and_scoring_need_numpy_only():
    program = (
        "import sys, w2slens; m = w2slens.GaussianMixture([1.0], 1.0, 0); m.sample((1,) * 4, 0); m.accuracy([1.0]);"
        "print([name for name in ('scipy', 'sklearn', 'hypothesis') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "reached",
    [
        lambda m: m.d_easy == 0,
        lambda m: m.d_easy == m.d,
        lambda m: 0 < m.d_easy < m.d and np.all(m.theta[: m.d_easy] == 0) and np.any(m.theta != 0),
        lambda m: m.noise == "zeroed",
        lambda m: m.noise == "full",
    ],
)
def test_mixtures_reach(reached):
    find(mixtures(), reached)


@pytest.mark.parametrize(
    "reached",
    [
        lambda c: sum(c) == 0,
        lambda c: sum(c) > 64,  # more than one work item
        lambda c: c[:3] == (0, 0, 0) and c[3] > 0,
        all,
    ],
)
def test_region_counts_reach(reached):
    find(region_counts(), reached)


@pytest.mark.parametrize(
    "reached",
    [
        lambda c: not np.any(c[0]) and c[1] != 0,
        lambda c: c[1] == 0 and np.all(c[0] != 0),
        lambda c: c[0][0] == 0 and np.any(c[0]),
    ],
)
def test_linear_classifiers_reach(reached):
    find(linear_classifiers(3), reached)
