"""The strong model on real images: its features, students that may fail, detection that may be undefined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import w2slens as wl

__all__ = [
    "DETECTION_UNDEFINED",
    "OK",
    "SINGLE_CLASS",
    "UNTRAINED",
    "Floats",
    "RandomFeatures",
    "Rows",
    "Student",
    "detect",
    "learn",
    "mix",
]

OK, SINGLE_CLASS, UNTRAINED, DETECTION_UNDEFINED = 0, 1, 2, 3
"""Status of a row: fitted; constant classifier of the one class; no point to learn from; no detection, hence no
student."""

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RandomFeatures:
    """The strong model's representation: random Fourier features of exp(−γ‖x − x'‖²) (Rahimi and Recht 2007)."""

    frequencies: Floats
    phases: Floats

    @classmethod
    def draw(cls, d: int, size: int, gamma: float, rng: np.random.Generator) -> RandomFeatures:
        """Draw ``size`` features of points in d dimensions."""
        return cls(rng.standard_normal((d, size)) * np.sqrt(2 * gamma), rng.uniform(0, 2 * np.pi, size))

    def __call__(self, X: Floats) -> Floats:
        """Features (n, size) of points (n, d)."""
        return np.sqrt(2 / self.phases.size) * np.cos(X @ self.frequencies + self.phases)


@dataclass(frozen=True)
class Student:
    """A trained student, or what became of it."""

    status: int
    model: wl.learning.LinearModel | None

    def accuracy(self, features: Floats, y: Rows) -> float:
        """Share of right predictions; NaN for a student that was not trained."""
        return float("nan") if self.model is None else float(np.mean(self.model.predict(features) == y))


def learn(features: Floats, labels: Rows, C: float) -> Student:
    """Train the strong model's head; a single class gives the constant classifier of it."""
    if len(labels) == 0:
        return Student(UNTRAINED, None)
    if np.all(labels == labels[0]):
        return Student(SINGLE_CLASS, wl.learning.LinearModel(np.zeros(features.shape[1]), float(labels[0])))
    return Student(OK, wl.learning.fit_logistic(features, labels, C=C))


def detect(features: Floats, proba: Floats) -> tuple[int, wl.OverlapDetector | None]:
    """Run the paper's detector; where it is mathematically undefined say so."""
    try:
        return OK, wl.OverlapDetector(n_threads=1).fit(features, proba)
    except wl.UndefinedError:
        return DETECTION_UNDEFINED, None


def mix(overlap: Rows, others: Rows, shares: tuple[float, ...], rng: np.random.Generator) -> list[Rows]:
    """Rows to train on for each share of overlap points, at the size min(#overlap, #others); shares are nested."""
    overlap, others = rng.permutation(overlap), rng.permutation(others)
    size = min(len(overlap), len(others))
    taken = [round(share * size) for share in shares]
    return [np.concatenate([overlap[:k], others[: size - k]]) for k in taken]
