"""The coupling bound in the mixture against adaptive quadrature, against samples, and where it is attained."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import w2slens as wl
from w2slens.theory.expansion import mixture_coupling


def drawn(seed, d_easy=3, d_hard=4):
    rng = np.random.default_rng(seed)
    theta = rng.random(d_easy + d_hard)
    teacher = theta[:d_easy] + rng.normal(size=d_easy) * 0.5
    coef = theta * rng.uniform(0.2, 2, theta.size) + rng.normal(size=theta.size) * 0.4
    return theta, float(rng.uniform(0.4, 2.5)), d_easy, teacher, coef, float(rng.normal() * 0.3)


def by_adaptive_quadrature(theta, sigma, k, v, w, b):
    """Terms on the class +1, conditioning on the hard score instead of the easy one."""
    score = stats.norm(w[k:] @ theta[k:] + b, sigma * np.linalg.norm(w[k:]))
    means = np.array([w[:k] @ theta[:k], v @ theta[:k]])
    law = stats.multivariate_normal(means, sigma**2 * np.array([[w[:k] @ w[:k], w[:k] @ v], [w[:k] @ v, v @ v]]))
    right = stats.norm.cdf(means[1] / (sigma * np.linalg.norm(v)))

    def wrong(a):  # P(E <= -a, U > 0)
        return stats.norm.cdf((-a - means[0]) / np.sqrt(law.cov[0, 0])) - law.cdf([-a, 0.0])

    reach = score.mean() - 9 * score.std(), score.mean() + 9 * score.std()
    zero = np.clip(0.0, *reach)
    flips = integrate.quad(lambda a: score.pdf(a) * (right - wrong(a)), reach[0], zero, epsabs=1e-10)[0]
    stays = integrate.quad(lambda a: score.pdf(a) * wrong(a), zero, reach[1], epsabs=1e-10)[0]
    below = integrate.quad(lambda a: score.pdf(a) * wrong(a), reach[0], zero, epsabs=1e-10)[0]
    return score.cdf(0), (flips + stays) / right, (below + stays) / right


@pytest.mark.parametrize("seed", range(6))
def test_terms_equal_adaptive_quadrature(seed):
    theta, sigma, k, v, w, b = drawn(seed)
    terms = mixture_coupling(theta, sigma, k, v, w, b)
    classes = [by_adaptive_quadrature(theta, sigma, k, v, w, shift) for shift in (b, -b)]
    # The bivariate normal distribution function in scipy is good to about 1e-8.
    np.testing.assert_allclose(terms[:3], np.mean(classes, axis=0), atol=1e-7)
    assert terms.quadrature < 1e-12


def test_terms_agree_with_a_sample():
    theta, sigma, k, v, w, b = drawn(11)
    terms = mixture_coupling(theta, sigma, k, v, w, b)
    X, y, _ = wl.GaussianMixture(theta, sigma, k).sample({"overlap": 400_000}, rng=0)
    easy, hard = X[:, :k] @ w[:k], X[:, k:] @ w[k:] + b
    for column, flags in (
        (terms.disagreement, (hard > 0) != (hard + easy > 0)),
        (terms.teacher_disagreement, np.where(hard + easy > 0, 1, -1) != y),
    ):
        good = np.where(X[:, :k] @ v > 0, 1, -1) == y
        means = [flags[good & (y == label)] for label in (-1, 1)]
        error = np.sqrt(sum(part.var() / part.size for part in means)) / 2
        assert abs(np.mean([part.mean() for part in means]) - column) < 5 * error


@given(st.integers(0, 2**32))
@settings(max_examples=200)
def test_bound_and_error(seed):
    theta, sigma, k, v, w, b = drawn(seed)
    terms = mixture_coupling(theta, sigma, k, v, w, b)
    mixture = wl.GaussianMixture(theta, sigma, k)
    assert 1 - terms.error == pytest.approx(mixture.accuracy(w, b).hard, abs=1e-12)
    assert terms.bound >= terms.error - 1e-12


def test_bound_is_attained_where_the_easy_block_is_the_teacher():
    theta, sigma, k, v, w, b = drawn(3)
    copied = np.r_[2.5 * v, w[k:]]
    terms = mixture_coupling(theta, sigma, k, v, copied, b)
    assert terms.bound == pytest.approx(terms.error, abs=1e-12)
    blind = mixture_coupling(theta, sigma, k, v, np.r_[np.zeros(k), w[k:]], b)
    assert (blind.disagreement, blind.teacher_disagreement) == (0.0, blind.error)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({0: [1.0, np.nan]}, "theta has nan at index 1"),
        ({1: 0.0}, "sigma is 0"),
        ({2: 2}, "d_easy is 2"),
        ({3: [1.0, 1.0]}, "teacher has shape"),
        ({3: [0.0]}, "must not be zero"),
        ({4: [1.0]}, "coef has shape"),
        ({4: [1.0, 0.0]}, "must not be zero"),
    ],
)
def test_refuses_by_name(changed, message):
    arguments = [[1.0, 1.0], 1.0, 1, [1.0], [1.0, 1.0]]
    for place, value in changed.items():
        arguments[place] = value
    with pytest.raises(ValueError, match=message):
        mixture_coupling(*arguments)


def test_only_the_students_direction_matters():
    def terms(scale):
        coef = np.array([0.5, 1.0]) * scale
        return mixture_coupling([1.0, 1.0], 1.0, 1, np.array([1.0]) * scale, coef, 0.3 * scale)

    for scale in (1e200, 1e-200):
        assert terms(scale) == pytest.approx(terms(1.0), abs=1e-12)
