"""Replicated bandits: a policy's regret against K sources of known density, played in the kernel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import Floats
from .._checks import as_integer, as_threads
from .._random import RandomSource, as_replicates, lent_key
from .policies import POLICIES
from .policy import Policy
from .segments import as_segments

__all__ = ["BanditTrials", "bandit_trials", "log_spaced"]


@dataclass(frozen=True, eq=False)
class BanditTrials:
    """Regret and choices of replicates of one policy, at checkpoints.

    Attributes
    ----------
    rounds : (c,) int64
        The checkpoints: rounds played.
    regret : (replicates, c) float64
        Cumulative pseudo-regret, the sum over rounds of the richest source's density minus the chosen one's; ≥ 0, in
        units of density × rounds.
    pulls : (replicates, c, K) int64
        How often each source had been chosen.

    Examples
    --------
    >>> from w2slens.bandit import RoundRobin, bandit_trials
    >>> trials = bandit_trials(RoundRobin(2), [0.1, 0.9], horizon=10, replicates=3, rng=0)
    >>> trials.regret[:, -1].round(9).tolist()
    [4.0, 4.0, 4.0]
    """

    rounds: npt.NDArray[np.int64]
    regret: Floats
    pulls: npt.NDArray[np.int64]

    @property
    def average_regret(self) -> Floats:
        """Average pseudo-regret R̄_t, (replicates, c): ``regret`` divided by the rounds, in [0, 1]."""
        return self.regret / self.rounds


def bandit_trials(
    policy: Policy,
    densities: npt.ArrayLike,
    horizon: int,
    replicates: int | Iterable[int],
    *,
    batch: int = 1,
    observed: npt.ArrayLike | None = None,
    starts: npt.ArrayLike | None = None,
    checkpoints: npt.ArrayLike | None = None,
    rng: RandomSource | bytes = None,
    n_threads: int | None = None,
) -> BanditTrials:
    """Let a policy choose among sources for ``horizon`` rounds, once per replicate.

    In each round a batch of points is drawn from the chosen source and the observed fraction is Bin(batch, p)/batch,
    with p the probability that a point is reported as overlap. Regret is counted in the true densities.

    Parameters
    ----------
    policy : Policy
        One of the package's; its parameters are played, from a fresh state; itself it stays as it is.
    densities : (K,) or (S, K) numbers in [0, 1]
        True overlap densities ρ of the sources, in each of S segments of rounds if they drift.
    horizon : int >= 1
        Number of rounds.
    replicates : int >= 1, or iterable of int
        How many, or which: a number always names the same luck, whatever else is played, and for every policy.
    batch : int >= 1
        Points per round.
    observed : like ``densities``, optional
        What the detector reports of each source, where it errs: the probabilities of an observation.
    starts : (S,) ints, optional
        First round of each segment, ascending from 0.
    checkpoints : ints in [1, horizon], optional
        Rounds at which regret and pulls are kept; log-spaced by default, the horizon last.
    rng : seed, SeedSequence, Generator, or 32 bytes
        Bytes are used as the key of the streams.
    n_threads : int >= 1 or None
        Number of threads, all by default; the results do not depend on it.

    Returns
    -------
    BanditTrials

    Raises
    ------
    ValueError
        If a density is outside [0, 1], there is no source, a batch is empty, or numbers of sources differ; the message
        says where.
    TypeError
        If the policy is not one of the package's.

    References
    ----------
    Shin, Cooper, Sala 2025, section 3 and Theorem 4.3; `docs/bandit/bandit.md`.

    Examples
    --------
    >>> from w2slens.bandit import UCB, bandit_trials
    >>> trials = bandit_trials(UCB(2, horizon=1000), [0.1, 0.9], 1000, replicates=100, rng=0)
    >>> bool(trials.average_regret[:, -1].mean() < 0.05)
    True
    """
    # A policy derived from one of these may choose otherwise than the kernel's.
    if type(policy) not in POLICIES.values():
        raise TypeError(f"policy must be one of {', '.join(sorted(POLICIES))}, not {type(policy).__name__}")
    segments = as_segments(densities, observed, starts)
    k = segments.densities.shape[1]
    if policy.n_sources != k:
        raise ValueError(f"policy chooses among {policy.n_sources} sources, but densities has {k}")
    rounds = as_integer(horizon, "horizon", least=1, most=2**53)
    stops = _checkpoints(checkpoints, rounds)
    which = as_replicates(replicates)
    regret = np.zeros((which.size, stops.size))
    pulls = np.zeros((which.size, stops.size, k), np.int64)
    points, threads = as_integer(batch, "batch", least=1, most=2**31), as_threads(n_threads)
    with lent_key(rng) as key:
        _kernels.bandit_trials(
            policy.record(), segments, points, stops.astype(np.uint64), key, which, regret, pulls, threads
        )
    return BanditTrials(stops, regret, pulls)


def log_spaced(horizon: int, per_decade: int = 12) -> npt.NDArray[np.int64]:
    """Return rounds from 1 to ``horizon``, evenly spaced on a logarithmic axis, each once.

    Parameters
    ----------
    horizon : int >= 1
    per_decade : int >= 1

    Returns
    -------
    (c,) int64, ascending

    Examples
    --------
    >>> log_spaced(100, per_decade=2).tolist()
    [1, 3, 10, 32, 100]
    """
    last = as_integer(horizon, "horizon", least=1)
    step = as_integer(per_decade, "per_decade", least=1)
    count = int(np.ceil(np.log10(last) * step)) + 1 if last > 1 else 1
    return np.unique(np.append(np.rint(np.geomspace(1, last, count)), last)).astype(np.int64)


def _checkpoints(checkpoints: npt.ArrayLike | None, horizon: int) -> npt.NDArray[np.int64]:
    if checkpoints is None:
        return log_spaced(horizon)
    given = np.asarray(checkpoints)
    if given.ndim != 1 or given.size == 0 or given.dtype.kind not in "iu":
        raise ValueError(f"checkpoints has shape {given.shape} and dtype {given.dtype}, expected whole numbers, (c,)")
    stops = given.astype(np.int64)
    if stops[0] < 1 or stops[-1] > horizon or (np.diff(stops) <= 0).any():
        wrong = int(np.argmax((stops < 1) | (stops > horizon) | (np.diff(stops, prepend=0) <= 0)))
        raise ValueError(f"checkpoints must ascend within [1, {horizon}], but has {given[wrong]} at index {wrong}")
    return stops
