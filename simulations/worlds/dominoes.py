"""Dominoes: an easy image beside a hard one, with teachers that see the easy one, sharply or coarsely."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

import w2slens as wl
from simulations.grid import Seeds
from w2slens import Region

from .images import PIXELS, Points, coarse, dominoes
from .strong import RandomFeatures, learn

__all__ = ["EASY_PAIR", "HARD_PAIR", "PLACES", "STRONG_C", "TEACHERS", "Replicate"]

EASY_PAIR, HARD_PAIR = (0, 1), (7, 9)
TEACHERS = {"sharp": (8, 100.0), "coarse": (4, 1.0)}
"""Side of the easy image that the teacher sees, and its C."""
FEATURES, GAMMA, STRONG_C = 2048, 0.02, 10.0
PLACES = {"easy": Region.EASY, "hard": Region.HARD, "overlap": Region.OVERLAP}


class Replicate:
    """Data, teacher and strong features of one replicate."""

    def __init__(self, seeds: Seeds, replicate: int, n: int, teacher: str) -> None:
        self.train, self.pseudo, self.test = dominoes(
            seeds.generator(replicate, "data"), ((100, 100, n), (100, 100, n), (200, 200, 200)), EASY_PAIR, HARD_PAIR
        )
        self.side, weak_c = TEACHERS[teacher]
        self.weak = wl.learning.fit_logistic(self.sight(self.train), self.train.y, C=weak_c)
        features = RandomFeatures.draw(2 * PIXELS, FEATURES, GAMMA, seeds.generator(replicate, "features"))
        self.strong_train, self.strong_pseudo, self.strong_test = (
            features(points.X) for points in (self.train, self.pseudo, self.test)
        )
        self.proba = self.weak.predict_proba(self.sight(self.pseudo))[:, 1]
        self.said = self.weak.predict(self.sight(self.pseudo)).astype(np.int64)

    def sight(self, points: Points) -> npt.NDArray[np.float64]:
        """What the teacher sees: the easy block, at its resolution."""
        return coarse(points.X[:, :PIXELS], self.side)

    def accuracies(self, name: str, predicted: npt.NDArray[Any]) -> dict[str, float]:
        """Accuracy on the test points, by region and overall."""
        right = predicted == self.test.y
        by_region = {
            f"{name}_{place}": float(right[self.test.regions == code].mean()) for place, code in PLACES.items()
        }
        return by_region | {f"{name}_overall": float(right.mean())}

    def student(self, rows: npt.NDArray[np.int64], name: str) -> tuple[int, dict[str, float]]:
        """Status and accuracies of a student trained on the teacher's labels of these rows."""
        student = learn(self.strong_pseudo[rows], self.said[rows], STRONG_C)
        if student.model is None:
            return student.status, dict.fromkeys((f"{name}_{place}" for place in (*PLACES, "overall")), np.nan)
        return student.status, self.accuracies(name, student.model.predict(self.strong_test))
