"""Where a pair of teachers moves a student that is already good: direction, first-order gain, and how far to go.

Averaged over infinitely many overlap points the delta is V = ½(S_c − S_r), where S(ŵ) = E sign(ŵ·x)x =
(2a − 1)θ + 2σφ(μ/σ)ŵ with μ = ŵ·θ and a = Φ(μ/σ). All functions take stacks of students and teachers, which broadcast.
Statements and proofs: docs/delta/delta_pairs.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from ..._arrays import Floats, as_float_vector, as_floats
from ..._checks import as_real
from ...errors import DoesNotApply

__all__ = ["BestStep", "best_step", "delta_direction", "first_order_gain", "supervised_threshold"]


def delta_direction(chosen: npt.ArrayLike, rejected: npt.ArrayLike, *, theta: npt.ArrayLike, sigma: float) -> Floats:
    """Return V = E ½(ŷ_c − ŷ_r)x on overlap points: δ·θ + σ[φ(μ_c/σ)ŵ_c − φ(μ_r/σ)ŵ_r].

    Parameters
    ----------
    chosen, rejected : (..., d_teacher) arrays, no row all zero
        Coefficients of the teachers, over the first ``d_teacher`` <= d coordinates; only their directions matter.
    theta : (d,) array
        Mean of the class +1.
    sigma : float > 0
        Standard deviation of the noise.

    Returns
    -------
    (..., d) array

    Raises
    ------
    ValueError, TypeError
        If an argument is outside its range, has no direction or another length; the message names it.

    Examples
    --------
    A perfect teacher against its opposite: the mean itself, and what the signs add along it.

    >>> delta_direction([1.0, 0.0], [-1.0, 0.0], theta=[3.0, 0.0], sigma=1.0).round(3).tolist()
    [3.001, 0.0]
    """
    mean, noise = as_float_vector(theta, "theta"), as_real(sigma, "sigma", positive=True)
    first, second = (_rows(w, name, len(mean)) for w, name in ((chosen, "chosen"), (rejected, "rejected")))
    return _average(first, mean, noise) - _average(second, mean, noise)


def first_order_gain(
    student: npt.ArrayLike,
    chosen: npt.ArrayLike,
    rejected: npt.ArrayLike,
    *,
    theta: npt.ArrayLike,
    sigma: float,
) -> Floats:
    """Return the derivative, at η = 0, of the accuracy Φ(w·θ/(σ‖w‖)) of w = student + ηV; see `delta_direction`.

    With w₀/‖w₀‖ = u₀θ̂ + √(1 − u₀²)e₀, s = ‖θ‖/σ, u_i = ŵ_i·θ̂, κ_i = ŵ_i·e₀ and G(u) = sΦ(su) + uφ(su) it is
    φ(su₀)·s·σ√(1 − u₀²)/‖w₀‖ times √(1 − u₀²)[G(u_c) − G(u_r)] − u₀[φ(su_c)κ_c − φ(su_r)κ_r]. G increases: if the
    teachers' errors are orthogonal to the student's, it is positive iff the chosen teacher is the better one.

    Parameters
    ----------
    student : (..., d) array, no row all zero
        Coefficients from which the student starts.
    chosen, rejected, theta, sigma
        As in `delta_direction`.

    Returns
    -------
    array of the broadcast leading shape

    Raises
    ------
    ValueError, TypeError
        As `delta_direction`, or if ``theta`` is 0.

    Examples
    --------
    >>> pair = {"chosen": [1.0, 0.2, 0.5, 0.0], "rejected": [1.0, 0.2, 1.5, 0.0]}
    >>> float(first_order_gain([1.0, 0.0, 0.0, 0.5], **pair, theta=[2.0, 0.0, 0.0, 0.0], sigma=1.0).round(4))
    0.0042
    """
    mean, noise = as_float_vector(theta, "theta"), as_real(sigma, "sigma", positive=True)
    length = float(np.linalg.norm(mean))
    if length == 0:
        raise ValueError("theta has no direction: every entry is 0")
    axis, s = mean / length, length / noise
    w, sizes = _units(as_floats(student, "student"), "student")
    if w.shape[-1] != len(mean):
        raise ValueError(f"student has {w.shape[-1]} coefficients, but theta has {len(mean)} entries")
    along = w @ axis
    aside = w - along[..., None] * axis
    sine = np.linalg.norm(aside, axis=-1)
    # A student that errs nowhere has no direction of error, and no gain to first order.
    error = aside / np.where(sine > 0, sine, 1.0)[..., None]
    bracket: Floats = np.zeros(())
    for teacher, name, sign in ((chosen, "chosen", 1), (rejected, "rejected", -1)):
        rows = _rows(teacher, name, len(mean))
        u, kappa = rows @ axis, np.sum(rows * error, axis=-1)
        rising = s * ndtr(s * u) + u * _density(s * u)
        bracket = bracket + sign * (sine * rising - along * _density(s * u) * kappa)
    return np.asarray(_density(s * along) * s * noise * sine / sizes * bracket)


class BestStep(NamedTuple):
    """How far to go.

    Attributes
    ----------
    best : array
        The step η* at which the accuracy is greatest: 0 if it falls at once, ∞ if it never turns.
    last : array
        The student is better than at its start exactly for 0 < η < ``last``; 0 or ∞ likewise.
    """

    best: Floats
    last: Floats


def best_step(student: npt.ArrayLike, direction: npt.ArrayLike, *, theta: npt.ArrayLike) -> BestStep:
    """Return where the accuracy of student + η·direction turns, and where it is back at its start.

    With the direction v_∥w₀ + v_⊥n, v_⊥ >= 0, n a unit vector orthogonal to w₀, ‖w₀‖ = 1, c₀ = w₀·θ̂ and c_n = n·θ̂:
    η* = c_n/(c₀v_⊥ − c_nv_∥) and, with tan ψ = c_n/c₀, η_max = sin 2ψ/(v_⊥cos 2ψ − v_∥sin 2ψ), where the denominators
    are positive, and ∞ elsewhere.

    Parameters
    ----------
    student, direction : (..., d) arrays
        Coefficients from which the student starts, better than chance, and what is added to them.
    theta : (d,) array
        Mean of the class +1, not 0.

    Returns
    -------
    BestStep, of arrays of the broadcast leading shape

    Raises
    ------
    DoesNotApply
        If a student is no better than chance: it may then fall first and rise later.
    ValueError, TypeError
        If the shapes do not fit, an entry is not finite, or a student or ``theta`` is 0.

    Examples
    --------
    >>> found = best_step([1.0, 1.0], [0.0, -1.0], theta=[1.0, 0.0])
    >>> round(float(found.best), 9), round(float(found.last), 9)
    (1.0, 2.0)
    """
    mean, moved = as_float_vector(theta, "theta"), as_floats(direction, "direction")
    length = float(np.linalg.norm(mean))
    if length == 0:
        raise ValueError("theta has no direction: every entry is 0")
    w, sizes = _units(as_floats(student, "student"), "student")
    for name, rows in (("student", w), ("direction", moved)):
        if rows.ndim == 0 or rows.shape[-1] != len(mean):
            raise ValueError(f"{name} has shape {rows.shape}, but theta has {len(mean)} entries")
    axis = mean / length
    start = w @ axis
    if np.any(start <= 0):
        raise DoesNotApply("the turning point", "a student better than chance", margin=float(start.min() * length))
    moved = moved / sizes[..., None]
    ahead = np.sum(moved * w, axis=-1)
    aside = moved - ahead[..., None] * w
    across = np.linalg.norm(aside, axis=-1)
    gained = np.divide(aside @ axis, across, out=np.zeros(across.shape), where=across > 0)
    # Angles from the student, in the plane of the two: to θ's projection, and to where the direction ends.
    goal, end = np.arctan2(gained, start), np.arctan2(across, ahead)
    size, reach = np.hypot(ahead, across), np.hypot(gained, start)
    with np.errstate(divide="ignore", invalid="ignore"):
        best = gained / (size * reach * np.sin(end - goal))
        last = np.sin(2 * goal) / (size * np.sin(end - 2 * goal))
    rises = gained > 0
    best = np.where(rises, np.where(goal < end, best, np.inf), 0.0)
    return BestStep(best, np.where(rises, np.where(2 * goal < end, last, np.inf), 0.0))


def supervised_threshold(accuracy: npt.ArrayLike, *, snr: float) -> Floats:
    """Return the accuracy above which a confident student is hurt, to first order, by supervised training on a teacher.

    To first order, supervised training on a teacher is the delta of the teacher against the student itself. If the
    teacher's error is orthogonal to the student's, it hurts iff the student's accuracy exceeds a + φ(z)·z/s²,
    z = Φ⁻¹(a).

    Parameters
    ----------
    accuracy : array of numbers in (0, 1)
        The teacher's accuracy a.
    snr : float > 0
        s = ‖θ‖/σ.

    Returns
    -------
    array of the shape of ``accuracy``

    Raises
    ------
    ValueError, TypeError
        If an entry is outside (0, 1), or beyond what a linear teacher can reach, Φ(±s).

    Examples
    --------
    >>> supervised_threshold([0.6, 0.7, 0.8], snr=1.613).round(3).tolist()
    [0.638, 0.77, 0.891]
    """
    s, a = as_real(snr, "snr", positive=True), as_floats(accuracy, "accuracy")
    bad = a[(a < ndtr(-s)) | (a > ndtr(s))]
    if bad.size:
        raise ValueError(f"accuracy has {bad.flat[0]}, but a linear teacher's is in [{ndtr(-s):.6g}, {ndtr(s):.6g}]")
    z = ndtri(a)
    return np.asarray(a + _density(z) * z / s**2)


def _average(rows: Floats, mean: Floats, noise: float) -> Floats:
    """½S(ŵ) + ½θ = aθ + σφ(μ/σ)ŵ; in the difference of two the constant goes."""
    margin = (rows @ mean / noise)[..., None]
    return np.asarray(ndtr(margin) * mean + noise * _density(margin) * rows)


def _density(x: Floats) -> Floats:
    """Density of the standard normal law."""
    return np.asarray(np.exp(-np.square(x) / 2) / np.sqrt(2 * np.pi))


def _rows(coefficients: npt.ArrayLike, name: str, d: int) -> Floats:
    """Unit rows of d coordinates, the last of them 0 where the teacher sees fewer."""
    rows, _ = _units(as_floats(coefficients, name), name)
    if rows.shape[-1] > d:
        raise ValueError(f"{name} has {rows.shape[-1]} coefficients, but theta has {d} entries")
    return np.concatenate([rows, np.zeros((*rows.shape[:-1], d - rows.shape[-1]))], axis=-1)


def _units(rows: Floats, name: str) -> tuple[Floats, Floats]:
    """Directions of the rows, and their lengths."""
    if rows.ndim == 0 or rows.shape[-1] == 0:
        raise ValueError(f"{name} has shape {rows.shape}, expected (..., d)")
    largest = np.abs(rows).max(axis=-1, keepdims=True)
    if np.any(largest == 0):
        place = tuple(int(i) for i in np.argwhere(largest[..., 0] == 0)[0])
        raise ValueError(f"{name} has no direction{f' at row {place}' if place else ''}: every coefficient is 0")
    scaled = rows / largest
    norms = np.linalg.norm(scaled, axis=-1)
    return scaled / norms[..., None], norms * largest[..., 0]
