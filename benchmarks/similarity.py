"""Overlap scores, against the published NumPy expression, the product alone, and faiss's exact search."""

from __future__ import annotations

from functools import lru_cache, partial

import faiss
import numpy as np

from benchmarks.harness import Case
from w2slens import overlap_scores

#: n, m, d: a language model's features, a sentence encoder's, a small encoder's.
SHAPES = ((20_000, 5_000, 4096), (50_000, 10_000, 768), (100_000, 10_000, 384))
#: Bytes of product that the blocked expression holds at once.
BLOCK = 256 << 20


def cases(quick: bool) -> list[Case]:
    shapes = [(n // 10, m // 10, d) for n, m, d in SHAPES] if quick else SHAPES
    return [_case(*shape, repeats=3) for shape in shapes]


def _case(n: int, m: int, d: int, repeats: int) -> Case:
    def bind(scorer):
        return partial(_on_data, scorer, n, m, d)

    return Case(
        noun="similarity",
        name=f"{n:,} × {m:,} × {d:,}, float32, absolute cosine",
        ours=bind(_ours),
        peers={
            "numpy X @ H.T": bind(_product),
            "numpy X @ H.T, in blocks": bind(_blocked_product),
            "published expression": bind(_published),
            "faiss flat, x and -x": bind(_faiss),
        },
        reference="numpy X @ H.T",
        threads=(1, 2),
        check=_check,
        repeats=repeats,
    )


@lru_cache(maxsize=1)
def _data(n: int, m: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, d), dtype=np.float32), rng.standard_normal((m, d), dtype=np.float32)


def _on_data(scorer, n: int, m: int, d: int, n_threads: int) -> np.ndarray | None:
    return scorer(*_data(n, m, d), n_threads)


def _ours(X: np.ndarray, hard: np.ndarray, n_threads: int) -> np.ndarray:
    return overlap_scores(X, hard, n_threads=n_threads)


def _product(X: np.ndarray, hard: np.ndarray, n_threads: int) -> None:
    """Multiply only: neither norms nor maximum."""
    X @ hard.T


def _blocked_product(X: np.ndarray, hard: np.ndarray, n_threads: int) -> None:
    """Multiply only, always into the same memory: what fresh pages for the whole product cost is left out."""
    rows = max(1, BLOCK // (4 * len(hard)))
    product = np.empty((rows, len(hard)), np.float32)
    for first in range(0, len(X), rows):
        block = X[first : first + rows]
        np.matmul(block, hard.T, out=product[: len(block)])


def _published(X: np.ndarray, hard: np.ndarray, n_threads: int) -> np.ndarray:
    unit, unit_hard = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (X, hard))
    return np.abs(unit @ unit_hard.T).max(axis=1)


def _faiss(X: np.ndarray, hard: np.ndarray, n_threads: int) -> np.ndarray:
    unit, unit_hard = X.copy(), hard.copy()
    faiss.normalize_L2(unit)
    faiss.normalize_L2(unit_hard)
    index = faiss.IndexFlatIP(X.shape[1])
    index.add(unit_hard)
    largest = index.search(unit, 1)[0][:, 0]
    np.negative(unit, out=unit)
    return np.maximum(largest, index.search(unit, 1)[0][:, 0])


def _check(ours: np.ndarray, peer: np.ndarray | None) -> None:
    """Scores agree to float32 rounding; a product alone has none to compare."""
    if peer is not None:
        np.testing.assert_allclose(ours, peer, rtol=0, atol=2e-6)
