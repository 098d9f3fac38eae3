"""The whole detector: expected calls against simulated pools, and the limits in which they are known."""

import numpy as np
import pytest
from scipy.special import ndtr

from w2slens.learning import GaussianMixture
from w2slens.regions import Region
from w2slens.theory.detection import confidence_cdf, detector_law, score_law

POOLS = [  # d_easy, d_hard, sigma, length of θ's entries, counts, intercept, noise, thresholds
    (20, 20, 1.0, 0.5, (60, 30, 30, 0), 0.0, "zeroed", (0.05, 9.0)),
    (20, 20, 1.0, 0.5, (60, 30, 30, 10), 0.0, "full", (0.3, 20.0)),
    (8, 12, 2.0, 0.9, (60, 60, 30, 0), 0.0, "zeroed", (0.2, 40.0)),
    (3, 4, 1.0, 1.0, (30, 20, 20, 5), 0.4, "zeroed", (0.3, 4.0)),
    (3, 4, 1.0, 1.0, (30, 20, 20, 5), 0.4, "full", (0.5, 5.0)),
    (1, 2, 1.0, 4.0, (30, 20, 20, 5), 0.0, "zeroed", (0.3, 2.0)),
]


@pytest.mark.parametrize(("d_easy", "d_hard", "sigma", "size", "counts", "intercept", "noise", "thresholds"), POOLS)
def test_expected_calls_against_simulated_pools(d_easy, d_hard, sigma, size, counts, intercept, noise, thresholds):
    random, pools = np.random.default_rng(d_easy + d_hard), 600
    theta = 2 * size * random.random(d_easy + d_hard)
    coef = 0.5 * (theta[:d_easy] + 0.3 * random.standard_normal(d_easy))
    mixture = GaussianMixture(theta, sigma, d_easy, noise)
    table = np.zeros((pools, 4, 3))
    for pool in table:
        X, _, regions = mixture.sample(counts, random, n_threads=1)
        hard = np.abs(np.tanh((X[:, :d_easy] @ coef + intercept) / 2)) < thresholds[0]
        score = np.abs(X @ X[hard].T).max(axis=1, initial=0.0)
        np.add.at(pool, (regions, np.where(hard, 1, np.where(score >= thresholds[1], 2, 0))), 1)
    law = detector_law(
        theta, sigma=sigma, d_easy=d_easy, counts=counts, coef=coef, intercept=intercept, noise=noise
    ).calls(*thresholds)
    np.testing.assert_allclose(law.probabilities.sum(axis=1), 1)
    present = np.array(counts) > 0
    simulated = table[:, present] / np.array(counts)[present, None]
    # Bonferroni over 12 numbers of 6 pools at 99.9 %, beside the quadrature's own error
    error = 4.4 * simulated.std(axis=0) / np.sqrt(pools) + 5e-4
    assert np.all(np.abs(simulated.mean(axis=0) - law.probabilities[present]) <= error)
    called = table[:, :, 2].sum(axis=0)
    assert law.precision == pytest.approx(called[Region.OVERLAP] / called.sum(), abs=0.02)
    assert law.recall == law.probabilities[Region.OVERLAP, 2]


THETA, COEF = np.full(40, 0.5), np.full(20, 0.4)
POOL = {"sigma": 1.0, "d_easy": 20, "counts": (100, 50, 50, 0), "coef": COEF}


def test_almost_no_confidence_needed_is_the_law_of_true_hard_points():
    calls = detector_law(THETA, **POOL).calls(1e-9, 9.0)
    alone = score_law(50, theta=THETA, sigma=1.0, d_easy=20)
    assert calls.recall == pytest.approx(float(alone.sf(9.0, Region.OVERLAP)), abs=2e-4)
    assert calls.hard_recall == 1
    assert calls.precision == pytest.approx(1, abs=1e-6)
    assert calls.hard_precision == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("d", "t", "m", "tau"), [(10, 4.0, 50, 16.5), (5, 4.0, 50, 10.0), (20, 8.0, 50, 64.0)])
