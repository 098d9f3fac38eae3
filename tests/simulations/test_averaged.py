"""Helpers of the claims about averaging students."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from simulations.claims import overlap_law
from simulations.claims._averaged import LINE, teacher_of
from simulations.claims.overlap_law import _distance
from simulations.grid import Seeds
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


@pytest.fixture(scope="module")
def simulated():
    grid = overlap_law.GRID["smoke"]
    parts = []
    for cell in grid.cells:
        seeds = Seeds.of(0, overlap_law.NAME, cell, grid.paired)
        columns = overlap_law.one_cell(cell, range(cell["replicates"]), seeds)
        parts.append({axis: np.full(cell["replicates"], value) for axis, value in cell.items()} | columns)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@pytest.mark.parametrize(
    ("column", "part", "change", "statement"),
    [
        ("law_hard", "fixed", lambda x: x - 0.1, "accuracy on hard-only points"),
        ("law_overlap", "fixed", lambda x: x - 0.1, "the other regions"),
        ("law_easy", "fixed", lambda x: x - 0.1, "beyond the main grid"),
        ("law_hard", "trained", lambda x: x - 0.1, "trained teachers"),
        ("below_hard", "trained", lambda x: x**4, "the whole distribution on hard-only"),
        ("below_easy", "fixed", lambda x: x**4, "the whole distribution on easy-only"),
        ("bound", "fixed", lambda x: x + 0.3, "the bound fails"),
        ("risk", "fixed", lambda x: x + 0.06, "by the law itself"),
        ("law_hard", "sampler", lambda x: x + 0.003, "quadrature of the mean"),
        ("count_easy_0.05", "sampler", lambda x: x + 400, "quadrature of the quantiles"),
        ("inverse_points", "inverse", lambda x: x + 2e-6, "n, its mean accuracy"),
        ("inverse_accuracy", "inverse", lambda x: x + 2e-6, "an accuracy, the points"),
    ],
)
def test_a_wrong_law_fails_its_verdict(simulated, column, part, change, statement):
    assert all(verdict.passed for verdict in overlap_law.check(simulated))
    wrong = dict(simulated)
    wrong[column] = np.where(simulated["part"] == part, change(simulated[column]), simulated[column])
    failed = [verdict.statement for verdict in overlap_law.check(wrong) if not verdict.passed]
    assert any(name.startswith(statement) for name in failed)
