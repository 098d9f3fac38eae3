"""The exact law of two sources against every possible run, and against runs played in the kernel."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

import w2slens as wl
from w2slens.theory.selection import drawn_at_most, majority_probability


def played(rows, horizon, bonus, scale, first_wins):
    """Draws of the first source, with the batches of either written down beforehand."""
    draws = [1, 1]
    for _ in range(horizon - 2):
        index = []
        for row, n in zip(rows, draws, strict=True):
            extra = np.sqrt(scale) / n if bonus == "published" else np.sqrt(scale / n)
            index.append(np.mean(row[:n]) + extra)
        close = abs(index[0] - index[1]) < 1e-12
        draws[(0 if first_wins else 1) if close else int(index[1] > index[0])] += 1
    return draws[0]


def enumerated(densities, horizon, bonus, xi, batch):
    """Exact P(draws of the first <= n) for n = 0 … T by going through all runs; the mean of both orders of ties."""
    outcomes = np.arange(batch + 1) / batch
    law = [[float(binom.pmf(k, batch, rho)) for k in range(batch + 1)] for rho in densities]
    tally = np.zeros(horizon + 1)
    scale = xi * np.log(horizon)
    codes = list(product(range(batch + 1), repeat=horizon - 1))
    for first in codes:
        for second in codes:
            weight = np.prod([law[0][k] for k in first]) * np.prod([law[1][k] for k in second])
            rows = (outcomes[list(first)], outcomes[list(second)])
            for wins in (True, False):
                tally[played(rows, horizon, bonus, scale, wins)] += weight / 2
    return np.cumsum(tally)


@pytest.mark.parametrize("bonus", ["ucb", "published"])
@pytest.mark.parametrize(
    ("densities", "horizon", "batch", "xi"),
    [((0.6, 0.3), 6, 1, 2.0), ((0.2, 0.9), 5, 1, 0.5), ((0.5, 0.4), 4, 2, 2.0), ((0.9, 0.5), 4, 3, 2.0)],
)
def test_every_run_is_accounted_for(bonus, densities, horizon, batch, xi):
    exact = enumerated(densities, horizon, bonus, xi, batch)
    assert exact[-1] == pytest.approx(1)
    for n in range(horizon + 1):
        low, high = drawn_at_most(n, densities, horizon, bonus=bonus, xi=xi, batch=batch)
        assert low - 1e-12 <= exact[n] <= high + 1e-12


@pytest.mark.parametrize(("densities", "horizon", "batch"), [((0.55, 0.45), 500, 1), ((0.3, 0.2), 100, 5)])
@pytest.mark.parametrize("bonus", ["ucb", "published"])
def test_runs_of_the_kernel_follow_the_law(bonus, densities, horizon, batch):
    policy = {"ucb": wl.bandit.UCB, "published": wl.bandit.PublishedUCB}[bonus](2, horizon=horizon)
    runs = 20_000
    first = wl.bandit.bandit_trials(policy, densities, horizon, runs, batch=batch, checkpoints=[horizon], rng=5).pulls[
        :, 0, 0
    ]
    for n in (horizon // 10, horizon // 3, horizon // 2, horizon - horizon // 5):
        low, high = drawn_at_most(n, densities, horizon, bonus=bonus, batch=batch)
        assert high - low < 0.03
        share = np.mean(first <= n)
        error = 4.5 * np.sqrt(max(share * (1 - share), 1 / runs) / runs)
        assert low - error <= share <= high + error


@given(
    st.integers(3, 200),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.sampled_from(["ucb", "published"]),
    st.integers(1, 4),
)
@settings(max_examples=200)
def test_the_bracket_is_a_distribution_function(horizon, densities, bonus, batch):
    places = sorted({0, 1, horizon // 3, horizon // 2, horizon - 1, horizon})
    brackets = [drawn_at_most(n, densities, horizon, bonus=bonus, batch=batch) for n in places]
    for low, high in brackets:
        assert 0 <= low <= high <= 1
    for (low, _), (_, high) in pairwise(brackets):
        assert low <= high + 1e-9


def test_the_second_source_mirrors_the_first():
    low, high = drawn_at_most(40, [0.6, 0.5], 100, bonus="published")
    other_low, other_high = drawn_at_most(59, [0.5, 0.6], 100, bonus="published")
    assert low <= 1 - other_low + 1e-9
    assert 1 - other_high <= high + 1e-9


def test_ends_and_majority():
    assert drawn_at_most(0, [0.5, 0.4], 10) == (0.0, 0.0)
    assert drawn_at_most(9, [0.5, 0.4], 10) == (1.0, 1.0)
    for horizon, most in ((10, 4), (11, 5)):
        assert majority_probability([0.5, 0.4], horizon) == drawn_at_most(most, [0.5, 0.4], horizon)
    assert 0 < majority_probability([1.0, 0.0], 100)[1] < 1e-11


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: drawn_at_most(1, [0.5], 10), ValueError, "densities has 1 sources"),
        (lambda: drawn_at_most(1, [0.5, 2.0], 10), ValueError, "densities has 2.0 at index 1"),
        (lambda: drawn_at_most(-1, [0.5, 0.4], 10), ValueError, "n is -1"),
        (lambda: drawn_at_most(1, [0.5, 0.4], 1), ValueError, "horizon is 1"),
        (lambda: drawn_at_most(1, [0.5, 0.4], 10, bonus="moss"), ValueError, "bonus is 'moss'"),
        (lambda: majority_probability([0.5, 0.4], 10, xi=-1), ValueError, "xi is -1.0"),
        (lambda: majority_probability([0.5, 0.4], 10, batch=0), ValueError, "batch is 0"),
    ],
)
def test_bad_input_is_named(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
