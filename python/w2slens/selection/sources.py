"""Sources of data to select among: anything that yields batches of points with the weak model's probabilities."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .._arrays import as_matrix, as_numbers
from .._checks import as_integer, as_real, as_share
from .._random import RandomSource, generator
from .._saved import generator_of, generator_state
from ..learning.mixture import GaussianMixture
from ..regions import Region, as_region_codes

__all__ = ["ArraySource", "Batch", "MixtureSource", "Source", "StreamSource", "as_source"]


class Batch(NamedTuple):
    """Points from a source.

    Attributes
    ----------
    X : (b, d) array
        Features of the strong model.
    weak_proba : (b,) or (b, C) array
        Probabilities (or logits) of the weak model.
    regions : (b,) array of `Region` codes, optional
        True regions, where known: never shown to a policy or a detector, only to the ledger.
    y : (b,) array, optional
        True labels, where known; likewise.

    Examples
    --------
    >>> Batch([[1.0, 2.0]], [0.9]).regions is None
    True
    """

    X: Any
    weak_proba: Any
    regions: Any = None
    y: Any = None


class Source(ABC):
    """A source of data; the base class to write one's own.

    Attributes
    ----------
    name : str
    density : float or None
        True overlap density in [0, 1], if known: only the ledger of regret reads it, before every round.

    Examples
    --------
    >>> class Constant(Source):
    ...     name, density = "constant", 0.0
    ...
    ...     def draw(self, n):
    ...         return Batch([[1.0, 0.0]] * n, [0.5] * n)
    >>> len(Constant().draw(3).X)
    3
    """

    name: str = "source"
    density: float | None = None

    @abstractmethod
    def draw(self, n: int) -> Batch | None:
        """Return up to ``n`` points that have not been returned before; ``None`` or no points if it has run dry."""

    def state(self) -> dict[str, Any] | None:
        """Return where the source stands, in numbers, strings, arrays, lists and dicts; ``None`` if it cannot tell.

        A history keeps the states of its sources, saves them, and sets sources that stand elsewhere back to them with
        `restore`. A source that cannot tell where it stands is taken as it comes when a selection is continued.
        """
        return None

    def restore(self, state: dict[str, Any]) -> None:
        """Go to where `state` was taken, so that what comes next is what came next then.

        Raises
        ------
        ValueError
            If this source cannot stand there: it is another one.
        """
        raise ValueError(f"{type(self).__name__} has no restore")

    def confirm(self, batches: Sequence[Batch]) -> None:  # noqa: B027 - few sources can tell
        """Raise `ValueError` if these batches, in order, cannot be the newest of those that came from here."""


class ArraySource(Source):
    """A finite pool, drawn from without replacement in random order, until it runs dry.

    Parameters
    ----------
    X : (n, d) array
    weak_proba : (n,) or (n, C) array
    regions, y : (n,) arrays, optional
        True regions and labels. With regions, ``density`` is their share of overlap points.
    name : str
    rng : seed, SeedSequence or Generator
        Draws the order.

    Attributes
    ----------
    taken : (k,) intp
        Rows drawn so far, in order.

    Examples
    --------
    >>> source = ArraySource([[0.0], [1.0], [2.0]], [0.1, 0.5, 0.9], rng=0)
    >>> [len(batch.X) if (batch := source.draw(2)) else None for _ in range(3)]
    [2, 1, None]
    """

    def __init__(
        self,
        X: Any,
        weak_proba: Any,
        *,
        regions: npt.ArrayLike | None = None,
        y: npt.ArrayLike | None = None,
        name: str = "array",
        rng: RandomSource = None,
    ) -> None:
        self._columns = Batch(
            as_matrix(X, "X"),
            as_numbers(weak_proba, "weak_proba"),
            None if regions is None else as_region_codes(regions, "regions", floats=True),
            None if y is None else np.asarray(y),
        )
        n = self._columns.X.shape[0]
        for column, values in zip(Batch._fields, self._columns, strict=True):
            if values is not None and (values.ndim == 0 or values.shape[0] != n):
                raise ValueError(f"{column} has shape {values.shape}, but X has {n} rows")
        if regions is not None and n:
            self.density = float(np.mean(self._columns.regions == Region.OVERLAP))
        self.name = name
        self._order = generator(rng).permutation(n)
        self._next = 0

    @property
    def taken(self) -> npt.NDArray[np.intp]:
        """Rows drawn so far, in order, (k,)."""
        return self._order[: self._next]

    def draw(self, n: int) -> Batch | None:
        """Return the next ``n`` rows, or as many as are left; ``None`` without any."""
        rows = self._order[self._next : self._next + as_integer(n, "n", least=1)]
        self._next += rows.size
        if rows.size == 0:
            return None
        return Batch(*(None if values is None else values[rows] for values in self._columns))

    def state(self) -> dict[str, Any]:
        """Return the order of the rows, and how many of them were drawn."""
        return {"order": self._order, "next": self._next}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on in the order of ``state``, which must be one of as many rows."""
        order, drawn = np.asarray(state["order"]), as_integer(state["next"], "next")
        n = self._order.size
        if order.shape != (n,) or drawn > n or not np.array_equal(np.sort(order), np.arange(n)):
            raise ValueError(f"{self.name} has {n} rows, but the state is of a source of {order.size}")
        self._order, self._next = order.astype(np.intp), drawn

    def confirm(self, batches: Sequence[Batch]) -> None:
        """Compare what was acquired with the rows drawn; some of these may have been lost on the way."""
        drawn = (row.astype(np.float64).tobytes() for row in self._columns.X[self.taken])
        for batch in batches:
            for row in np.asarray(batch.X, np.float64):
                if row.tobytes() not in drawn:  # goes on to where it is
                    raise ValueError(f"{self.name} has not given the points that history holds from it")


