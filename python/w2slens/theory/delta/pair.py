"""Two teachers on the same point: how often which of them is right alone, and what that is worth.

With unit teachers ŵ_c (chosen) and ŵ_r (rejected) of the easy block, (y·ŵ_c·x_e, y·ŵ_r·x_e) is bivariate normal with
means μ_i = ŵ_i·θ_e, variances σ² and correlation ŵ_c·ŵ_r, so that p₊ = P(chosen right, rejected wrong) and p₋, the
other way round, are orthant probabilities. Statement and proof: docs/delta/delta_law.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, owens_t

from ..._arrays import as_float_vector
from ..._checks import as_integer, as_real, as_share
from ...errors import UndefinedError
from ..quadrature import unit

__all__ = ["Pair", "labels_worth", "pair_worth", "teacher_pair"]


@dataclass(frozen=True)
class Pair:
    """Two teachers, by how often one of them is right where the other is wrong.

    Parameters
    ----------
    p_plus, p_minus : float in [0, 1]
        P(chosen right, rejected wrong) and P(chosen wrong, rejected right); their sum is at most 1.

    Raises
    ------
    ValueError, TypeError
        If one is no probability, or their sum exceeds 1.

    Examples
    --------
    >>> pair = Pair(0.13, 0.03)
    >>> round(pair.gap, 12), round(pair.disagreement, 12), round(pair.accuracy, 4)
    (0.1, 0.16, 0.8125)
    """

    p_plus: float
    p_minus: float

    def __post_init__(self) -> None:
        plus, minus = as_share(self.p_plus, "p_plus"), as_share(self.p_minus, "p_minus")
        if plus + minus > 1 + 1e-12:
            raise ValueError(f"p_plus + p_minus is {plus + minus}, but must be at most 1")
        object.__setattr__(self, "p_plus", plus)
        object.__setattr__(self, "p_minus", minus)

    @classmethod
    def of(cls, gap: float, disagreement: float) -> Pair:
        """Return the pair of this gap, in [−1, 1], and disagreement, in [|gap|, 1].

        Examples
        --------
        >>> Pair.of(0.25, 0.5)
        Pair(p_plus=0.375, p_minus=0.125)
        """
        delta = as_real(gap, "gap")
        if not -1 <= delta <= 1:
            raise ValueError(f"gap is {delta}, but must be in [-1, 1]")
        q = as_share(disagreement, "disagreement")
        if q < abs(delta):
            raise ValueError(f"disagreement is {q}, but must be at least |gap| = {abs(delta)}")
        return cls((q + delta) / 2, (q - delta) / 2)

    @property
    def gap(self) -> float:
        """δ = p₊ − p₋, the difference of the teachers' accuracies."""
        return self.p_plus - self.p_minus

    @property
    def disagreement(self) -> float:
        """Q = p₊ + p₋, the share of points on which they disagree."""
        return min(self.p_plus + self.p_minus, 1.0)

    @property
    def accuracy(self) -> float:
        """a_Δ = (1 + δ/q)/2: how often the chosen teacher is the right one of two that disagree.

        Raises
        ------
        UndefinedError
            If they never disagree.
        """
        if self.disagreement == 0:
            raise UndefinedError("the accuracy of a pair is undefined: the teachers never disagree")
        return self.p_plus / (self.p_plus + self.p_minus)

    def swapped(self) -> Pair:
        """Return the pair with the other teacher chosen.

        Examples
        --------
        >>> Pair(0.13, 0.03).swapped()
        Pair(p_plus=0.03, p_minus=0.13)
        """
        return Pair(self.p_minus, self.p_plus)

    def flipped(self, flip: float) -> Pair:
        """Return the pair as it looks when each preference is turned round with probability ``flip``, in [0, 1].

        The disagreement stays, and the gap is multiplied by 1 − 2·flip.

        Examples
        --------
        >>> round(Pair(0.13, 0.03).flipped(0.25).gap, 12)
        0.05
        """
        e = as_share(flip, "flip")
        return Pair((1 - e) * self.p_plus + e * self.p_minus, (1 - e) * self.p_minus + e * self.p_plus)


