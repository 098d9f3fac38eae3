"""Domains that move: points about a circle, and digits that are turned further in every domain.

Circle and Circle-Hard follow the description of Pham, Zhang and Zhang (2024); all is drawn anew. Rotated digits are
their rotated MNIST with the images that scikit-learn ships. All randomness comes from a generator handed in.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.ndimage import rotate

from w2slens.drift import Domain

from .images import digits

__all__ = ["RADIUS", "SIDE", "angles", "circle", "in_order", "turned_digits"]

Floats = npt.NDArray[np.float64]

RADIUS, SPREAD = 5.0, 0.5
"""Of the circle, and the standard deviation about its points."""
SIDE = 12
"""Side of a turned image: 8 × 8 pixels with a margin of 2."""


def angles(length: int, first: float, growth: float = 0.0) -> Floats:
    """Degrees at which the domains lie: steps of ``first``, each larger than the one before by ``growth``."""
    t = np.arange(length)
    return t * first + t * (t - 1) / 2 * growth


def circle(degrees: Floats, count: int, rng: np.random.Generator) -> list[Domain]:
    """Draw domains about points of a circle at these angles; the label is whether a point lies outside it."""
    domains = []
    for phase in np.deg2rad(degrees):
        X = RADIUS * np.array([np.cos(phase), np.sin(phase)]) + SPREAD * rng.standard_normal((count, 2))
        domains.append(Domain(X, (np.linalg.norm(X, axis=1) > RADIUS).astype(np.int64)))
    return domains


@cache
def _turned(degrees: float) -> Floats:
    """All images turned, (n, SIDE²), bilinear."""
    images = digits()[0].reshape(-1, 8, 8)
    margin = (SIDE - 8) // 2
    padded = np.pad(images, ((0, 0), (margin, margin), (margin, margin)))
    moved = rotate(padded, degrees, axes=(2, 1), reshape=False, order=1).reshape(len(images), -1)
    moved.flags.writeable = False
    return moved


def turned_digits(degrees: Floats, count: int, rows: npt.NDArray[np.int64], rng: np.random.Generator) -> list[Domain]:
    """Draw ``count`` of these rows for every angle, anew each time, and turn them."""
    labels = digits()[1]
    chosen = [rng.choice(rows, count, replace=False) for _ in degrees]
    return [Domain(_turned(float(angle))[some], labels[some]) for angle, some in zip(degrees, chosen, strict=True)]


def in_order(length: int) -> list[Domain]:
    """The digits as they lie, in blocks: they were collected from one writer after the other."""
    images, labels = digits()
    parts = np.array_split(np.arange(len(labels)), length)
    return [Domain(images[part], labels[part]) for part in parts]