class MixtureSource(Source):
    """An endless source: points of a Gaussian mixture, with regions in given shares.

    Parameters
    ----------
    mixture : GaussianMixture
        What is drawn from.
    weak : model with ``predict_proba``
        The weak model, which labels what is drawn.
    shares : (easy, hard, overlap, neither) numbers >= 0, not all 0
        Probabilities of the regions, up to a factor.
    name : str
    rng : seed, SeedSequence or Generator

    Examples
    --------
    >>> import w2slens as wl
    >>> mixture = wl.GaussianMixture([1.0, 1.0], 1.0, 1)
    >>> weak = wl.train_weak(*mixture.sample((50, 50, 50, 0), rng=0)[:2], d_easy=1)
    >>> source = MixtureSource(mixture, weak, shares=(1, 1, 2, 0), rng=0)
    >>> source.density, source.draw(8).X.shape
    (0.5, (8, 2))
    """

    def __init__(
        self,
        mixture: GaussianMixture,
        weak: Any,
        shares: Sequence[float],
        *,
        name: str = "mixture",
        rng: RandomSource = None,
    ) -> None:
        if not isinstance(shares, Iterable):
            raise TypeError(f"shares must be four numbers, not {type(shares).__name__}")
        numbers = [as_real(share, "shares") for share in shares]
        if len(numbers) != 4 or min(numbers) < 0 or sum(numbers) <= 0:
            raise ValueError(f"shares is {tuple(shares)}, expected four numbers of at least 0, not all 0")
        if not hasattr(weak, "predict_proba"):
            raise TypeError(f"weak must have predict_proba, but {type(weak).__name__} has not")
        self._mixture, self._weak = mixture, weak
        self._shares = np.array(numbers) / sum(numbers)
        self.density = float(self._shares[Region.OVERLAP])
        self.name = name
        self._rng = generator(rng)

    def draw(self, n: int) -> Batch:
        """Return ``n`` fresh points."""
        counts = self._rng.multinomial(as_integer(n, "n", least=1), self._shares)
        X, y, regions = self._mixture.sample(counts.tolist(), self._rng)
        order = self._rng.permutation(n)
        X = X[order]
        return Batch(X, np.asarray(self._weak.predict_proba(X))[:, 1], regions[order], y[order])

    def state(self) -> dict[str, Any]:
        """Return the state of the random generator."""
        return {"rng": generator_state(self._rng)}

    def restore(self, state: dict[str, Any]) -> None:
        """Draw what would have been drawn next."""
        there = generator_of(state["rng"])
        if type(there.bit_generator) is not type(self._rng.bit_generator):
            raise ValueError(f"{self.name} draws from another kind of generator")
        self._rng.bit_generator.state = there.bit_generator.state  # in place: others may share it


