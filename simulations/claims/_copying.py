"""Students of every penalty on the same overlap points, and how far they copy their teacher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, owens_t

import w2slens as wl
from simulations.grid import Seeds
from w2slens.theory.overlap import hard_law, linear_accuracy

__all__ = ["agreement", "student_rows"]

Vector = npt.NDArray[np.float64]

D_EASY = D_HARD = 20
SIGMA = 5**0.5


def agreement(coef: Vector, intercept: Vector, teacher: Vector, theta: Vector, sigma: float) -> Vector:
    """P(student and teacher say the same) on overlap points, for k students (k, d) of a teacher (d_easy,).

    Their scores are jointly normal given the label, with correlation ρ, so that it is a probability of two quadrants:
    Owen's T function (1956) has it in closed form. A student whose scores are constant agrees on every other point.
    """
    d_easy = teacher.size
    norms, norm = sigma * np.linalg.norm(coef, axis=1), sigma * np.linalg.norm(teacher)
    constant = norms == 0
    norms = np.where(constant, 1.0, norms)
    rho = np.clip(sigma**2 * (coef[:, :d_easy] @ teacher) / (norms * norm), -1, 1)
    u = np.full(len(coef), teacher @ theta[:d_easy] / norm)
    both = [_same_sign(u, (coef @ theta + sign * intercept) / norms, rho) for sign in (1, -1)]
    return np.where(constant, 0.5, (both[0] + both[1]) / 2)


def _same_sign(h: Vector, k: Vector, rho: Vector) -> Vector:
    """P(U and V have the same sign), U ~ N(h, 1) and V ~ N(k, 1) of correlation ρ.

    Owen's formula for P(U < 0, V < 0), twice, for both signs of the centres; the Φ's cancel against each other.
    """
    root, centred = np.sqrt((1 - rho) * (1 + rho)), (h == 0) & (k == 0)
    h, k = h + 0.0, k + 0.0  # a negative zero would have the wrong infinity below
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [np.where(centred, 1 - rho, (y - rho * x) / x) / root for x, y in ((h, k), (k, h))]
        parts = owens_t(h, ends[0]) + owens_t(k, ends[1])
    opposite = np.where((h * k > 0) | ((h * k == 0) & (h + k >= 0)), 0.0, 1.0)
    return np.where(root == 0, _degenerate(h, k, rho), 1 - 2 * parts - opposite)


def _degenerate(h: Vector, k: Vector, rho: Vector) -> Vector:
    """The same for |ρ| = 1: V is ±U, shifted."""
    middle = np.abs(ndtr(h) - ndtr(np.sign(rho) * k))
    return np.where(rho > 0, 1 - middle, middle)


def student_rows(n: int, penalties: Sequence[float], replicates: range, seeds: Seeds) -> Iterator[dict[str, Any]]:
    """Yield the averaging student (C = 0) and every logistic one, without and with intercept, for each replicate.

    θ, the teacher and the overlap points are drawn as in the published experiment and shared by all students.
    """
    for r in replicates:
        draws = wl.learning.trial_draws(r, rng=seeds.key(), counts=(100, 100, n, 0))
        (X_train, y_train), (X, _), theta = draws["train"], draws["pseudo"], draws["theta"]
        teacher = wl.learning.fit_logistic(X_train[:, :D_EASY], y_train, C=1.0, fit_intercept=False).coef
        overlap = X[-n:]
        labels = np.where(overlap[:, :D_EASY] @ teacher > 0, 1, -1)
        single = abs(labels.sum()) == n
        models = [wl.learning.LinearModel(labels @ overlap / n)]
        kinds = [(0.0, False, 0)]
        for intercept in (False, True):
            if intercept and single:
                models += [wl.learning.LinearModel(np.zeros(theta.size), float(labels[0]))] * len(penalties)
            else:
                stack, targets = [overlap] * len(penalties), [labels] * len(penalties)
                models += wl.learning.fit_logistic_batch(stack, targets, C=list(penalties), fit_intercept=intercept)
            kinds += [(C, intercept, int(intercept and single)) for C in penalties]
        coef, shift = np.array([model.coef for model in models]), np.array([model.intercept for model in models])
        seen = linear_accuracy(coef, shift, theta=theta, sigma=SIGMA, d_easy=D_EASY)
        same = agreement(coef, shift, teacher, theta, SIGMA)
        a = float(ndtr(teacher @ theta[:D_EASY] / (SIGMA * np.linalg.norm(teacher))))
        t = float(np.linalg.norm(theta[D_EASY:]))
        law = hard_law(n, accuracy=a, t=t, sigma=SIGMA, d_hard=D_HARD).mean()
        for i, (C, intercept, status) in enumerate(kinds):
            places = {place: float(getattr(seen, place)[i]) for place in ("hard", "easy", "overlap")}
            row = {"replicate": r, "status": status, "C": C, "intercept": intercept, "teacher": a, "law": law}
            yield row | places | {"agreement": float(same[i])}
