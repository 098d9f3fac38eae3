"""The Gaussian mixture of easy and hard patterns: samples, and exact accuracies of linear classifiers.

The label y is uniform on ±1. A block that is present is yθ + σz, z standard normal; an absent one is exactly 0
(``noise="zeroed"``, the published experiment) or σz (``noise="full"``). Source: Shin, Cooper, Sala 2025, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import Floats
from .._checks import as_threads
from .._random import RandomSource, lent_key
from ..regions import Counts, Noise, Region, RegionAccuracy, as_counts
from ..theory.overlap.linear import MixtureParameters, accuracy_on, as_mixture, weighted

__all__ = ["GaussianMixture", "Sample"]


class Sample(NamedTuple):
    """Points of a mixture, in the order of the regions.

    Attributes
    ----------
    X : (n, d) float32 or float64
        Points; the first ``d_easy`` columns are the easy block.
    y : (n,) int8
        Labels, −1 or +1.
    regions : (n,) int8
        True `Region` codes.
    """

    X: npt.NDArray[Any]
    y: npt.NDArray[np.int8]
    regions: npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """A Gaussian mixture of easy-only, hard-only, overlap and pattern-free points.

    Parameters
    ----------
    theta : (d,) array of finite numbers
        Mean of the class +1; the class −1 has −θ.
    sigma : float > 0
        Standard deviation of the noise in every coordinate.
    d_easy : int in [0, d]
        Size of the easy block, the first coordinates; the rest are the hard block.
    noise : {"zeroed", "full"}
        What an absent block holds: exactly 0, or noise.

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type; the message names it.

    References
    ----------
    Shin, Cooper, Sala 2025, section 4 (``noise="zeroed"``).

    Examples
    --------
    >>> mixture = GaussianMixture([1.0, 2.0], sigma=1.0, d_easy=1)
    >>> X, y, regions = mixture.sample({"easy": 2, "overlap": 3}, rng=0)
    >>> regions.tolist(), X[:2, 1].tolist()
    ([0, 0, 2, 2, 2], [0.0, 0.0])
    >>> round(mixture.accuracy([1.0, 1.0]).overlap, 4)
    0.9831
    """

    theta: Floats
    sigma: float
    d_easy: int
    noise: Noise = "zeroed"

    def __init__(self, theta: npt.ArrayLike, sigma: float, d_easy: int, noise: Noise = "zeroed") -> None:
        for name, value in as_mixture(theta, sigma, d_easy, noise)._asdict().items():
            object.__setattr__(self, name, value)

    @property
    def parameters(self) -> MixtureParameters:
        """θ, σ, the size of the easy block and the noise."""
        return MixtureParameters(self.theta, self.sigma, self.d_easy, self.noise)

    @property
    def d(self) -> int:
        """Number of coordinates."""
        return self.theta.size

    def sample(
        self,
        counts: Sequence[int] | Mapping[str, int],
        rng: RandomSource = None,
        *,
        dtype: npt.DTypeLike = np.float64,
        n_threads: int | None = None,
    ) -> Sample:
        """Draw a sample; rows are in the order easy, hard, overlap, neither.

        Parameters
        ----------
        counts : (easy, hard, overlap, neither) or mapping of these names to numbers of points
            Names left out of a mapping count 0.
        rng : int, SeedSequence, Generator or None
            A seed always gives the same sample; a ``Generator`` advances.
        dtype : float64 or float32
            A float32 sample is the float64 sample of the same ``rng``, rounded.
        n_threads : int >= 1 or None
            Number of threads, all by default; the sample does not depend on it.

        Returns
        -------
        Sample
            ``X`` (n, d), ``y`` (n,), ``regions`` (n,), with n the sum of ``counts``.

        Raises
        ------
        ValueError, TypeError
            If ``counts`` are not four integers of at least 0, or are more points than memory can address, ``dtype`` is
            another type, ``n_threads`` is less than 1, or ``rng`` is no source of randomness.

        Examples
        --------
        >>> mixture = GaussianMixture([1.0], sigma=0.5, d_easy=0)
        >>> mixture.sample((0, 3, 0, 0), rng=7, dtype="float32").X.dtype
        dtype('float32')
        """
        numbers = as_counts(counts)
        n = sum(numbers)
        if n * self.d * self.theta.itemsize > np.iinfo(np.intp).max:
            raise ValueError(f"counts is {numbers}, more points of {self.d} coordinates than memory can address")
        precision = np.dtype(dtype)
        if precision not in (np.float64, np.float32):
            raise ValueError(f"dtype is {precision}, but must be float64 or float32")
        threads = as_threads(n_threads)
        X = np.empty((n, self.d), precision)
        y, regions = np.empty(n, np.int8), np.empty(n, np.int8)
        with lent_key(rng) as key:
            _kernels.sample_mixture(self.parameters, numbers, key, X, y, regions, n_threads=threads)
        return Sample(X, y, regions)

    def accuracy(
        self,
        coef: npt.ArrayLike,
        intercept: npt.ArrayLike = 0.0,
        *,
        counts: Sequence[int] | Mapping[str, int] | None = None,
    ) -> RegionAccuracy:
        """Return the population accuracy of linear classifiers on this mixture, exactly; see `linear_accuracy`.

        Parameters
        ----------
        coef : (d,) or (k, d)
            Coefficients of one classifier, or of k.
        intercept : float or (k,)
            Intercepts.
        counts : (easy, hard, overlap, neither) or mapping, optional
            By which ``overall`` weighs the regions; without them it is NaN.

        Returns
        -------
        RegionAccuracy
            Floats for one classifier, (k,) arrays for k.

        Raises
        ------
        ValueError, TypeError
            If the shapes do not fit, an entry is not finite or no number, or ``counts`` are not four integers of at
            least 0.

        Examples
        --------
        >>> mixture = GaussianMixture([1.0, 2.0], sigma=1.0, d_easy=1)
        >>> mixture.accuracy([0.0, 1.0], counts=(1, 0, 0, 1)).overall
        0.5
        """
        return accuracy_on(self.parameters, coef, intercept, _weights(counts))

    def bayes_accuracy(self, *, counts: Sequence[int] | Mapping[str, int] | None = None) -> RegionAccuracy:
        """Return the greatest accuracy of any classifier that knows the region: Φ(‖θ on the blocks present‖/σ).

        It is ½ on neither. With ``noise="zeroed"`` the classifier coef = θ reaches it in every region at once; with
        ``noise="full"`` the region does not show in the point, so that ``overall`` is out of reach.

        Parameters
        ----------
        counts : (easy, hard, overlap, neither) or mapping, optional
            By which ``overall`` weighs the regions; without them it is NaN.

        Returns
        -------
        RegionAccuracy of floats

        Raises
        ------
        ValueError, TypeError
            If ``counts`` are not four integers of at least 0.

        Examples
        --------
        >>> GaussianMixture([0.0, 2.0], sigma=1.0, d_easy=1).bayes_accuracy(counts=(1, 0, 0, 0)).overall
        0.5
        """
        best = np.zeros((4, self.d))
        best[[Region.EASY, Region.OVERLAP], : self.d_easy] = self.theta[: self.d_easy]
        best[[Region.HARD, Region.OVERLAP], self.d_easy :] = self.theta[self.d_easy :]
        by_region = np.diagonal(np.stack(self.accuracy(best)[:4], axis=1))
        easy, hard, overlap, neither = map(float, by_region)
        return RegionAccuracy(easy, hard, overlap, neither, float(weighted(by_region[None], _weights(counts))[0]))


def _weights(counts: Sequence[int] | Mapping[str, int] | None) -> Counts | None:
    return None if counts is None else as_counts(counts)
