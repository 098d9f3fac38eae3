"""Detection while data arrive: the partition of all points so far, without scoring any pair twice."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import validate_data

from ..._arrays import Floats
from ..._checks import one_of
from ..._equal import confidence_rounding
from ...errors import UndefinedError
from ...regions import Region
from ..cuts import Cut
from .contract import UNDETECTED, Detector
from .overlap import OverlapDetector

__all__ = ["BatchDetection", "IncrementalDetector"]

Scope = Literal["batch", "history"]


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


class IncrementalDetector(Detector):
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
    partition_ : Partition
        Row numbers of each region; undetected rows are in none.
    density_ : float
        Share of overlap points among the detected ones, in [0, 1]; NaN without any.

    References
    ----------
    Shin, Cooper, Sala 2025, Algorithm 2; `docs/scoring/detection.md`.

    Examples
    --------
    >>> detector = IncrementalDetector()
    >>> _ = detector.add([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.6, 0.8]], [0.9, 0.95, 0.52, 0.97])
    >>> detector.add([[0.5, 0.9], [1.0, 0.1]], [0.9, 0.99]).labels.tolist()  # overlap, easy
    [2, 0]
    """

    kind: ClassVar[str] = "incremental"

    def __init__(
        self,
        detector: OverlapDetector | None = None,
        *,
        hard_threshold: Scope = "history",
        hard_pool: Scope = "history",
        overlap_threshold: Scope = "history",
    ) -> None:
        self.detector = detector
        self.hard_threshold = hard_threshold
        self.hard_pool = hard_pool
        self.overlap_threshold = overlap_threshold

    @property
    def _state(self) -> _Seen:
        """What has been taken in; nothing, before the first batch."""
        state: _Seen = vars(self).get("_seen", _NOTHING)
        return state

    @property
    def points(self) -> npt.NDArray[Any]:
        """All points so far, (n, d), in the order of arrival."""
        return self._state.points

    @property
    def labels_(self) -> npt.NDArray[np.int8]:  # type: ignore[override]  # read-only here, for it is the state's
        """Regions of all points so far, (n,)."""
        return self._state.labels

    @property
    def confidence_(self) -> Floats:  # type: ignore[override]
        """Confidences of all points so far, (n,)."""
        return self._state.confidence

    @property
    def scores_(self) -> npt.NDArray[Any]:  # type: ignore[override]
        """Scores of all points so far, (n,)."""
        return self._state.scores

    @property
    def nearest_hard_(self) -> npt.NDArray[np.intp]:  # type: ignore[override]
        """Rows of the nearest hard points, (n,)."""
        return self._state.nearest

    @property
    def batch_(self) -> npt.NDArray[np.intp]:
        """Numbers of the batches that the points came in, (n,)."""
        return self._state.batch

    @property
    def n_scored_(self) -> int:
        """Pairs of points compared so far."""
        return self._state.n_scored

    def checked(self) -> Self:
        """Return itself if every parameter is in its range; see `Detector.checked`."""
        if self.detector is not None and not isinstance(self.detector, OverlapDetector):
            raise TypeError(f"detector must be an OverlapDetector, not {type(self.detector).__name__}")
        for name in ("hard_threshold", "hard_pool", "overlap_threshold"):
            one_of(getattr(self, name), name, ("history", "batch"))
        score = self._steps().checked().parts().score
        if not score.maximal:
            raise ValueError(f"scoring is {score!r}, but batch by batch only a largest value of hard rows can be kept")
        return self

    @classmethod
    def for_any_numbers(cls) -> Self:
        """Return a detector of logits and inner products."""
        return cls(OverlapDetector.for_any_numbers())

    def fit(self, X: Any, weak_proba: Any) -> Self:
        """Forget all batches, and take in this one.

        Parameters
        ----------
        X : (n, d) array
            Features of the strong model, n at least 1.
        weak_proba : (n,) or (n, C) array
            Probabilities of the weak model, or its logits, as ``detector`` takes them.

        Returns
        -------
        IncrementalDetector
            Itself.

        Raises
        ------
        UndefinedError, ValueError, TypeError
            As `add`; the batches are not forgotten then.
        """
        self._take(_NOTHING, X, weak_proba)
        return self

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
            If an argument or a parameter is malformed, or a similarity overflows; the message says where.

        Notes
        -----
        Whatever is raised, an interrupt included: nothing of the batch has been taken in then.
        """
        labels = self._take(self._state, X, weak_proba)
        whole = bool((labels != UNDETECTED).all())
        return BatchDetection(labels, float(np.mean(labels == Region.OVERLAP)) if whole else float("nan"))

    def _take(self, before: _Seen, X: Any, weak_proba: Any) -> npt.NDArray[np.int8]:
        steps = self.checked()._steps()
        points = self._intake(before, X)
        margins, single = self._margins(weak_proba, points.shape[0], logits=steps.logits)
        steps.parts().score.check_rows(points)
        # Every array of a state is replaced by a longer one before it is written to, so the old state stays whole.
        seen = before.with_batch(points, margins, single)
        was_hard = seen.hard
        self._find_hard(seen)
        self._label(seen, self._rescore(seen, was_hard))
        validate_data(self, X, skip_check_array=True)  # number and names of the columns
        self._seen = seen
        return seen.labels[seen.n - points.shape[0] :].copy()

    def _steps(self) -> OverlapDetector:
        return OverlapDetector() if self.detector is None else self.detector

    def _intake(self, before: _Seen, X: Any) -> npt.NDArray[Any]:
        points = self._points(X)
        if points.shape[0] == 0:
            raise ValueError(f"X has shape {points.shape}, but a batch needs at least one row")
        wide = points.dtype.kind in "iu" or points.dtype.itemsize == 8
        points = np.ascontiguousarray(points, np.float64 if wide else np.float32)
        if before.n and (points.shape[1], points.dtype) != (before.X.shape[1], before.X.dtype):
            raise ValueError(
                f"X has {points.shape[1]} columns of {points.dtype}, "
                f"but earlier batches have {before.X.shape[1]} of {before.X.dtype}"
            )
        return points

    def _find_hard(self, seen: _Seen) -> None:
        """Tell which rows are hard, and for which rows that is defined."""
        steps, cut = self._steps(), self._steps().parts().hard
        newest = np.flatnonzero(seen.batch == seen.batch[-1])
        hard, split = seen.hard.copy(), np.append(seen.split, np.zeros(seen.n - seen.split.size, bool))
        for rows in [np.arange(seen.n)] if self.hard_threshold == "history" else [newest]:
            margins = seen.confidence[rows]
            threshold = _threshold(cut, margins, confidence_rounding(bool(seen.single[rows].all())))
            split[rows] = threshold is not None
            hard[rows] = False if threshold is None else steps.is_hard(margins, threshold)
        seen.hard, seen.split = hard, split

    def _rescore(self, seen: _Seen, was_hard: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Bring scores up to date with the hard points; return which rows have another one, or none any more."""
        added, removed = seen.hard & ~was_hard, was_hard & ~seen.hard
        scores = seen.scores.copy()
        seen.scores[seen.hard], seen.nearest[seen.hard] = np.nan, -1
        lost = (seen.nearest >= 0) & removed[seen.nearest]
        seen.scores[lost], seen.nearest[lost] = np.nan, -1
        for group in seen.groups(self.hard_pool, added | removed):
            rest = group[~seen.hard[group] & seen.split[group]]
            scored = seen.nearest[rest] >= 0
            known, unknown = rest[scored], rest[~scored]
            self._compare(seen, known, group[added[group]])
            self._compare(seen, unknown, group[seen.hard[group]])
        return added | removed | (seen.scores != scores) & ~(np.isnan(seen.scores) & np.isnan(scores))

    def _compare(self, seen: _Seen, rows: npt.NDArray[np.intp], hard: npt.NDArray[np.intp]) -> None:
        """Raise the scores of ``rows`` to their similarity to ``hard``; the smallest row wins among equals."""
        if rows.size == 0 or hard.size == 0:
            return
        steps = self._steps()
        scores, nearest = steps.parts().score.score(seen.points, rows, hard, n_threads=steps.n_threads)
        seen.n_scored += rows.size * hard.size
        old, holder = seen.scores[rows], seen.nearest[rows]
        better = (holder < 0) | (scores > old) | ((scores == old) & (nearest < holder))
        seen.scores[rows[better]] = scores[better]
        seen.nearest[rows[better]] = nearest[better]

    def _label(self, seen: _Seen, touched: npt.NDArray[np.bool_]) -> None:
        _, score, cut = self._steps().parts()
        d = seen.points.shape[1]
        labels = np.append(seen.labels, np.full(seen.n - seen.labels.size, UNDETECTED, np.int8))
        for group in seen.groups(self.overlap_threshold, touched):
            labels[group] = np.where(seen.hard[group], np.int8(Region.HARD), np.int8(UNDETECTED))
            scored = group[seen.nearest[group] >= 0]
            scores = seen.scores[scored]
            threshold = _threshold(cut, scores, score.rounding(scores, d))
            if threshold is not None:
                labels[scored] = np.where(seen.scores[scored] >= threshold, Region.OVERLAP, Region.EASY)
        seen.labels = labels

    def __sklearn_is_fitted__(self) -> bool:
        return self._state.n > 0


