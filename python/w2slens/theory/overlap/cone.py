"""Probability that a random vector lies in a cone around the direction that it should have."""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, ndtr

from ..._arrays import Floats
from ..quadrature import TAIL, legendre

__all__ = ["in_cone"]


def in_cone(cosine: float, first: Floats, centre: Floats, tilt: tuple[float, float], dof: int, count: int) -> Floats:
    """P(first·m + p·q > cosine·√(first² + p² + v²)), p ~ N(centre, 1) and v ~ χ_dof independent.

    Parameters
    ----------
    cosine : float in [0, 1)
        Cosine of the cone's half angle.
    first, centre : (k,)
        Fixed first coordinate, >= 0, and the mean of the second.
    tilt : (m, q)
        Unit vector, the axis of the cone.
    dof : int >= 0
        Number of further coordinates, of mean 0; v is 0 if there are none.
    count : int
        Quadrature nodes per interval.

    Notes
    -----
    For given v the event is p₁(v) < p < p₂(v), the roots of a quadratic equation. So it is an integral over p of a
    chi-square distribution function, 0 or 1 outside an interval or two. On each, p is the sine of a new variable: the
    integrand is then analytic up to the ends, where a chi-square begins with a root.
    """
    m, q = tilt
    if q < 0:
        m, q, centre = m, -q, -centre
    bend = q * q - cosine * cosine
    if bend <= 0 and m <= 0:
        return np.zeros(len(first))
    if cosine == 0 and q == 0:
        return (first > 0).astype(float)
    shortest, longest = _chi_range(dof)
    reach = np.full(len(first), np.inf)
    if bend < 0:
        reach = first * np.sqrt((1 - cosine**2) / -bend)
    # Beyond its reach v leaves no p at all.
    inner, outer = np.minimum(shortest, reach), np.minimum(longest, reach)
    low, low_sure = _first_root(cosine, first, m, q, bend, inner), _first_root(cosine, first, m, q, bend, outer)
    high_sure, high = _last_root(cosine, first, m, q, bend, outer), _last_root(cosine, first, m, q, bend, inner)
    result = np.where(reach > longest, ndtr(high_sure - centre) - ndtr(low_sure - centre), 0.0)
    if dof:
        ends = [(low, low_sure)] if bend >= 0 else [(low, low_sure), (high_sure, high)]
        for left, right in ends:
            result += _partly(cosine, first, centre, (m, q), dof, left, right, count)
    return result


def _chi_range(dof: int) -> tuple[float, float]:
    """Where a χ variable lies but for 1e-16 on either side (Laurent and Massart 2000, lemma 1)."""
    if dof == 0:
        return 0.0, 0.0
    tail, root = 37.0, np.sqrt(dof)  # exp(−37) = 8.5e-17
    return np.sqrt(max(0.0, dof - 2 * root * np.sqrt(tail))), np.sqrt(dof + 2 * root * np.sqrt(tail) + 2 * tail)


def _first_root(cosine: float, first: Floats, m: float, q: float, bend: float, v: Floats) -> Floats:
    root = cosine * np.sqrt(np.maximum(first**2 * (1 - cosine**2) + bend * v**2, 0.0))
    if m < 0:
        return (root - first * m * q) / bend
    above, below = cosine**2 * (first**2 + v**2) - first**2 * m * m, first * m * q + root
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _last_root(cosine: float, first: Floats, m: float, q: float, bend: float, v: Floats) -> Floats:
    if bend >= 0:
        return np.full(len(first), np.inf)
    return (first * m * q + cosine * np.sqrt(np.maximum(first**2 * (1 - cosine**2) + bend * v**2, 0.0))) / -bend


def _partly(
    cosine: float,
    first: Floats,
    centre: Floats,
    tilt: tuple[float, float],
    dof: int,
    left: Floats,
    right: Floats,
    count: int,
) -> Floats:
    """∫ φ(p − centre)·P(χ_dof < V(p)) dp over [left, right], where V is the greatest v still in the cone."""
    left, right = np.maximum(left, centre - TAIL), np.minimum(right, centre + TAIL)
    used = np.flatnonzero(right > left)
    result = np.zeros(len(first))
    if not len(used):
        return result
    left, right, first, centre = left[used], right[used], first[used], centre[used]
    angle, weights = legendre(-np.pi / 2, np.pi / 2, count)
    half = (right - left)[:, None] / 2
    p = (right + left)[:, None] / 2 + half * np.sin(angle)
    along = first[:, None] * tilt[0] + p * tilt[1]
    square = np.maximum((along / cosine) ** 2 - first[:, None] ** 2 - p**2, 0.0) if cosine > 0 else np.inf
    density = np.exp(-((p - centre[:, None]) ** 2) / 2) * half * np.cos(angle) / np.sqrt(2 * np.pi)
    result[used] = (density * gammainc(dof / 2, square / 2)) @ weights
    return result
