"""Confidence bands against closed forms and against what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulations import bands


@given(st.integers(1, 500), st.data(), st.sampled_from([0.9, 0.99, 0.999]))
def test_clopper_pearson_equals_scipys(n, data, confidence):
    k = data.draw(st.integers(0, n))
    low, high = bands.clopper_pearson(k, n, confidence=confidence)
    expected = stats.binomtest(k, n).proportion_ci(confidence, method="exact")
    assert low == pytest.approx(expected.low, abs=1e-9)
    assert high == pytest.approx(expected.high, abs=1e-9)


@given(st.integers(2, 200), st.integers(1, 1000))
def test_more_comparisons_widen_every_band(n, comparisons):
    for band in (
        lambda c: float(bands.bonferroni_t(n - 1, c)),
        bands.bonferroni_z,
        lambda c: bands.dkw(n, c),
        lambda c: float(bands.clopper_pearson(n // 2, n, c)[1]),
    ):
        assert band(comparisons + 1) > band(comparisons)


def test_mean_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(2000):
        _, low, high = bands.mean_interval(rng.standard_normal(20), confidence=0.95)
        covered += low <= 0 <= high
    low, high = bands.clopper_pearson(covered, 2000, confidence=0.999)
    assert low <= 0.95 <= high


def test_mean_interval_without_a_spread_is_open():
    assert np.isnan(bands.mean_interval([])).all()
    mean, low, high = bands.mean_interval([3.0, np.nan])
    assert mean == 3.0
    assert np.isnan([low, high]).all()


def test_dkw_band_holds_a_uniform_sample():
    rng = np.random.default_rng(1)
    misses = 0
    for _ in range(500):
        values = np.sort(rng.random(300))
        steps = np.arange(301) / 300
        distance = max((steps[1:] - values).max(), (values - steps[:-1]).max())
        misses += distance > bands.dkw(300, confidence=0.9)
    assert stats.binom.sf(misses - 1, 500, 0.1) > 1e-4


@pytest.mark.parametrize("rare", [0.5, 0.01, 0.002])
def test_evidence_against_the_truth_is_as_rare_as_it_says_however_rare_the_extremes(rare):
    rng = np.random.default_rng(3)
    draws = np.where(rng.random((4000, 300)) < rare, 1.0, 0.0) - rare
    against = sum(bands.log_evidence(sample, -rare, 1 - rare) > np.log(20) for sample in draws)
    assert stats.binom.sf(against - 1, 4000, 0.05) > 1e-4
    means, spreads = draws.mean(axis=1), draws.std(axis=1, ddof=1)
    # Where most samples hold no extreme at all, a t-interval rejects them for certain.
    if rare == 0.002:
        assert np.mean(np.abs(means) > stats.t.isf(0.025, 299) * spreads / np.sqrt(300)) > 0.3


def test_evidence_is_the_mean_of_what_bets_return():
    sample = np.array([0.3, -0.2, 0.3, 0.1])
    # Down to 1/(√n·(high − low)) = 0.4.
    both = [np.prod(1 + 2.0 ** (1 - k / 2) * sample) for k in range(6)]
    both += [np.prod(1 - 2.0 ** (-k / 2) / 0.75 * sample) for k in range(5)]
    assert bands.log_evidence(sample, -0.5, 0.75) == pytest.approx(np.log(np.mean(both)))


def test_evidence_sees_a_shift_and_values_that_cannot_be():
    shifted = np.random.default_rng(0).binomial(50, 0.5, 1000) / 50 - 0.48
    assert bands.log_evidence(shifted, -0.48, 0.52) > np.log(1000 / 0.001)
    assert bands.log_evidence([0.0, 0.0], 0, 1) == bands.log_evidence([], -1, 1) == 0
    assert bands.log_evidence([0.0, 0.1], 0, 1) == np.inf
    with pytest.raises(ValueError, match="must hold them and 0"):
        bands.log_evidence([0.0, 1.5], -1, 1)