def test_strong_patterns_follow_the_law_of_true_hard_points_too(d, t, m, tau):
    theta = np.full(2 * d, t / np.sqrt(d))
    law = detector_law(theta, sigma=1.0, d_easy=d, counts=(100, m, 50, 0), coef=np.ones(d))
    alone = score_law(m, theta=theta, sigma=1.0, d_easy=d)
    assert law.calls(1e-9, tau).recall == pytest.approx(float(alone.sf(tau, Region.OVERLAP)), abs=5e-4)


@pytest.mark.parametrize("noise", ["zeroed", "full"])
@pytest.mark.parametrize("tau", [0.1, 0.6])
def test_hard_calls_follow_the_confidence(noise, tau):
    law = detector_law(THETA, noise=noise, intercept=0.2, **POOL).calls(tau, 9.0)
    mixture = {"theta": THETA, "sigma": 1.0, "d_easy": 20, "noise": noise}
    for region in Region:
        expected = confidence_cdf(tau, region, coef=COEF, intercept=0.2, **mixture)
        assert law.probabilities[region, 1] == pytest.approx(float(expected), abs=1e-8)


def test_extreme_thresholds():
    law = detector_law(THETA, **POOL)
    nothing = law.calls(0.0, 9.0)
    assert nothing.recall == nothing.hard_recall == 0
    assert np.isnan(nothing.precision)
    everything = law.calls(1.0, 9.0)
    np.testing.assert_allclose(everything.probabilities, np.tile([0, 1, 0], (4, 1)), atol=1e-12)
    assert everything.hard_precision == pytest.approx(0.25)


def test_a_weak_model_that_knows_nothing_calls_everything_hard():
    law = detector_law(THETA, **(POOL | {"coef": np.zeros(20)}))
    assert law.calls(0.1, 9.0).hard_recall == 1
    assert law.calls(0.1, 9.0).hard_precision == pytest.approx(0.25)


def test_units_do_not_matter():
    first = detector_law(THETA, noise="full", **POOL).calls(0.3, 12.0)
    scaled = POOL | {"sigma": 3.0, "coef": COEF / 3}
    second = detector_law(3 * THETA, noise="full", **scaled).calls(0.3, 108.0)
    np.testing.assert_allclose(first.probabilities, second.probabilities, atol=1e-10)


def test_sensitivity_is_a_table_of_calls():
    law = detector_law(THETA[:8], sigma=1.0, d_easy=4, counts=(9, 9, 9, 0), coef=COEF[:4])
    surface = law.sensitivity([0.1, 0.4], [2.0, 4.0, 6.0])
    assert surface.recall.shape == surface.precision.shape == (2, 3)
    assert surface.precision[1, 2] == law.calls(0.4, 6.0).precision
    assert np.all(np.diff(surface.recall, axis=1) < 0)


def test_a_product_without_noise_is_decided_by_its_mean():
    # One easy coordinate and no hard block: x·h is the product of two normals, one of them inside the hard interval.
    law = detector_law([1.0], sigma=1.0, d_easy=1, counts=(2, 0, 0, 0), coef=[1.0]).calls(np.tanh(0.25), 0.6)
    grid = np.linspace(-9, 11, 4001)
    density = np.exp(-((grid - 1) ** 2) / 2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    limit = np.minimum(0.6 / np.maximum(np.abs(grid), 1e-9), 0.5)
    inside = (ndtr(0.5 - 1) - ndtr(-0.5 - 1)) - (ndtr(limit - 1) - ndtr(-limit - 1))
    expected = density @ (inside * (np.abs(grid) >= 0.5))
    assert law.probabilities[Region.EASY, 2] == pytest.approx(expected, abs=5e-3)


@pytest.mark.parametrize(
    ("tau_hard", "tau_overlap", "message"),
    [(1.5, 1.0, "tau_hard is 1.5"), (0.5, 0.0, "tau_overlap is 0.0"), (float("nan"), 1.0, "tau_hard is nan")],
)
def test_thresholds_out_of_range(tau_hard, tau_overlap, message):
    with pytest.raises(ValueError, match=message):
        detector_law(THETA, **POOL).calls(tau_hard, tau_overlap)


def test_parameters_out_of_range():
    for changes, message in [({"coef": [1.0]}, "coef has 1"), ({"d_easy": 0}, "d_easy is 0"), ({"noise": 1}, "noise")]:
        with pytest.raises(ValueError, match=message):
            detector_law(THETA, **(POOL | changes))
