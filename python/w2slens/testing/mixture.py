"""Gaussian mixtures and linear classifiers to test with, and the obvious way to sample and to score them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from w2slens._random import RandomSource, generator
from w2slens.mixture import GaussianMixture, Noise, Sample
from w2slens.regions import Region

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["accuracy_twin", "linear_classifiers", "mixtures", "sample_twin"]


def mixtures(
    *,
    min_d: int = 1,
    max_d: int = 6,
    max_count: int = 90,
    noises: tuple[Noise, ...] = ("zeroed", "full"),
    max_theta: float = 3.0,
) -> SearchStrategy[GaussianMixture]:
    """Generate Gaussian mixtures, with absent regions, empty blocks and coordinates without signal among them.

    Parameters
    ----------
    min_d, max_d : int
        Range of the number of coordinates.
    max_count : int
        Greatest number of points in each region.
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
        counts = draw(st.tuples(*[st.one_of(st.just(0), st.integers(0, max_count)) for _ in Region]))
        sigma = draw(st.floats(0.05, 10.0))
        return GaussianMixture(theta, sigma, draw(st.integers(0, d)), counts, draw(st.sampled_from(noises)))

    return build()


def linear_classifiers(d: int, *, max_coef: float = 3.0) -> SearchStrategy[tuple[npt.NDArray[np.float64], float]]:
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


def sample_twin(mixture: GaussianMixture, rng: RandomSource = None) -> Sample:
    """Draw a sample point by point with NumPy: the law of `GaussianMixture.sample`, other random numbers.

    Examples
    --------
    >>> sample_twin(GaussianMixture([1.0], sigma=1.0, d_easy=0, counts=(0, 2, 0, 1)), rng=0).regions.tolist()
    [1, 1, 3]
    """
    random = generator(rng)
    points, labels, regions = [], [], []
    for region, count in zip(Region, mixture.counts, strict=True):
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
    >>> accuracy_twin([1.0], 0.0, GaussianMixture([0.0], sigma=1.0, d_easy=0, counts=(0, 0, 0, 0)))
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
