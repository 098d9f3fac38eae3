"""Directions, first-order gains, turning points and shares of random pairs against differences and draws."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betainc, ndtr, ndtri

from w2slens.errors import DoesNotApply
from w2slens.testing.delta import geometries
from w2slens.theory.delta import (
    best_step,
    delta_direction,
    first_order_gain,
    pair_success,
    pair_success_bound,
    supervised_threshold,
)


def accuracy(w, theta, sigma):
    return ndtr(w @ theta / (sigma * np.linalg.norm(w, axis=-1)))


def random_units(random, *shape):
    rows = random.standard_normal(shape)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


# Directions


def test_direction_is_the_average_over_the_points_of_disagreement():
    random = np.random.default_rng(0)
    theta, sigma = np.array([1.0, 0.5, 0.8, -0.3]), 1.3
    chosen, rejected = np.array([1.0, 0.3]), np.array([0.2, 1.0])
    y = random.choice([-1, 1], 400_000)
    X = y[:, None] * theta + sigma * random.standard_normal((len(y), 4))
    said = [np.sign(X[:, :2] @ w) for w in (chosen, rejected)]
    terms = 0.5 * (said[0] - said[1])[:, None] * X
    error = terms.std(axis=0) / np.sqrt(len(y))
    V = delta_direction(chosen, rejected, theta=theta, sigma=sigma)
    assert np.all(np.abs(terms.mean(axis=0) - V) < 4.5 * error)


@given(geometries())
def test_first_order_gain_is_the_slope_of_the_accuracy(geometry):
    theta, sigma, chosen, rejected, student = geometry
    V = delta_direction(chosen, rejected, theta=theta, sigma=sigma)
    gain = float(first_order_gain(student, chosen, rejected, theta=theta, sigma=sigma))
    h = 1e-5
    ahead, behind = (accuracy(student + x * V, theta, sigma) for x in (h, -h))
    assert gain == pytest.approx((ahead - behind) / (2 * h), abs=1e-7)


@given(st.floats(0.05, 3), st.floats(-1, 1), st.floats(-1, 1), st.floats(0.01, 0.99))
def test_with_orthogonal_errors_the_better_teacher_decides(s, first, second, student):
    # Errors along different axes; the student's along a third.
    def row(u, axis):
        return u * np.eye(4)[0] + np.sqrt(1 - u**2) * np.eye(4)[axis]

    assume(abs(first - second) > 1e-6)
    gain = first_order_gain(row(student, 3), row(first, 1), row(second, 2), theta=[s, 0, 0, 0], sigma=1.0)
    assert (gain > 0) == (first > second)


def test_stacks_broadcast():
    random = np.random.default_rng(1)
    w, c, r = random_units(random, 5, 1, 4), random_units(random, 3, 2), random_units(random, 3, 2)
    theta = np.array([1.0, 0.2, 0.3, 0.4])
    gains = first_order_gain(w, c, r, theta=theta, sigma=1.0)
    assert gains.shape == (5, 3)
    assert gains[2, 1] == pytest.approx(float(first_order_gain(w[2, 0], c[1], r[1], theta=theta, sigma=1.0)))
    assert best_step(np.abs(w), random_units(random, 3, 4), theta=theta).best.shape == (5, 3)


# Turning points


def test_the_turning_point_and_where_it_is_back():
    random = np.random.default_rng(2)
    d, k = 4, 20_000
    theta = np.array([1.4, 0, 0, 0])
    student = random_units(random, k, d) * random.uniform(0.1, 3, (k, 1))
    student[:, 0] = np.abs(student[:, 0]) + 1e-3
    V = random.standard_normal((k, d)) * random.uniform(0.1, 3, (k, 1))
    best, last = best_step(student, V, theta=theta)
    steps = np.geomspace(1e-4, 1e4, 300)

    def value(step):
        return accuracy(student + np.asarray(step)[..., None] * V, theta, 1.0)

    start, path = value(0.0), np.array([value(np.full(k, step)) for step in steps])
    finite = np.isfinite(best)
    assert np.all(path[:, finite].max(axis=0) <= value(np.where(finite, best, 0.0))[finite] + 1e-12)
    rising = ~finite
    assert np.all(np.diff(path[:, rising], axis=0) >= -1e-12)
    above = path > start + 1e-9
    assert not np.any(above & (steps[:, None] > last))
    assert np.all((path >= start - 1e-9) | (steps[:, None] > last))
    assert rising.any()
    assert np.any(finite & (best > 0) & np.isinf(last))
    assert np.any(best == 0)


def test_a_student_below_chance_has_no_such_turning_point():
    with pytest.raises(DoesNotApply, match="a student better than chance"):
        best_step([-1.0, 0.2], [1.0, 1.0], theta=[1.0, 0.0])


def test_supervised_training_hurts_beyond_the_threshold():
    # The gradient of a confident student is ½(S_c − S_0): the delta of the teacher against the student itself.
    s, accuracy_c = 1.613, 0.7
    threshold = float(supervised_threshold(accuracy_c, snr=s))
    assert threshold == pytest.approx(0.770, abs=5e-4)
    u = ndtri(accuracy_c) / s
    teacher = np.array([u, np.sqrt(1 - u**2), 0.0])
    for shift in (-1e-3, 1e-3):
        v = ndtri(threshold + shift) / s
        student = np.array([v, 0.0, np.sqrt(1 - v**2)])
        gain = float(first_order_gain(student, teacher, student, theta=[s, 0.0, 0.0], sigma=1.0))
        assert np.sign(gain) == -np.sign(shift)


# Shares of random pairs


@pytest.mark.parametrize("snr", [1.613, None])
@pytest.mark.parametrize("d", [2, 3, 4, 12])
def test_share_of_random_pairs_that_help(d, snr):
    random, k = np.random.default_rng(d), 200_000
    accuracies = (0.8, 0.7, 0.6)
    u = [ndtri(a) / snr if snr else np.cos(np.pi * (1 - a)) for a in accuracies]
    w, c, r = (np.column_stack([np.full(k, x), np.sqrt(1 - x * x) * random_units(random, k, d - 1)]) for x in u)
    if snr:
        gain = first_order_gain(w, c, r, theta=[snr, *[0] * (d - 1)], sigma=1.0)
    else:
        gain = (c - r)[:, 0] - np.sum((c - r) * w, axis=1) * w[:, 0]
    share, exact = np.mean(gain > 0), pair_success(*accuracies, d=d, snr=snr)
    assert abs(share - exact) < 4.5 * np.sqrt(0.25 / k)
    assert pair_success_bound(*accuracies, d=d, snr=snr) <= exact


@pytest.mark.parametrize(("student", "chosen", "rejected"), [(0.85, 0.7, 0.6), (0.6, 0.55, 0.75), (0.9, 0.51, 0.5)])
@pytest.mark.parametrize("d", [3, 4, 9, 60])
def test_success_by_an_adaptive_rule(student, chosen, rejected, d):
    s, dof = 1.613, d - 1
    z = [ndtri(a) for a in (student, chosen, rejected)]
    g = [s * ndtr(x) + x / s * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) for x in z]
    h = [np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) * np.sqrt(1 - (x / s) ** 2) for x in z]
    lead = np.sqrt(1 - (z[0] / s) ** 2) / (z[0] / s) * (g[1] - g[2])

    def integrand(x):
        b = np.clip((lead + h[2] * np.sin(x)) / h[1], -1, 1)
        return np.cos(x) ** (dof - 2) * betainc((dof - 1) / 2, (dof - 1) / 2, (1 + b) / 2)

    cuts = [np.arcsin(np.clip(x, -1, 1)) for x in ((h[1] - lead) / h[2], (-h[1] - lead) / h[2])]
    ends = np.unique([-np.pi / 2, *cuts, 0.0, np.pi / 2])
    total = sum(quad(integrand, *end, epsabs=1e-12)[0] for end in pairwise(ends))
    scale = quad(lambda x: np.cos(x) ** (dof - 2), -np.pi / 2, np.pi / 2, epsabs=1e-13)[0]
    assert pair_success(student, chosen, rejected, d=d, snr=s) == pytest.approx(total / scale, abs=1e-8)


@given(
    st.floats(0.51, 0.94),
    st.floats(0.06, 0.94),
    st.floats(0.06, 0.94),
    st.integers(2, 500),
    st.sampled_from([1.613, None]),
)
def test_bound_is_never_above_the_share(student, chosen, rejected, d, snr):
    exact = pair_success(student, chosen, rejected, d=d, snr=snr)
    assert pair_success_bound(student, chosen, rejected, d=d, snr=snr) <= exact + 1e-9
    assert 0 <= exact <= 1
    # The other order helps exactly where this one does not.
    assert pair_success(student, rejected, chosen, d=d, snr=snr) == pytest.approx(1 - exact, abs=1e-7) or d == 2


def test_teachers_at_the_edge_of_what_can_be_reached():
    best = float(ndtr(1.613))
    assert pair_success(0.8, best, 0.6, d=10, snr=1.613) == 1.0
    assert pair_success(0.8, best, best, d=10, snr=1.613) == 0.0


# Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: delta_direction([0.0], [1.0], theta=[1.0], sigma=1.0), "chosen has no direction"),
        (
            lambda: delta_direction([[1.0], [0.0]], [1.0], theta=[1.0], sigma=1.0),
            r"chosen has no direction at row \(1,\)",
        ),
        (lambda: delta_direction([1.0], [1.0, 2.0], theta=[1.0], sigma=1.0), "rejected has 2 coefficients"),
        (lambda: delta_direction([1.0], [np.nan], theta=[1.0], sigma=1.0), "rejected has nan at index 0"),
        (lambda: first_order_gain([1.0], [1.0], [1.0], theta=[0.0], sigma=1.0), "theta has no direction"),
        (lambda: first_order_gain([1.0], [1.0], [1.0], theta=[1.0, 1.0], sigma=1.0), "student has 1 coefficients"),
        (lambda: best_step([1.0, 0.0], [1.0], theta=[1.0, 0.0]), r"direction has shape \(1,\)"),
        (lambda: supervised_threshold([0.6, 0.99], snr=1.0), r"accuracy has 0\.99"),
        (lambda: pair_success(0.5, 0.7, 0.6, d=5), "student is 0.5, but must be better than chance"),
        (lambda: pair_success(0.8, 1.0, 0.6, d=5), "chosen is 1.0"),
        (lambda: pair_success(0.8, 0.99, 0.6, d=5, snr=1.0), "chosen is 0.99, but a linear classifier's"),
        (lambda: pair_success_bound(0.8, 0.7, 0.6, d=1), "d is 1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
