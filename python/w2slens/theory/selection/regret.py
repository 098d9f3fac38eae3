"""Selection regret: what choosing among K sources of unknown overlap density costs, at most and at least.

Source k yields overlap points with density ρ_k. A round draws a batch from one source and observes the fraction of
overlap points in it. Δ_k = ρ* − ρ_k is the gap to the best density ρ*, R_t = Σ_{s≤t} Δ_{chosen in s} the cumulative
pseudo-regret after t rounds, in overlap density times rounds (times the batch size: overlap points missed), and R_t/t
the average one. Statements and proofs: docs/selection/regret.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import kl_div

from ..._arrays import Floats, as_numbers, as_shares, as_vector
from ..._checks import as_integer, as_real

__all__ = [
    "anytime_regret",
    "bernoulli_kl",
    "failure_probability",
    "gap_regret",
    "high_probability_regret",
    "lai_robbins_floor",
    "noiseless_regret",
    "sub_gaussian_variance",
]


def high_probability_regret(
    rounds: npt.ArrayLike, n_sources: int, horizon: int, *, xi: float = 2.0, batch: int = 1
) -> Any:
    """Bound the average regret whatever the densities: R_t/t ≤ K/t + 4·√(ξ K ln T / t), that is 4·√(2 K ln T / t).

    It holds for all t ≤ T at once, but for `failure_probability`, if the index is mean + √(ξ ln T / n) after n
    batches of the source, whatever the batch size. If the bonus counts points, mean + √(ξ ln T / (b n)), give b as
    ``batch``; the second term shrinks by √b.

    Parameters
    ----------
    rounds : int or array of int in [1, T]
        t, rounds so far.
    n_sources : int >= 1
        K.
    horizon : int >= K
        T, the number of rounds that the policy plans for.
    xi : float > 0
        ξ; 2 in the paper.
    batch : int >= 1
        b, points per round, if the bonus counts points; 1 if it counts rounds.

    Returns
    -------
    float or array like ``rounds``
        In overlap density; vacuous from 1 on. Times t it bounds R_t.

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type; the message names it.

    References
    ----------
    Counterpart of Shin, Cooper, Sala 2025, Theorem 4.3; proof in `docs/selection/regret.md`.

    Examples
    --------
    >>> round(high_probability_regret(100_000, 2, 100_000), 4)
    0.0859
    """
    K, T, size = _game(n_sources, horizon, batch)
    t = _rounds(rounds, T)
    return _plain(K / t + 4 * np.sqrt(as_real(xi, "xi", positive=True) * K * np.log(T) / (size * t)))


def failure_probability(n_sources: int, horizon: int, *, xi: float = 2.0) -> float:
    """Bound the probability that `high_probability_regret` or `gap_regret` fails: min(1, 2·K·T^(1−2ξ)), 2K/T³ at ξ = 2.

    It covers all rounds and both bounds together. It does not depend on the batch size if the bonus counts points; if
    the bonus counts rounds of b points each, 2·K·T^(1−2ξb) holds too.

    Parameters
    ----------
    n_sources, horizon, xi
        As in `high_probability_regret`.

    Returns
    -------
    float in [0, 1]
        1, which says nothing, for ξ ≤ ½.

    Examples
    --------
    >>> failure_probability(2, 100)
    4e-06
    """
    K, T, _ = _game(n_sources, horizon, 1)
    return float(min(1.0, 2 * K * T ** (1 - 2 * as_real(xi, "xi", positive=True))))


def gap_regret(densities: npt.ArrayLike, horizon: int, *, xi: float = 2.0, batch: int = 1) -> float:
    """Bound the cumulative regret by the gaps: R_t ≤ Σ_{Δ>0} (4ξ ln T / Δ + Δ) for all t ≤ T, at ξ = 2 8 ln T / Δ + Δ.

    It holds where `high_probability_regret` does, with the same policies and the same failure probability.

    Parameters
    ----------
    densities : (K,) array in [0, 1]
        ρ_k; only what differs from the largest costs anything.
    horizon, xi, batch
        As in `high_probability_regret`.

    Returns
    -------
    float
        In overlap density times rounds.

    Examples
    --------
    >>> round(gap_regret([0.9, 0.1], 50), 2)
    39.92
    """
    rho = as_densities(densities)
    _, T, size = _game(len(rho), horizon, batch)
    gaps = _gaps(rho)
    return float(np.sum(4 * as_real(xi, "xi", positive=True) * np.log(T) / (size * gaps) + gaps))


def anytime_regret(densities: npt.ArrayLike, rounds: npt.ArrayLike, *, batch: int = 1) -> Any:
    """Bound the expected regret without a horizon: E R_t ≤ Σ_{Δ>0} [8 ln t / Δ + (1 + π²/3)·Δ], for every t ≥ 1.

    The index in round t is mean + √(2 ln t / n), or mean + √(2 ln t / (b n)) if ``batch`` = b is given.

    Parameters
    ----------
    densities : (K,) array in [0, 1]
    rounds : int or array of int >= 1
        t.
    batch : int >= 1
        As in `high_probability_regret`.

    Returns
    -------
    float or array like ``rounds``
        In overlap density times rounds.

    References
    ----------
    Auer, Cesa-Bianchi, Fischer, *Finite-time analysis of the multiarmed bandit problem*, 2002, Theorem 1.

    Examples
    --------
    >>> round(anytime_regret([0.9, 0.1], 50), 2)
    42.55
    """
    gaps, t = _gaps(as_densities(densities)), _rounds(rounds, None)
    size = as_integer(batch, "batch", least=1)
    logarithm = np.log(t)
    return _plain(8 * logarithm * np.sum(1 / gaps) / size + (1 + np.pi**2 / 3) * np.sum(gaps))


def lai_robbins_floor(densities: npt.ArrayLike, horizon: npt.ArrayLike, *, batch: int = 1) -> Any:
    """Return what no good policy can undercut for long: ln T·Σ_{Δ>0} Δ / (b·KL(ρ_k, ρ*)).

    An asymptotic statement: liminf R_T / ln T is at least the sum, in expectation, for every policy that is good
    everywhere (E R_T = o(T^a) for all a > 0 and all densities). At a finite T a policy may lie below it. A batch of b
    points carries b times the information of one, so the floor in rounds is b times lower.

    Parameters
    ----------
    densities : (K,) array in [0, 1]
    horizon : int or array of int >= 1
        T.
    batch : int >= 1
        b, points per round.

    Returns
    -------
    float or array like ``horizon``
        In overlap density times rounds; 0 if the best density is 1, where a single failure betrays a worse source.

    References
    ----------
    Lai, Robbins, *Asymptotically efficient adaptive allocation rules*, 1985.

    Examples
    --------
    >>> round(lai_robbins_floor([0.9, 0.1], 50), 3)
    1.78
    """
    rho, T = as_densities(densities), _rounds(horizon, None, "horizon")
    worse, size = rho[rho < rho.max()], as_integer(batch, "batch", least=1)
    with np.errstate(divide="ignore"):  # the divergence of a gap below 1e-154 is no longer a float
        each = (rho.max() - worse) / (size * bernoulli_kl(worse, rho.max()))
    return _plain(np.log(T) * np.sum(each))


def noiseless_regret(
    densities: npt.ArrayLike, rounds: npt.ArrayLike, *, horizon: int | None = None, xi: float = 2.0, batch: int = 1
) -> Any:
    """Return the regret of UCB if every batch held exactly its share of overlap points: no bound, but the typical run.

    Without noise all indices keep equal, at the level I that spends t rounds: n_k = ξ ln T / (b·(I − ρ_k)²), Σ n_k = t.
    Whole numbers of draws differ from it by at most one each. Noise moves it by an order of 1/ln T relatively.

    Parameters
    ----------
    densities : (K,) array in [0, 1]
    rounds : int or array of int >= 1
        t.
    horizon : int >= K, optional
        T; without one, the bonus is that of the anytime policy, with ln t.
    xi, batch
        As in `high_probability_regret`.

    Returns
    -------
    float or array like ``rounds``
        In overlap density times rounds. At most a quarter of the leading terms of both bounds: below ξ ln T·Σ 1/Δ / b,
        which it approaches as t = T grows, and below √(ξ K t ln T / b).

    Examples
    --------
    >>> round(noiseless_regret([0.9, 0.1], 50, horizon=50), 2)
    4.22
    """
    rho, step = as_densities(densities), as_real(xi, "xi", positive=True) / as_integer(batch, "batch", least=1)
    t = _rounds(rounds, None if horizon is None else _game(len(rho), horizon, 1)[1])
    unit = np.broadcast_to(step * np.log(t if horizon is None else horizon), t.shape)
    # u = (I − ρ*)² n*: bisection on the level, which spends too much at the low end and too little at the high one.
    gaps = rho.max() - rho
    low, high = np.zeros(t.shape), np.sqrt(len(rho) * unit / t)
    for _ in range(60):
        level = (low + high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            spent = np.sum(unit[..., None] / (level[..., None] + gaps) ** 2, axis=-1)
        low, high = np.where(spent > t, level, low), np.where(spent > t, high, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = unit[..., None] / (high[..., None] + gaps) ** 2
    return _plain(np.sum(np.where(gaps > 0, gaps * draws, 0.0), axis=-1))


def bernoulli_kl(p: npt.ArrayLike, q: npt.ArrayLike) -> Any:
    """Return KL(p, q) = p ln(p/q) + (1−p) ln((1−p)/(1−q)), the divergence between Bernoulli laws, in nats.

    Parameters
    ----------
    p, q : float or arrays in [0, 1]
        They broadcast.

    Returns
    -------
    float or array
        Infinite where q excludes what p allows. Between Bin(b, p) and Bin(b, q) it is b times as large.

    Examples
    --------
    >>> round(bernoulli_kl(0.5, 0.25), 6)
    0.143841
    """
    first, second = np.broadcast_arrays(as_shares(p, "p"), as_shares(q, "q"))
    x = first - second
    return _plain(_excess(first, second, x) + _excess(1 - first, 1 - second, -x))


def sub_gaussian_variance(batch: int) -> float:
    """Return 1/(4b): the fraction of overlap points in a batch of b is sub-Gaussian with this variance, at any density.

    Examples
    --------
    >>> sub_gaussian_variance(100)
    0.0025
    """
    return 1 / (4 * as_integer(batch, "batch", least=1))


def _game(n_sources: int, horizon: int, batch: int) -> tuple[int, int, int]:
    K, T = as_integer(n_sources, "n_sources", least=1), as_integer(horizon, "horizon", least=1)
    if K > T:
        raise ValueError(f"horizon is {T}, but each of {K} sources takes a round")
    return K, T, as_integer(batch, "batch", least=1)


def _rounds(rounds: npt.ArrayLike, horizon: int | None, name: str = "rounds") -> Floats:
    """Whole numbers from 1 to the horizon, as floats."""
    array = as_numbers(rounds, name)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} has dtype {array.dtype}, expected integers")
    if array.size and (least := array.min()) < 1:
        raise ValueError(f"{name} has {least}, but must be at least 1")
    if horizon is not None and array.size and (most := array.max()) > horizon:
        raise ValueError(f"{name} has {most}, but the bound ends with the horizon {horizon}")
    return array.astype(np.float64)


def as_densities(densities: npt.ArrayLike) -> Floats:
    """Return densities of at least one source as a (K,) vector in [0, 1]."""
    rho = as_shares(as_vector(densities, "densities"), "densities")
    if rho.size == 0:
        raise ValueError("densities is empty; there must be a source")
    return rho


def _gaps(rho: Floats) -> Floats:
    """The gaps that are not 0."""
    return rho.max() - rho[rho < rho.max()]


def _excess(p: Floats, q: Floats, x: Floats) -> Floats:
    """p·ln(p/q) − x for x = p − q: never negative, so that two of them add up without cancelling.

    Close to each other this is q·Σ_{k≥2} (−x/q)^k / (k(k−1)).
    """
    excess, near = np.array(kl_div(p, q)), np.abs(x) < 0.05 * q
    q, u = q[near], -x[near] / q[near]
    excess[near] = q * u**2 * sum((u ** (k - 2) / (k * (k - 1)) for k in range(2, 16)), np.zeros_like(u))
    return excess


def _plain(values: Floats) -> Any:
    """A float for a single number."""
    return float(values) if np.ndim(values) == 0 else values
