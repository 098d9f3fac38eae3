"""Selection among data sources: draw a batch, detect its overlap points, learn which source is richest.

The paper's acquisition loop (Shin, Cooper, Sala 2025, section 3, its Algorithm 1), for any policy, source and detector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np

from .._checks import as_callable, as_integer, as_share, one_of
from .._saved import same
from ..bandit.policy import Policy
from ..errors import SelectionError
from ..regions import Region
from ..scoring.detectors import IncrementalDetector, OverlapDetector
from .history import SelectionHistory
from .moment import Moment, replace_attributes
from .sources import Batch, Source, as_source, checked_batch

__all__ = ["select_sources"]


def select_sources(
    sources: Sequence[Any],
    policy: Policy,
    rounds: int,
    batch: int,
    detector: OverlapDetector | IncrementalDetector | None = None,
    *,
    on_error: Literal["raise", "close"] = "raise",
    history: SelectionHistory | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> SelectionHistory:
    """Acquire data round by round: the policy chooses a source, a batch is drawn, its overlap fraction is observed.

    Parameters
    ----------
    sources : sequence of K `Source`, or of iterables of batches
    policy : Policy
        With ``n_sources`` K; it learns in place, and can be saved between rounds.
    rounds : int >= 1
        Rounds to add; fewer are played if every source runs dry.
    batch : int >= 1
        Points to ask for per round.
    detector : OverlapDetector, IncrementalDetector or None
        How overlap points are told. An `OverlapDetector` is used with all of the history (see `IncrementalDetector` for
        the choices). ``None`` believes the true regions of the batches: a perfect detector, for experiments.
    on_error : {"raise", "close"}
        What to do when a source fails, or yields something malformed, or its density is none: raise `SelectionError`,
        which carries the history, or write the error down, close the source and go on.
    history : SelectionHistory, optional
        To continue; it grows in place, so after any interruption it holds every round that was finished, and policy
        and detector are as after the newest. The policy must be the one that learned from it. Sources that stand
        elsewhere than it says, for instance anew, are set to where they stood (`Source.restore`); those that cannot
        tell where they stand are taken as they come. A fresh detector is first shown the data it holds.
    progress : callable, optional
        Called as ``progress(round, rounds)`` after each.

    Returns
    -------
    SelectionHistory

    Raises
    ------
    SelectionError
        If a source failed and ``on_error`` is "raise". History, and what the policy has learned, are as after the last
        finished round.
    ValueError, TypeError
        If an argument is malformed.

    Notes
    -----
    A source that yields nothing has *run dry*: it is closed, and the policy chooses again within the round. A *short*
    batch counts as a round, with its own size. Where the detector cannot tell (no change point yet), the round is
    *undetected*: its data are kept, and the policy learns nothing from it but to prefer others among equals.

    References
    ----------
    Shin, Cooper, Sala 2025, section 3, Algorithm 1; `docs/selection/selection.md`.

    Examples
    --------
    >>> import w2slens as wl
    >>> mixture = wl.GaussianMixture([1.0] * 8, 1.0, 4)
    >>> weak = wl.train_weak(*mixture.sample((200, 200, 200, 0), rng=0)[:2], d_easy=4)
    >>> poor = wl.selection.MixtureSource(mixture, weak, shares=(4, 4, 1, 0), rng=1)
    >>> rich = wl.selection.MixtureSource(mixture, weak, shares=(1, 1, 4, 0), rng=2)
    >>> history = wl.selection.select_sources([poor, rich], wl.bandit.ThompsonSampling(2, rng=3), rounds=20, batch=50)
    >>> history.choices.size, bool((history.choices == 1).mean() > 0.7)
    (20, True)
    """
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a Policy, not {type(policy).__name__}")
    if isinstance(sources, Source | dict) or not isinstance(sources, Iterable):
        raise TypeError(f"sources must be a sequence of Source or iterables, not {type(sources).__name__}")
    pools = [as_source(source, f"sources[{k}]") for k, source in enumerate(sources)]
    if not pools:
        raise ValueError("sources is empty; selection needs at least one source")
    if policy.n_sources != len(pools):
        raise ValueError(f"policy chooses among {policy.n_sources} sources, but there are {len(pools)}")
    as_callable(progress, "progress")
    steps, size = as_integer(rounds, "rounds", least=1), as_integer(batch, "batch", least=1)
    one_of(on_error, "on_error", ("raise", "close"))
    ledger = SelectionHistory([pool.name for pool in pools]) if history is None else history
    if len(ledger.names) != len(pools):
        raise ValueError(f"history has {len(ledger.names)} sources, but there are {len(pools)}")
    if history is not None:
        _rejoin(pools, policy, ledger)
    detection = _incremental(detector, ledger)
    for step in range(steps):
        before = Moment(pools, policy, detection, ledger)
        try:
            played = _play(pools, policy, size, detection, ledger, on_error)
        except SelectionError:
            raise
        except BaseException:  # an interrupt, at whatever line: the round was never begun
            before.put_back()
            raise
        if not played:
            break
        if progress is not None:
            progress(step + 1, steps)
    return ledger


def _rejoin(pools: list[Source], policy: Policy, history: SelectionHistory) -> None:
    """Set sources to where they stood after the newest round, and compare policy and sources with the history."""
    learned = int(np.count_nonzero(~np.isnan(history.fractions)))
    if policy.rounds != learned:
        raise ValueError(
            f"policy has learned from {policy.rounds} rounds, but history has {learned} with an observation; "
            "continue with the policy of this history, as it was saved"
        )
    ended = {source for _, source, _, _ in history.events}
    if again := sorted(ended.intersection(policy.open_sources.tolist())):
        raise ValueError(f"policy has {history.names[again[0]]} open, but history says that it ended")
    for k, (pool, state) in enumerate(zip(pools, history.states, strict=True)):
        if state is None or k in ended:
            continue
        try:
            if not same(pool.state(), state):
                pool.restore(state)
            pool.confirm([batch for batch, source in zip(history.batches, history.choices, strict=True) if source == k])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"sources[{k}] is not the one of this history: {error}") from error


def _incremental(
    detector: OverlapDetector | IncrementalDetector | None, history: SelectionHistory
) -> IncrementalDetector | None:
    if detector is None:
        return None
    if isinstance(detector, OverlapDetector):
        detector = IncrementalDetector(detector)
    elif not isinstance(detector, IncrementalDetector):
        raise TypeError(f"detector must be an OverlapDetector, an IncrementalDetector or None, not {detector!r}")
    detector.checked()
    if detector.labels_.size == 0:
        before = dict(vars(detector))
        try:
            for old in history.batches:
                detector.add(old.X, old.weak_proba)
        except BaseException:
            replace_attributes(detector, before)
            raise
    if detector.labels_.size != history.n_points:
        raise ValueError(f"detector has seen {detector.labels_.size} points, but history holds {history.n_points}")
    return detector


def _play(
    pools: list[Source],
    policy: Policy,
    size: int,
    detector: IncrementalDetector | None,
    history: SelectionHistory,
    on_error: str,
) -> bool:
    """Play one round; False if every source has run dry."""

    def failed(source: int, error: Exception, yielded: Any = None) -> None:
        # Whatever a foreign source raises: it is written down with the history, never swallowed. What it yielded is
        # gone, so it is not to come again when the selection goes on.
        history.states = [pool.state() for pool in pools]
        if on_error == "raise":
            raise SelectionError(f"{pools[source].name}: {error}", history, yielded) from error
        policy.close(source)
        history.note(source, "failed", f"{type(error).__name__}: {error}")

    while True:
        densities = []
        for k, pool in enumerate(pools):
            try:
                densities.append(_density(pool))
            except Exception as error:
                densities.append(float("nan"))
                if k in policy.open_sources:
                    failed(k, error)
        if policy.open_sources.size == 0:
            return False
        source, given = policy.select(), None
        try:
            given = pools[source].draw(size)
            batch = None if given is None else _kept(checked_batch(given, pools[source].name))
            if batch is None or len(batch.X) == 0:
                policy.close(source)
                history.note(source, "dry", "it has no more points")
                continue
            if len(batch.X) > size:
                raise ValueError(f"{len(batch.X)} points were yielded, but {size} asked for")
            history.check(batch, pools[source].name)
            labels, fraction = _detect(batch, detector)
        except Exception as error:
            failed(source, error, given)
            continue
        if np.isnan(fraction):
            policy.defer(source)
        else:
            policy.observe(source, fraction, len(batch.X))
        history.append(source, batch, fraction, densities, short=len(batch.X) < size)
        history.update_labels(labels if detector is None else detector.labels_, whole=detector is not None)
        history.states = [pool.state() for pool in pools]
        return True


def _kept(batch: Batch) -> Batch:
    """A copy: a source may fill the same arrays again."""
    return Batch(*(None if values is None else np.array(values) for values in batch))


def _detect(batch: Batch, detector: IncrementalDetector | None) -> tuple[Any, float]:
    if detector is not None:
        found = detector.add(batch.X, batch.weak_proba)
        return found.labels, found.fraction
    if batch.regions is None:
        raise ValueError("the batch has no regions; without a detector they are needed")
    labels = np.asarray(batch.regions)
    return labels, float(np.mean(labels == Region.OVERLAP))


def _density(pool: Source) -> float:
    if pool.density is None:
        return float("nan")
    return as_share(pool.density, f"density of {pool.name}")
