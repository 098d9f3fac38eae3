"""The published detector: weak confidence, then similarity to hard points (Shin, Cooper, Sala 2025, Algorithm 2)."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import validate_data

from ..._arrays import Floats
from ..._checks import as_callable, as_flag, as_threads, one_of
from ..._equal import confidence_rounding
from ...errors import UndefinedError
from ...regions import Metric, Region
from ..cuts import ChangePointCut, Cut, as_cut
from ..scores import Score, as_score
from ..similarity import Progress
from .contract import Detector

__all__ = ["OverlapDetector", "Parts"]


class Parts(NamedTuple):
    """The three steps of a detector: a rule for hard points, a score, a cut."""

    hard: Cut
    score: Score
    cut: Cut


class OverlapDetector(Detector):
    """Divide points into easy-only, hard-only and overlap points.

    A point is *hard* where the weak model is unconfident: where 2|p − ½| lies below its change point. Of the others, a
    point is *overlap* where the largest similarity to a hard point reaches the change point of those similarities, and
    *easy* elsewhere. Each of the three steps can be replaced.

    Parameters
    ----------
    hard : "change_point" or Cut
        Rule for the threshold of hard points, of the confidences: `ChangePointCut` by default, `FractionCut`,
        `FixedCut`, or one's own.
    scoring : "nearest" or Score
        What tells overlap points: `NearestScore` by default, or one's own. (``score`` is a method of estimators.)
    cut : "change_point" or Cut
        Rule for the threshold of overlap points, of the scores.
    metric : {"cosine", "inner_product"}
        Similarity of the nearest score; "inner_product" is the one of the published selection code.
    absolute : bool
        Whether the nearest score is the largest |similarity| or the largest signed one.
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
        The thresholds of the confidences and of the scores.
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
    `docs/scoring/detection.md`.

    Examples
    --------
    >>> X = [[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.6, 0.8]]  # easy pattern in column 0, hard pattern in column 1
    >>> detector = OverlapDetector().fit(X, weak_proba=[0.9, 0.95, 0.52, 0.97])
    >>> [Region(label).name for label in detector.labels_]
    ['EASY', 'EASY', 'HARD', 'OVERLAP']
    >>> detector.density_
    0.25

    Half of the points hard, whatever the weak model's scale:

    >>> from w2slens.scoring import FractionCut
    >>> OverlapDetector(hard=FractionCut(0.5)).fit(X, weak_proba=[0.9, 0.95, 0.52, 0.97]).partition_.hard.tolist()
    [0, 2]
    """

    kind: ClassVar[str] = "overlap"

    hard_threshold_: float
    overlap_threshold_: float

    def __init__(
        self,
        *,
        hard: Cut | Literal["change_point"] = "change_point",
        scoring: Score | Literal["nearest"] = "nearest",
        cut: Cut | Literal["change_point"] = "change_point",
        metric: Metric = "cosine",
        absolute: bool = True,
        hard_rule: Literal["below", "at_or_below"] = "below",
        compat: Literal["ruptures"] | None = None,
        logits: bool = False,
        n_threads: int | None = None,
    ) -> None:
        self.hard = hard
        self.scoring = scoring
        self.cut = cut
        self.metric = metric
        self.absolute = absolute
        self.hard_rule = hard_rule
        self.compat = compat
        self.logits = logits
        self.n_threads = n_threads

    def fit(self, X: Any, weak_proba: Any, *, progress: Progress | None = None) -> Self:
        """Detect the region of every row.

        Parameters
        ----------
        X : (n, d) array
            Features of the strong model, n at least 2, as `overlap_scores` takes them. Its rows are read where they
            lie, so that memory-mapped features are never copied whole.
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
            hard, equal scores), if every point is hard or none, or if a row has norm zero (cosine).
        ValueError
            If a shape, an entry or a parameter is wrong; the message says where.
        TypeError
            If an argument does not hold real numbers.
        """
        hard_cut, score, overlap_cut = self.checked().parts()
        as_callable(progress, "progress")
        points = self._points(X)
        n, d = points.shape
        if n < 2:
            raise UndefinedError(f"X has n_samples = {n}, but a division into regions needs at least 2")
        score.check_columns(d)
        margins, single = self._margins(weak_proba, n, logits=self.logits)

        hard_threshold = _threshold(hard_cut, margins, confidence_rounding(single), "hard_threshold_ (from weak_proba)")
        is_hard = self.is_hard(margins, hard_threshold)
        hard, rest = np.flatnonzero(is_hard), np.flatnonzero(~is_hard)
        for rows, which, where in ((rest, f"all {n} points are hard", "above"), (hard, "no point is hard", "below")):
            if rows.size == 0:
                raise UndefinedError(
                    f"overlap_threshold_ is undefined: {which}, "
                    f"no confidence of weak_proba lies {where} {hard_threshold}"
                )
        scores, nearest = score.score(points, rest, hard, n_threads=self.n_threads, progress=progress)
        overlap_threshold = _threshold(
            overlap_cut, scores, score.rounding(scores, d), "overlap_threshold_ (from the scores of the rows not hard)"
        )

        validate_data(self, X, skip_check_array=True)  # number and names of the columns
        self.confidence_ = margins
        self.hard_threshold_, self.overlap_threshold_ = hard_threshold, overlap_threshold
        self.scores_ = np.full(n, np.nan, dtype=scores.dtype)
        self.scores_[rest] = scores
        self.nearest_hard_ = np.full(n, -1, dtype=np.intp)
        self.nearest_hard_[rest] = nearest
        self.labels_ = np.full(n, Region.HARD, dtype=np.int8)
        self.labels_[rest] = np.where(scores >= overlap_threshold, Region.OVERLAP, Region.EASY)
        return self

    def fit_predict(self, X: Any, weak_proba: Any, *, progress: Progress | None = None) -> npt.NDArray[np.int8]:
        """Return ``labels_`` after `fit`, with the same arguments."""
        return self.fit(X, weak_proba, progress=progress).labels_

    def checked(self) -> Self:
        """Return itself if every parameter is in its range; see `Detector.checked`."""
        self.parts()
        one_of(self.hard_rule, "hard_rule", ("below", "at_or_below"))
        as_flag(self.absolute, "absolute")
        as_flag(self.logits, "logits")
        as_threads(self.n_threads)
        return self

    def parts(self) -> Parts:
        """Return the three steps, the named ones with the parameters that they have here.

        Raises
        ------
        ValueError
            If a name is unknown (the message lists those there are), or ``compat`` has no change point to apply to.

        Examples
        --------
        >>> OverlapDetector(metric="inner_product").parts().score
        NearestScore(metric='inner_product', absolute=True)
        """
        one_of(self.compat, "compat", (None, "ruptures"))
        named = ChangePointCut.kind in (self.hard, self.cut)
        if self.compat is not None and not named:
            raise ValueError(f"compat is {self.compat!r}, but neither hard nor cut is 'change_point'")
        return Parts(
            as_cut(self.hard, "hard", compat=self.compat),
            as_score(self.scoring, "scoring", metric=self.metric, absolute=self.absolute),
            as_cut(self.cut, "cut", compat=self.compat),
        )

    @classmethod
    def for_any_numbers(cls) -> Self:
        """Return a detector of logits and inner products."""
        return cls(metric="inner_product", logits=True)

    def is_hard(self, confidence: Floats, threshold: float) -> npt.NDArray[np.bool_]:
        """Tell which confidences are those of hard points, by ``hard_rule``."""
        return confidence < threshold if self.hard_rule == "below" else confidence <= threshold


def _threshold(cut: Cut, values: npt.NDArray[Any], rounding: float, what: str) -> float:
    try:
        return cut.threshold(values, rounding)
    except UndefinedError as error:
        raise UndefinedError(f"{what}: {error}") from None
