"""Checks of scalar arguments; every message names the argument, what was given and what is required."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from . import _kernels

__all__ = ["as_callable", "as_flag", "as_integer", "as_real", "as_share", "as_threads", "one_of"]


def as_integer(value: Any, name: str, *, least: int = 0, most: int | None = None) -> int:
    """Return ``value`` as an ``int`` in [least, most]; ``TypeError`` unless it is an integer, and no bool."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    number = int(value)
    if number < least:
        raise ValueError(f"{name} is {number}, but must be at least {least}")
    if most is not None and number > most:
        raise ValueError(f"{name} is {number}, but must be at most {most}")
    return number


def as_real(value: Any, name: str, *, positive: bool = False) -> float:
    """Return ``value`` as a finite ``float``; ``TypeError`` unless it is a real number, and no bool."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a real number, not {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:  # an integer beyond the range of floats
        number = math.inf
    if not math.isfinite(number) or (positive and number <= 0):
        raise ValueError(f"{name} is {number}, but must be {'positive and finite' if positive else 'finite'}")
    return number


def as_share(value: float, name: str) -> float:
    """Return ``value`` as a float in [0, 1]."""
    number = as_real(value, name)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} is {number}, but must be in [0, 1]")
    return number


def as_threads(n_threads: Any) -> int:
    """Return the number of threads of a call: ``n_threads`` within what this process may ask for, or its default."""
    if n_threads is None:
        return _kernels.default_threads()
    return as_integer(n_threads, "n_threads", least=1, most=_kernels.most_threads())


def as_flag(value: Any, name: str) -> bool:
    """Return ``value`` as a ``bool``; ``TypeError`` unless it is one: the string "False" is true."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def as_callable(value: Any, name: str) -> Any:
    """Return ``value`` if it can be called, or is ``None``."""
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be callable or None, not {type(value).__name__}")
    return value


def one_of(value: Any, name: str, choices: Iterable[str | None]) -> Any:
    """Return ``value`` if it is one of ``choices``; the message lists them all."""
    known = tuple(choices)
    if not (value is None or isinstance(value, str)) or value not in known:
        raise ValueError(f"{name} is {value!r}, but must be one of {', '.join(map(repr, known))}")
    return value
