"""How a normal vector lies to an axis: the distribution function of its cosine."""

from __future__ import annotations

import numpy as np
from scipy.special import chndtr, gammaincc, ndtr

from ..._arrays import Floats
from ..quadrature import TAIL, legendre

__all__ = ["below"]


def below(cosine: float, centre: Floats, weights: Floats, dof: int, noncentrality: float) -> float:
    """Return Σ weights · P(U <= cosine·√(U² + V²)), U ~ N(centre, 1) and V² ~ χ²_dof(noncentrality) independent.

    Parameters
    ----------
    cosine : float in [−1, 1)
    centre, weights : (k,)
        A mixture of laws of U; the weights need not sum to one.
    dof : int >= 0
        Of V; with none V is 0, and the cosine ±1.
    noncentrality : float >= 0

    Notes
    -----
    For a cosine >= 0 it is P(U <= s·V), s = cosine/√(1 − cosine²): a normal distribution function up to where V
    certainly exceeds U/s, and from there the integral over U's density of a chi-square survival function.
    """
    if dof == 0:
        return float(weights @ ndtr(-centre))
    if cosine < 0:
        return float(weights.sum()) - below(-cosine, -centre, weights, dof, noncentrality)
    slope = cosine / np.sqrt((1 - cosine) * (1 + cosine))
    middle = np.sqrt(dof + noncentrality)
    start, end = slope * max(0.0, middle - TAIL - 1), slope * (middle + TAIL)
    certain = float(weights @ ndtr(start - centre))
    first, last = max(start, float(centre.min()) - TAIL), min(end, float(centre.max()) + TAIL)
    if not first < last:
        return certain
    # Both factors change over lengths of 1 or the slope, whichever is less.
    count = 32 * (1 + int(np.ceil(6 * (last - first) / min(1.0, slope) / 32)))
    nodes, lengths = legendre(first, last, count)
    beyond = _survival((nodes / slope) ** 2, dof, noncentrality) * lengths
    density = np.exp(-((nodes[:, None] - centre) ** 2) / 2) / np.sqrt(2 * np.pi)
    return certain + float(beyond @ density @ weights)


def _survival(squares: Floats, dof: int, noncentrality: float) -> Floats:
    """P(χ²_dof(noncentrality) >= squares)."""
    if noncentrality == 0:
        return gammaincc(dof / 2, squares / 2)
    return 1 - chndtr(squares, dof, noncentrality)