def teacher_pair(chosen: npt.ArrayLike, rejected: npt.ArrayLike, *, theta: npt.ArrayLike, sigma: float) -> Pair:
    """Return the pair of two linear teachers of overlap points.

    Parameters
    ----------
    chosen, rejected : (d_easy,) arrays, not all zero
        Their coefficients; they have no intercept, and only their directions matter.
    theta : (d,) array, d >= d_easy
        Mean of the class +1; the first ``d_easy`` coordinates are used.
    sigma : float > 0
        Standard deviation of the noise.

    Returns
    -------
    Pair

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its range, has no direction or another length; the message names it.

    Examples
    --------
    >>> pair = teacher_pair([1.0, 0.0], [0.6, 0.8], theta=[1.0, 0.0], sigma=1.0)
    >>> round(pair.gap, 4), round(pair.disagreement, 4)
    (0.1156, 0.2287)
    """
    noise = as_real(sigma, "sigma", positive=True)
    first, second = (_teacher(w, name) for w, name in ((chosen, "chosen"), (rejected, "rejected")))
    mean = as_float_vector(theta, "theta")
    if len(second) != len(first):
        raise ValueError(f"rejected has {len(second)} coefficients, but chosen has {len(first)}")
    if len(mean) < len(first):
        raise ValueError(f"theta has {len(mean)} entries, but the teachers have {len(first)} coefficients")
    easy = mean[: len(first)] / noise
    h, k = float(first @ easy), float(second @ easy)
    # Of nearly parallel vectors the difference is exact, and 1 minus the product is not.
    apart, together = float(np.linalg.norm(first - second)), float(np.linalg.norm(first + second))
    return Pair(_right_and_wrong(h, k, apart, together), _right_and_wrong(k, h, apart, together))


def pair_worth(n: float, pair: Pair) -> float:
    """Return n·δ²/q: how many perfectly labelled points a pair on n points is worth, as n grows.

    Parameters
    ----------
    n : float >= 0
        Number of overlap points that both teachers label.
    pair : Pair

    Returns
    -------
    float

    Raises
    ------
    UndefinedError
        If the teachers never disagree.

    Examples
    --------
    >>> round(pair_worth(400, Pair(0.13, 0.03)), 9)
    25.0
    """
    number = as_real(n, "n")
    if number < 0:
        raise ValueError(f"n is {number}, but must not be negative")
    if pair.disagreement == 0:
        raise UndefinedError("the worth of a pair is undefined: the teachers never disagree")
    return number * pair.gap**2 / pair.disagreement


def labels_worth(n: int, accuracy: float) -> float:
    """Return n·(2a − 1)²: how many perfectly labelled points n labels of one teacher are worth, as n grows.

    Examples
    --------
    >>> round(labels_worth(400, 0.7), 9)
    64.0
    """
    return as_integer(n, "n") * (2 * as_share(accuracy, "accuracy") - 1) ** 2


def _teacher(coefficients: npt.ArrayLike, name: str) -> npt.NDArray[np.float64]:
    norm, direction = unit(as_float_vector(coefficients, name))
    if norm == 0:
        raise ValueError(f"{name} has no direction: every coefficient is 0")
    return direction


def _right_and_wrong(h: float, k: float, apart: float, together: float) -> float:
    """P(U > −h, V <= −k) for standard normals of correlation r; apart² = 2(1 − r), together² = 2(1 + r).

    P(X <= h, Y <= −k) for X = −U, by Owen's T (Owen 1956).
    """
    if apart < 1e-15:
        return max(0.0, float(ndtr(h) - ndtr(k)))
    if together < 1e-15:
        return float(ndtr(min(h, -k)))
    root = apart * together / 2
    if h == 0 and k == 0:
        return float(np.arctan2(apart, together) / np.pi)
    # r·h − k and h − r·k, from whichever end of [−1, 1] nothing cancels.
    if apart < together:
        along_h, along_k = (h - k) - apart**2 / 2 * h, (h - k) + apart**2 / 2 * k
    else:
        along_h, along_k = together**2 / 2 * h - (h + k), (h + k) - together**2 / 2 * k
    half = 0.5 if -h * k < 0 or (h * k == 0 and h - k < 0) else 0.0
    wedges = _wedge(h, along_h / root) + _wedge(-k, along_k / root)
    return min(1.0, max(0.0, float((ndtr(h) + ndtr(-k)) / 2 - wedges - half)))


def _wedge(x: float, across: float) -> float:
    """Owen's T(x, across/x); at x = 0 its limit."""
    return float(np.sign(across)) / 4 if x == 0 else float(owens_t(x, across / x))
