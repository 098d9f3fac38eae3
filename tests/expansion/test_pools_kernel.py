"""Expansion kernels against trying every set in exact fractions, and against linear programming."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from w2slens import UndefinedError
from w2slens._random import stream_key
from w2slens.testing.expansion import coupled_mass_twin, expansion_twin, kernel_instance, outcomes_twin, pools
from w2slens.theory.expansion import check_instances, expansion_constant, expansion_profile, optimal_coupling


@given(pools())
@settings(max_examples=400)
def test_constant_equals_every_set_and_is_attained(pool):
    found = expansion_constant(*pool)
    assert found.value == pytest.approx(float(expansion_twin(pool)), rel=1e-12)
    chosen = found.hard_set
    reached = np.asarray(pool.graph)[chosen].any(axis=0)
    assert found.share == sum(pool.hard[i] for i in chosen) / sum(pool.hard)
    assert found.covered == sum(w for w, r in zip(pool.overlap, reached, strict=True) if r) / sum(pool.overlap)
    assert found.value == pytest.approx(found.covered / found.share, rel=1e-12)


@given(pools(), st.integers(1, 15))
@settings(max_examples=200)
def test_constant_with_threshold(pool, sixteenths):
    found = expansion_constant(*pool, q=sixteenths / 16)
    assert found.value == pytest.approx(float(expansion_twin(pool, Fraction(sixteenths, 16))), rel=1e-12)
    assert found.share > found.q


@given(pools(), st.integers(0, 200))
@settings(max_examples=300)
def test_profile_equals_every_cut(pool, twentieths):
    profile = expansion_profile(*pool)
    kappa = Fraction(twentieths, 20)
    coupled = coupled_mass_twin(pool, kappa)
    assert 1 - profile.uncoupled(float(kappa)) == pytest.approx(float(coupled), abs=1e-12)
    # And back: the least κ of that mass couples it, and less does not.
    least = profile.kappa(min(1.0, float(1 - coupled) + 1e-13))
    assert least <= float(kappa) * (1 + 1e-9) + 1e-9
    constant = expansion_twin(pool)
    assert profile.kappa(0.0) == (pytest.approx(float(1 / constant), rel=1e-12) if constant else np.inf)


def least_overload(pool):
    """κ(0) by linear programming: masses on the neighbour pairs, and κ."""
    graph = np.asarray(pool.graph)
    rows, columns = np.nonzero(graph)
    p = np.array(pool.hard) / sum(pool.hard)
    g = np.array(pool.overlap) / sum(pool.overlap)
    marginal = np.zeros((p.size, rows.size + 1))
    marginal[rows, np.arange(rows.size)] = 1
    load = np.zeros((g.size, rows.size + 1))
    load[columns, np.arange(rows.size)] = 1
    load[:, -1] = -g
    cost = np.r_[np.zeros(rows.size), 1.0]
    return linprog(cost, A_ub=load, b_ub=np.zeros(g.size), A_eq=marginal, b_eq=p)


@given(pools().filter(lambda pool: max(pool.hard + pool.overlap) < 100))
@settings(max_examples=150)
def test_duality_with_linear_programming(pool):
    solved = least_overload(pool)
    found = expansion_constant(*pool)
    if found.value == 0:
        assert solved.status == 2  # infeasible
    else:
        assert 1 / found.value == pytest.approx(solved.fun, abs=1e-9, rel=1e-9)


@given(pools())
@settings(max_examples=300)
def test_coupling_has_the_marginals_and_the_support(pool):
    constant = expansion_twin(pool)
    if constant == 0:
        with pytest.raises(UndefinedError, match="cannot be coupled"):
            optimal_coupling(*pool)
        return
    mass = optimal_coupling(*pool).toarray()
    p, g = np.array(pool.hard) / sum(pool.hard), np.array(pool.overlap) / sum(pool.overlap)
    np.testing.assert_allclose(mass.sum(axis=1), p, atol=1e-12)
    assert (mass.sum(axis=0) <= g / float(constant) * (1 + 1e-12) + 1e-15).all()
    assert not mass[np.asarray(pool.graph) == 0].any()
    assert (mass >= 0).all()


def test_tallies_equal_the_twin_in_fractions():
    count = 400
    tallies = check_instances(0, count, rng=3)
    key = stream_key(3)
    outcomes = [outcomes_twin(kernel_instance(key, item)) for item in range(count)]
    for name in outcomes[0]:
        met = [o[name] for o in outcomes if o[name].applies]
        expected = (
            len(met),
            sum(o.bound < 1 for o in met),
            sum(o.bound == o.error for o in met),
            sum(o.bound < o.error for o in met),
            None,
        )
        assert tallies[name] == expected, name
        assert tallies[name].held > 0


@pytest.mark.parametrize("n_threads", [1, 2, 7])
def test_tallies_do_not_depend_on_threads(n_threads):
    assert check_instances(50, 3000, rng=1, n_threads=n_threads) == check_instances(50, 3000, rng=1, n_threads=3)


def test_no_statement_is_violated_and_every_condition_is_met():
    for name, tally in check_instances(0, 200_000, rng=2).items():
        assert tally.violations == 0, name
        assert tally.first_violation is None, name
        assert min(tally.held, tally.informative, tally.tight) > 0, name


def test_ranges_are_checked():
    with pytest.raises(ValueError, match="first is 3, but must be at most last"):
        check_instances(3, 2)
    with pytest.raises(TypeError, match="last must be an integer"):
        check_instances(0, 2.0)
