"""The law of the weak model's confidence in the Gaussian mixture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..._arrays import Floats, as_float_vector, as_floats
from ..._checks import as_integer, as_real, one_of
from ...regions import Noise, Region, as_region

__all__ = ["confidence_cdf"]


def confidence_cdf(
    c: npt.ArrayLike,
    region: Region,
    *,
    theta: npt.ArrayLike,
    sigma: float,
    d_easy: int,
    coef: npt.ArrayLike,
    intercept: float = 0.0,
    noise: Noise = "zeroed",
) -> Floats:
    """Return P(confidence <= c) for a new point, confidence 2|p − ½| with p the logistic function of w·x_e + b.

    As 2|p − ½| = |tanh((w·x_e + b)/2)|, it is a folded normal law seen through tanh, exact on every region. Where
    the easy block is exactly 0 the confidence is the constant |tanh(b/2)|.

    Parameters
    ----------
    c : array of numbers
        Confidences.
    region : Region
        Region of the point.
    theta, sigma, d_easy, noise
        The mixture, as in `score_law`.
    coef : (d_easy,) array
        Coefficients w of the weak model, on the easy block.
    intercept : float
        Its intercept b.

    Returns
    -------
    array of the shape of ``c``

    Examples
    --------
    >>> mixture = {"theta": [1.0, 1.0, 2.0], "sigma": 1.0, "d_easy": 2}
    >>> confidence_cdf([0.5, 0.9], Region.OVERLAP, coef=[1.0, 1.0], **mixture).round(3).tolist()
    [0.248, 0.748]
    >>> confidence_cdf([0.0], Region.HARD, coef=[1.0, 1.0], **mixture).tolist()
    [1.0]
    """
    mean, w = as_float_vector(theta, "theta"), as_float_vector(coef, "coef")
    size = as_integer(d_easy, "d_easy", least=1, most=len(mean))
    if len(w) != size:
        raise ValueError(f"coef has {len(w)} coefficients, but d_easy is {size}")
    b, deviation = as_real(intercept, "intercept"), as_real(sigma, "sigma", positive=True)
    one_of(noise, "noise", ("zeroed", "full"))
    holds_easy = as_region(region) in (Region.EASY, Region.OVERLAP)
    spread = deviation * float(np.linalg.norm(w)) if holds_easy or noise == "full" else 0.0
    centre = float(w @ mean[:size]) if holds_easy else 0.0
    levels = as_floats(c, "c", infinite=True)
    # |logit| <= limit; outside [0, 1] every or no confidence is.
    with np.errstate(divide="ignore"):
        limit = 2 * np.arctanh(np.clip(levels, 0.0, 1.0))
    if spread == 0:
        return (levels >= np.abs(np.tanh(b / 2))).astype(float)

    def within(shift: float) -> Floats:
        return ndtr((limit - shift) / spread) - ndtr((-limit - shift) / spread)

    return np.where(levels < 0, 0.0, (within(b + centre) + within(b - centre)) / 2)
