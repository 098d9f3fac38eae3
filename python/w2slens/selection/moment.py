"""The state of a selection at one moment, to which an interrupt inside a round takes it back."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._saved import same
from ..bandit.policy import Policy
from ..scoring.detectors import IncrementalDetector
from .history import SelectionHistory
from .sources import Source

__all__ = ["Moment", "replace_attributes"]


class Moment:
    """What policy, detector, history and sources are now.

    Parameters
    ----------
    sources : sequence of Source
        Those that can tell where they stand are taken back too.
    policy : Policy
        Its arrays, lists, dicts, sets and queues are copied, one level deep.
    detector : IncrementalDetector or None
        It replaces what it holds and never writes to it.
    history : SelectionHistory
        It only grows.

    Examples
    --------
    >>> from w2slens.bandit import RoundRobin
    >>> policy, history = RoundRobin(2, rng=0), SelectionHistory(["a", "b"])
    >>> before = Moment([], policy, None, history)
    >>> policy.observe(0, 0.5); before.put_back(); policy.rounds
    0
    """

    def __init__(
        self,
        sources: Sequence[Source],
        policy: Policy,
        detector: IncrementalDetector | None,
        history: SelectionHistory,
    ) -> None:
        self._sources = [(source, source.state()) for source in sources]
        self._policy = policy, {name: _copied(value) for name, value in vars(policy).items()}
        drawing = [value for value in vars(policy).values() if isinstance(value, np.random.Generator)]
        self._generators = [(generator, generator.bit_generator.state) for generator in drawing]
        self._detector = None if detector is None else (detector, dict(vars(detector)))
        self._history = history, {name: _copied(value) for name, value in vars(history).items()}

    def put_back(self) -> None:
        """Make everything as it was."""
        for thing in (self._history, self._policy, self._detector):
            if thing is not None:
                replace_attributes(*thing)
        for generator, bits in self._generators:
            generator.bit_generator.state = bits
        for source, state in self._sources:
            if state is not None and not same(source.state(), state):
                source.restore(state)


def replace_attributes(thing: Any, attributes: dict[str, Any]) -> None:
    """Give ``thing`` these attributes and no others."""
    vars(thing).clear()
    vars(thing).update(attributes)


def _copied(value: Any) -> Any:
    """Return a copy of what is filled in place; anything else is replaced, never changed, or has a state of its own."""
    return copy.copy(value) if isinstance(value, np.ndarray | list | dict | set | deque) else value