@dataclass(eq=False)
class _Seen:
    """All that has been taken in. The first ``n`` rows of ``X`` are points; the rest is room to grow."""

    X: npt.NDArray[Any]
    n: int
    confidence: Floats
    batch: npt.NDArray[np.intp]
    labels: npt.NDArray[np.int8]
    scores: npt.NDArray[Any]
    nearest: npt.NDArray[np.intp]
    hard: npt.NDArray[np.bool_]
    split: npt.NDArray[np.bool_]  # whether a point's hard threshold exists
    single: npt.NDArray[np.bool_]  # whether the probabilities of a point's batch were numbers of float32
    n_scored: int = 0

    @property
    def points(self) -> npt.NDArray[Any]:
        return self.X[: self.n]

    def with_batch(self, points: npt.NDArray[Any], margins: Floats, single: bool) -> _Seen:
        """Return a longer state, without labels and scores of the batch."""
        b, d = points.shape
        longer = copy(self)
        if self.n == 0:
            longer.X = np.empty((max(2 * b, 64), d), points.dtype)
            longer.scores = np.empty(0, points.dtype)
        elif self.X.shape[0] < self.n + b:
            longer.X = np.empty((2 * (self.n + b), d), points.dtype)
            longer.X[: self.n] = self.points
        longer.X[self.n : self.n + b] = points
        longer.n = self.n + b
        longer.single = np.append(self.single, np.full(b, single))
        number = self.batch[-1] + 1 if self.n else 0
        longer.batch = np.append(self.batch, np.full(b, number, np.intp))
        longer.confidence = np.append(self.confidence, margins)
        longer.scores = np.append(longer.scores, np.full(b, np.nan, points.dtype))
        longer.nearest = np.append(self.nearest, np.full(b, -1, np.intp))
        longer.hard = np.append(self.hard, np.zeros(b, bool))
        return longer

    def groups(self, scope: str, touched: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.intp]]:
        """Rows that belong together: all of them, or batch by batch those of every batch with a touched row."""
        if scope == "history":
            return [np.arange(self.n)]
        numbers = np.unique(self.batch[touched])
        first, end = (np.searchsorted(self.batch, numbers, side) for side in ("left", "right"))
        return [np.arange(i, j) for i, j in zip(first.tolist(), end.tolist(), strict=True)]


_NOTHING = _Seen(
    X=np.empty((0, 0)),
    n=0,
    confidence=np.empty(0),
    batch=np.empty(0, np.intp),
    labels=np.empty(0, np.int8),
    scores=np.empty(0),
    nearest=np.empty(0, np.intp),
    hard=np.empty(0, bool),
    split=np.empty(0, bool),
    single=np.empty(0, bool),
)


def _threshold(cut: Cut, values: npt.NDArray[Any], rounding: float) -> float | None:
    try:
        return cut.threshold(values, rounding)
    except UndefinedError:
        return None
