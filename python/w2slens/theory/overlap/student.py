"""The overlap law: the exact distribution of what a student learns from n overlap points and a weak teacher.

The averaging student w = (1/n) Σ ŷ_j x_j is the limit of ridge-logistic regression, without intercept, as the penalty
grows. The teacher labels by the sign of ŵ·x_e. In the Gaussian mixture of Shin, Cooper, Sala 2025, section 4 (absent
blocks exactly 0), the student's population accuracy on each region is then a random variable of known law, for every n
and every dimension. Statement and proof: docs/overlap/overlap_law.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..._arrays import Floats, as_float_vector
from ..._checks import as_integer, as_real, as_share
from ..._random import RandomSource, generator
from ...errors import UndefinedError
from ...regions import RegionAccuracy, as_counts
from ..quadrature import unit
from .accuracy import AccuracyLaw, accuracy_of, draw_block, draw_teacher

__all__ = ["StudentLaw", "accuracy_bound", "accuracy_limit", "hard_law", "points_needed", "student_law"]

MOST_POINTS = 10**6


def hard_law(n: int, *, accuracy: float, t: float, sigma: float, d_hard: int) -> AccuracyLaw:
    """Return the law of the averaging student's accuracy on hard-only points.

    Parameters
    ----------
    n : int >= 0
        Number of overlap points it is trained on.
    accuracy : float in [0, 1]
        The teacher's accuracy a = 1 − α on overlap points. If it is itself random, mix the laws.
    t : float >= 0
        ‖θ_h‖.
    sigma : float > 0
        Standard deviation of the noise.
    d_hard : int >= 1
        Size of the hard block.

    Returns
    -------
    AccuracyLaw

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type; the message names it.

    Notes
    -----
    A = Φ((t/σ)·T/√(T² + ν)), ν = d_h − 1, where T given the number r of right labels follows Student's non-central t
    law with ν degrees of freedom and non-centrality (2r − n)t/(σ√n), r ~ Bin(n, a).

    Examples
    --------
    >>> hard_law(0, accuracy=0.8, t=2.5, sigma=1.0, d_hard=20).mean()
    0.5
    """
    a, length, noise = as_share(accuracy, "accuracy"), _at_least_zero(t, "t"), as_real(sigma, "sigma", positive=True)
    return AccuracyLaw(as_integer(n, "n"), a, noise, length, as_integer(d_hard, "d_hard", least=1))


@dataclass(frozen=True)
class StudentLaw:
    """Joint law of the averaging student's accuracies; `student_law` makes it.

    Attributes
    ----------
    easy, hard, overlap : AccuracyLaw
        The law on each region.
    """

    easy: AccuracyLaw
    hard: AccuracyLaw
    overlap: AccuracyLaw

    def mean(self, counts: Sequence[int] | Mapping[str, int] | None = None) -> RegionAccuracy:
        """Return the expected accuracies; ``overall`` weighs the regions by ``counts``, and is NaN without them.

        Examples
        --------
        >>> law = student_law(20, theta=[1.0, 1.0, 2.0], sigma=1.0, d_easy=2, teacher=[1.0, 0.0])
        >>> round(law.mean({"hard": 1, "overlap": 1}).overall, 4)
        0.9828
        """
        return _with_overall((self.easy.mean(), self.hard.mean(), self.overlap.mean(), 0.5), counts)

    def sample(
        self, size: int, rng: RandomSource = None, *, counts: Sequence[int] | Mapping[str, int] | None = None
    ) -> RegionAccuracy:
        """Draw (size,) arrays of accuracies, jointly: entry i of each belongs to one and the same student.

        This is how to obtain the law of the overall accuracy, which has an exact mean but no short integral.

        Examples
        --------
        >>> law = student_law(20, theta=[1.0, 1.0, 2.0], sigma=1.0, d_easy=2, teacher=[1.0, 0.0])
        >>> draws = law.sample(1000, rng=0, counts=(1, 1, 1, 0))
        >>> np.allclose(draws.overall, (draws.easy + draws.hard + draws.overlap) / 3)
        True
        """
        size, random = as_integer(size, "size"), generator(rng)
        half, n = np.full(size, 0.5), self.easy.n
        if n == 0:
            return _with_overall((half, half, half, half), counts)
        agreement, distance = draw_teacher(self.easy, size, random)
        scaled = agreement * np.sqrt(n) / self.easy.sigma
        p_easy, easy = draw_block(scaled * self.easy.t, self.easy.dof, size, random)
        p_hard, hard = draw_block(scaled * self.hard.t, self.hard.dof, size, random)
        blocks_easy, blocks_hard = [(self.easy.t, p_easy)], [(self.hard.t, p_hard)]
        by_region = (
            accuracy_of(self.easy, distance, blocks_easy, distance**2 + easy),
            accuracy_of(self.hard, distance, blocks_hard, hard),
            accuracy_of(self.overlap, distance, blocks_easy + blocks_hard, distance**2 + easy + hard),
            half,
        )
        return _with_overall(by_region, counts)


def student_law(n: int, *, theta: npt.ArrayLike, sigma: float, d_easy: int, teacher: npt.ArrayLike) -> StudentLaw:
    """Return the joint law of the averaging student's accuracies on easy-only, hard-only and overlap points.

    Parameters
    ----------
    n : int >= 0
        Number of overlap points it is trained on.
    theta : (d,) array
        Mean of the class +1.
    sigma : float > 0
        Standard deviation of the noise.
    d_easy : int in [1, d − 1]
        Size of the easy block, the first coordinates.
    teacher : (d_easy,) array, not all zero
        Coefficients of the teacher, which has no intercept; only their direction matters.

    Returns
    -------
    StudentLaw

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type; the message names it.

    Examples
    --------
    >>> law = student_law(95, theta=[0.5] * 40, sigma=5**0.5, d_easy=20, teacher=[1.0] * 20)
    >>> [round(float(m), 3) for m in law.mean()[:3]]
    [0.825, 0.796, 0.891]
    """
    points, noise = as_integer(n, "n"), as_real(sigma, "sigma", positive=True)
    mean, w = as_float_vector(theta, "theta"), as_float_vector(teacher, "teacher")
    size = as_integer(d_easy, "d_easy", least=1, most=len(mean) - 1)
    if len(w) != size:
        raise ValueError(f"teacher has {len(w)} coefficients, but d_easy is {size}")
    norm, direction = unit(w)
    if norm == 0:
        raise ValueError("teacher has no direction: every coefficient is 0")
    margin = float(mean[:size] @ direction)
    rest = float(np.linalg.norm(mean[:size] - margin * direction)) if size > 1 else 0.0
    t = float(np.linalg.norm(mean[size:]))
    accuracy, dof = float(ndtr(margin / noise)), len(mean) - size
    return StudentLaw(
        easy=AccuracyLaw(points, accuracy, noise, rest, size - 1, margin),
        hard=AccuracyLaw(points, accuracy, noise, t, dof),
        overlap=AccuracyLaw(points, accuracy, noise, float(np.hypot(rest, t)), size - 1 + dof, margin),
    )


def accuracy_bound(
    n: npt.ArrayLike, *, accuracy: float, t: float, sigma: float, d_hard: int, delta: float = 0.05
) -> Floats:
    """Return what the accuracy on hard-only points exceeds with probability at least 1 − ``delta``.

    It is Φ((t/σ)/√(1 + σ²D²/(n·p₋²))) with D = √(d_h − 1) + √(2 ln(3/δ)) and
    p₋ = (2a − 1 − √(2 ln(3/δ)/n))·t − σ√(2 ln(3/δ)/n) where p₋ > 0, and elsewhere the vacuous 1 − Φ(t/σ), which no
    student falls below. The law's own quantile, `AccuracyLaw.quantile`, is larger.

    Parameters
    ----------
    n : array of integers >= 0
        Numbers of overlap points.
    accuracy, t, sigma, d_hard
        As in `hard_law`.
    delta : float in (0, 1)
        Probability with which the bound may fail.

    Returns
    -------
    array of the shape of ``n``

    Examples
    --------
    >>> accuracy_bound([0, 1000], accuracy=0.8, t=2.5, sigma=5**0.5, d_hard=20).round(3).tolist()
    [0.132, 0.844]
    """
    points = np.asarray(n)
    if points.dtype.kind not in "iu":
        raise TypeError(f"n must hold integers, not {points.dtype}")
    if np.any(points < 0):
        raise ValueError(f"n has {points[points < 0].flat[0]}, but every entry must be at least 0")
    a, length, noise = as_share(accuracy, "accuracy"), _at_least_zero(t, "t"), as_real(sigma, "sigma", positive=True)
    dof = as_integer(d_hard, "d_hard", least=1) - 1
    risk = as_real(delta, "delta")
    if not 0 < risk < 1:
        raise ValueError(f"delta is {risk}, but must be between 0 and 1")
    shift = np.sqrt(2 * np.log(3 / risk))
    root = np.sqrt(np.maximum(points, 1))
    signal = (2 * a - 1 - shift / root) * length - noise * shift / root
    applies = (points > 0) & (signal > 0)
    ratio = np.divide(noise * (np.sqrt(dof) + shift), root * signal, out=np.full(points.shape, np.inf), where=applies)
    return np.where(applies, ndtr(length / noise / np.sqrt(1 + ratio**2)), ndtr(-length / noise))


def accuracy_limit(*, accuracy: float, t: float, sigma: float) -> float:
    """Return what the accuracy on hard-only points tends to as n grows: Φ(t/σ), ½ or 1 − Φ(t/σ) as a > ½, = ½ or < ½.

    For a = ½ it is the limit of the mean only: the law itself does not concentrate.

    Examples
    --------
    >>> accuracy_limit(accuracy=0.51, t=2.0, sigma=1.0).__round__(4)
    0.9772
    """
    a, length, noise = as_share(accuracy, "accuracy"), _at_least_zero(t, "t"), as_real(sigma, "sigma", positive=True)
    return float(ndtr(np.sign(a - 0.5) * length / noise))


def points_needed(
    target: float, *, accuracy: float, t: float, sigma: float, d_hard: int, continuous: bool = False
) -> float:
    """Return how many overlap points bring the mean accuracy on hard-only points to ``target``: the law's inverse.

    Found by doubling and bisection over whole numbers, without derivatives: the returned n reaches the target, and
    n − 1 does not.

    Parameters
    ----------
    target : float
        Mean accuracy wanted.
    accuracy, t, sigma, d_hard
        As in `hard_law`.
    continuous : bool
        Whether to return the point at which the mean, linear between whole numbers, meets the target; at most one below
        the whole number.

    Returns
    -------
    int, or float if ``continuous``

    Raises
    ------
    UndefinedError
        If no number of points reaches the target: it is not below Φ(t/σ), or the teacher is no better than chance.
    ValueError
        If more than a million points are needed.

    Examples
    --------
    >>> points_needed(0.8, accuracy=0.8, t=2.5, sigma=5**0.5, d_hard=20)
    63
    """
    wanted = as_real(target, "target")
    limit = accuracy_limit(accuracy=accuracy, t=t, sigma=sigma)
    if wanted <= 0.5:
        return 0.0 if continuous else 0
    if wanted >= limit:
        raise UndefinedError(f"target is {wanted}, but the mean accuracy stays below {max(limit, 0.5)} for every n")

    def mean(n: int) -> float:
        return hard_law(n, accuracy=accuracy, t=t, sigma=sigma, d_hard=d_hard).mean()

    low, high = 0, 1
    while mean(high) < wanted:
        low, high = high, 2 * high
        if high > MOST_POINTS:
            raise ValueError(f"target is {wanted}, which needs more than {low} overlap points")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if mean(middle) < wanted else (low, middle)
    if not continuous:
        return high
    below, above = mean(low), mean(high)
    return low + (wanted - below) / (above - below)


def _with_overall(
    by_region: tuple[Any, Any, Any, Any], counts: Sequence[int] | Mapping[str, int] | None
) -> RegionAccuracy:
    numbers = (0, 0, 0, 0) if counts is None else as_counts(counts)
    if sum(numbers) == 0:
        return RegionAccuracy(*by_region, np.nan * by_region[-1])
    return RegionAccuracy(*by_region, sum(c / sum(numbers) * x for c, x in zip(numbers, by_region, strict=True)))


def _at_least_zero(value: float, name: str) -> float:
    number = as_real(value, name)
    if number < 0:
        raise ValueError(f"{name} is {number}, but must not be negative")
    return number
