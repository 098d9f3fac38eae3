"""Digits as they are: a teacher of low resolution, a student that sees all, and regions that nobody knows."""

from __future__ import annotations

import numpy as np

import w2slens as wl
from simulations.grid import Seeds

from .images import PIXELS, coarse, splits
from .images import digits as images_and_digits
from .strong import RandomFeatures, Student, detect, learn

__all__ = ["TASKS", "Replicate"]

TASKS = ("even against odd", "below 5 against above")
FEATURES, GAMMA, STRONG_C, WEAK_C = 512, 0.03, 10.0, 1.0


class Replicate:
    """Data, teacher and strong features of one replicate: 30 % train, 40 % pseudo-labels, 30 % test."""

    def __init__(self, seeds: Seeds, replicate: int, task: str) -> None:
        images, digit = images_and_digits()
        y = np.where(digit % 2 == 0 if task == TASKS[0] else digit < 5, 1, -1)
        parts = splits(np.arange(len(y)), seeds.generator(replicate, "split"), (0.3, 0.4, 0.3))
        train, pseudo, test = parts
        features = RandomFeatures.draw(PIXELS, FEATURES, GAMMA, seeds.generator(replicate, "features"))(images)
        blurred = coarse(images, 4)
        self.weak = wl.learning.fit_logistic(blurred[train], y[train], C=WEAK_C)
        self.ceiling = wl.learning.fit_logistic(features[train], y[train], C=STRONG_C)
        self.features, self.test_features, self.test_y = features[pseudo], features[test], y[test]
        self.proba = self.weak.predict_proba(blurred[pseudo])[:, 1]
        self.said = self.weak.predict(blurred[pseudo]).astype(np.int64)
        self.said_right = self.said == y[pseudo]
        self.accuracy = {
            "weak_overall": float(np.mean(self.weak.predict(blurred[test]) == y[test])),
            "ceiling_overall": float(np.mean(self.ceiling.predict(features[test]) == y[test])),
        }

    def detected(self) -> tuple[int, np.ndarray]:
        """Status and detected regions of the pseudo-labelled images; −1 everywhere if detection is undefined."""
        status, detector = detect(self.features, self.proba)
        return status, np.full(len(self.said), -1) if detector is None else detector.labels_.astype(np.int64)

    def student(self, rows: np.ndarray) -> Student:
        """A student trained on the teacher's labels of these rows."""
        return learn(self.features[rows], self.said[rows], STRONG_C)
