"""Cuts: where values part into a lower and an upper group; hard points are cut off so, and overlap points again."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from .._checks import as_real, as_share, one_of
from ..errors import UndefinedError
from .changepoint import change_point

__all__ = ["CUTS", "ChangePointCut", "Cut", "FixedCut", "FractionCut", "as_cut"]


class Cut(ABC):
    """A rule for a threshold; values at or above it are the upper group.

    Attributes
    ----------
    kind : str
        Name of the rule, of the class.
    """

    kind: ClassVar[str]

    @abstractmethod
    def threshold(self, values: npt.NDArray[Any], rounding: float = 0.0) -> float:
        """Return the threshold of (n,) values, of which those closer than ``rounding`` may be equal in truth.

        Raises
        ------
        UndefinedError
            If these values cannot be parted by the rule.
        """


@dataclass(frozen=True)
class ChangePointCut(Cut):
    """The published rule: where the sum of squares about the means of the two groups is least; see `change_point`.

    Parameters
    ----------
    compat : None or "ruptures"

    Examples
    --------
    >>> ChangePointCut().threshold([0.1, 0.9, 0.2, 0.8])
    0.8
    """

    kind: ClassVar[str] = "change_point"
    compat: Literal["ruptures"] | None = None

    def __post_init__(self) -> None:
        one_of(self.compat, "compat", (None, "ruptures"))

    def threshold(self, values: npt.NDArray[Any], rounding: float = 0.0) -> float:
        """Return the smallest value of the upper group; undefined where all values may be equal."""
        _check_spread(values, rounding)
        return change_point(values, compat=self.compat).threshold


@dataclass(frozen=True)
class FractionCut(Cut):
    """A given share of the values is the lower group: of n values the ⌈n · lower⌉ smallest, at least 1, at most n − 1.

    Parameters
    ----------
    lower : float in [0, 1]
        Equal values are never parted: those equal to the threshold all belong to the upper group.

    Examples
    --------
    >>> FractionCut(0.25).threshold([0.1, 0.9, 0.2, 0.8])
    0.2
    """

    kind: ClassVar[str] = "fraction"
    lower: float

    def __post_init__(self) -> None:
        as_share(self.lower, "lower")

    def threshold(self, values: npt.NDArray[Any], rounding: float = 0.0) -> float:
        """Return the smallest value of the upper group; undefined where the lower one would be empty."""
        _check_spread(values, rounding)
        ordered = np.sort(values)
        n = ordered.size
        if n < 2:
            raise UndefinedError(f"values has length {n}, but a fraction is cut off at least 2")
        value = ordered[min(max(math.ceil(n * self.lower), 1), n - 1)]
        value = ordered[np.searchsorted(ordered, value - rounding)]  # what may be equal is not parted
        if value == ordered[0]:
            raise UndefinedError(f"no value lies below {value}, where a fraction of {self.lower} would be cut off")
        return float(value)


@dataclass(frozen=True)
class FixedCut(Cut):
    """A threshold that is known before; either group may be empty.

    Parameters
    ----------
    value : float

    Examples
    --------
    >>> FixedCut(0.5).threshold([0.1, 0.9])
    0.5
    """

    kind: ClassVar[str] = "fixed"
    value: float

    def __post_init__(self) -> None:
        as_real(self.value, "value")

    def threshold(self, values: npt.NDArray[Any], rounding: float = 0.0) -> float:
        """Return the value, whatever the values are."""
        return float(self.value)


def _check_spread(given: npt.ArrayLike, rounding: float) -> None:
    values = np.asarray(given)
    if values.size < 2 or not np.isfinite(rounding):  # infinite scores are for the cut itself to refuse
        return
    spread = float(values.max() - values.min())
    if 0 < spread <= rounding:
        raise UndefinedError(
            f"values is constant up to rounding: all {values.size} lie within {spread:.1e}, "
            f"and equal ones may differ by {rounding:.1e}"
        )


CUTS: dict[str, type[Cut]] = {cut.kind: cut for cut in (ChangePointCut, FractionCut, FixedCut)}
"""The cuts by name."""


def as_cut(cut: Cut | str, name: str, *, compat: Literal["ruptures"] | None = None) -> Cut:
    """Return ``cut`` as a `Cut`.

    Parameters
    ----------
    cut : Cut or str
        A cut, or the name of one that needs no number of its own.
    name : str
        What messages call the argument.
    compat : None or "ruptures"
        For the change point, if that is named.

    Raises
    ------
    ValueError
        If there is no such cut (the message lists them), or if it needs a number.

    Examples
    --------
    >>> as_cut("change_point", "hard")
    ChangePointCut(compat=None)
    """
    if isinstance(cut, Cut):
        return cut
    kind = CUTS[one_of(cut, name, CUTS)]
    if kind is ChangePointCut:
        return ChangePointCut(compat)
    raise ValueError(f"{name} is {cut!r}, which needs its number; give it as {kind.__name__}(number)")
