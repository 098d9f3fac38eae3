"""The claim `student_phase`: its statements hold on a small grid, and each can fail."""

import numpy as np
import pytest

import w2slens as wl
from simulations.catalogue import load_claim
from simulations.grid import Grid


@pytest.fixture(scope="module")
def students(judged, compute):
    experiment = load_claim("student_phase").experiments["students"]
    grid = Grid([{"n": n} for n in (5, 45, 95, 400)], replicates=100)
    return judged("student_phase", {"students": compute(experiment, grid)})


def test_trials_of_different_numbers_of_points_share_theta():
    # What makes the change with n a paired difference.
    few, many = (wl.learning.trial_draws(3, rng=7, counts=(100, 100, n, 0))["theta"] for n in (5, 45))
    np.testing.assert_array_equal(few, many)


def test_all_statements_hold_on_a_small_grid(students):
    assert students.passed() == set(students.statements)


@pytest.mark.parametrize(
    ("column", "rows", "change", "statement"),
    [
        ("law", None, lambda x: x - 0.05, "strong_limit"),
        ("hard", {"C": 1e-5}, lambda x: x + 0.05, "closing"),
        ("hard", None, lambda x: 1 - x, "weak_penalty"),
        ("hard", None, lambda x: 1 - x, "strong_penalty"),
        ("hard", None, lambda x: 1 - x, "published_student"),
        ("hard", None, lambda x: 1 - x, "published_intercept"),
        ("hard", None, lambda x: 1 - x, "strongest_intercept"),
        ("agreement", None, lambda x: 1 - x, "weak_copies"),
        ("agreement", None, lambda x: 1 - x, "weaker_copies_more"),
    ],
)
def test_a_wrong_outcome_fails_its_statement(students, column, rows, change, statement):
    assert not students.changed("students", rows, **{column: change}).passes(statement)
