"""The published Gaussian mixture: a teacher of easy blocks and what it says on n overlap points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

import w2slens as wl
from simulations.grid import Seeds

__all__ = ["D_EASY", "D_HARD", "SIGMA", "Taught", "taught"]

D_EASY = D_HARD = 20
SIGMA = 5**0.5

Floats = npt.NDArray[np.float64]


class Taught(NamedTuple):
    """θ (d,), the teacher's coefficients (d_easy,), overlap points (n, d) and its labels of them (n,)."""

    theta: Floats
    teacher: Floats
    overlap: Floats
    labels: npt.NDArray[np.int64]

    @property
    def is_single_class(self) -> bool:
        """Whether all labels are alike."""
        return bool(abs(self.labels.sum()) == self.labels.size)


def taught(n: int, replicate: int, seeds: Seeds) -> Taught:
    """Draw θ, a teacher and n overlap points as the published experiment does; all students of a replicate share them.

    θ comes first in each replicate's stream: it is the same for every n.
    """
    draws = wl.learning.trial_draws(replicate, rng=seeds.key(), counts=(100, 100, n, 0))
    (X_train, y_train), (X, _), theta = draws["train"], draws["pseudo"], draws["theta"]
    teacher = wl.learning.fit_logistic(X_train[:, :D_EASY], y_train, C=1.0, fit_intercept=False).coef
    overlap = X[-n:]
    return Taught(theta, teacher, overlap, np.where(overlap[:, :D_EASY] @ teacher > 0, 1, -1))
