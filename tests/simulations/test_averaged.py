"""Helpers of the claims about averaging students."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from simulations.claims._averaged import LINE, teacher_of
from simulations.claims.overlap_law import _distance
from w2slens.mixture import linear_accuracy


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
