"""Mixtures, classifiers and classification problems to test with, and the obvious way to sample, fit and score them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._arrays import Floats
from .._random import RandomSource, generator
from ..learning.mixture import GaussianMixture, Sample
from ..regions import Noise, Region

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "accuracy_twin",
    "classification_problems",
    "linear_classifiers",
    "logistic_gradient",
    "logistic_twin",
    "mixtures",
    "region_counts",
    "sample_twin",
]


def mixtures(
    *,
    min_d: int = 1,
    max_d: int = 6,
    noises: tuple[Noise, ...] = ("zeroed", "full"),
    max_theta: float = 3.0,
) -> SearchStrategy[GaussianMixture]:
    """Generate Gaussian mixtures, with empty blocks and coordinates without signal among them.

    Parameters
    ----------
    min_d, max_d : int
        Range of the number of coordinates.
    noises : tuple of "zeroed" and "full"
        Kinds of absent blocks.
    max_theta : float
        Greatest absolute mean.

    Returns
    -------
    SearchStrategy of GaussianMixture

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     mixtures(max_d=2, noises=("full",)).example().noise
    'full'
    """
    from hypothesis import strategies as st

    @st.composite
    def build(draw: Any) -> GaussianMixture:
        d = draw(st.integers(min_d, max_d))
        theta = draw(st.lists(_numbers(max_theta), min_size=d, max_size=d))
        sigma = draw(st.floats(0.05, 10.0))
        return GaussianMixture(theta, sigma, draw(st.integers(0, d)), draw(st.sampled_from(noises)))

    return build()


def region_counts(*, max_count: int = 90) -> SearchStrategy[tuple[int, int, int, int]]:
    """Generate numbers of points (easy, hard, overlap, neither) to sample, with absent regions among them.

    Parameters
    ----------
    max_count : int
        Greatest number of points in each region.

    Returns
    -------
    SearchStrategy of (int, int, int, int)

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     max(region_counts(max_count=3).example()) <= 3
    True
    """
    from hypothesis import strategies as st

    return st.tuples(*[st.one_of(st.just(0), st.integers(0, max_count))] * 4)


def linear_classifiers(d: int, *, max_coef: float = 3.0) -> SearchStrategy[tuple[Floats, float]]:
    """Generate (coef of shape (d,), intercept), with zero coefficients and all-zero classifiers among them.

    Parameters
    ----------
    d : int
        Number of coordinates.
    max_coef : float
        Greatest absolute coefficient and intercept.

    Returns
    -------
    SearchStrategy of (array, float)

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     linear_classifiers(3).example()[0].shape
    (3,)
    """
    from hypothesis import strategies as st

    numbers = _numbers(max_coef)
    return st.tuples(st.lists(numbers, min_size=d, max_size=d).map(np.array), numbers)


def _numbers(largest: float) -> SearchStrategy[float]:
    """Zero often, and otherwise large enough that products of two keep all their digits."""
    from hypothesis import strategies as st

    return st.one_of(st.just(0.0), st.floats(-largest, largest).map(lambda x: x if abs(x) >= 1e-100 else 0.0))


def sample_twin(mixture: GaussianMixture, counts: tuple[int, int, int, int], rng: RandomSource = None) -> Sample:
    """Draw a sample point by point with NumPy: the law of `GaussianMixture.sample`, other random numbers.

    Examples
    --------
    >>> sample_twin(GaussianMixture([1.0], sigma=1.0, d_easy=0), (0, 2, 0, 1), rng=0).regions.tolist()
    [1, 1, 3]
    """
    random = generator(rng)
    points, labels, regions = [], [], []
    for region, count in zip(Region, counts, strict=True):
        for _ in range(count):
            label = random.choice([-1, 1])
            present = _present(region, mixture)
            noise = mixture.sigma * random.standard_normal(mixture.d)
            points.append(present * (label * mixture.theta) + (present | (mixture.noise == "full")) * noise)
            labels.append(label)
            regions.append(region)
    X = np.array(points, np.float64).reshape(len(points), mixture.d)
    return Sample(X, np.array(labels, np.int8), np.array(regions, np.int8))


def accuracy_twin(coef: npt.ArrayLike, intercept: float, mixture: GaussianMixture) -> list[float]:
    """Return the population accuracy of one linear classifier in each region, by the definition, one label at a time.

    Examples
    --------
    >>> accuracy_twin([1.0], 0.0, GaussianMixture([0.0], sigma=1.0, d_easy=0))
    [0.5, 0.5, 0.5, 0.5]
    """
    w = np.asarray(coef, np.float64)
    result = []
    for region in Region:
        present = _present(region, mixture)
        noisy = present | (mixture.noise == "full")
        s = mixture.sigma * math.hypot(*(w * noisy))
        right = 0.0
        for label in (-1, 1):
            mean = math.fsum(w * present * mixture.theta * label) + intercept
            positive = float(mean > 0) if s == 0 else 0.5 * math.erfc(-mean / s / math.sqrt(2))
            right += 0.5 * (positive if label == 1 else 1 - positive)
        result.append(right)
    return result


def _present(region: Region, mixture: GaussianMixture) -> npt.NDArray[np.bool_]:
    easy = np.arange(mixture.d) < mixture.d_easy
    return {
        Region.EASY: easy,
        Region.HARD: ~easy,
        Region.OVERLAP: np.ones(mixture.d, bool),
        Region.NEITHER: np.zeros(mixture.d, bool),
    }[region]


def logistic_gradient(
    X: npt.NDArray[Any], t: npt.NDArray[Any], coef: npt.NDArray[Any], intercept: float, C: float = 1.0
) -> Floats:
    """Gradient of ½‖w‖² + C Σ [log(1 + exp z) − t z] in (w, b), shape (d + 1,); t is the probability of +1."""
    z = X @ coef + intercept
    residual = C * (1 / (1 + np.exp(-z)) - t)
    return np.append(coef + X.T @ residual, residual.sum())


def logistic_twin(
    X: npt.NDArray[Any], t: npt.NDArray[Any], *, C: float = 1.0, fit_intercept: bool = True
) -> tuple[Floats, float]:
    """Newton's method as in a textbook: dense Hessian, halved steps; returns (coef, intercept)."""
    n, d = X.shape
    Z = np.column_stack([X, np.ones(n)]) if fit_intercept else X
    ridge = np.diag(np.append(np.ones(d), 0.0)[: Z.shape[1]])
    w = np.zeros(Z.shape[1])

    def value(w: Floats) -> float:
        z = Z @ w
        return float(0.5 * w @ ridge @ w + C * np.sum(np.logaddexp(0, z) - t * z))

    for _ in range(500):
        p = 1 / (1 + np.exp(-(Z @ w)))
        gradient = ridge @ w + C * Z.T @ (p - t)
        hessian = ridge + C * (Z.T * (p * (1 - p))) @ Z
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while value(w - length * step) > value(w) + 1e-12 * abs(value(w)) and length > 1e-10:
            length /= 2
        w = w - length * step
        if np.abs(step).max() < 1e-9 * max(1.0, np.abs(w).max()):
            break
    return w[:d], float(w[d]) if fit_intercept else 0.0


def classification_problems(
    *, max_points: int = 40, max_dims: int = 5, separable: bool | None = None, single_class: bool = False
) -> SearchStrategy[tuple[Floats, npt.NDArray[np.int64]]]:
    """Points and labels −1, +1, with both classes present unless a single one is asked for.

    Parameters
    ----------
    max_points, max_dims : int
    separable : bool, optional
        True: the first coordinate tells the class. None: labels are arbitrary.
    single_class : bool
        Whether all labels are the same, as a weak model's pseudo-labels may be.
    """
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp

    @st.composite
    def problems(draw: Any) -> tuple[Floats, npt.NDArray[np.int64]]:
        n, d = draw(st.integers(2, max_points)), draw(st.integers(1, max_dims))
        X = draw(hnp.arrays(np.float64, (n, d), elements=st.floats(-3, 3, width=32)))
        y = draw(hnp.arrays(np.int64, n, elements=st.sampled_from([-1, 1])))
        if single_class:
            y[:] = y[0]
        else:
            y[0], y[1] = -1, 1
        if separable:
            X[:, 0] = y * (0.5 + np.abs(X[:, 0]))
        return X, y

    return problems()
