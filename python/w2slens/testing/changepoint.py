"""Twin of `change_point` in exact arithmetic, and score vectors to feed it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["change_point_twin", "score_vectors", "split_gains"]


def split_gains(values: Sequence[float]) -> list[Fraction]:
    """Return the exact gain of splitting the sorted values at 1, …, n−1, in rational arithmetic.

    Examples
    --------
    >>> split_gains([1.0, 0.0, 0.0])
    [Fraction(1, 6), Fraction(2, 3)]
    """
    exact = [Fraction(float(v)) for v in sorted(values)]
    n, total, lower = len(exact), sum(exact, Fraction(0)), Fraction(0)
    gains = []
    for k in range(1, n):
        lower += exact[k - 1]
        gains.append((n * lower - k * total) ** 2 / (n * k * (n - k)))
    return gains


def change_point_twin(values: Sequence[float], *, compat: str | None = None) -> tuple[int, Fraction] | None:
    """Return index and exact gain of the best split, or ``None`` where it is undefined.

    Examples
    --------
    >>> change_point_twin([2.0, 0.0, 1.0])
    (1, Fraction(3, 2))
    """
    n = len(values)
    if n < (7 if compat == "ruptures" else 2) or min(values) == max(values):
        return None
    gains = split_gains(values)
    if compat == "ruptures":
        index = max(range(5, n - 1, 5), key=lambda k: (gains[k - 1], k))
    else:
        index = max(range(1, n), key=lambda k: (gains[k - 1], -k))
    return index, gains[index - 1]


def score_vectors(*, min_size: int = 2, max_size: int = 40) -> SearchStrategy[list[float]]:
    """Return a strategy for vectors of scores: ties on a few levels, plateaus, free values, far offsets, constants.

    Parameters
    ----------
    min_size, max_size : int
        Bounds on their length.
    """
    from hypothesis import strategies as st

    def lists(element: SearchStrategy[float]) -> SearchStrategy[list[float]]:
        return st.lists(element, min_size=min_size, max_size=max_size)

    levels = lists(st.integers(0, 5).map(lambda i: i / 10))
    free = lists(st.floats(-1, 1))
    plateaus = lists(st.sampled_from((0.25, 0.75)).flatmap(lambda v: st.sampled_from((v, v, v, v + 1 / 64))))
    constant = st.tuples(st.floats(-1, 1), st.integers(min_size, max_size)).map(lambda pair: [pair[0]] * pair[1])
    offsets = st.sampled_from((0.0, 0.0, 1.0, 1e9, -1e9))
    return st.tuples(levels | free | plateaus | constant, offsets).map(lambda pair: [v + pair[1] for v in pair[0]])
