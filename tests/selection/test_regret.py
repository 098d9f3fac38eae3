"""Regret bounds against their derivations, played out: the floor, the ceilings, and what a detector's errors do."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from w2slens.errors import DoesNotApply
from w2slens.theory.selection import (
    anytime_regret,
    bernoulli_kl,
    common_error_regret,
    failure_probability,
    gap_regret,
    high_probability_regret,
    lai_robbins_floor,
    noiseless_regret,
    source_error_regret,
    sub_gaussian_variance,
)

shares = st.floats(0, 1)
inside = st.floats(1e-9, 1 - 1e-9)
#: Gaps of 1e-9 and more: what is below is a bound of 1e10 rounds.
densities = st.lists(shares.map(lambda x: round(x, 9)), min_size=1, max_size=6)


def play(rho, horizon, rng, *, batch=1, xi=2.0, per_point=False, anytime=False):
    """The plainest UCB: whole histories, everything computed anew in every round. Regret after each round."""
    seen = [[] for _ in rho]
    size, total, regret = batch if per_point else 1, 0.0, []
    for t in range(1, horizon + 1):
        rate = xi * np.log(t if anytime else horizon) / size
        k = t - 1 if t <= len(rho) else int(np.argmax([np.mean(x) + np.sqrt(rate / len(x)) for x in seen]))
        seen[k].append(rng.binomial(batch, rho[k]) / batch)
        total += max(rho) - rho[k]
        regret.append(total)
    return np.array(regret)


POLICIES = [(1, False, 2.0), (10, False, 2.0), (10, True, 2.0), (1, False, 1.0)]


@pytest.mark.parametrize("rho", [(0.55, 0.45), (0.9, 0.1), (0.5, 0.5, 0.4, 0.2), (1.0, 0.0, 0.3)])
@pytest.mark.parametrize(
    ("batch", "per_point", "xi"), [(1, False, 2.0), (10, False, 2.0), (10, True, 2.0), (1, False, 1.0)]
)
def test_played_regret_stays_below_both_bounds(rho, batch, per_point, xi):
    horizon, rounds = 200, np.arange(1, 201)
    size = batch if per_point else 1
    average = high_probability_regret(rounds, len(rho), horizon, xi=xi, batch=size)
    total = gap_regret(rho, horizon, xi=xi, batch=size)
    assert failure_probability(len(rho), horizon, xi=xi) < 0.05
    for seed in range(3):
        regret = play(rho, horizon, np.random.default_rng(seed), batch=batch, xi=xi, per_point=per_point)
        assert np.all(regret <= rounds * average)
        assert np.all(regret <= total)


@pytest.mark.parametrize(("rho", "batch"), [((0.7, 0.3), 1), ((0.7, 0.3), 10), ((0.9, 0.5, 0.5), 1)])
def test_played_anytime_regret_stays_below_its_bound(rho, batch):
    rounds = np.arange(1, 151)
    runs = [play(rho, 150, np.random.default_rng(s), batch=batch, per_point=True, anytime=True) for s in range(20)]
    mean, error = np.mean(runs, axis=0), np.std(runs, axis=0, ddof=1) / np.sqrt(len(runs))
    assert np.all(mean <= anytime_regret(rho, rounds, batch=batch) + 5 * error)


def test_a_policy_that_does_not_learn_breaks_the_bounds():
    horizon = 20_000
    wasted = 0.9 * horizon
    assert wasted > horizon * high_probability_regret(horizon, 2, horizon)
    assert wasted > gap_regret([0.95, 0.05], horizon)


def adversary(gap, n_sources, horizon, xi, batch):
    """The most that the good event allows: K − 1 sources at one gap are pulled until their bonus forbids it."""
    allowed = 4 * xi * np.log(horizon) / (batch * gap**2)
    pulls = min(np.floor(allowed) + 1, horizon / (n_sources - 1))
    return (n_sources - 1) * pulls * gap


@given(st.floats(0.001, 1), st.integers(2, 50), st.integers(50, 10**6), st.floats(0.6, 4), st.integers(1, 100))
def test_the_bounds_cover_the_worst_that_the_good_event_allows(gap, n_sources, horizon, xi, batch):
    worst = adversary(gap, n_sources, horizon, xi, batch) * (1 - 1e-12)
    rho = [1.0] + [1.0 - gap] * (n_sources - 1)
    assert worst <= gap_regret(rho, horizon, xi=xi, batch=batch) * (1 + 1e-9)
    assert worst <= horizon * high_probability_regret(horizon, n_sources, horizon, xi=xi, batch=batch)


def test_the_bounds_are_not_far_from_the_worst_case():
    gaps = np.geomspace(0.001, 1, 400)
    worst = max(adversary(gap, 10, 10**5, 2.0, 1) for gap in gaps)
    assert worst > 0.4 * 10**5 * high_probability_regret(10**5, 10, 10**5)


@pytest.mark.parametrize(
    ("n", "batch", "rho", "per_point"), [(1, 1, 0.5, False), (7, 1, 0.3, False), (5, 10, 0.6, True)]
)
def test_hoeffding_gives_each_event_of_the_failure_probability(n, batch, rho, per_point):
    # P(|mean − ρ| > √(ξ ln T / n)) ≤ 2 T^(−2ξ), exactly by summing the binomial law; K·T of them make 2K·T^(1−2ξ).
    horizon, xi = 8, 0.75
    bonus = np.sqrt(xi * np.log(horizon) / (n * (batch if per_point else 1)))
    successes = np.arange(n * batch + 1)
    outside = np.abs(successes / (n * batch) - rho) > bonus
    missed = binom.pmf(successes, n * batch, rho)[outside].sum()
    each = failure_probability(1, horizon, xi=xi) / horizon
    assert each == pytest.approx(2 * horizon ** (-2 * xi))
    assert missed <= each


def test_failure_probability():
    assert failure_probability(2, 1000) == pytest.approx(4e-9)
    assert failure_probability(50, 100, xi=0.5) == 1
    assert failure_probability(3, 10, xi=1.0) == pytest.approx(0.6)


def test_golden_values():
    assert high_probability_regret(8000, 2, 8000) == pytest.approx(2 / 8000 + 4 * np.sqrt(4 * np.log(8000) / 8000))
    assert gap_regret([0.55, 0.45], 8000) == pytest.approx(8 * np.log(8000) / 0.1 + 0.1)
    assert anytime_regret([0.55, 0.45], 1) == pytest.approx((1 + np.pi**2 / 3) * 0.1)
    divergence = 0.45 * np.log(0.45 / 0.55) + 0.55 * np.log(0.55 / 0.45)
    assert lai_robbins_floor([0.55, 0.45], 8000) == pytest.approx(0.1 / divergence * np.log(8000))


def test_batches():
    rho = [0.6, 0.4, 0.1]
    assert lai_robbins_floor(rho, 100, batch=25) == pytest.approx(lai_robbins_floor(rho, 100) / 25)
    gaps = np.array([0.2, 0.5])
    assert gap_regret(rho, 100, batch=25) == pytest.approx((gap_regret(rho, 100) - gaps.sum()) / 25 + gaps.sum())
    start = 3 / 50
    whole, part = (high_probability_regret(50, 3, 100, batch=b) - start for b in (1, 25))
    assert part == pytest.approx(whole / 5)
    assert anytime_regret(rho, 1, batch=25) == anytime_regret(rho, 1)


@given(st.integers(1, 40), inside, inside)
def test_divergence_of_binomials_is_as_many_times_as_large(n, p, q):
    successes = np.arange(n + 1)
    direct = np.sum(binom.pmf(successes, n, p) * (binom.logpmf(successes, n, p) - binom.logpmf(successes, n, q)))
    assert n * bernoulli_kl(p, q) == pytest.approx(direct, rel=1e-9, abs=1e-12 * n)


@given(st.floats(0, 1), st.floats(1e-300, 1, exclude_max=True), st.floats(0, 1))
def test_divergence_against_many_digits(p, q, closeness):
    p = min(1.0, max(0.0, q + closeness * (p - q)))
    with localcontext(prec=700):
        a, b = Decimal(p), Decimal(q)
        exact = sum(u * (u / v).ln() for u, v in ((a, b), (1 - a, 1 - b)) if u)
    assert bernoulli_kl(p, q) == pytest.approx(float(exact), rel=1e-11, abs=1e-300)


def test_divergence_at_the_ends():
    np.testing.assert_array_equal(bernoulli_kl([0, 1, 0, 1, 0.5, 0.5], [0, 1, 1, 0, 0, 1]), [0, 0, *[np.inf] * 4])
    assert bernoulli_kl(0.0, 0.25) == pytest.approx(-np.log(0.75))
    assert bernoulli_kl(0.2, [[0.2], [0.4]]).shape == (2, 1)


@given(densities, st.integers(6, 10**6))
def test_the_floor_is_below_the_ceilings(rho, horizon):
    floor = lai_robbins_floor(rho, horizon)
    assert 0 <= floor <= gap_regret(rho, horizon)  # Pinsker: KL ≥ 2Δ²
    assert floor <= anytime_regret(rho, horizon)


@given(densities.filter(lambda rho: len(rho) > 1), st.integers(6, 10**4))
def test_order_and_copies_of_the_best_do_not_matter(rho, horizon):
    for bound in (gap_regret, anytime_regret, lai_robbins_floor):
        assert bound(rho[::-1], horizon) == pytest.approx(bound(rho, horizon))
        assert bound([*rho, max(rho)], max(horizon, 7)) == pytest.approx(bound(rho, max(horizon, 7)))


def test_nothing_to_lose():
    for bound in (gap_regret, anytime_regret, lai_robbins_floor):
        assert bound([0.3, 0.3], 100) == 0
    assert lai_robbins_floor([1.0, 0.5], 100) == 0


@pytest.mark.parametrize("rho", [(0.9, 0.1), (0.55, 0.45), (0.5, 0.4, 0.3, 0.3, 0.5), (0.2, 0.2)])
@pytest.mark.parametrize("horizon", [None, 2000])
def test_without_noise_the_policy_draws_as_computed(rho, horizon):
    class Exact:
        def binomial(self, n, p):
            return n * p

    regret = play(rho, 2000, Exact(), anytime=horizon is None)
    computed = noiseless_regret(rho, np.arange(1, 2001), horizon=horizon)
    wasted = max(rho) * len(rho) - sum(rho)
    assert np.all(np.abs(regret - computed)[len(rho) :] <= wasted + 1e-9)


@given(densities, st.integers(6, 10**6), st.integers(1, 10**6), st.floats(0.1, 4), st.integers(1, 100))
def test_without_noise_regret_is_a_quarter_of_the_bounds(rho, horizon, rounds, xi, batch):
    t, T = min(rounds, horizon), horizon
    regret = noiseless_regret(rho, t, horizon=T, xi=xi, batch=batch)
    gaps = np.array([max(rho) - r for r in rho if r < max(rho)])
    assert regret <= (gap_regret(rho, T, xi=xi, batch=batch) - gaps.sum()) / 4 * (1 + 1e-9)
    average = high_probability_regret(t, len(rho), T, xi=xi, batch=batch) - len(rho) / t
    assert regret <= t * average / 4 * (1 + 1e-9)


def test_shapes():
    rounds = np.array([[1, 10], [100, 1000]])
    for values in (high_probability_regret(rounds, 3, 1000), anytime_regret([0.5, 0.2], rounds)):
        assert values.shape == rounds.shape
    assert isinstance(high_probability_regret(np.int64(10), 3, 1000), float)
    assert np.all(np.diff(np.arange(1, 1001) * high_probability_regret(np.arange(1, 1001), 3, 1000)) > 0)


# Errors of the detector


@given(densities, st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(0, 16), st.integers(0, 16))
def test_a_common_error_scales_every_history_exactly(rho, choices, tpr, fpr):
    if tpr <= fpr:
        return
    true = [Fraction(r) for r in rho]
    right, wrong = Fraction(tpr, 16), Fraction(fpr, 16)
    seen = [right * r + wrong * (1 - r) for r in true]
    chosen = [k % len(rho) for k in choices]
    regret = sum(max(true) - true[k] for k in chosen)
    observed = sum(max(seen) - seen[k] for k in chosen)
    assert observed == (right - wrong) * regret
    assert common_error_regret(float(observed), tpr / 16, fpr / 16) == pytest.approx(float(regret), abs=1e-12)


@given(st.data(), densities, st.lists(st.integers(0, 5), min_size=1, max_size=30), st.floats(0, 0.3))
@settings(max_examples=200)
def test_an_error_by_source_costs_at_most_twice_its_size(data, rho, choices, epsilon):
    seen = [min(1.0, max(0.0, r + data.draw(st.floats(-epsilon, epsilon)))) for r in rho]
    chosen = [k % len(rho) for k in choices]
    regret = np.mean([max(rho) - rho[k] for k in chosen])
    observed = np.mean([max(seen) - seen[k] for k in chosen])
    assert regret <= source_error_regret(observed, epsilon) + 1e-12
    assert observed <= source_error_regret(regret, epsilon) + 1e-12


def test_twice_the_error_is_attained():
    # .6 looks like .5 and .4 like .5 − 0: always the worse one, and nothing to see.
    assert source_error_regret(0.0, 0.1) == pytest.approx(0.6 - 0.4)


@given(st.integers(1, 30), inside, st.floats(-40, 40))
def test_the_fraction_of_a_batch_is_sub_gaussian(batch, rho, scale):
    successes = np.arange(batch + 1)
    weights = binom.pmf(successes, batch, rho)
    moment = np.sum(weights * np.exp(scale * (successes / batch - rho)))
    assert np.log(moment) <= scale**2 * sub_gaussian_variance(batch) / 2 + 1e-9


# Bad input


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: high_probability_regret(1, 3, 2), ValueError, "horizon is 2, but each of 3 sources takes a round"),
        (lambda: high_probability_regret(0, 3, 20), ValueError, "rounds has 0, but must be at least 1"),
        (lambda: high_probability_regret([1, 21], 3, 20), ValueError, "rounds has 21, but the bound ends"),
        (lambda: high_probability_regret(1.5, 3, 20), TypeError, "rounds has dtype float64, expected integers"),
        (lambda: high_probability_regret(1, 0, 20), ValueError, "n_sources is 0"),
        (lambda: high_probability_regret(1, 2.0, 20), TypeError, "n_sources must be an integer"),
        (lambda: high_probability_regret(1, 2, 20, xi=0.0), ValueError, "xi is 0.0, but must be positive"),
        (lambda: high_probability_regret(1, 2, 20, batch=0), ValueError, "batch is 0"),
        (lambda: failure_probability(5, 4), ValueError, "horizon is 4"),
        (lambda: gap_regret([], 20), ValueError, "densities is empty"),
        (lambda: gap_regret([0.5, 1.5], 20), ValueError, "densities has 1.5 at index 1, but must be in"),
        (lambda: gap_regret([0.5, np.nan], 20), ValueError, "densities has nan at index 1"),
        (lambda: gap_regret([[0.5]], 20), ValueError, r"densities has shape \(1, 1\)"),
        (lambda: gap_regret(["a"], 20), TypeError, "densities has dtype"),
        (lambda: gap_regret([0.1, 0.2, 0.3], 2), ValueError, "horizon is 2"),
        (lambda: anytime_regret([0.1, -0.2], 5), ValueError, "densities has -0.2 at index 1"),
        (lambda: anytime_regret([0.1, 0.2], -1), ValueError, "rounds has -1"),
        (lambda: lai_robbins_floor([0.1, 0.2], 0), ValueError, "horizon has 0"),
        (lambda: lai_robbins_floor([0.1, 0.2], 10, batch=0), ValueError, "batch is 0"),
        (lambda: bernoulli_kl(1.5, 0.5), ValueError, "p has 1.5, but must be in"),
        (lambda: bernoulli_kl(0.5, [0.5, -1]), ValueError, "q has -1.0 at index 1"),
        (lambda: common_error_regret(-1.0, 0.9, 0.1), ValueError, "observed_regret has -1.0"),
        (lambda: common_error_regret(1.0, 1.1, 0.1), ValueError, "tpr is 1.1"),
        (lambda: common_error_regret(1.0, 0.4, 0.4), DoesNotApply, "TPR > FPR"),
        (lambda: source_error_regret(1.0, -0.1), ValueError, "epsilon is -0.1"),
        (lambda: source_error_regret([0.1, np.nan], 0.1), ValueError, "observed_average_regret has nan at index 1"),
        (lambda: sub_gaussian_variance(0), ValueError, "batch is 0"),
    ],
)
def test_bad_input_is_named(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
