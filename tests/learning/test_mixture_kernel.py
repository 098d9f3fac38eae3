"""The mixture kernel against its law, its twins, quadrature and SciPy."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from w2slens import _kernels
from w2slens.learning import GaussianMixture
from w2slens.regions import Region
from w2slens.testing.learning import accuracy_twin, linear_classifiers, mixtures, region_counts, sample_twin
from w2slens.theory.overlap import linear_accuracy
from w2slens.theory.overlap.linear import as_mixture

N = 1_000_000
TAIL = 3.654152885361009  # where the ziggurat's base layer ends


@pytest.fixture(scope="module")
def normals():
    return GaussianMixture(np.ones(10), 1.0, 5, "full").sample((0, 0, 0, N // 10), 2024).X.ravel()


def test_distribution_is_normal(normals):
    assert stats.kstest(normals, "norm").pvalue > 1e-4


@pytest.mark.parametrize(("power", "mean", "variance"), [(1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)])
def test_moments(normals, power, mean, variance):
    assert abs(np.mean(normals**power) - mean) < 5 * np.sqrt(variance / N)


@pytest.mark.parametrize("edge", [3.0, 3.5, TAIL, 4.0, 4.5])
@pytest.mark.parametrize("sign", [-1, 1])
def test_tails(normals, edge, sign):
    beyond = int(np.sum(sign * normals > edge))
    assert stats.binomtest(beyond, N, stats.norm.sf(edge)).pvalue > 1e-5


def test_law_beyond_the_ziggurat_edge():
    tail = GaussianMixture([0.0], 1.0, 0, "full").sample((0, 0, 0, 4_000_000), 5).X.ravel()
    tail = np.abs(tail[np.abs(tail) > TAIL])
    assert tail.size > 500
    assert stats.kstest(tail, lambda x: 1 - stats.norm.sf(x) / stats.norm.sf(TAIL)).pvalue > 1e-4


def test_neighbouring_draws_are_independent(normals):
    for lag in (1, 2, 10, 640):
        assert abs(np.mean(normals[lag:] * normals[:-lag])) < 5 / np.sqrt(N)


@given(mixture=mixtures(), counts=region_counts(), seed=st.integers(0, 2**64))
def test_bits_do_not_depend_on_threads(mixture, counts, seed):
    one, *others = (mixture.sample(counts, seed, n_threads=n) for n in (1, 2, 7, None))
    for other in others:
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@given(mixture=mixtures(), counts=region_counts(), seed=st.integers(0, 2**64))
def test_single_precision_is_double_rounded(mixture, counts, seed):
    double, single = mixture.sample(counts, seed), mixture.sample(counts, seed, dtype=np.float32)
    assert single.X.dtype == np.float32
    assert np.array_equal(double.X.astype(np.float32), single.X)
    assert np.array_equal(double.y, single.y)


@given(mixture=mixtures(), counts=region_counts(max_count=200), seed=st.integers(0, 2**32))
def test_longer_samples_begin_with_the_shorter(mixture, counts, seed):
    *others, neither = counts
    short, long = mixture.sample(counts, seed), mixture.sample((*others, neither + 70), seed)
    assert np.array_equal(short.X, long.X[: len(short.X)])
    assert np.array_equal(short.y, long.y[: len(short.y)])


@given(mixture=mixtures(), counts=region_counts(), seed=st.integers(0, 2**32))
def test_structure_equals_that_of_the_twin(mixture, counts, seed):
    ours, twin = mixture.sample(counts, seed), sample_twin(mixture, counts, seed)
    for a, b in zip(ours, twin, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
    assert np.array_equal(ours.regions, twin.regions)
    assert set(np.unique(ours.y)) <= {-1, 1}
    assert np.array_equal(ours.X == 0, twin.X == 0)  # exact zeros where, and only where, a block is zeroed


@pytest.mark.parametrize("noise", ["zeroed", "full"])
def test_means_and_covariances_by_region(noise):
    theta, sigma, n = np.array([0.5, -1.0, 2.0]), 1.5, 100_000
    X, y, regions = GaussianMixture(theta, sigma, 1, noise).sample((n, n, n, n), 11)
    present = {0: [1, 0, 0], 1: [0, 1, 1], 2: [1, 1, 1], 3: [0, 0, 0]}
    for code, mask in present.items():
        signed = X[regions == code] * y[regions == code, None]
        noisy = np.array(mask) if noise == "zeroed" else np.ones(3)
        assert np.all(np.abs(signed.mean(0) - theta * mask) <= 5 * sigma * noisy / np.sqrt(n))
        covariance = np.cov(signed.T, bias=True)
        assert np.all(np.abs(covariance - np.diag(sigma**2 * noisy)) <= 5 * sigma**2 * np.sqrt(2 / n))
        assert abs(y[regions == code].sum()) < 5 * np.sqrt(n)


def test_normal_distribution_function_against_scipy():
    mu = np.concatenate([np.linspace(-37, 9, 20_001), [0.0]])
    ours = np.array([linear_accuracy(1.0 * np.ones(1), theta=[m], sigma=1, d_easy=0).hard for m in mu])
    assert np.max(np.abs(ours - special.ndtr(mu))) < 1e-15
    assert np.max(np.abs(ours / special.ndtr(mu) - 1)) < 1e-12


@given(st.data(), mixtures())
def test_accuracy_equals_the_twin(data, mixture):
    coef, intercept = data.draw(linear_classifiers(mixture.d))
    ours = mixture.accuracy(coef, intercept)
    assert ours[:4] == pytest.approx(accuracy_twin(coef, intercept, mixture), abs=1e-13, rel=0)


def positive_by_quadrature(coef, intercept, mean, sd):
    """P(coef·x + intercept > 0) for independent normals x₁, x₂: the integral over x₁ of the probability given x₁."""

    def given_first(x):
        rest, s = coef[0] * x + coef[1] * mean[1] + intercept, abs(coef[1]) * sd[1]
        return stats.norm.cdf(rest / s) if s > 0 else float(rest > 0)

    if sd[0] == 0:
        return given_first(0.0)
    turn = -(coef[1] * mean[1] + intercept) / coef[0] if coef[0] else mean[0]
    low, high = mean[0] - 9 * sd[0], mean[0] + 9 * sd[0]
    edges = [low, *sorted({x for x in (mean[0], turn) if low < x < high}), high]  # a jump lies at an edge
    return sum(
        integrate.quad(lambda x: stats.norm.pdf(x, mean[0], sd[0]) * given_first(x), a, b, epsabs=1e-11)[0]
        for a, b in pairwise(edges)
    )


@pytest.mark.parametrize("noise", ["zeroed", "full"])
@pytest.mark.parametrize("zero", [None, 0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_accuracy_against_quadrature(noise, zero, seed):
    random = np.random.default_rng(seed)
    theta, coef, intercept = random.normal(size=2), random.normal(size=2), random.normal()
    if zero is not None:
        coef[zero] = 0.0
    sigma = random.uniform(0.3, 2)
    ours = linear_accuracy(coef, intercept, theta=theta, sigma=sigma, d_easy=1, noise=noise)
    for region, mask in enumerate(np.array([[1, 0], [0, 1], [1, 1], [0, 0]])):
        sd = sigma * (mask if noise == "zeroed" else np.ones(2))
        p, q = (positive_by_quadrature(coef, intercept, y * theta * mask, sd) for y in (1, -1))
        assert ours[region] == pytest.approx(0.5 * p + 0.5 * (1 - q), abs=1e-10)


def test_accuracy_against_sampling_within_clopper_pearson_bands():
    """40 proportions; each interval covers with probability 1 − 1e-6/40, so all of them with 1 − 1e-6."""
    random = np.random.default_rng(3)
    for noise in ("zeroed", "full"):
        for trial in range(5):
            d, n = 6, 20_000
            mixture = GaussianMixture(random.random(d), 1.5, int(random.integers(1, d)), noise)
            coef, intercept = random.normal(size=d), random.normal()
            X, y, regions = mixture.sample((n, n, n, n), trial)
            right = np.where(X @ coef + intercept > 0, 1, -1) == y
            for region in Region:
                k = int(right[regions == region].sum())
                low, high = stats.binomtest(k, n).proportion_ci(1 - 1e-6 / 40, "exact")
                assert low <= mixture.accuracy(coef, intercept)[region] <= high


def test_kernel_refuses_wrong_memory():
    mixture, key = as_mixture(np.ones(2), 1.0, 1, "zeroed"), bytes(32)
    y, regions = np.empty(3, np.int8), np.empty(3, np.int8)

    def call(X, y=y, regions=regions, key=key):
        _kernels.sample_mixture(mixture, (1, 1, 1, 0), key, X, y, regions)

    call(np.empty((3, 2)))
    for X in (np.empty((2, 2)), np.empty((3, 3)), np.empty((3, 2), order="F"), np.empty((6, 2))[::2]):
        with pytest.raises(ValueError, match=r"x must be a C-contiguous \(3, 2\) array"):
            call(X)
    with pytest.raises(ValueError, match="y has shape"):
        call(np.empty((3, 2)), y=y[:2])
    with pytest.raises(ValueError, match="regions has shape"):
        call(np.empty((3, 2)), regions=regions[:2])
    with pytest.raises(ValueError, match="regions must be contiguous"):
        call(np.empty((3, 2)), regions=np.empty(6, np.int8)[::2])
    with pytest.raises(ValueError, match="key must have 32 bytes"):
        call(np.empty((3, 2)), key=b"short")
    for dtype in (np.float16, np.int64, object):
        with pytest.raises(TypeError):
            call(np.empty((3, 2), dtype))
    with pytest.raises(ValueError, match="coef has 3 entries, expected 2 × 2"):
        _kernels.mixture_accuracy(mixture, np.ones(3), np.ones(2))
    with pytest.raises(ValueError, match='noise is "none", but must be zeroed or full'):
        _kernels.mixture_accuracy(mixture._replace(noise="none"), np.ones(2), np.ones(1))
