"""Detecting overlap points: weak confidence, then similarity to hard points (Shin, Cooper, Sala 2025, Algorithm 2)."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils import Tags
from sklearn.utils.validation import validate_data

from .._arrays import as_matrix
from ..errors import UndefinedError
from ..regions import Partition, Region
from .changepoint import ChangePoint, change_point
from .probabilities import confidence, named_confidence, spelled
from .similarity import Metric, Progress, overlap_scores

__all__ = ["ChangePoint", "OverlapDetector", "change_point", "confidence", "overlap_scores"]

#: Bytes of rows that are gathered from X at a time.
_BLOCK = 64 << 20


class OverlapDetector(BaseEstimator):
    """Divide points into easy-only, hard-only and overlap points.

    A point is *hard* where the weak model is unconfident: where 2|p − ½| lies below its change point. Of the others, a
    point is *overlap* where the largest similarity to a hard point reaches the change point of those similarities, and
    *easy* elsewhere.

    Parameters
    ----------
    metric : {"cosine", "inner_product"}
        Similarity between points; "inner_product" is the one of the published selection code.
    absolute : bool
        Whether the score is the largest |similarity| or the largest signed one.
    hard_rule : {"below", "at_or_below"}
        "below": the lower group of the exact split, confidence < threshold. "at_or_below": confidence <= threshold,
        as published, although the threshold is the first value of the upper group.
    compat : None or "ruptures"
        Change points: exact, or the candidates of ruptures' defaults, as published; see `change_point`.
    logits : bool
        ``weak_proba`` holds logits instead of probabilities; see `confidence`.
    n_threads : int, optional
        Number of threads for the scores; all cores by default. The results have the same bits for any number.

    Attributes
    ----------
    labels_ : (n,) array of int8
        `Region` codes ``EASY``, ``HARD`` and ``OVERLAP``.
    confidence_ : (n,) array of float64 in [0, 1]
    scores_ : (n,) array of float32 or float64
        Largest similarity to a hard point; NaN on hard rows.
    nearest_hard_ : (n,) array of intp
        Row of ``X`` of that hard point, the smallest among equals; -1 on hard rows.
    hard_threshold_, overlap_threshold_ : float
        The change points of the confidences and of the scores.
    partition_ : Partition
        Row numbers of each region.
    density_ : float
        Share of overlap points among all points, in [0, 1].
    n_features_in_ : int
        Columns of ``X``.
    feature_names_in_ : (n_features_in_,) array
        Only if ``X`` names its columns.

    References
    ----------
    Shin, Cooper, Sala, *Weak-to-Strong Generalization Through the Data-Centric Lens*, ICLR 2025, Algorithm 2;
    `docs/detection.md`.

    Examples
    --------
    >>> X = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.6, 0.8]]  # easy pattern in column 0, hard pattern in column 1
    >>> detector = OverlapDetector().fit(X, weak_proba=[0.9, 0.95, 0.52, 0.97])
    >>> [Region(label).name for label in detector.labels_]
    ['EASY', 'EASY', 'HARD', 'OVERLAP']
    >>> detector.density_
    0.25
    """

    def __init__(
        self,
        *,
        metric: Metric = "cosine",
        absolute: bool = True,
        hard_rule: Literal["below", "at_or_below"] = "below",
        compat: Literal["ruptures"] | None = None,
        logits: bool = False,
        n_threads: int | None = None,
    ) -> None:
        self.metric = metric
        self.absolute = absolute
        self.hard_rule = hard_rule
        self.compat = compat
        self.logits = logits
        self.n_threads = n_threads

    def fit(self, X: Any, weak_proba: Any, *, progress: Progress | None = None) -> OverlapDetector:
        """Detect the region of every row.

        Parameters
        ----------
        X : (n, d) array
            Features of the strong model, n at least 2, as `overlap_scores` takes them. Rows are gathered in blocks of
            64 MiB, so that memory-mapped features are never copied whole; only the hard rows are held together.
        weak_proba : (n,) or (n, C) array
            Probabilities of the weak model, or its logits; see `confidence`.
        progress : callable, optional
            Called as ``progress(done_rows, total_rows)`` while the rows that are not hard are scored.

        Returns
        -------
        OverlapDetector
            Itself.

        Raises
        ------
        UndefinedError
            If a change point does not exist (fewer than 2 points, equal confidences, fewer than 2 points that are not
            hard, equal scores), if every point is hard, or if a row has norm zero (cosine).
        ValueError
            If a shape, an entry or a parameter is wrong; the message says where.
        TypeError
            If an argument does not hold real numbers.
        """
        if self.hard_rule not in ("below", "at_or_below"):
            raise ValueError(f"hard_rule is {self.hard_rule!r}, but must be 'below' or 'at_or_below'")
        if progress is not None and not callable(progress):
            raise TypeError(f"progress must be callable or None, not {type(progress).__name__}")
        if weak_proba is None:
            raise ValueError("weak_proba is None: OverlapDetector requires y to be passed, but the target y is None")
        points = self._points(X)
        n = points.shape[0]
        margins = named_confidence(weak_proba, "weak_proba", logits=self.logits)
        if margins.size != n:
            raise ValueError(f"weak_proba has {margins.size} rows, but X has {n}")

        hard_threshold = self._threshold(margins, "hard_threshold_ (from weak_proba)")
        is_hard = margins < hard_threshold if self.hard_rule == "below" else margins <= hard_threshold
        hard, rest = np.flatnonzero(is_hard), np.flatnonzero(~is_hard)
        if rest.size == 0:
            raise UndefinedError(
                f"overlap_threshold_ is undefined: all {n} points are hard, "
                f"no confidence of weak_proba lies above {hard_threshold}"
            )
        scores, nearest = self._scores(points, hard, rest, progress)
        overlap_threshold = self._threshold(scores, "overlap_threshold_ (from the scores of the rows not hard)")

        self.confidence_ = margins
        self.hard_threshold_, self.overlap_threshold_ = hard_threshold, overlap_threshold
        self.scores_ = np.full(n, np.nan, dtype=scores.dtype)
        self.scores_[rest] = scores
        self.nearest_hard_ = np.full(n, -1, dtype=np.intp)
        self.nearest_hard_[rest] = nearest
        self.labels_ = np.full(n, Region.HARD, dtype=np.int8)
        self.labels_[rest] = np.where(scores >= overlap_threshold, Region.OVERLAP, Region.EASY)
        self.partition_ = Partition.from_labels(self.labels_)
        self.density_ = self.partition_.density
        return self

    def fit_predict(self, X: Any, weak_proba: Any, *, progress: Progress | None = None) -> npt.NDArray[np.int8]:
        """Return ``labels_`` after `fit`, with the same arguments."""
        return self.fit(X, weak_proba, progress=progress).labels_

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags

    def _points(self, X: Any) -> npt.NDArray[Any]:
        if np.ndim(X) == 2 and np.shape(X)[1] == 0:
            raise ValueError(f"X has 0 feature(s) (shape={np.shape(X)}) while a minimum of 1 is required.")
        points = as_matrix(X, "X")
        n, d = points.shape
        validate_data(self, X, skip_check_array=True)  # number and names of the columns
        if n < 2:
            raise UndefinedError(f"X has n_samples = {n}, but a division into regions needs at least 2")
        if d == 1 and self.metric == "cosine" and self.absolute:
            raise UndefinedError(
                "X has n_features = 1, where every |cosine| is 1; metric='inner_product' tells them apart"
            )
        return points

    def _threshold(self, values: npt.NDArray[Any], what: str) -> float:
        try:
            return change_point(values, compat=self.compat).threshold
        except UndefinedError as error:
            raise UndefinedError(f"{what}: {error}") from None

    def _scores(
        self,
        points: npt.NDArray[Any],
        hard: npt.NDArray[np.intp],
        rest: npt.NDArray[np.intp],
        progress: Progress | None,
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
        """Scores and nearest hard rows of the rows ``rest``, gathered and scored block by block."""
        hard_points = points[hard]
        step = max(1, _BLOCK // (points.dtype.itemsize * points.shape[1]))
        scores, nearest = [], np.empty(rest.size, dtype=np.intp)
        for start in range(0, rest.size, step):
            rows = rest[start : start + step]
            block = points[rows]
            try:
                score, index = overlap_scores(
                    block,
                    hard_points,
                    metric=self.metric,
                    absolute=self.absolute,
                    return_index=True,
                    n_threads=self.n_threads,
                    progress=_shifted(progress, start, rest.size),
                )
            except ValueError:
                # The kernel counts rows within the block; name the row of X.
                for group, group_rows in ((hard_points, hard), (block, rows)):
                    check_rows(group, group_rows, self.metric)
                raise
            scores.append(score)
            nearest[start : start + step] = hard[index]
        return np.concatenate(scores), nearest


def _shifted(progress: Progress | None, start: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _: progress(start + done, total)


def check_rows(block: npt.NDArray[Any], rows: npt.NDArray[np.intp], metric: str) -> None:
    """Refuse rows of X, numbered ``rows``, that the scores are undefined for."""
    wrong = np.argwhere(~np.isfinite(block))
    if wrong.size:
        row, column = wrong[0]
        raise ValueError(
            f"X has {spelled(block[row, column])} at row {rows[row]}, column {column}; every entry must be finite"
        )
    zero = np.flatnonzero(~block.any(axis=1))
    if zero.size and metric == "cosine":
        raise UndefinedError(f"X has zero norm at row {rows[zero[0]]}; the cosine with it is undefined")
