"""Real images: scikit-learn's bundled handwritten digits, whole, coarse, and composed into dominoes with known regions.

All randomness comes from a generator handed in. Splits never share an image.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from w2slens import Region

__all__ = ["PIXELS", "Points", "coarse", "digits", "dominoes", "splits"]

PIXELS = 64
"""Pixels of an image, 8 × 8."""

Floats = npt.NDArray[np.float64]


class Points(NamedTuple):
    """Points (n, d), labels −1 and +1 (n,), true regions (n,)."""

    X: Floats
    y: npt.NDArray[np.int64]
    regions: npt.NDArray[np.int64]


@cache
def digits() -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the 1,797 images, (n, 64) in [0, 1], and their digits (n,)."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = bunch.data / 16.0
    images.flags.writeable = False
    return images, bunch.target.astype(np.int64)


def coarse(images: Floats, side: int) -> Floats:
    """Average 8 × 8 images, (n, 64), over square tiles to ``side`` × ``side`` pixels, (n, side²); side divides 8."""
    tile = 8 // side
    return images.reshape(-1, side, tile, side, tile).mean(axis=(2, 4)).reshape(len(images), side * side)


def splits(
    rows: npt.NDArray[np.int64], rng: np.random.Generator, shares: tuple[float, ...]
) -> list[npt.NDArray[np.int64]]:
    """Divide rows at random into disjoint parts of these shares (which sum to 1)."""
    shuffled = rng.permutation(rows)
    ends = np.round(np.cumsum(shares) * len(rows)).astype(int)
    return np.split(shuffled, ends[:-1])


def dominoes(
    rng: np.random.Generator,
    counts: tuple[tuple[int, int, int], ...],
    easy_pair: tuple[int, int],
    hard_pair: tuple[int, int],
) -> list[Points]:
    """Compose points of an easy image beside a hard one, with a blank (0) block where a pattern is absent.

    The label −1 stands for the first digit of each pair and +1 for the second, in both blocks.

    Parameters
    ----------
    rng : Generator
    counts : per split (easy-only, hard-only, overlap)
    easy_pair, hard_pair : (digit, digit)

    Returns
    -------
    list of Points, one per split
        X is (n, 128); images are drawn with replacement within a split, and no two splits share one.
    """
    images, target = digits()
    pools = {
        digit: splits(np.flatnonzero(target == digit), rng, (1 / len(counts),) * len(counts))
        for digit in sorted({*easy_pair, *hard_pair})
    }
    composed = []
    for split, split_counts in enumerate(counts):
        regions = np.repeat([Region.EASY, Region.HARD, Region.OVERLAP], split_counts).astype(np.int64)
        y = rng.choice([-1, 1], size=len(regions))
        X = np.zeros((len(regions), 2 * PIXELS))
        for pair, block, absent in (
            (easy_pair, slice(0, PIXELS), Region.HARD),
            (hard_pair, slice(PIXELS, None), Region.EASY),
        ):
            for label, digit in zip((-1, 1), pair, strict=True):
                rows = np.flatnonzero((y == label) & (regions != absent))
                X[rows, block] = images[rng.choice(pools[digit][split], size=len(rows))]
        composed.append(Points(X, y, regions))
    return composed
