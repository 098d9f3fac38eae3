"""Random finite weak-to-strong instances on which every expansion bound is checked in exact arithmetic."""

from __future__ import annotations

from typing import NamedTuple

from ... import _kernels
from ..._checks import as_integer, as_threads
from ..._random import RandomSource, lent_key

__all__ = ["InstanceTally", "check_instances"]


class InstanceTally(NamedTuple):
    """How one statement fared: counts of instances."""

    held: int
    """Its condition held."""
    informative: int
    """And its bound was below 1."""
    tight: int
    """And its bound was attained."""
    violations: int
    """And its bound was below the error: never, if the statement is true."""
    first_violation: int | None
    """Number of the first such instance."""


def check_instances(
    first: int, last: int, *, rng: RandomSource = None, n_threads: int | None = None
) -> dict[str, InstanceTally]:
    """Check instances number ``first`` to ``last - 1`` and count, per statement.

    An instance has up to six hard-only, good and bad points each, integer weights, neighbour relations, a student and a
    threshold q. Constants come from trying every set; fractions are exact, so there is no tolerance. Statements: 1a
    with the optimal coupling, 1b, 1c (max-flow against all sets), ``"1a<=1b"`` (at q = 0: the coupling bound is never
    the worse one), and Theorems 4.1, B.1, 4.2, B.2 and B.3 of
    Lang, Sontag, Vijayaraghavan 2024, each under its condition; see `docs/expansion/expansion.md`.

    Parameters
    ----------
    first, last : int
        Range of instances. An instance depends on ``rng`` and its number alone.
    rng : seed, SeedSequence, Generator or None
        Names the family of instances.
    n_threads : int, optional
        All by default; the result does not depend on it.

    Returns
    -------
    dict of str to InstanceTally

    Examples
    --------
    >>> tallies = check_instances(0, 1000, rng=0)
    >>> sum(tally.violations for tally in tallies.values())
    0
    >>> tallies["1c"].held
    1000
    """
    first, last = as_integer(first, "first", most=2**63), as_integer(last, "last", most=2**63)
    with lent_key(rng) as key:
        tallies = _kernels.check_instances(key, first, last, as_threads(n_threads))
    return {
        tally.statement: InstanceTally(*(getattr(tally, field) for field in InstanceTally._fields)) for tally in tallies
    }
