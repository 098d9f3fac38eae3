"""Pairs of teachers of given accuracies in the Gaussian mixture, and the student that they are to teach."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

__all__ = ["D_EASY", "SIGMA", "T_EASY", "T_HARD", "Teachers", "calibrated", "means", "teachers"]

D_EASY = 20
SIGMA = 5**0.5
#: Lengths of θ_e and θ_h; in the published geometry they are 2.58 on average.
T_EASY, T_HARD = 2.6, 2.5

Floats = npt.NDArray[np.float64]


class Teachers(NamedTuple):
    """Unit coefficients of two teachers on the easy block."""

    chosen: Floats
    rejected: Floats


def means(d_hard: int) -> Floats:
    """Return θ, (D_EASY + d_hard,): each block along its first axis; no law sees how it is turned."""
    theta = np.zeros(D_EASY + d_hard)
    theta[0], theta[D_EASY] = T_EASY, T_HARD
    return theta


def teachers(chosen: float, rejected: float, cosine: float, rng: np.random.Generator | None = None) -> Teachers:
    """Return teachers of these accuracies on overlap points whose errors have this cosine.

    The errors lie along fixed axes, or with ``rng`` uniformly: no law of the averaging student sees where, but a
    student with an error of its own does.
    """
    axes = np.eye(D_EASY)[1:3] if rng is None else _orthonormal(rng)
    errors = (axes[0], cosine * axes[0] + np.sqrt(1 - cosine**2) * axes[1])
    return Teachers(*(_at(accuracy, error) for accuracy, error in zip((chosen, rejected), errors, strict=True)))


def calibrated(accuracy: float, d_hard: int, rng: np.random.Generator) -> Floats:
    """Return a student of both blocks, of this accuracy on overlap points, whose error lies anywhere orthogonal to θ.

    Its score is the log-odds of what it sees, as a well-trained student's is.
    """
    theta = means(d_hard)
    length = float(np.linalg.norm(theta))
    axis = theta / length
    error = rng.standard_normal(theta.size)
    error -= (error @ axis) * axis
    cosine = SIGMA * ndtri(accuracy) / length
    direction = cosine * axis + np.sqrt(1 - cosine**2) * error / np.linalg.norm(error)
    return np.asarray(2 * cosine * length / SIGMA**2 * direction)


def _at(accuracy: float, error: Floats) -> Floats:
    cosine = SIGMA * ndtri(accuracy) / T_EASY
    w = np.sqrt(1 - cosine**2) * error
    w[0] = cosine
    return np.asarray(w)


def _orthonormal(rng: np.random.Generator) -> Any:
    """Two orthonormal directions, orthogonal to θ_e."""
    basis, _ = np.linalg.qr(rng.standard_normal((D_EASY - 1, 2)))
    return np.column_stack([np.zeros(2), basis.T])
