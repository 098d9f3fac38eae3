"""Detection while data arrive: the partition of all points so far, without scoring any pair twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .._arrays import as_matrix
from .._checks import one_of
from ..errors import UndefinedError
from ..regions import Partition, Region
from .changepoint import change_point
from .detection import OverlapDetector, check_rows
from .probabilities import named_confidence
from .similarity import overlap_scores

__all__ = ["UNDETECTED", "BatchDetection", "IncrementalDetector"]

Scope = Literal["batch", "history"]

UNDETECTED = -1
"""Label of a point whose region is undefined so far: a change point, or a hard point to compare with, is missing."""


@dataclass(frozen=True, eq=False)
class BatchDetection:
    """What was detected in one batch when it arrived.

    Attributes
    ----------
    labels : (b,) int8
        `Region` codes ``EASY``, ``HARD``, ``OVERLAP``, or `UNDETECTED`.
    fraction : float
        Share of overlap points in [0, 1]; NaN if any label is `UNDETECTED`.
    """

    labels: npt.NDArray[np.int8]
    fraction: float


class IncrementalDetector:
    """An `OverlapDetector` for data that arrive in batches.

    After every batch, labels and scores of *all* points are what a computation from scratch would give, to the bit;
    but a batch is scored against the pool of hard points once, old points only against new hard points, and rows whose
    nearest hard point has ceased to be hard against the pool again.

    Parameters
    ----------
    detector : OverlapDetector, optional
        Its parameters are used; itself it is never fitted.
    hard_threshold : {"history", "batch"}
        Whether the change point of the confidences is that of all points so far, or of the point's own batch.
    hard_pool : {"history", "batch"}
        Whether a point is compared with all hard points so far, or with those of its own batch.
    overlap_threshold : {"history", "batch"}
        Whether the change point of the scores is that of all points so far, or of the point's own batch.

    Attributes
    ----------
    labels_ : (n,) int8
        `Region` codes of all points so far, in the order of arrival, or `UNDETECTED`.
    confidence_ : (n,) float64
    scores_ : (n,) float32 or float64
        NaN on hard and on undetected rows.
    nearest_hard_ : (n,) intp
        Row of the nearest hard point, -1 without one.
    batch_ : (n,) intp
        Number of the batch a point came in.
    n_scored_ : int
        Pairs of points compared so far.

    Notes
    -----
    With ``"history"`` three times the result is that of ``OverlapDetector.fit`` on all points so far; old points may
    then change their region as thresholds move. The published selection code scores each batch by the whole pool.

    References
    ----------
    Shin, Cooper, Sala 2025, Algorithm 2 within section 3's selection; `docs/selection.md`.

    Examples
    --------
    >>> X = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.6, 0.8]]
    >>> detector = IncrementalDetector()
    >>> detector.add(X, [0.9, 0.95, 0.52, 0.97]).fraction
    0.25
    >>> detector.add([[0.5, 0.9], [1.0, 0.1]], [0.9, 0.99]).labels.tolist()  # overlap, easy
    [2, 0]
    """

    def __init__(
        self,
        detector: OverlapDetector | None = None,
        *,
        hard_threshold: Scope = "history",
        hard_pool: Scope = "history",
        overlap_threshold: Scope = "history",
    ) -> None:
        if detector is not None and not isinstance(detector, OverlapDetector):
            raise TypeError(f"detector must be an OverlapDetector, not {type(detector).__name__}")
        self.detector = OverlapDetector() if detector is None else detector
        self.hard_threshold = one_of(hard_threshold, "hard_threshold", ("history", "batch"))
        self.hard_pool = one_of(hard_pool, "hard_pool", ("history", "batch"))
        self.overlap_threshold = one_of(overlap_threshold, "overlap_threshold", ("history", "batch"))
        one_of(self.detector.hard_rule, "hard_rule", ("below", "at_or_below"))
        self._X: npt.NDArray[Any] | None = None
        self._n = 0
        self.confidence_ = np.empty(0)
        self.batch_ = np.empty(0, np.intp)
        self.labels_ = np.empty(0, np.int8)
        self.scores_: npt.NDArray[Any] = np.empty(0)
        self.nearest_hard_ = np.empty(0, np.intp)
        self.n_scored_ = 0
        self._hard = np.empty(0, bool)
        self._split = np.empty(0, bool)  # whether a point's hard threshold exists

    @property
    def points(self) -> npt.NDArray[Any]:
        """All points so far, (n, d), in the order of arrival."""
        return np.empty((0, 0)) if self._X is None else self._X[: self._n]

    @property
    def partition_(self) -> Partition:
        """Row numbers of each region; undetected rows are in none."""
        return Partition(*(np.flatnonzero(self.labels_ == r) for r in (Region.EASY, Region.HARD, Region.OVERLAP)))

    @property
    def density_(self) -> float:
        """Share of overlap points among the detected ones, in [0, 1]; NaN without any."""
        return self.partition_.density

    def add(self, X: Any, weak_proba: Any) -> BatchDetection:
        """Take in a batch, and bring all labels up to date.

        Parameters
        ----------
        X : (b, d) array
            Features of the strong model, b at least 1, of the same d and precision in every batch.
        weak_proba : (b,) or (b, C) array
            Probabilities of the weak model, or its logits, as ``detector`` takes them.

        Returns
        -------
        BatchDetection

        Raises
        ------
        UndefinedError
            If a row has norm zero (cosine).
        ValueError, TypeError
            If an argument is malformed, or a similarity overflows; the message says where.

        Notes
        -----
        Whatever is raised, an interrupt included: nothing of the batch has been taken in then.
        """
        points = self._intake(X)
        margins = named_confidence(weak_proba, "weak_proba", logits=self.detector.logits)
        if margins.size != points.shape[0]:
            raise ValueError(f"weak_proba has {margins.size} rows, but X has {points.shape[0]}")
        check_rows(points, np.arange(points.shape[0]), self.detector.metric)
        before = dict(vars(self))
        try:
            # Every array is replaced by a longer one before it is written to, so the old ones are whole.
            self._append(points, margins)
            was_hard = self._hard
            self._hard, self._split = self._hard_points()
            self._label(self._rescore(was_hard))
        except BaseException:
            vars(self).update(before)
            raise
        labels = self.labels_[self._n - points.shape[0] :].copy()
        whole = bool((labels != UNDETECTED).all())
        return BatchDetection(labels, float(np.mean(labels == Region.OVERLAP)) if whole else float("nan"))

    def _intake(self, X: Any) -> npt.NDArray[Any]:
        points = as_matrix(X, "X")
        if points.shape[0] == 0:
            raise ValueError(f"X has shape {points.shape}, but a batch needs at least one row")
        wide = points.dtype.kind in "iu" or points.dtype.itemsize == 8
        points = np.ascontiguousarray(points, np.float64 if wide else np.float32)
        if self._X is not None and (points.shape[1], points.dtype) != (self._X.shape[1], self._X.dtype):
            raise ValueError(
                f"X has {points.shape[1]} columns of {points.dtype}, "
                f"but earlier batches have {self._X.shape[1]} of {self._X.dtype}"
            )
        return points

    def _append(self, points: npt.NDArray[Any], margins: npt.NDArray[np.float64]) -> None:
        b, d = points.shape
        if self._X is None:
            self._X = np.empty((max(2 * b, 64), d), points.dtype)
            self.scores_ = np.empty(0, points.dtype)
        elif self._X.shape[0] < self._n + b:
            grown = np.empty((2 * (self._n + b), d), points.dtype)
            grown[: self._n] = self.points
            self._X = grown
        self._X[self._n : self._n + b] = points
        self._n += b
        number = self.batch_[-1] + 1 if self.batch_.size else 0
        self.batch_ = np.append(self.batch_, np.full(b, number, np.intp))
        self.confidence_ = np.append(self.confidence_, margins)
        self.scores_ = np.append(self.scores_, np.full(b, np.nan, points.dtype))
        self.nearest_hard_ = np.append(self.nearest_hard_, np.full(b, -1, np.intp))
        self._hard = np.append(self._hard, np.zeros(b, bool))

    def _groups(self, scope: str, touched: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.intp]]:
        """Rows that belong together: all of them, or batch by batch those of every batch with a touched row."""
        if scope == "history":
            return [np.arange(self._n)]
        numbers = np.unique(self.batch_[touched])
        first, end = (np.searchsorted(self.batch_, numbers, side) for side in ("left", "right"))
        return [np.arange(i, j) for i, j in zip(first.tolist(), end.tolist(), strict=True)]

    def _threshold(self, values: npt.NDArray[Any]) -> float | None:
        try:
            return change_point(values, compat=self.detector.compat).threshold
        except UndefinedError:
            return None

    def _hard_points(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which rows are hard, and for which rows that is defined."""
        hard, split = self._hard.copy(), np.append(self._split, np.zeros(self._n - self._split.size, bool))
        newest = np.flatnonzero(self.batch_ == self.batch_[-1])
        for rows in [np.arange(self._n)] if self.hard_threshold == "history" else [newest]:
            margins = self.confidence_[rows]
            threshold = self._threshold(margins)
            split[rows] = threshold is not None
            if threshold is None:
                hard[rows] = False
            else:
                hard[rows] = margins < threshold if self.detector.hard_rule == "below" else margins <= threshold
        return hard, split

    def _rescore(self, was_hard: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Bring scores up to date with the hard points; return which rows have another one, or none any more."""
        added, removed = self._hard & ~was_hard, was_hard & ~self._hard
        scores = self.scores_.copy()
        self.scores_[self._hard], self.nearest_hard_[self._hard] = np.nan, -1
        lost = (self.nearest_hard_ >= 0) & removed[self.nearest_hard_]
        self.scores_[lost], self.nearest_hard_[lost] = np.nan, -1
        for group in self._groups(self.hard_pool, added | removed):
            rest = group[~self._hard[group] & self._split[group]]
            scored = self.nearest_hard_[rest] >= 0
            known, unknown = rest[scored], rest[~scored]
            self._compare(known, group[added[group]])
            self._compare(unknown, group[self._hard[group]])
        return added | removed | (self.scores_ != scores) & ~(np.isnan(self.scores_) & np.isnan(scores))

    def _compare(self, rows: npt.NDArray[np.intp], hard: npt.NDArray[np.intp]) -> None:
        """Raise the scores of ``rows`` to their similarity to ``hard``; the smallest row wins among equals."""
        if rows.size == 0 or hard.size == 0:
            return
        scores, index = overlap_scores(
            self.points[rows],
            self.points[hard],
            metric=self.detector.metric,
            absolute=self.detector.absolute,
            return_index=True,
            n_threads=self.detector.n_threads,
        )
        self.n_scored_ += rows.size * hard.size
        nearest = hard[index]
        old, holder = self.scores_[rows], self.nearest_hard_[rows]
        better = (holder < 0) | (scores > old) | ((scores == old) & (nearest < holder))
        self.scores_[rows[better]] = scores[better]
        self.nearest_hard_[rows[better]] = nearest[better]

    def _label(self, touched: npt.NDArray[np.bool_]) -> None:
        labels = np.append(self.labels_, np.full(self._n - self.labels_.size, UNDETECTED, np.int8))
        for group in self._groups(self.overlap_threshold, touched):
            labels[group] = np.where(self._hard[group], np.int8(Region.HARD), np.int8(UNDETECTED))
            scored = group[self.nearest_hard_[group] >= 0]
            threshold = self._threshold(self.scores_[scored])
            if threshold is not None:
                labels[scored] = np.where(self.scores_[scored] >= threshold, Region.OVERLAP, Region.EASY)
        self.labels_ = labels
