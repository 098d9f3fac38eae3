"""The bandit kernel against the Python policies, closed forms, and a sampler of another library."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import w2slens as wl
from w2slens import _kernels
from w2slens.testing.bandit import BanditProblem, bandit_problems, play_twin, policies

KEYS = st.binary(min_size=32, max_size=32)


def trials(policy, problem, key, replicates, **options):
    return wl.bandit.bandit_trials(
        policy,
        problem.densities,
        problem.horizon,
        replicates,
        batch=problem.batch,
        observed=problem.observed,
        starts=problem.starts,
        rng=key,
        **options,
    )


@pytest.mark.parametrize("window", [5, 7, 12])
def test_a_window_leaves_no_rounding_behind(window):
    # Thirds do not cancel exactly, and equal sources tie: what is left of a forgotten round would part them.
    problem = BanditProblem(((0.5,) * 3,), ((0.5,) * 3,), (0,), horizon=1500, batch=3)
    kernel = trials(
        wl.bandit.SlidingWindowUCB(3, window=window), problem, bytes(32), [0], checkpoints=np.arange(1, 1501)
    )
    choices, _ = play_twin(wl.bandit.SlidingWindowUCB(3, window=window), problem, bytes(32), 0)
    np.testing.assert_array_equal(np.argmax(np.diff(kernel.pulls[0], axis=0, prepend=0), axis=1), choices)


@settings(max_examples=40)
@given(st.data(), bandit_problems(), KEYS)
def test_any_threads_and_any_subset_give_the_same_bits(data, problem, key):
    policy = data.draw(policies(problem))
    one = trials(policy, problem, key, range(6), n_threads=1)
    two = trials(policy, problem, key, range(6), n_threads=2)
    seven = trials(policy, problem, key, [4, 1], n_threads=7)
    np.testing.assert_array_equal(one.regret, two.regret)
    np.testing.assert_array_equal(one.pulls, two.pulls)
    np.testing.assert_array_equal(one.regret[[4, 1]], seven.regret)
    np.testing.assert_array_equal(one.pulls[[4, 1]], seven.pulls)


@settings(max_examples=60)
@given(st.data(), bandit_problems(), KEYS)
def test_regret_starts_at_least_at_zero_and_never_falls(data, problem, key):
    policy = data.draw(policies(problem))
    played = trials(policy, problem, key, 4, checkpoints=np.arange(1, problem.horizon + 1))
    assert (played.regret >= 0).all()
    assert (np.diff(played.regret, axis=1) >= 0).all()
    np.testing.assert_array_equal(played.pulls.sum(axis=2), np.tile(played.rounds, (4, 1)))
    if isinstance(policy, wl.bandit.Oracle):
        assert (played.regret == 0).all()


@settings(max_examples=60)
@given(st.data(), bandit_problems(drift=False), KEYS)
def test_every_source_is_pulled_once_before_an_index_is_used(data, problem, key):
    policy = data.draw(policies(problem).filter(lambda p: hasattr(p, "index")))
    k = problem.n_sources
    if isinstance(policy, wl.bandit.SlidingWindowUCB) and policy.window < k:
        return
    played = trials(policy, problem, key, 5, checkpoints=[k])
    assert (played.pulls == 1).all()


@settings(max_examples=30)
@given(st.integers(2, 6), st.integers(1, 5), KEYS)
def test_equal_sources_are_chosen_without_regard_to_their_numbers(k, batch, key):
    played = wl.bandit.bandit_trials(wl.bandit.UCB(k, horizon=100), np.full(k, 0.5), 1, 2000, batch=batch, rng=key)
    first = played.pulls[:, 0].sum(axis=0)
    # 30 examples of up to 6 sources: 5.3 standard errors are a false alarm in 2e-5.
    assert (np.abs(first - 2000 / k) < 5.3 * math.sqrt(2000 * (1 / k) * (1 - 1 / k))).all()


def test_relabelling_the_sources_relabels_the_law():
    densities = np.array([0.2, 0.5, 0.6])
    shuffled = [2, 0, 1]
    policy = wl.bandit.UCB(3, horizon=300)
    one = wl.bandit.bandit_trials(policy, densities, 300, 4000, rng=1).pulls[:, -1]
    two = wl.bandit.bandit_trials(policy, densities[shuffled], 300, 4000, rng=2).pulls[:, -1]
    for source in range(3):
        assert stats.ks_2samp(one[:, shuffled[source]], two[:, source]).pvalue > 1e-4


def test_observations_are_binomial_and_shared_by_policies():
    problem = BanditProblem(((0.3,),), ((0.3,),), (0,), horizon=4000, batch=7)
    uniforms = _kernels.bandit_draws(bytes(32), 3, 1, 4000).uniforms
    assert stats.kstest(uniforms, "uniform").pvalue > 1e-3
    seen = []
    policy = wl.bandit.UCB(1, horizon=4000)
    policy.observe, learn = (
        (lambda source, fraction, n: (seen.append(fraction), learn(source, fraction, n))),
        policy.observe,
    )
    play_twin(policy, problem, bytes(32), 3)
    counts = np.bincount(np.rint(np.array(seen) * 7).astype(int), minlength=8)
    expected = stats.binom.pmf(np.arange(8), 7, 0.3) * 4000
    enough = expected > 5
    statistic = ((counts - expected)[enough] ** 2 / expected[enough]).sum()
    assert stats.chi2.sf(statistic, enough.sum() - 1) > 1e-3


@pytest.mark.parametrize(("a", "b"), [(1, 1), (1, 40), (3, 2), (2500, 900)])
def test_beta_draws_have_their_law(a, b):
    stream = _kernels.BanditStream(bytes([7]) * 32, a * b)
    sample = [stream.beta(a, b) for _ in range(20_000)]
    assert stats.kstest(sample, stats.beta(a, b).cdf).pvalue > 1e-3


def test_two_sources_of_certain_outcome_have_a_known_regret():
    # Source 1 always pays, source 0 never: the choice is determined, by 0 + √(2 ln T/n) > 1 + √(2 ln T/m).
    played = wl.bandit.bandit_trials(
        wl.bandit.UCB(2, horizon=100), [0.0, 1.0], 100, 50, checkpoints=np.arange(1, 101), rng=0
    )
    scale = math.sqrt(2 * math.log(100))
    pulls, n, m = [], 1, 1
    for _ in range(2, 100):
        zero = scale / math.sqrt(n) > 1 + scale / math.sqrt(m)
        n, m = n + zero, m + (not zero)
        pulls.append(n)
    np.testing.assert_array_equal(played.regret[:, 1:], np.tile([1, *pulls], (50, 1)))


def test_the_oracle_has_no_regret_however_small_the_gap():
    played = wl.bandit.bandit_trials(wl.bandit.Oracle([0.0, 1e-300]), [0.0, 1e-300], 10, 20, rng=0)
    assert (played.regret == 0).all()


def test_segments_change_what_is_counted():
    played = wl.bandit.bandit_trials(
        wl.bandit.RoundRobin(2),
        [[0.0, 1.0], [0.5, 0.5], [1.0, 0.0]],
        12,
        3,
        starts=[0, 4, 8],
        checkpoints=[4, 6, 8, 12],
        rng=0,
    )
    np.testing.assert_array_equal(played.regret, np.tile([2.0, 2.0, 2.0, 4.0], (3, 1)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"densities": [0.1, 1.2]}, r"densities has 1.2 at source 1, outside \[0, 1\]"),
        ({"densities": [0.1, np.nan]}, "densities has nan at source 1"),
        ({"densities": []}, "at least one source"),
        ({"densities": [[0.1, 0.2], [0.1]]}, "densities is no table of numbers"),
        ({"densities": [[0.1, 0.2], [0.1, -0.1]], "starts": [0, 5]}, "densities has -0.1 at source 1 of segment 1"),
        ({"densities": [0.1, 0.2, 0.3]}, "policy chooses among 2 sources, but densities has 3"),
        ({"densities": [[0.1, 0.2]] * 2, "starts": [0]}, "starts has 1 entries, but densities has 2 segments"),
        ({"densities": [[0.1, 0.2]] * 2, "starts": [0, 0]}, r"starts is \[0, 0\], but must ascend from 0"),
        ({"batch": 0}, "batch is 0, but must be at least 1"),
        ({"horizon": 0}, "horizon is 0, but must be at least 1"),
        ({"replicates": 0}, "replicates is 0, but must be at least 1"),
        ({"checkpoints": [0, 5]}, r"checkpoints must ascend within \[1, 10\]"),
        ({"checkpoints": [5, 11]}, r"checkpoints must ascend within \[1, 10\], but has 11 at index 1"),
        ({"checkpoints": [5, 7, 7]}, r"checkpoints must ascend within \[1, 10\], but has 7 at index 2"),
        ({"observed": [0.1]}, "observed has shape"),
        ({"n_threads": 0}, "n_threads is 0"),
        ({"rng": b"short"}, "key must have 32 bytes"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"densities": [0.1, 0.9], "horizon": 10, "replicates": 2} | change
    with pytest.raises(ValueError, match=message):
        wl.bandit.bandit_trials(wl.bandit.RoundRobin(2), **arguments)


def test_foreign_policies_are_refused():
    class Mine(wl.bandit.UCB):
        pass

    with pytest.raises(TypeError, match=r"policy must be one of .*UCB.*, not Mine"):
        wl.bandit.bandit_trials(Mine(2), [0.1, 0.2], 10, 1)
