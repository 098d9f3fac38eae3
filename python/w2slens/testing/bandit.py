"""Bandit problems to test policies with, and the obvious loop that plays one replicate of the kernel in Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from .. import _kernels
from .._arrays import Floats
from ..bandit.policies import POLICIES
from ..bandit.policy import Policy

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["BanditProblem", "Replay", "bandit_problems", "play_twin", "policies"]


@dataclass(frozen=True)
class BanditProblem:
    """Sources of data, as `w2slens.bandit.bandit_trials` takes them.

    Attributes
    ----------
    densities : (S, K) tuples of numbers in [0, 1]
        True overlap densities per segment.
    observed : (S, K) tuples of numbers in [0, 1]
        What the detector reports of them.
    starts : (S,) tuple of int
        First round of each segment.
    horizon, batch : int
        Rounds, and points per round.

    Examples
    --------
    >>> BanditProblem(((0.1, 0.9),), ((0.1, 0.9),), (0,), horizon=10, batch=1).n_sources
    2
    """

    densities: tuple[tuple[float, ...], ...]
    observed: tuple[tuple[float, ...], ...]
    starts: tuple[int, ...]
    horizon: int
    batch: int

    @property
    def n_sources(self) -> int:
        """Number K of sources."""
        return len(self.densities[0])


def bandit_problems(
    *, max_sources: int = 6, max_horizon: int = 120, max_batch: int = 9, drift: bool = True, errors: bool = True
) -> SearchStrategy[BanditProblem]:
    """Generate bandit problems; equal sources, certain ones (density 0 or 1) and a single source among them.

    Parameters
    ----------
    max_sources, max_horizon, max_batch : int
        The horizon is at least the number of sources.
    drift : bool
        Whether densities may change; segments may begin after the horizon.
    errors : bool
        Whether the observed densities may differ from the true ones.

    Returns
    -------
    SearchStrategy of BanditProblem

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     bandit_problems(max_sources=3).example().n_sources <= 3
    True
    """
    from hypothesis import strategies as st

    density = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(0, 1))

    @st.composite
    def build(draw: Any) -> BanditProblem:
        k = draw(st.integers(1, max_sources))
        horizon = draw(st.integers(k, max_horizon))
        later = draw(st.lists(st.integers(1, 2 * horizon), unique=True, max_size=3)) if drift else []
        row = st.tuples(*[density] * k)
        table = st.tuples(*[row] * (1 + len(later)))
        true = draw(table)
        observed = draw(table) if errors and draw(st.booleans()) else true
        return BanditProblem(true, observed, (0, *sorted(later)), horizon, draw(st.integers(1, max_batch)))

    return build()


def policies(problem: BanditProblem, kinds: Iterable[type[Policy]] = POLICIES.values()) -> SearchStrategy[Policy]:
    """Generate policies for a problem, with their parameters.

    Parameters
    ----------
    problem : BanditProblem
    kinds : iterable of classes of policies
        Every policy of the package by default.

    Returns
    -------
    SearchStrategy of Policy

    Examples
    --------
    >>> import warnings
    >>> problem = BanditProblem(((0.1, 0.9),), ((0.1, 0.9),), (0,), horizon=10, batch=1)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     policies(problem).example().n_sources
    2
    """
    from hypothesis import strategies as st

    def of(kind: type[Policy]) -> SearchStrategy[Policy]:
        parameters = {"rng": st.integers(0, 2**32), **kind.strategies(problem.n_sources)}
        return st.builds(kind.on, st.just(problem.densities), st.just(problem.starts), **parameters)

    return st.one_of([of(kind) for kind in kinds])


class Replay:
    """A random generator that gives a policy the draws it has in one replicate of the kernel.

    Parameters
    ----------
    key : 32 bytes
    replicate : int

    Examples
    --------
    >>> 0 <= Replay(bytes(32), 0).random() < 1
    True
    """

    def __init__(self, key: bytes, replicate: int) -> None:
        self._stream = _kernels.BanditStream(key, replicate)
        self.random = self._stream.random
        self.integers = self._stream.integers
        self.beta = self._stream.beta


def play_twin(
    policy: Policy, problem: BanditProblem, key: bytes, replicate: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Play one replicate with the Python policy itself, round by round.

    Parameters
    ----------
    policy : Policy
        Fresh; it is used up.
    problem : BanditProblem
    key : 32 bytes
    replicate : int

    Returns
    -------
    choices : (horizon,) int64
    regret : (horizon,) float64
        Cumulative pseudo-regret.

    Examples
    --------
    >>> import w2slens as wl
    >>> problem = BanditProblem(((0.1, 0.9),), ((0.1, 0.9),), (0,), horizon=10, batch=1)
    >>> choices, regret = play_twin(wl.bandit.RoundRobin(2), problem, bytes(32), 0)
    >>> regret[-1].round(9)
    np.float64(4.0)
    """
    draws = _kernels.bandit_draws(key, replicate, problem.n_sources, problem.horizon)
    policy._order = draws.order.astype(np.intp)
    policy._rng = Replay(key, replicate)
    choices = np.zeros(problem.horizon, np.int64)
    losses = np.zeros(problem.horizon)
    for t in range(problem.horizon):
        segment = sum(start <= t for start in problem.starts) - 1
        source = choices[t] = policy.select()
        cdf = binom.cdf(np.arange(problem.batch), problem.batch, problem.observed[segment][source])
        successes = int(np.searchsorted(cdf, draws.uniforms[t], side="right"))
        policy.observe(source, successes / problem.batch, problem.batch)
        losses[t] = max(problem.densities[segment]) - problem.densities[segment][source]
    return choices, np.cumsum(losses)
