"""Fused forecast trials: rebuilt by hand, bits, and the law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2slens.drift import DomainSequence, TransitionForecaster, forecast_draws, forecast_trials, forecast_weights
from w2slens.errors import UndefinedError
from w2slens.testing.drift import domain_sequences, forecast_twin

MOVING = DomainSequence.turning([2.0, 0.0, 0.5, 0.0, 0.0, 0.0], degrees=9, length=14, sigma=1.2)
SETTING = {"sources": 8, "horizons": [1, 4], "counts": [9, 8, 7, 6, 5, 4, 3, 2], "accuracy": 0.85}
WEIGHTS = [forecast_weights(kind, 8) for kind in ("pooled", "last", "trend")]


@given(domain_sequences(min_length=4, max_length=8), st.integers(0, 2**63), st.sampled_from(["edge", 1, 2]))
@settings(max_examples=60, deadline=None)
def test_a_trial_rebuilt_by_hand(sequence, replicate, rank):
    sources, means = len(sequence) - 1, np.asarray(sequence.means)
    counts = list(range(2, sources + 2))
    weights = [forecast_weights(kind, sources) for kind in ("pooled", "last")]
    trials = forecast_trials(
        [replicate],
        sequence,
        sources=sources,
        horizons=[1],
        counts=counts,
        weights=weights,
        accuracy=0.9,
        rank=rank,
        rng=7,
    )
    domains, labels = forecast_draws(replicate, sequence, sources=sources, counts=counts, accuracy=0.9, rng=7)
    for a, seen in zip(weights, trials.linear[0, :, 0], strict=True):
        assert seen == pytest.approx(forecast_twin(domains, a, means[-1], sequence.sigma), abs=1e-10)
    agreed = [np.mean(said * true) for (_, said), true in zip(domains, labels, strict=True)]
    np.testing.assert_allclose(trials.agreements[0], agreed, atol=1e-15)
    forecaster = TransitionForecaster(rank=rank).fit(domains)
    values, edge = forecaster.singular_values_, forecaster.edge_
    if rank == "edge" and np.min(np.abs(values - edge)) < 1e-6 * edge:
        return
    assert trials.rank[0] == forecaster.rank_
    spread = np.append(-np.diff(values), 1.0)[forecaster.rank_ - 1]
    if spread < 1e-3 * values[0] and forecaster.rank_ < len(values):
        return  # the directions themselves are not determined
    gap = abs(trials.transition[0, 0] - sequence.accuracy(forecaster.coef(1))[-1])
    assert gap < 1e-6 or forecaster.rank_ >= sources - 1


def test_any_subset_order_and_threads_give_the_same_rows():
    everything = forecast_trials(range(40), MOVING, weights=WEIGHTS, rng=3, n_threads=2, **SETTING)
    for chosen in ([5, 3, 39], [0], list(range(39, -1, -1))):
        for n_threads in (1, 2, 7):
            rows = forecast_trials(chosen, MOVING, weights=WEIGHTS, rng=3, n_threads=n_threads, **SETTING)
            for got, whole in zip(rows, everything, strict=True):
                np.testing.assert_array_equal(got, whole[chosen])


def test_weights_by_horizon():
    by_horizon = [[forecast_weights("trend", 8, k) for k in SETTING["horizons"]]]
    each = [
        forecast_trials(range(5), MOVING, weights=[a], rng=3, **SETTING).linear[:, 0, i]
        for i, a in enumerate(by_horizon[0])
    ]
    trials = forecast_trials(range(5), MOVING, weights=by_horizon, rng=3, **SETTING)
    np.testing.assert_array_equal(trials.linear[:, 0], np.stack(each, axis=1))
    assert forecast_trials(range(5), MOVING, rng=3, **SETTING).linear.shape == (5, 0, 2)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"sources": 1}, ValueError, "sources is 1"),
        ({"sources": 15}, ValueError, "sources is 15"),
        ({"horizons": [0]}, ValueError, r"horizons\[0\] is 0"),
        ({"horizons": [1, 7]}, ValueError, r"horizons\[1\] is 7"),
        ({"counts": [1] * 7}, ValueError, "counts has 7 entries"),
        ({"counts": [1] * 7 + [0]}, ValueError, r"counts\[7\] is 0"),
        ({"counts": 1}, UndefinedError, "noise within domains is undefined"),
        ({"weights": [[1.0, 2.0]]}, ValueError, r"weights has shape \(1, 2\)"),
        ({"weights": [[np.nan] * 8]}, ValueError, r"weights has nan at index \(0, 0\)"),
        ({"accuracy": 1.5}, ValueError, "accuracy is 1.5"),
        ({"rank": 7}, ValueError, "rank is 7"),
        ({"rng": b"short"}, ValueError, "key must have 32 bytes"),
        ({"n_threads": 0}, ValueError, "n_threads is 0"),
        ({"sequence": np.eye(3)}, TypeError, "sequence must be a DomainSequence"),
    ],
)
def test_bad_input_is_named(change, error, message):
    given = {"replicates": [0], "sequence": MOVING, **SETTING} | change
    with pytest.raises(error, match=message):
        forecast_trials(**given)