class StreamSource(Source):
    """Batches from an iterator, handed on in the sizes asked for; whatever is left of one waits for the next round.

    Parameters
    ----------
    batches : iterable of `Batch`, or of tuples (X, weak_proba[, regions[, y]])
    name : str
    density : float in [0, 1], optional

    Examples
    --------
    >>> source = StreamSource([([[1.0], [2.0], [3.0]], [0.1, 0.2, 0.3])])
    >>> [len(batch.X) if (batch := source.draw(2)) else None for _ in range(3)]
    [2, 1, None]
    """

    def __init__(self, batches: Iterable[Any], *, name: str = "stream", density: float | None = None) -> None:
        if not isinstance(batches, Iterable):
            raise TypeError(f"batches must be an iterable of batches, not {type(batches).__name__}")
        self.name = name
        self.density = None if density is None else as_share(density, "density")
        self._batches: Iterator[Any] = iter(batches)
        self._pulled: Any = None  # from the iterator, not checked yet
        self._batch: Batch | None = None
        self._offset = 0  # points of the batch that were handed on
        self._given = 0  # points handed on in all

    def draw(self, n: int) -> Batch | None:
        """Return up to ``n`` points of one batch of the iterator; ``None`` when it has ended."""
        size = as_integer(n, "n", least=1)
        while self._batch is None or self._offset == len(self._batch.X):
            if self._pulled is None:
                self._pulled = next(self._batches, None)
            if self._pulled is None:
                return None
            try:
                batch = checked_batch(self._pulled, self.name)
            except (TypeError, ValueError):
                self._pulled = None
                raise
            self._batch, self._offset, self._pulled = batch, 0, None
        head = Batch(
            *(None if values is None else values[self._offset : self._offset + size] for values in self._batch)
        )
        self._offset, self._given = self._offset + len(head.X), self._given + len(head.X)
        return head

    def state(self) -> dict[str, Any]:
        """Return how many points were handed on."""
        return {"given": self._given}

    def restore(self, state: dict[str, Any]) -> None:
        """Pass over as many points as had been handed on, or take some of the newest batch back."""
        wanted = as_integer(state["given"], "given")
        while self._given < wanted:
            if self.draw(wanted - self._given) is None:
                raise ValueError(f"{self.name} has only {self._given} points, but {wanted} had been handed on")
        if wanted < self._given - self._offset:
            raise ValueError(f"{self.name} has handed on {self._given} points, and an iterator cannot go back")
        self._offset, self._given = self._offset - (self._given - wanted), wanted


def as_source(source: Any, name: str) -> Source:
    """Return ``source`` as a `Source`: it is one, or an iterable of batches."""
    if isinstance(source, Source):
        return source
    if isinstance(source, Iterable) and not isinstance(source, str | bytes | dict | np.ndarray | Batch):
        return StreamSource(source, name=name)
    raise TypeError(f"{name} must be a Source or an iterable of batches, not {type(source).__name__}")


def checked_batch(given: Any, name: str) -> Batch:
    """Return ``given`` as a `Batch` of arrays that fit together; ``name`` is the source's, for messages."""
    if not isinstance(given, tuple) or not 2 <= len(given) <= 4:
        raise TypeError(f"{name} yielded a {type(given).__name__}, expected a Batch or (X, weak_proba[, regions[, y]])")
    raw = Batch(*given)
    X, proba = as_matrix(raw.X, f"X of {name}"), as_numbers(raw.weak_proba, f"weak_proba of {name}")
    regions = None if raw.regions is None else as_region_codes(raw.regions, f"regions of {name}", floats=True)
    y = None if raw.y is None else as_numbers(raw.y, f"y of {name}")
    batch = Batch(X, proba, regions, y)
    for column, values in zip(Batch._fields, batch, strict=True):
        if values is not None and (values.ndim == 0 or values.shape[0] != X.shape[0]):
            raise ValueError(f"{column} of {name} has shape {values.shape}, but X has {X.shape[0]} rows")
    for column, values, most in (("weak_proba", proba, 2), ("y", y, 1)):
        if values is not None and values.ndim > most:
            raise ValueError(f"{column} of {name} has shape {values.shape}, too many axes")
    return batch
