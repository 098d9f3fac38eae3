"""Whole trials of forecasting a moving domain: sampled, averaged, forecast and evaluated in the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import Floats, as_floats
from .._checks import as_integer, as_share, as_threads
from .._random import RandomSource, as_replicates, stream_key
from .domains import Domain, DomainSequence, as_domain_counts

__all__ = ["ForecastTrials", "forecast_draws", "forecast_trials"]


class ForecastTrials(NamedTuple):
    """What `forecast_trials` returns; R replicates, S linear students, H horizons, T source domains.

    Attributes
    ----------
    linear : (R, S, H)
        Accuracies of the linear students, exact over the target's population.
    transition : (R, H)
        Accuracies of the transition student.
    rank : (R,)
        Directions in which it moves.
    agreements : (R, T)
        Mean of ŷy in each source domain: 1 if all labels are right.
    """

    linear: Floats
    transition: Floats
    rank: npt.NDArray[np.int64]
    agreements: Floats


class _Setting(NamedTuple):
    d: int
    sources: list[float]
    counts: list[int]
    targets: list[float]
    horizons: list[int]
    weights: list[float]
    sigma: float
    accuracy: float
    rank: int | None


def forecast_trials(
    replicates: Iterable[int],
    sequence: DomainSequence,
    *,
    sources: int,
    horizons: Sequence[int],
    counts: int | Sequence[int],
    weights: npt.ArrayLike = (),
    accuracy: float = 1.0,
    rank: str | int = "edge",
    rng: RandomSource | bytes = None,
    n_threads: int | None = None,
) -> ForecastTrials:
    """Draw the first domains, forecast later ones, and keep the accuracies.

    Parameters
    ----------
    replicates : iterable of int ≥ 0
        Numbers of the replicates; a number always names the same draws, whatever else is run.
    sequence : DomainSequence
        Source domains and those to be forecast.
    sources : int ≥ 2
        Number T of source domains, the first of the sequence.
    horizons : sequence of int ≥ 1
        Steps k after the last source; T + k is at most the length of the sequence.
    counts : int ≥ 1, or a sequence of T
        Points in each source domain; more than one in some.
    weights : (S, T) or (S, H, T), optional
        Linear students Σ a_t w_t, the same for all horizons or not; see `forecast_weights`.
    accuracy : float in [0, 1]
        Probability that a label is right, independently of the noise: 1 for true labels; less for a teacher that sees
        another block of the points, on overlap points.
    rank : "edge" or int
        As in `TransitionForecaster`.
    rng : seed, SeedSequence, Generator, or 32 bytes
        Bytes are used as the key of the streams.
    n_threads : int ≥ 1 or None
        Number of threads, all by default; the result does not depend on it.

    Returns
    -------
    ForecastTrials

    Raises
    ------
    ValueError, TypeError, UndefinedError
        If a parameter is outside its domain; the message names it, and has the place of an entry.

    Examples
    --------
    >>> moving = DomainSequence.turning([2.5, *[0.0] * 19], degrees=6, length=30, sigma=5**0.5)
    >>> from w2slens.drift import forecast_weights
    >>> weights = [forecast_weights(kind, 15) for kind in ("pooled", "last")]
    >>> trials = forecast_trials(range(200), moving, sources=15, horizons=[10], counts=50, weights=weights, rng=0)
    >>> trials.linear.mean(axis=0).round(2).ravel().tolist(), float(trials.transition.mean().round(2))
    ([0.41, 0.68], 0.85)
    """
    numbers = as_replicates(replicates)
    setting = _setting(sequence, sources, horizons, counts, weights, accuracy, rank)
    key = rng if isinstance(rng, bytes) else stream_key(rng)
    linear, transition, ranks, agreements = _kernels.forecast_trials(setting, key, numbers, as_threads(n_threads))
    students = len(setting.weights) // (len(setting.horizons) * sources)
    return ForecastTrials(linear.reshape(len(numbers), students, len(setting.horizons)), transition, ranks, agreements)


def forecast_draws(
    replicate: int,
    sequence: DomainSequence,
    *,
    sources: int,
    counts: int | Sequence[int],
    accuracy: float = 1.0,
    rng: RandomSource | bytes = None,
) -> tuple[list[Domain], list[npt.NDArray[np.int64]]]:
    """Return the draws of one replicate of `forecast_trials`, to rebuild it by hand.

    Returns
    -------
    list of T `Domain`, with the labels that students see
    list of T (n_t,) arrays
        The true labels.

    Examples
    --------
    >>> moving = DomainSequence([[1.0, 0.0], [0.0, 1.0]], sigma=1.0)
    >>> domains, labels = forecast_draws(0, moving, sources=2, counts=[3, 4], rng=0)
    >>> [domain.X.shape for domain in domains], bool(np.all(domains[1].y == labels[1]))
    ([(3, 2), (4, 2)], True)
    """
    setting = _setting(sequence, sources, (), counts, (), accuracy, "edge")
    key = rng if isinstance(rng, bytes) else stream_key(rng)
    X, y, said = _kernels.forecast_draws(setting, key, as_integer(replicate, "replicate"))
    ends = np.cumsum(setting.counts)[:-1]
    seen = zip(np.split(X, ends), np.split(said.astype(np.int64), ends), strict=True)
    return [Domain(*pair) for pair in seen], np.split(y.astype(np.int64), ends)


def _setting(
    sequence: DomainSequence,
    sources: int,
    horizons: Sequence[int],
    counts: int | Sequence[int],
    weights: npt.ArrayLike,
    accuracy: float,
    rank: str | int,
) -> _Setting:
    if not isinstance(sequence, DomainSequence):
        raise TypeError(f"sequence must be a DomainSequence, not {type(sequence).__name__}")
    length = as_integer(sources, "sources", least=2, most=len(sequence))
    most = len(sequence) - length
    steps = [as_integer(k, f"horizons[{i}]", least=1) for i, k in enumerate(horizons)]
    for i, k in enumerate(steps):
        if k > most:
            raise ValueError(f"horizons[{i}] is {k}, but the sequence has {most} domains after the {length} sources")
    given = as_floats(weights, "weights")
    if given.size == 0:
        given = np.zeros((0, length))
    if given.ndim == 2 and given.shape[1] == length:
        given = np.repeat(given[:, None, :], len(steps), axis=1)
    if given.ndim != 3 or given.shape[1:] != (len(steps), length):
        expected = f"(S, {length}) or (S, {len(steps)}, {length})"
        raise ValueError(f"weights has shape {np.shape(weights)}, expected {expected}")
    means = np.asarray(sequence.means)
    return _Setting(
        sequence.d,
        means[:length].ravel().tolist(),
        as_domain_counts(counts, length),
        means[[length - 1 + k for k in steps]].ravel().tolist(),
        steps,
        given.ravel().tolist(),
        sequence.sigma,
        as_share(accuracy, "accuracy"),
        None if rank == "edge" else as_integer(rank, "rank", least=1, most=min(length, sequence.d)),
    )
