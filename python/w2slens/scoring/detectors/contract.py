"""What every detector offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils import Tags

from ..._arrays import Floats, as_matrix
from ..._equal import is_single
from ...regions import Partition, Region
from ..probabilities import as_probabilities, named_confidence

__all__ = ["UNDETECTED", "Detector"]

UNDETECTED = -1
"""Label of a point whose region is undefined so far: a change point, or a hard point to compare with, is missing."""


class Detector(BaseEstimator, ABC):
    """Divides points into easy-only, hard-only and overlap points; a scikit-learn estimator.

    The constructor only stores its parameters; `checked` refuses wrong ones, and whatever takes data calls it.

    Attributes
    ----------
    kind : str
        Name of the detector, of the class.
    labels_ : (n,) array of int8
        `Region` codes ``EASY``, ``HARD`` and ``OVERLAP``, or `UNDETECTED`.
    confidence_ : (n,) array of float64 in [0, 1]
    scores_ : (n,) array of float32 or float64
        How much a row resembles the hard rows; NaN on hard and on undetected rows.
    nearest_hard_ : (n,) array of intp
        Row of ``X`` of the hard point that the score comes from; -1 on hard rows and without one.

    Notes
    -----
    A new detector is one file in this folder. `tests/contracts/test_detectors.py` runs over it.
    """

    kind: ClassVar[str]

    labels_: npt.NDArray[np.int8]
    confidence_: Floats
    scores_: npt.NDArray[Any]
    nearest_hard_: npt.NDArray[np.intp]

    @abstractmethod
    def fit(self, X: Any, weak_proba: Any) -> Self:
        """Detect the region of every row, forgetting whatever was fitted before.

        Parameters
        ----------
        X : (n, d) array
            Features of the strong model.
        weak_proba : (n,) or (n, C) array
            Probabilities of the weak model, or its logits; see `confidence`.

        Raises
        ------
        UndefinedError
            If the regions do not exist.
        ValueError, TypeError
            If an argument or a parameter is wrong; the message says where.
        """

    @abstractmethod
    def checked(self) -> Self:
        """Return itself if every parameter is in its range.

        Raises
        ------
        ValueError, TypeError
            If one is not; the message names it and, of names, lists those there are.
        """

    @classmethod
    @abstractmethod
    def for_any_numbers(cls) -> Self:
        """Return an instance that takes any finite ``X`` and ``weak_proba``, as scikit-learn's own checks demand."""

    def fit_predict(self, X: Any, weak_proba: Any) -> npt.NDArray[np.int8]:
        """Return ``labels_`` after `fit`, with the same arguments."""
        return self.fit(X, weak_proba).labels_

    @property
    def partition_(self) -> Partition:
        """Row numbers of each region; undetected rows are in none."""
        return Partition(*(np.flatnonzero(self.labels_ == r) for r in (Region.EASY, Region.HARD, Region.OVERLAP)))

    @property
    def density_(self) -> float:
        """Share of overlap points among the detected ones, in [0, 1]; NaN without any."""
        return self.partition_.density

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags

    def _points(self, X: Any) -> npt.NDArray[Any]:
        if np.ndim(X) == 2 and np.shape(X)[1] == 0:
            raise ValueError(f"X has 0 feature(s) (shape={np.shape(X)}) while a minimum of 1 is required.")
        return as_matrix(X, "X")

    def _margins(self, weak_proba: Any, n: int, *, logits: bool) -> tuple[Floats, bool]:
        """The confidences, and whether they came from numbers of float32."""
        if weak_proba is None:
            raise ValueError(
                f"weak_proba is None: {type(self).__name__} requires y to be passed, but the target y is None"
            )
        given = as_probabilities(weak_proba, "weak_proba")
        margins = named_confidence(given, "weak_proba", logits=logits)
        if margins.size != n:
            raise ValueError(f"weak_proba has {margins.size} rows, but X has {n}")
        return margins, is_single(given)
