"""Batches and sources to test selection with, and the obvious detection of all of them from scratch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .._arrays import Floats
from .._equal import confidence_rounding, cosine_rounding, is_single
from ..errors import UndefinedError
from ..regions import Region
from ..scoring.cuts import ChangePointCut
from ..scoring.detectors import UNDETECTED, OverlapDetector
from ..selection.sources import Batch, Source

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["ScriptedSource", "batches", "incremental_twin", "sources"]


class ScriptedSource(Source):
    """A source that plays a script: batches, and errors it raises in their place.

    Parameters
    ----------
    script : sequence of Batch or Exception
        One entry per draw; then it is dry.
    name : str
    density : float in [0, 1], optional

    Examples
    --------
    >>> source = ScriptedSource([Batch([[1.0]], [0.5])])
    >>> len(source.draw(5).X), source.draw(5)
    (1, None)
    """

    def __init__(self, script: Sequence[Any], *, name: str = "scripted", density: float | None = None) -> None:
        self.name, self.density = name, density
        self._whole = list(script)
        self._script = list(script)

    def draw(self, n: int) -> Batch | None:
        """Return the next batch of the script, shortened to ``n`` points, or raise its error."""
        if not self._script:
            return None
        entry = self._script.pop(0)
        if isinstance(entry, Exception):
            raise entry
        return Batch(*(None if values is None else values[:n] for values in entry))

    def state(self) -> dict[str, Any]:
        """Return how much of the script was played."""
        return {"played": len(self._whole) - len(self._script)}

    def restore(self, state: dict[str, Any]) -> None:
        """Go to where so much of the script was played."""
        self._script = self._whole[state["played"] :]


def batches(d: int = 3, *, max_rows: int = 8, levels: int = 3) -> SearchStrategy[Batch]:
    """Generate batches of few distinct points and probabilities, so that ties, single rows and constant batches occur.

    Parameters
    ----------
    d : int
        Columns.
    max_rows : int
    levels : int
        Steps of the confidence from 0 to 1, and largest value of each coordinate.

    Returns
    -------
    SearchStrategy of Batch, with true regions

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # hypothesis prefers @given to .example()
    ...     batches(d=2).example().X.shape[1]
    2
    """
    from hypothesis import strategies as st

    @st.composite
    def build(draw: Any) -> Batch:
        n = draw(st.integers(1, max_rows))
        # The first coordinate is never 0: no row without direction.
        first = st.lists(st.integers(1, levels), min_size=n, max_size=n)
        rest = st.lists(st.integers(0, levels), min_size=n * (d - 1), max_size=n * (d - 1))
        X = np.column_stack([np.array(draw(first)), np.array(draw(rest), float).reshape(n, d - 1)]).astype(float)
        # Confidences 0, 1/levels, ..., 1, each from both sides of ½: with two of them no threshold could ever move.
        proba = np.array(draw(st.lists(st.integers(0, 2 * levels), min_size=n, max_size=n))) / (2 * levels)
        regions = np.array(draw(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=n, max_size=n)), np.int8)
        return Batch(X, proba, regions, np.ones(n, np.int8))

    return build()


def sources(d: int = 3, *, max_batches: int = 5, errors: bool = True) -> SearchStrategy[ScriptedSource]:
    """Generate sources that yield batches of every size, run dry early or at once, and fail.

    Parameters
    ----------
    d : int
        Columns.
    max_batches : int
    errors : bool
        Whether a draw may raise.

    Returns
    -------
    SearchStrategy of ScriptedSource

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     isinstance(sources().example(), Source)
    True
    """
    from hypothesis import strategies as st

    entry: SearchStrategy[Any] = batches(d)
    if errors:
        entry = st.one_of(entry, entry, entry, st.builds(OSError, st.just("the disk is gone")))
    density = st.one_of(st.none(), st.floats(0, 1))
    return st.builds(ScriptedSource, st.lists(entry, max_size=max_batches), density=density)


def incremental_twin(
    seen: Sequence[Batch],
    detector: OverlapDetector,
    *,
    hard_threshold: str,
    hard_pool: str,
    overlap_threshold: str,
) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return labels and scores of all points, computed from scratch by the definition, one point at a time.

    Parameters
    ----------
    seen : sequence of Batch
    detector : OverlapDetector
        Its metric, sign and hard rule are used; two classes, probabilities.
    hard_threshold, hard_pool, overlap_threshold : {"history", "batch"}

    Returns
    -------
    labels : (n,) int8
    scores : (n,) float64, NaN on hard and undetected rows

    Examples
    --------
    >>> X, proba = np.array([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.6, 0.8]]), np.array([0.9, 0.95, 0.52, 0.97])
    >>> scopes = dict.fromkeys(("hard_threshold", "hard_pool", "overlap_threshold"), "history")
    >>> incremental_twin([Batch(X, proba)], OverlapDetector(), **scopes)[0].tolist()
    [0, 0, 1, 2]
    """
    X = np.concatenate([batch.X for batch in seen])
    margin = 2 * np.abs(np.concatenate([batch.weak_proba for batch in seen]) - 0.5)
    number = np.repeat(np.arange(len(seen)), [len(batch.X) for batch in seen])
    n = number.size
    everyone = np.ones(n, bool)

    def scope(kind: str, i: int) -> npt.NDArray[np.bool_]:
        return everyone if kind == "history" else number == number[i]

    def threshold(values: Floats, rounding: float) -> float | None:
        try:
            return ChangePointCut().threshold(values, rounding)
        except UndefinedError:
            return None

    single = np.array([is_single(np.asarray(seen[i].weak_proba)) for i in number.tolist()])
    rounding = cosine_rounding(np.float64 if X.dtype.kind in "iu" or X.dtype.itemsize == 8 else np.float32, X.shape[1])

    def similarity(x: Floats, h: Floats) -> float:
        product = float(x @ h)
        if detector.metric == "cosine":
            product /= float(np.linalg.norm(x) * np.linalg.norm(h))
        return abs(product) if detector.absolute else product

    hard, split = np.zeros(n, bool), np.zeros(n, bool)
    for i in range(n):
        among = scope(hard_threshold, i)
        cut = threshold(margin[among], confidence_rounding(bool(single[among].all())))
        split[i] = cut is not None
        if cut is not None:
            hard[i] = margin[i] < cut if detector.hard_rule == "below" else margin[i] <= cut
    scores = np.full(n, np.nan)
    for i in np.flatnonzero(split & ~hard).tolist():
        pool = np.flatnonzero(hard & scope(hard_pool, i))
        if pool.size:
            scores[i] = max(similarity(X[i], X[j]) for j in pool)
    labels = np.where(hard, np.int8(Region.HARD), np.int8(UNDETECTED))
    scored = ~np.isnan(scores)
    for i in np.flatnonzero(scored).tolist():
        among = scores[scored & scope(overlap_threshold, i)]
        size = 1.0 if detector.metric == "cosine" else float(np.abs(among).max())
        cut = threshold(among, size * rounding)
        if cut is not None:
            labels[i] = Region.OVERLAP if scores[i] >= cut else Region.EASY
    return labels, scores
