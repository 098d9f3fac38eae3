"""The claim `overlap_law`: its teachers and its distance, and that every statement can fail."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from simulations.claims.overlap.overlap_law.experiments import LINE, teacher_of
from simulations.claims.overlap.overlap_law.verdicts import _distance
from w2slens.theory.overlap import linear_accuracy


@given(st.integers(2, 30), st.floats(0.05, 0.95), st.floats(0.3, 3), st.integers(0, 2**32))
def test_a_teacher_has_the_accuracy_asked_for(d_easy, share, sigma, seed):
    theta = np.random.default_rng(seed).random(d_easy) + 0.01
    best = ndtr(np.linalg.norm(theta) / sigma)
    accuracy = 0.5 + share * (best - 0.5)
    teacher = teacher_of(accuracy, theta, sigma)
    assert np.linalg.norm(teacher) == pytest.approx(1)
    found = linear_accuracy(np.append(teacher, 0.0), theta=np.append(theta, 1.0), sigma=sigma, d_easy=d_easy)
    assert found.overlap == pytest.approx(accuracy, abs=1e-9)


def test_the_line_takes_every_number_once():
    assert LINE[0] == 1
    assert np.all(np.diff(LINE) > 0)


@pytest.mark.parametrize(("values", "expected"), [([0.5], 0.5), ([0.1, 0.2], 0.8), ([0.9], 0.9), ([0.25, 0.75], 0.25)])
def test_distance_from_the_uniform_law_looks_at_both_sides_of_each_step(values, expected):
    assert _distance(np.array(values)) == pytest.approx(expected)


def test_all_statements_hold_on_the_small_grid(judged):
    claim = judged("overlap_law")
    assert claim.passed() == set(claim.statements)


@pytest.mark.parametrize(
    ("column", "experiment", "change", "statement"),
    [
        ("law_hard", "fixed", lambda x: x - 0.1, "hard_means"),
        ("law_overlap", "fixed", lambda x: x - 0.1, "other_means"),
        ("law_easy", "fixed", lambda x: x - 0.1, "extrapolated"),
        ("law_hard", "trained", lambda x: x - 0.1, "trained_means"),
        ("below_hard", "trained", lambda x: x**4, "hard_distributions"),
        ("below_easy", "fixed", lambda x: x**4, "other_distributions"),
        ("bound", "fixed", lambda x: x + 0.3, "bound"),
        ("risk", "fixed", lambda x: x + 0.06, "risk"),
        ("law_hard", "sampler", lambda x: x + 0.003, "quadrature_of_means"),
        ("count_easy_0.05", "sampler", lambda x: x + 400, "quadrature_of_quantiles"),
        ("points", "inverse", lambda x: x + 2e-6, "points_return"),
        ("accuracy_error", "inverse", lambda x: x + 2e-6, "accuracy_returns"),
    ],
)
def test_a_wrong_law_fails_its_statement(judged, column, experiment, change, statement):
    assert not judged("overlap_law").changed(experiment, **{column: change}).passes(statement)
