"""Pairs of teachers and students to test with, and the obvious way to learn from a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .._arrays import Floats
from ..theory.delta.pair import Pair
from .learning import logistic_twin

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Geometry", "delta_twin", "geometries", "pairs"]


class Geometry(NamedTuple):
    """Two teachers of the easy block, a student of all coordinates, and the mixture that they live in.

    Attributes
    ----------
    theta : (d,)
    sigma : float > 0
    chosen, rejected : (d_easy,), not 0
    student : (d,), not 0
    """

    theta: Floats
    sigma: float
    chosen: Floats
    rejected: Floats
    student: Floats


def pairs() -> SearchStrategy[Pair]:
    """Generate pairs of teachers: of both signs of the gap, of equal accuracy, and that always or never disagree.

    Returns
    -------
    SearchStrategy of Pair

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     pairs().example().disagreement <= 1
    True
    """
    from hypothesis import strategies as st

    disagreement = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.001, 1.0))
    share = st.one_of(st.sampled_from([-1.0, 0.0, 1.0]), st.floats(-1.0, 1.0))
    return st.builds(lambda q, s: Pair.of(s * q, q), disagreement, share)


def geometries(*, max_d: int = 5) -> SearchStrategy[Geometry]:
    """Generate teachers and students, with parallel and opposite teachers and teachers that guess among them.

    Parameters
    ----------
    max_d : int >= 2
        Greatest number of coordinates; the teachers see one less at most.

    Returns
    -------
    SearchStrategy of Geometry

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     geometries(max_d=3).example().theta.size <= 3
    True
    """
    from hypothesis import strategies as st

    @st.composite
    def build(draw: Any) -> Geometry:
        d = draw(st.integers(2, max_d))
        d_easy = draw(st.integers(1, d - 1))
        # Small whole numbers, so that parallel and orthogonal vectors come up, and nothing rounds to neither.
        numbers = st.integers(-3, 3).map(float)

        def vector(size: int) -> Floats:
            return np.array(draw(st.lists(numbers, min_size=size, max_size=size).filter(any)))

        theta, student, chosen = vector(d), vector(d), vector(d_easy)
        rejected = draw(st.sampled_from([chosen, -chosen, 2 * chosen, None]))
        return Geometry(
            theta, draw(st.floats(0.3, 4.0)), chosen, vector(d_easy) if rejected is None else rejected, student
        )

    return build()


def delta_twin(
    X: npt.NDArray[Any],
    chosen: npt.NDArray[Any],
    rejected: npt.NDArray[Any],
    *,
    reference: npt.NDArray[Any] | None = None,
    C: float | None = None,
    step: float = 1.0,
) -> Floats:
    """Return the coefficients of `train_delta`, point by point and by a textbook Newton method.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0], [0.5, -1.0], [-1.0, -1.5]])
    >>> delta_twin(X, np.array([1, -1, -1]), np.array([1, 1, 1])).round(3).tolist()
    [0.167, 0.833]
    """
    start = np.zeros(X.shape[1]) if reference is None else np.asarray(reference, float)
    if C is None:
        delta = np.zeros(X.shape[1])
        for x, c, r in zip(X, chosen, rejected, strict=True):
            delta += 0.5 * (float(c) - float(r)) * x / len(X)
        return start + step * delta
    rows = [i for i in range(len(X)) if chosen[i] != rejected[i]]
    coef, _ = logistic_twin(X[rows], (np.asarray(chosen)[rows] > 0).astype(float), C=C, fit_intercept=False)
    return start + step * coef
