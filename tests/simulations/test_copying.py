"""The share of overlap points on which a student and its teacher agree, against counting and known integrals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

import w2slens as wl
from simulations.claims import student_phase
from simulations.claims._copying import agreement
from simulations.grid import Grid, Seeds

finite = st.floats(-3, 3)


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 4), finite)
def test_agreement_is_the_quadrant_probability_of_two_scores(seed, d_easy, d_hard, intercept):
    random = np.random.default_rng(seed)
    theta, coef = random.normal(size=(2, d_easy + d_hard))
    teacher, sigma = random.normal(size=d_easy), random.uniform(0.3, 3)
    padded = np.append(teacher, np.zeros(d_hard))
    scores = np.array([padded, coef])
    covariance, expected = sigma**2 * scores @ scores.T, 0.0
    for y in (1, -1):
        centre = y * scores @ theta + [0, intercept]
        # P(both below 0), and for both above 0 the same of the mirrored scores
        expected += sum(multivariate_normal.cdf([0, 0], side * centre, covariance) for side in (1, -1)) / 2
    found = agreement(coef[None], np.array([intercept]), teacher, theta, sigma)
    assert found[0] == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("intercept", [0.0, 0.7])
def test_agreement_counts_points(intercept):
    random = np.random.default_rng(1)
    theta, coef, teacher = np.array([1.0, 0.5, 0.8, 0.2]), np.array([0.4, -0.6, 1.0, 0.1]), np.array([1.0, 0.3])
    y = random.choice([-1, 1], 400_000)
    X = y[:, None] * theta + 1.3 * random.standard_normal((y.size, 4))
    same = (X @ coef + intercept > 0) == (X[:, :2] @ teacher > 0)
    found = agreement(coef[None], np.array([intercept]), teacher, theta, 1.3)[0]
    assert abs(same.mean() - found) < 4 * np.sqrt(found * (1 - found) / y.size)


def test_a_copy_agrees_always_its_opposite_never_and_a_constant_half_the_time():
    teacher, theta = np.array([1.0, 2.0]), np.array([0.3, 0.1, 0.7])
    coef = np.array([[2.0, 4.0, 0.0], [-2.0, -4.0, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(agreement(coef, np.array([0.0, 0.0, 5.0]), teacher, theta, 1.0), [1, 0, 0.5], atol=1e-7)


@pytest.mark.parametrize("theta", [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
def test_scores_centred_at_zero(theta):
    # Both centred: P = ½ + arcsin(ρ)/π (Sheppard 1899).
    coef, teacher = np.array([[0.6, 0.0, 0.8]]), np.array([1.0, 0.0])
    found = agreement(coef, np.zeros(1), teacher, np.array(theta), 1.0)[0]
    mean = np.array([theta[0], 0.6 * theta[0]])
    covariance = [[1, 0.6], [0.6, 1]]
    expected = sum(multivariate_normal.cdf([0, 0], side * mean, covariance) for side in (1, -1))
    assert found == pytest.approx(expected, abs=2e-5)
    if not theta[0]:
        assert found == pytest.approx(0.5 + np.arcsin(0.6) / np.pi, abs=1e-12)


@pytest.fixture(scope="module")
def students():
    grid = Grid([{"n": n, "penalties": 9} for n in (5, 45, 95, 400)], replicates=100, paired=("n", "penalties"))
    parts = []
    for cell in grid.cells:
        columns = student_phase.one_cell(cell, range(100), Seeds.of(0, student_phase.NAME, cell, grid.paired))
        parts.append({axis: np.full(len(columns["status"]), value) for axis, value in cell.items()} | columns)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def test_trials_of_different_numbers_of_points_share_theta():
    # What makes the change with n a paired difference.
    few, many = (wl.learning.trial_draws(3, rng=7, counts=(100, 100, n, 0))["theta"] for n in (5, 45))
    np.testing.assert_array_equal(few, many)


def test_all_statements_hold_on_a_small_grid(students):
    assert [verdict.statement for verdict in student_phase.check(students) if not verdict.passed] == []


@pytest.mark.parametrize(
    ("column", "change", "statement"),
    [
        ("law", lambda c: c["law"] - 0.05, "the strong-penalty limit"),
        ("hard", lambda c: np.where(c["C"] == 1e-5, c["hard"] + 0.05, c["hard"]), "the distance to the averaging"),
        ("hard", lambda c: 1 - c["hard"], "weak penalty (C ≥ 10): each"),
        ("hard", lambda c: 1 - c["hard"], "strong penalty"),
        ("hard", lambda c: 1 - c["hard"], "the published student"),
        ("hard", lambda c: 1 - c["hard"], "the unpenalised intercept costs accuracy in the published"),
        ("hard", lambda c: 1 - c["hard"], "the unpenalised intercept costs accuracy under"),
        ("agreement", lambda c: 1 - c["agreement"], "weak penalty (C ≥ 10, no intercept)"),
        ("agreement", lambda c: 1 - c["agreement"], "at n = 400 the student copies"),
    ],
)
def test_a_wrong_outcome_fails_its_verdict(students, column, change, statement):
    wrong = students | {column: change(students)}
    failed = [verdict.statement for verdict in student_phase.check(wrong) if not verdict.passed]
    assert any(name.startswith(statement) for name in failed)
