"""The share of overlap points on which a student and its teacher agree, against counting and known integrals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from w2slens.theory.overlap import teacher_agreement

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
    found = teacher_agreement(coef[None], np.array([intercept]), teacher=teacher, theta=theta, sigma=sigma)
    assert found[0] == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("intercept", [0.0, 0.7])
def test_agreement_counts_points(intercept):
    random = np.random.default_rng(1)
    theta, coef, teacher = np.array([1.0, 0.5, 0.8, 0.2]), np.array([0.4, -0.6, 1.0, 0.1]), np.array([1.0, 0.3])
    y = random.choice([-1, 1], 400_000)
    X = y[:, None] * theta + 1.3 * random.standard_normal((y.size, 4))
    same = (X @ coef + intercept > 0) == (X[:, :2] @ teacher > 0)
    found = teacher_agreement(coef[None], np.array([intercept]), teacher=teacher, theta=theta, sigma=1.3)[0]
    assert abs(same.mean() - found) < 4 * np.sqrt(found * (1 - found) / y.size)


def test_a_copy_agrees_always_its_opposite_never_and_a_constant_half_the_time():
    teacher, theta = np.array([1.0, 2.0]), np.array([0.3, 0.1, 0.7])
    coef = np.array([[2.0, 4.0, 0.0], [-2.0, -4.0, 0.0], [0.0, 0.0, 0.0]])
    found = teacher_agreement(coef, np.array([0.0, 0.0, 5.0]), teacher=teacher, theta=theta, sigma=1.0)
    np.testing.assert_allclose(found, [1, 0, 0.5], atol=1e-7)


@pytest.mark.parametrize("theta", [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
def test_scores_centred_at_zero(theta):
    # Both centred: P = ½ + arcsin(ρ)/π (Sheppard 1899).
    coef, teacher = np.array([[0.6, 0.0, 0.8]]), np.array([1.0, 0.0])
    found = teacher_agreement(coef, teacher=teacher, theta=theta, sigma=1.0)[0]
    mean = np.array([theta[0], 0.6 * theta[0]])
    covariance = [[1, 0.6], [0.6, 1]]
    expected = sum(multivariate_normal.cdf([0, 0], side * mean, covariance) for side in (1, -1))
    assert found == pytest.approx(expected, abs=2e-5)
    if not theta[0]:
        assert found == pytest.approx(0.5 + np.arcsin(0.6) / np.pi, abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"coef": [1.0, 0.0]}, r"coef has shape \(2,\)"),
        ({"theta": [1.0]}, r"theta \(1,\)"),
        ({"teacher": [1.0, 1.0, 1.0]}, r"teacher has shape \(3,\)"),
        ({"teacher": [0.0]}, "teacher is 0"),
        ({"intercept": [0.0, 1.0]}, r"intercept has shape \(2,\)"),
        ({"sigma": 0.0}, "sigma"),
        ({"coef": [[np.nan, 0.0]]}, "coef"),
    ],
)
def test_bad_input_is_refused_by_name(changes, message):
    given = {"coef": [[1.0, 0.0]], "intercept": 0.0, "teacher": [1.0], "theta": [1.0, 0.5], "sigma": 1.0} | changes
    with pytest.raises(ValueError, match=message):
        teacher_agreement(given.pop("coef"), given.pop("intercept"), **given)
