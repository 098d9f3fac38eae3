"""Learn how each domain becomes the next, and carry all of them to where they will be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm, logm
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from .._arrays import Floats, as_floats
from .._checks import as_integer, one_of
from ..errors import UndefinedError
from .domains import Domain, as_domains

__all__ = ["TransitionForecaster"]


class TransitionForecaster(BaseEstimator):
    """The linear counterpart of adaptive invariant representations (AIRL): an isometry makes each domain the next.

    1. Every domain is summed up: by w_t, the mean of yx, or by the means of its classes.
    2. Of these, weighted by the square roots of their numbers of points, the leading singular directions are kept:
       those whose singular values exceed what noise alone reaches, s(√d + √m) for m columns, s² the variance within.
    3. On these, the orthogonal map that brings every domain's summary nearest to the next one's is the transition;
       if steps change, a polynomial in time is fitted to the logarithms of the rotations between neighbours.
    4. All points are carried to the last domain by the transitions, and one estimator learns there. To predict, points
       of a later domain are carried back.

    What noise does not let see does not move. With rank 1 nothing moves, and it is empirical risk minimisation.

    Parameters
    ----------
    rank : "edge" or int ≥ 1
        Directions kept: those beyond the noise's edge, at least one; or a number.
    degree : int ≥ 0
        Of the polynomial in time that the steps follow; 0 for a constant step.
    estimator : scikit-learn classifier, optional
        Cloned and fitted to the carried points. By default the student ŵ = mean of the carried yx, for labels −1, +1.
    summary : {"directions", "means"}
        By what a domain is summed up. *directions* needs the labels −1 and +1.

    Attributes
    ----------
    rank_ : int
    basis_ : (d, rank_) array
        Orthonormal columns: the directions kept.
    transition_ : (rank_, rank_) array
        The step from the last domain to the first unseen one, in that basis.
    singular_values_, edge_ : array and float
        What `rank_` was read off.
    classes_ : array
    estimator_ : fitted clone, if one was given
    average_ : (d,) array
        ŵ in the last domain, if none was given.

    References
    ----------
    Pham, Zhang, Zhang. *Non-stationary domain generalization: theory and algorithm*. UAI 2024.

    Examples
    --------
    >>> from w2slens.drift import DomainSequence
    >>> moving = DomainSequence.turning([2.5, *[0.0] * 19], degrees=6, length=30, sigma=5**0.5)
    >>> forecaster = TransitionForecaster().fit(moving[:15].sample(50, rng=0))
    >>> forecaster.rank_
    2
    >>> bool(moving.accuracy(forecaster.coef(10))[24] > 0.84)
    True
    """

    def __init__(
        self, rank: str | int = "edge", degree: int = 0, estimator: Any = None, *, summary: str = "directions"
    ) -> None:
        self.rank, self.degree, self.estimator, self.summary = rank, degree, estimator, summary

    def fit(self, domains: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]) -> TransitionForecaster:
        """Learn the transition, and the estimator in the frame of the last domain.

        Parameters
        ----------
        domains : sequence of at least two (X, y)
            In the order of time; X is (n_t, d), y is (n_t,).

        Raises
        ------
        ValueError, TypeError
            For fewer than two domains, unequal dimensions, entries that are not finite, labels of other classes; the
            message has the domain.
        UndefinedError
            If there is no noise to judge the rank by, or steps change but are not determined by the summaries.
        """
        sequence = as_domains(domains)
        degree = as_integer(self.degree, "degree", most=len(sequence) - 2)
        one_of(self.summary, "summary", ("directions", "means"))
        self.classes_ = np.unique(np.concatenate([y for _, y in sequence]))
        if self.summary == "directions" or self.estimator is None:
            _check_signs(sequence)
        values, sizes, squares = self._summarised(sequence)
        self._find_rank(values, sizes, squares)
        parts = np.einsum("dr,tdc->trc", self.basis_, values)
        weights = sizes[:-1] * sizes[1:] / np.maximum(sizes[:-1] + sizes[1:], 1)
        products = np.einsum("tc,tic,tjc->tij", weights, parts[1:], parts[:-1])
        self._polynomial: Floats | None = None
        if degree == 0:
            steps = [nearest_orthogonal(products.sum(axis=0))] * len(sequence)
        else:
            self._fit_logs(products, degree)
            steps = [self._step(t) for t in range(len(sequence))]
        self._steps, self.transition_ = steps, steps[-1]
        self._length = len(sequence)
        self._learn(sequence)
        return self

    def _summarised(self, sequence: list[Domain]) -> tuple[Floats, Floats, tuple[float, int]]:
        """Columns that sum up domains, (T, d, m), of how many points, (T, m); squares around them, and how many."""
        columns, sizes, total, freedom = [], [], 0.0, 0
        for X, y in sequence:
            signed = self.summary == "directions"
            groups = [X * y[:, None]] if signed else [X[y == label] for label in self.classes_]
            means = [group.mean(axis=0) if len(group) else np.zeros(X.shape[1]) for group in groups]
            columns.append(np.stack(means, axis=1))
            sizes.append([float(len(group)) for group in groups])
            total += sum(float(np.sum((group - mean) ** 2)) for group, mean in zip(groups, means, strict=True))
            freedom += sum(max(len(group) - 1, 0) for group in groups)
        return np.stack(columns), np.array(sizes), (total, freedom)

    def _find_rank(self, values: Floats, sizes: Floats, squares: tuple[float, int]) -> None:
        count, d, m = values.shape
        scaled = (values * np.sqrt(sizes)[:, None, :]).transpose(1, 0, 2).reshape(d, count * m)
        left, self.singular_values_, _ = np.linalg.svd(scaled, full_matrices=False)
        total, freedom = squares
        if freedom == 0 and self.rank == "edge":
            raise UndefinedError(
                "the noise within domains is undefined: every domain has one point of a kind; give the rank instead"
            )
        self.edge_ = float(np.sqrt(total / max(freedom * d, 1)) * (np.sqrt(d) + np.sqrt(np.count_nonzero(sizes))))
        if self.rank == "edge":
            self.rank_ = max(int(np.sum(self.singular_values_ > self.edge_)), 1)
        else:
            self.rank_ = as_integer(self.rank, "rank", least=1, most=min(d, count * m))
        self.basis_ = left[:, : self.rank_]

    def _fit_logs(self, products: Floats, degree: int) -> None:
        """Least-squares polynomial in t through the logarithms of the rotations between neighbours."""
        determined = min(np.linalg.matrix_rank(product, tol=1e-9 * np.linalg.norm(product)) for product in products)
        if determined < self.rank_ - 1:
            raise UndefinedError(
                f"steps that change are undefined: two neighbours determine a rotation in {determined + 1} directions, "
                f"but rank is {self.rank_}; use degree=0, a lower rank or summary='means'"
            )
        logs = np.stack([np.real(logm(nearest_rotation(product))) for product in products])
        times = np.arange(len(products))
        self._polynomial = np.polynomial.polynomial.polyfit(times, logs.reshape(len(times), -1), degree)

    def _step(self, t: int) -> Floats:
        """The rotation from domain t to the next, counted from 0."""
        if self._polynomial is None:
            return self.transition_
        entries = np.polynomial.polynomial.polyval(t, self._polynomial).reshape(self.rank_, self.rank_)
        # Least squares keeps skew symmetry, rounding does not.
        return np.asarray(expm((entries - entries.T) / 2))

    def _learn(self, sequence: list[Domain]) -> None:
        carried = [self.carry(X, t) for t, (X, _) in enumerate(sequence)]
        X, y = np.concatenate(carried), np.concatenate([domain.y for domain in sequence])
        if self.estimator is None:
            self.average_ = y @ X / len(y)
        else:
            self.estimator_ = clone(self.estimator).fit(X, y)

    def _to_last(self, t: int) -> Floats:
        """The rotation from domain t, counted from 0, to the last one; its inverse for later ones."""
        rotation = np.eye(self.rank_)
        for step in range(min(t, self._length - 1), max(t, self._length - 1)):
            rotation = (self._steps[step] if step < self._length - 1 else self._step(step)) @ rotation
        return rotation if t < self._length else rotation.T

    def _moved(self, X: Floats, rotation: Floats) -> Floats:
        inside = X @ self.basis_
        return X + (inside @ rotation.T - inside) @ self.basis_.T

    def carry(self, X: npt.ArrayLike, t: int) -> Floats:
        """Carry points of domain t (0 is the first) to the last domain that was fitted.

        Parameters
        ----------
        X : (n, d)
        t : int ≥ 0
            Beyond the last domain, points are carried back.

        Returns
        -------
        (n, d) array
        """
        check_is_fitted(self, "basis_")
        points = self._points(X)
        return self._moved(points, self._to_last(as_integer(t, "t")))

    def predict(self, X: npt.ArrayLike, horizon: int = 1) -> npt.NDArray[Any]:
        """Predict labels of points of the domain ``horizon`` ≥ 1 steps after the last one.

        Returns
        -------
        (n,) array of `classes_`
        """
        check_is_fitted(self, "basis_")
        steps = as_integer(horizon, "horizon", least=1)
        if self.estimator is None:
            return np.where(self._points(X) @ self.coef(steps) > 0, 1, -1)
        return np.asarray(self.estimator_.predict(self.carry(X, self._length - 1 + steps)))

    def coef(self, horizon: int = 1) -> Floats:
        """Return ŵ, (d,), for the domain ``horizon`` ≥ 1 steps after the last one; without an ``estimator`` only."""
        check_is_fitted(self, "basis_")
        steps = as_integer(horizon, "horizon", least=1)
        if self.estimator is not None:
            raise ValueError("coef is the default student's; with an estimator ask estimator_ for it")
        return self._moved(self.average_[None], self._to_last(self._length - 1 + steps).T)[0]

    def _points(self, X: npt.ArrayLike) -> Floats:
        points = as_floats(X, "X")
        if points.ndim != 2 or points.shape[1] != len(self.basis_):
            raise ValueError(f"X has shape {points.shape}, expected (n, {len(self.basis_)})")
        return points


def nearest_orthogonal(A: Floats) -> Floats:
    """Return the orthogonal matrix R that maximises the trace of RᵀA (Schönemann 1966).

    Where A has lost one rank there are two of them, and R is the rotation. That mirrors are allowed is on purpose: in
    a direction of noise alone neighbours are as often opposite as alike, and a mirror moves nothing else.

    Parameters
    ----------
    A : (r, r)

    Examples
    --------
    >>> nearest_orthogonal(np.array([[0.0, -3.0], [0.0, 0.0]])).round(9).tolist()
    [[0.0, -1.0], [1.0, 0.0]]
    """
    left, values, right = np.linalg.svd(A)
    return np.asarray(left @ right) if values[-1] > 1e-13 * values[0] else nearest_rotation(A)


def nearest_rotation(A: Floats) -> Floats:
    """Return the rotation (determinant 1) that maximises the trace of RᵀA (Kabsch 1978)."""
    left, _, right = np.linalg.svd(A)
    if np.linalg.det(left @ right) < 0:
        left[:, -1] *= -1
    return np.asarray(left @ right)


def _check_signs(sequence: list[Domain]) -> None:
    for t, (_, y) in enumerate(sequence):
        wrong = np.flatnonzero(~np.isin(y, (-1, 1)))
        if wrong.size:
            raise ValueError(
                f"domains[{t}].y has {y[wrong[0]]!r} at index {wrong[0]}; directions and the default student need "
                "labels −1 and +1, other classes an estimator and summary='means'"
            )
