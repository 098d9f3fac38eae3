"""Scores: how much a point resembles the hard points."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from .._checks import as_flag, one_of
from .._equal import cosine_rounding
from ..errors import UndefinedError
from ..regions import Metric
from .probabilities import spelled
from .similarity import Progress, overlap_scores

__all__ = ["SCORES", "NearestScore", "Score", "as_score"]


class Score(ABC):
    """A rule that scores some rows of X by the hard rows of X.

    Attributes
    ----------
    kind : str
        Name of the rule, of the class.
    maximal : bool
        Whether a score is the largest of its values for single hard rows, so that hard rows which come later can be
        added to it; `IncrementalDetector` needs that.
    """

    kind: ClassVar[str]
    maximal: ClassVar[bool] = False

    @abstractmethod
    def score(
        self,
        X: npt.NDArray[Any],
        rows: npt.NDArray[np.intp],
        hard_rows: npt.NDArray[np.intp],
        *,
        n_threads: int | None = None,
        progress: Progress | None = None,
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
        """Return scores and a hard row that stands for each, of the rows (k,) of X (n, d), by hard rows (m,), m ≥ 1.

        Raises
        ------
        UndefinedError, ValueError
            If a row cannot be scored; the message names it.
        """

    def rounding(self, scores: npt.NDArray[Any], d: int) -> float:
        """Return by how much scores that are equal in truth may differ, for rows of ``d`` entries."""
        return 0.0

    def check_columns(self, d: int) -> None:  # noqa: B027 - most scores work for any number
        """Raise `UndefinedError` if all points of ``d`` coordinates have the same score."""

    def check_rows(self, X: npt.NDArray[Any]) -> None:
        """Raise for the first row of X that no score is defined for; rows that arrive are checked before any is kept.

        Raises
        ------
        ValueError
            If an entry is not finite.
        """
        wrong = np.argwhere(~np.isfinite(X))
        if wrong.size:
            row, column = wrong[0]
            raise ValueError(
                f"X has {spelled(X[row, column])} at row {row}, column {column}; every entry must be finite"
            )


@dataclass(frozen=True)
class NearestScore(Score):
    """The published score: the similarity to the hard point that a point is most similar to; see `overlap_scores`.

    Parameters
    ----------
    metric : {"cosine", "inner_product"}
    absolute : bool

    Examples
    --------
    >>> X = np.array([[1.0, 0.0], [3.0, -4.0], [0.0, 2.0]])
    >>> scores, nearest = NearestScore().score(X, np.array([1]), np.array([0, 2]))
    >>> scores.round(12).tolist(), nearest.tolist()
    ([0.8], [2])
    """

    kind: ClassVar[str] = "nearest"
    maximal: ClassVar[bool] = True
    metric: Metric = "cosine"
    absolute: bool = True

    def __post_init__(self) -> None:
        one_of(self.metric, "metric", ("cosine", "inner_product"))
        as_flag(self.absolute, "absolute")

    def score(
        self,
        X: npt.NDArray[Any],
        rows: npt.NDArray[np.intp],
        hard_rows: npt.NDArray[np.intp],
        *,
        n_threads: int | None = None,
        progress: Progress | None = None,
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
        """Return scores and nearest hard rows, the first among equals."""
        return overlap_scores(
            X,
            rows=rows,
            hard_rows=hard_rows,
            metric=self.metric,
            absolute=self.absolute,
            return_index=True,
            n_threads=n_threads,
            progress=progress,
        )

    def rounding(self, scores: npt.NDArray[Any], d: int) -> float:
        """Return the bound of cosines; of inner products, as if the largest were one of rows of the same direction."""
        size = 1.0 if self.metric == "cosine" else float(np.abs(scores).max(initial=0.0))
        return size * cosine_rounding(scores.dtype, d)

    def check_columns(self, d: int) -> None:
        """Refuse one coordinate with the absolute cosine."""
        if d == 1 and self.metric == "cosine" and self.absolute:
            raise UndefinedError(
                "X has n_features = 1, where every |cosine| is 1; metric='inner_product' tells them apart"
            )

    def check_rows(self, X: npt.NDArray[Any]) -> None:
        """Refuse entries that are not finite and, for the cosine, rows of norm zero."""
        super().check_rows(X)
        zero = np.flatnonzero(~X.any(axis=1))
        if zero.size and self.metric == "cosine":
            raise UndefinedError(f"X has zero norm at row {zero[0]}; the cosine with it is undefined")


SCORES: dict[str, type[Score]] = {NearestScore.kind: NearestScore}
"""The scores by name."""


def as_score(score: Score | str, name: str, *, metric: Metric, absolute: bool) -> Score:
    """Return ``score`` as a `Score`; ``metric`` and ``absolute`` are those of the one that is named.

    Raises
    ------
    ValueError
        If there is no such score; the message lists them.
    """
    if isinstance(score, Score):
        return score
    one_of(score, name, SCORES)
    return NearestScore(metric, absolute)
