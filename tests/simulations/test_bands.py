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
