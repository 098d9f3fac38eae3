"""Tidy tables: equally long columns by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["Columns", "concatenate", "groups", "of_rows", "select"]

Columns = dict[str, np.ndarray]
"""Equally long columns by name."""


def of_rows(rows: Iterable[Mapping[str, Any]]) -> Columns:
    """Return the columns of rows that have the same names.

    Examples
    --------
    >>> of_rows([{"n": 1, "mean": 0.5}, {"n": 2, "mean": 0.25}])["mean"].tolist()
    [0.5, 0.25]
    """
    found = list(rows)
    return {name: np.array([row[name] for row in found]) for name in found[0]}


def select(columns: Columns, **wanted: object) -> Columns:
    """Return the rows in which every named column has the wanted value.

    Examples
    --------
    >>> table = {"n": np.array([1, 1, 2]), "mean": np.array([0.1, 0.2, 0.3])}
    >>> select(table, n=1)["mean"].tolist()
    [0.1, 0.2]
    """
    keep = np.ones(len(next(iter(columns.values()))), bool)
    for name, value in wanted.items():
        keep &= columns[name] == value
    return {name: column[keep] for name, column in columns.items()}


def groups(columns: Columns, axes: Sequence[str]) -> Iterator[tuple[dict[str, Any], Columns]]:
    """Yield every combination of the axes' values, in the order of the table, with its rows.

    Examples
    --------
    >>> table = {"n": np.array([2, 1, 2]), "mean": np.array([0.1, 0.2, 0.3])}
    >>> [(cell, rows["mean"].tolist()) for cell, rows in groups(table, ["n"])]
    [({'n': 2}, [0.1, 0.3]), ({'n': 1}, [0.2])]
    """
    for key in dict.fromkeys(zip(*(columns[axis].tolist() for axis in axes), strict=True)):
        cell = dict(zip(axes, key, strict=True))
        yield cell, select(columns, **cell)


def concatenate(parts: Iterable[Columns]) -> Columns:
    """Return the rows of all parts, one after the other; the parts have the same names."""
    found = list(parts)
    return {name: np.concatenate([part[name] for part in found]) for name in found[0]}
