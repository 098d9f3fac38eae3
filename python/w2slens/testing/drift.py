"""Sequences of domains that move, and slow, obvious twins of what forecasts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from .._arrays import Floats
from ..drift.domains import Domain, DomainSequence

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["domain_sequences", "forecast_twin", "labelled_domains", "rotations", "transition_twin"]


def rotations(d: int) -> SearchStrategy[Floats]:
    """Generate rotations of R^d: (d, d), orthogonal with determinant 1, as products of turns in planes of two axes.

    Parameters
    ----------
    d : int ≥ 1

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     M = rotations(3).example()
    >>> bool(np.allclose(M @ M.T, np.eye(3)))
    True
    """
    from hypothesis import strategies as st

    @st.composite
    def build(draw: Any) -> Floats:
        M = np.eye(d)
        for i in range(d):
            for j in range(i):
                angle = draw(st.floats(-np.pi, np.pi))
                turn = np.eye(d)
                turn[[i, i, j, j], [i, j, i, j]] = np.cos(angle), np.sin(angle), -np.sin(angle), np.cos(angle)
                M = turn @ M
        return M

    return build()


def domain_sequences(
    *, min_length: int = 2, max_length: int = 8, max_dims: int = 6, max_sigma: float = 3.0
) -> SearchStrategy[DomainSequence]:
    """Generate sequences whose means move: stand still, turn at a constant step, turn faster and faster, or jump about.

    Parameters
    ----------
    min_length, max_length : int
        Numbers of domains.
    max_dims : int ≥ 2
    max_sigma : float
        The noise is in [0.1, max_sigma].

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     len(domain_sequences(min_length=3, max_length=3).example())
    3
    """
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp

    @st.composite
    def build(draw: Any) -> DomainSequence:
        length, d = draw(st.integers(min_length, max_length)), draw(st.integers(2, max_dims))
        sigma = draw(st.floats(0.1, max_sigma))
        entries = st.floats(-3, 3, width=32)
        if draw(st.booleans()):
            return DomainSequence(draw(hnp.arrays(np.float64, (length, d), elements=entries)), sigma)
        theta = draw(hnp.arrays(np.float64, d, elements=entries))
        turn = {"degrees": draw(st.floats(-30, 30)), "acceleration": draw(st.sampled_from([0.0, 1.0]))}
        return DomainSequence.turning(theta, length=length, sigma=sigma, **turn)

    return build()


def labelled_domains(
    *, max_length: int = 5, max_dims: int = 4, classes: tuple[int, ...] = (-1, 1)
) -> SearchStrategy[list[Domain]]:
    """Generate a few domains of arbitrary points and labels of these classes, all of which occur in the first one.

    Parameters
    ----------
    max_length, max_dims : int
    classes : tuple of int

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     len(labelled_domains(max_length=2).example())
    2
    """
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp

    @st.composite
    def build(draw: Any) -> list[Domain]:
        d = draw(st.integers(1, max_dims))
        domains = []
        for t in range(draw(st.integers(2, max_length))):
            n = draw(st.integers(len(classes), len(classes) + 4))
            X = draw(hnp.arrays(np.float64, (n, d), elements=st.floats(-4, 4, width=32)))
            y = draw(hnp.arrays(np.int64, n, elements=st.sampled_from(classes)))
            if t == 0:
                y[: len(classes)] = classes
            domains.append(Domain(X, y))
        return domains

    return build()


def forecast_twin(domains: list[Domain], weights: npt.ArrayLike, target: npt.ArrayLike, sigma: float) -> float:
    """Return the accuracy of a linear forecast, point by point: each adds a_t ŷx/n_t.

    Examples
    --------
    >>> forecast_twin([Domain(np.array([[1.0, 0.0]]), np.array([1]))], [1.0], [0.0, 2.0], sigma=1.0)
    0.5
    """
    theta = np.asarray(target, float)
    w = np.zeros(len(theta))
    for a, (X, y) in zip(np.asarray(weights, float), domains, strict=True):
        for x, label in zip(X, y, strict=True):
            w += a * label * x / len(y)
    return float(ndtr(w @ theta / (sigma * np.linalg.norm(w)))) if np.any(w) else 0.5


def transition_twin(domains: list[Domain], horizon: int, rank: int | None = None) -> tuple[Floats, int]:
    """Return ŵ of the transition forecaster for labels −1 and +1, and its rank, written as the text describes it.

    Every domain's points are carried, one step at a time, to the forecast domain, and averaged there.

    Examples
    --------
    >>> quarter = [Domain(np.array([[2.0, 0.0], [-2.0, 0.0]]), np.array([1, -1]))]
    >>> quarter += [Domain(np.array([[0.0, 2.0], [0.0, -2.0]]), np.array([1, -1]))]
    >>> transition_twin(quarter, horizon=1)[0].round(9).tolist()
    [-2.0, 0.0]
    """
    means = [(y[:, None] * X).mean(axis=0) for X, y in domains]
    sizes = np.array([len(y) for _, y in domains], float)
    d, count = len(means[0]), len(means)
    left, values, _ = np.linalg.svd(np.stack([np.sqrt(n) * w for n, w in zip(sizes, means, strict=True)], axis=1))
    rest = sum(float(np.sum((y[:, None] * X - w) ** 2)) for (X, y), w in zip(domains, means, strict=True))
    if rank is None:
        variance = rest / ((sizes.sum() - count) * d)
        rank = max(1, int(np.sum(values > np.sqrt(variance) * (np.sqrt(d) + np.sqrt(count)))))
    U = left[:, :rank]
    A = np.zeros((rank, rank))
    for t in range(count - 1):
        harmonic = 1 / (1 / sizes[t] + 1 / sizes[t + 1])
        A += harmonic * np.outer(U.T @ means[t + 1], U.T @ means[t])
    first, values_of_A, second = np.linalg.svd(A)
    flip = np.eye(rank)
    if values_of_A[-1] < 1e-13 * values_of_A[0] and np.linalg.det(first @ second) < 0:
        flip[-1, -1] = -1
    step = np.eye(d) + U @ (first @ flip @ second - np.eye(rank)) @ U.T
    total = np.zeros(d)
    for t, (X, y) in enumerate(domains):
        for x, label in zip(X, y, strict=True):
            for _ in range(count - 1 - t + horizon):
                x = step @ x
            total += label * x
    return total / sizes.sum(), rank
