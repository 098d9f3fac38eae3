"""Two sources, exactly: how often a policy with a fixed horizon draws each, and so how often it is stuck on the worse.

The index of a source depends on its own draws only: mean + bonus(n). Whichever is larger is drawn next, so the two
sequences of indices are merged, and who was drawn how often is a matter of their running minima: with M_k(n) the
minimum of source k's index over its first n draws, source 1 is drawn at most n times in T rounds exactly if
M_1(n) < M_2(T − n − 1), ties aside. The two minima are independent, and their laws are finite sums. Statement and
proof: docs/selection/published_bonus.md.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..._arrays import Floats
from ..._checks import as_integer, as_real, one_of
from ..quadrature import binomial_log_pmf
from .regret import as_densities

__all__ = ["drawn_at_most", "majority_probability"]

#: Standard deviations around the mean that are followed, and a bound on the mass beyond, per draw.
WIDTH, CUT = 8.5, 1e-14
#: Levels between which the minima are compared: evenly spaced ones, then more where they are needed.
COARSE, LEVELS = 32, 96


def drawn_at_most(
    n: int, densities: npt.ArrayLike, horizon: int, *, bonus: str = "ucb", xi: float = 2.0, batch: int = 1
) -> tuple[float, float]:
    """Bracket the probability that the first of two sources is drawn at most n times in T rounds.

    Parameters
    ----------
    n : int >= 0
    densities : (2,) array in [0, 1]
        Overlap densities of the sources.
    horizon : int >= 2
        T, the number of rounds, which the policy knows.
    bonus : {"ucb", "published"}
        √(ξ ln T / n), or √(ξ ln T)/n.
    xi : float > 0
        ξ.
    batch : int >= 1
        Points per round; the bonus counts rounds.

    Returns
    -------
    (float, float)
        Lower and upper end, in [0, 1], typically a twentieth of the value apart; between them lies the exact
        probability, with ties in either order. Time grows like T^(3/2)·batch^(3/2): a second or two at T = 8,000 and
        single points.

    Examples
    --------
    >>> low, high = drawn_at_most(1, [0.5, 0.5], 4, bonus="published")
    >>> low <= 0.125 <= high
    True
    """
    rho = as_densities(densities)
    if rho.size != 2:
        raise ValueError(f"densities has {rho.size} sources, but the law is one of two")
    T, n = as_integer(horizon, "horizon", least=2), as_integer(n, "n")
    kind = one_of(bonus, "bonus", ("ucb", "published"))
    if n == 0:
        return 0.0, 0.0  # each source is drawn once to begin with
    if n >= T - 1:
        return 1.0, 1.0
    size, scale = as_integer(batch, "batch", least=1), as_real(xi, "xi", positive=True) * np.log(T)
    return _bracket(n, T - n - 1, float(rho[0]), float(rho[1]), kind, scale, size)


def majority_probability(
    densities: npt.ArrayLike, horizon: int, *, bonus: str = "ucb", xi: float = 2.0, batch: int = 1
) -> tuple[float, float]:
    """Bracket the probability that the second of two sources is drawn in more than half of the rounds.

    Parameters
    ----------
    densities, horizon, bonus, xi, batch
        As in `drawn_at_most`; with the richer source first this is how often a run is stuck on the other.

    Returns
    -------
    (float, float)
        As `drawn_at_most`.

    Examples
    --------
    >>> low, high = majority_probability([0.55, 0.45], 1000, bonus="published")
    >>> 0.03 < low < high < 0.04
    True
    """
    T = as_integer(horizon, "horizon", least=2)
    return drawn_at_most((T + 1) // 2 - 1, densities, T, bonus=bonus, xi=xi, batch=batch)


@lru_cache(maxsize=256)
def _bracket(first: int, second: int, p: float, q: float, kind: str, scale: float, batch: int) -> tuple[float, float]:
    """P(M_1(first) < M_2(second)), from the probabilities that each minimum is above each of some levels."""
    bonuses = [_bonus(kind, scale, np.arange(1.0, count + 1)) for count in (first, second)]
    spread = [WIDTH * np.sqrt(rho * (1 - rho) / (batch * len(b))) for rho, b in zip((p, q), bonuses, strict=True)]
    # Neither minimum is below the bonus alone, nor one of them above where its index ends up.
    top = min(rho + s + b[-1] for rho, s, b in zip((p, q), spread, bonuses, strict=True))
    # Shifted so that no level is a value that an index takes.
    levels = np.linspace(min(b[-1] for b in bonuses), top, COARSE) + np.pi * 1e-9
    levels = _refined(levels, *(_above(levels, rho, b, batch) for rho, b in zip((p, q), bonuses, strict=True)))
    above_1, above_2 = (_ended(_above(levels, rho, b, batch)) for rho, b in zip((p, q), bonuses, strict=True))
    between = above_1[:-1] - above_1[1:]  # M_1 in (x_{i-1}, x_i]
    cut = CUT * (first + second)
    return max(0.0, float(between @ above_2[1:]) - cut), min(1.0, float(between @ above_2[:-1]) + cut)


def _refined(levels: Floats, above_1: Floats, above_2: Floats) -> Floats:
    """Levels that divide each interval in proportion to the root of what it adds to the width of the bracket."""
    weight = np.sqrt(np.diff(above_1) * np.diff(above_2))
    if not (weight > 0).any():
        return levels
    # A little everywhere keeps the places distinct where nothing is added.
    place = np.concatenate([[0.0], np.cumsum(weight + 0.01 * weight.max())])
    return np.interp(np.linspace(0, place[-1], LEVELS), place, levels)


def _ended(above: Floats) -> Floats:
    """With the levels −∞ and ∞."""
    return np.concatenate([[1.0], above, [0.0]])


def _bonus(kind: str, scale: float, n: Floats) -> Floats:
    return np.sqrt(scale) / n if kind == "published" else np.sqrt(scale / n)


def _above(levels: Floats, rho: float, bonus: Floats, batch: int) -> Floats:
    """P(mean_j + bonus_j > level for all j up to len(bonus)), for each level."""
    steps = np.exp(binomial_log_pmf(batch, rho, np.arange(batch + 1.0)))
    deviation = np.sqrt(len(bonus) * batch * rho * (1 - rho))
    half = int(WIDTH * deviation) + batch + 10
    width = min(len(bonus) * batch, 2 * half) + 1
    # Mass by number of overlap points: column i is ``start`` + i of them, a window that moves with the mean.
    mass, start = np.zeros((levels.size, width + 2 * batch)), 0
    mass[:, batch] = 1.0
    columns = np.arange(width)
    for j, extra in enumerate(bonus, 1):
        moved = max(0, int(j * batch * rho) - half)
        shift = batch + moved - start
        following = steps[0] * mass[:, shift : shift + width]
        for k in range(1, batch + 1):
            following += steps[k] * mass[:, shift - k : shift - k + width]
        start = moved
        # Killed where start + i ≤ j·b·(level − bonus).
        least = np.floor(j * batch * (levels - extra)) - start
        if least[-1] >= 0:
            following[columns <= least[:, None]] = 0.0
        mass[:, batch : batch + width] = following
    # Falls as the level rises; rounding may not show it.
    return np.minimum.accumulate(mass[:, batch : batch + width].sum(axis=1))
