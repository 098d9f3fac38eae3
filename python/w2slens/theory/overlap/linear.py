"""Exact accuracy of linear classifiers on the Gaussian mixture, region by region."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ... import _kernels
from ..._arrays import Floats, as_floats
from ..._checks import as_integer, as_real, one_of
from ...regions import Counts, Noise, RegionAccuracy

__all__ = ["MixtureParameters", "accuracy_on", "as_mixture", "linear_accuracy", "weighted"]


class MixtureParameters(NamedTuple):
    """A Gaussian mixture as the kernels take it: θ (d,), σ, the size of the easy block, what absent blocks hold."""

    theta: Floats
    sigma: float
    d_easy: int
    noise: Noise


def linear_accuracy(
    coef: npt.ArrayLike,
    intercept: npt.ArrayLike = 0.0,
    *,
    theta: npt.ArrayLike,
    sigma: float,
    d_easy: int,
    noise: Noise = "zeroed",
) -> RegionAccuracy:
    """Return the exact population accuracy, per region, of linear classifiers on a Gaussian mixture.

    A classifier says +1 where ``coef @ x + intercept > 0`` and −1 elsewhere, as scikit-learn's do. With μ the sum of
    w·θ over the blocks present and s = σ‖w‖ over the blocks with noise, its accuracy is
    ½Φ((μ+b)/s) + ½Φ((μ−b)/s), and exactly ½ where w vanishes on the latter, for then the prediction is constant.

    Parameters
    ----------
    coef : (d,) or (k, d)
        Coefficients of one classifier, or of k.
    intercept : float or (k,)
        Intercepts.
    theta, sigma, d_easy, noise
        The mixture, as in `GaussianMixture`.

    Returns
    -------
    RegionAccuracy
        Floats for one classifier, (k,) arrays for k; ``overall`` is NaN, as there are no counts.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, an entry is not finite or no number, or a parameter is outside its range.

    Examples
    --------
    >>> result = linear_accuracy([[0, 1], [1, 0]], theta=[1, 2], sigma=1, d_easy=1)
    >>> result.hard.round(3).tolist()
    [0.977, 0.5]
    """
    return accuracy_on(as_mixture(theta, sigma, d_easy, noise), coef, intercept, None)


def accuracy_on(
    mixture: MixtureParameters, coef: npt.ArrayLike, intercept: npt.ArrayLike, counts: Counts | None
) -> RegionAccuracy:
    """`linear_accuracy` on a mixture that has been checked, overall accuracy included where there are counts."""
    w = as_floats(coef, "coef")
    if w.ndim not in (1, 2) or w.shape[-1] != mixture.theta.size:
        raise ValueError(f"coef has shape {w.shape}, expected ({mixture.theta.size},) or (k, {mixture.theta.size})")
    b = as_floats(intercept, "intercept")
    if b.shape not in ((), w.shape[:-1]):
        wanted = "a number" if w.ndim == 1 else f"a number or ({len(w)},)"
        raise ValueError(f"intercept has shape {b.shape}, expected {wanted}")
    rows = np.atleast_2d(w)
    b = np.ascontiguousarray(np.broadcast_to(b, len(rows)))
    by_region = _kernels.mixture_accuracy(mixture, rows.reshape(-1), b)
    columns = [*by_region.T, weighted(by_region, counts)]
    return RegionAccuracy(*(columns if w.ndim == 2 else (float(column[0]) for column in columns)))


def weighted(by_region: Floats, counts: Counts | None) -> Floats:
    """Mean over the regions (k, 4) by their counts, (k,); NaN where there are none."""
    if counts is None or sum(counts) == 0:
        return np.full(len(by_region), np.nan)
    # Regions that do not occur must not enter, and one that occurs alone must come out unchanged.
    return by_region @ (np.array(counts) / sum(counts))


def as_mixture(theta: npt.ArrayLike, sigma: float, d_easy: int, noise: Noise) -> MixtureParameters:
    """Return the parameters of a mixture, checked: θ as a frozen copy, σ, the size of the easy block, noise."""
    mean = np.array(as_floats(theta, "theta"))
    if mean.ndim != 1 or mean.size == 0:
        raise ValueError(f"theta has shape {mean.shape}, expected (d,) with d at least 1")
    mean.flags.writeable = False
    size = as_integer(d_easy, "d_easy")
    if size > mean.size:
        raise ValueError(f"d_easy is {size}, but theta has only {mean.size} coordinates")
    one_of(noise, "noise", ("zeroed", "full"))
    return MixtureParameters(mean, as_real(sigma, "sigma", positive=True), size, noise)
