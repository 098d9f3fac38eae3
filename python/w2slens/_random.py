"""From ``rng=`` to the 256-bit key of the kernels' random streams, and the numbers of the streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt

from ._checks import as_integer

__all__ = ["RandomSource", "as_replicates", "generator", "lent_key", "stream_key"]

RandomSource = int | np.random.SeedSequence | np.random.Generator | None


def stream_key(rng: RandomSource = None) -> bytes:
    """Return 32 bytes that key the kernels' streams.

    A seed or ``SeedSequence`` always gives the same key; a ``Generator`` advances, so two calls give two keys;
    ``None`` draws fresh entropy.
    """
    if isinstance(rng, np.random.Generator):
        return rng.integers(0, 2**32, size=8, dtype=np.uint32).astype("<u4").tobytes()
    return _sequence(rng).generate_state(8, np.uint32).astype("<u4").tobytes()


@contextmanager
def lent_key(rng: RandomSource | bytes = None) -> Iterator[bytes]:
    """Yield the key of `stream_key`, or the bytes given; failure or interrupt gives a ``Generator`` its state back."""
    if isinstance(rng, bytes):
        yield rng
    elif isinstance(rng, np.random.Generator):
        before = rng.bit_generator.state
        try:
            yield stream_key(rng)
        except BaseException:
            rng.bit_generator.state = before
            raise
    else:
        yield stream_key(rng)


def generator(rng: RandomSource = None) -> np.random.Generator:
    """Return a NumPy generator for ``rng``; a ``Generator`` is returned as it is."""
    if isinstance(rng, np.random.Generator):
        return rng
    return np.random.Generator(np.random.PCG64(_sequence(rng)))


def as_replicates(replicates: int | Iterable[int]) -> npt.NDArray[np.uint64]:
    """Return the numbers of replicates, each of which names its own stream under a key; an int says how many."""
    if not isinstance(replicates, Iterable):
        replicates = range(as_integer(replicates, "replicates", least=1))
    return np.array([as_integer(number, "replicates", most=2**63 - 1) for number in replicates], np.uint64)


def _sequence(rng: int | np.random.SeedSequence | None) -> np.random.SeedSequence:
    if isinstance(rng, np.random.SeedSequence):
        return rng
    if isinstance(rng, bool) or not (rng is None or isinstance(rng, (int, np.integer))):
        raise TypeError(f"rng must be a seed, a SeedSequence, a Generator or None, not {type(rng).__name__}")
    if rng is not None and rng < 0:
        raise ValueError(f"rng is {rng}, but a seed must not be negative")
    return np.random.SeedSequence(None if rng is None else int(rng))
