"""Sampling the Gaussian mixture, against a vectorised sampler on NumPy's ``Generator``."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from benchmarks.harness import Case
from w2slens.learning import GaussianMixture, Sample
from w2slens.regions import Noise, Region

Counts = tuple[int, int, int, int]


def cases(quick: bool) -> list[Case]:
    return [_case(noise, dtype, quick) for noise in ("full", "zeroed") for dtype in ("float64", "float32")]


def _case(noise: Noise, dtype: str, quick: bool) -> Case:
    count = 2_000 if quick else 50_000
    mixture, counts = GaussianMixture(np.linspace(0, 1, 40), 5**0.5, 20, noise), (count,) * 4
    return Case(
        noun="mixture",
        name=f"{sum(counts):,} × {mixture.d}, {noise}, {dtype}",
        ours=partial(_ours, mixture, counts, dtype),
        peers={"numpy Generator": partial(_numpy, mixture, counts, dtype)},
        reference="numpy Generator",
        threads=(1, 2),
        check=partial(_check, mixture, counts),
        repeats=3 if quick else 9,
    )


def _ours(mixture: GaussianMixture, counts: Counts, dtype: str, n_threads: int) -> Sample:
    return mixture.sample(counts, 7, dtype=dtype, n_threads=n_threads)


def _numpy(mixture: GaussianMixture, counts: Counts, dtype: str, n_threads: int) -> Sample:
    """Fill one row range per thread, each from its own generator; only blocks with noise are drawn."""
    n = sum(counts)
    X = np.zeros((n, mixture.d), dtype)
    regions = np.repeat(np.arange(4, dtype=np.int8), counts)
    y = np.empty(n, np.int8)
    bounds = np.linspace(0, n, n_threads + 1).astype(int)
    generators = [np.random.default_rng(s) for s in np.random.SeedSequence(7).spawn(n_threads)]
    with ThreadPoolExecutor(n_threads) as pool:
        jobs = [
            pool.submit(_fill, mixture, random, X[low:high], y[low:high], regions[low:high])
            for random, low, high in zip(generators, bounds[:-1], bounds[1:], strict=True)
        ]
    for job in jobs:
        job.result()
    return Sample(X, y, regions)


def _fill(mixture: GaussianMixture, random: np.random.Generator, X: np.ndarray, y: np.ndarray, regions: np.ndarray):
    y[:] = 2 * random.integers(0, 2, y.size, np.int8) - 1
    theta, sigma = mixture.theta.astype(X.dtype), X.dtype.type(mixture.sigma)
    blocks = {
        Region.EASY: slice(0, mixture.d_easy),
        Region.HARD: slice(mixture.d_easy, None),
        Region.OVERLAP: slice(None),
        Region.NEITHER: slice(0, 0),
    }
    for region, block in blocks.items():
        low, high = np.searchsorted(regions, region), np.searchsorted(regions, region, side="right")
        rows = X[low:high]
        noisy = rows if mixture.noise == "full" else rows[:, block]
        if noisy.flags.c_contiguous:
            random.standard_normal(out=noisy, dtype=X.dtype)
            noisy *= sigma
        else:
            noisy[:] = sigma * random.standard_normal(noisy.shape, X.dtype)
        rows[:, block] += y[low:high, None] * theta[block]


def _check(mixture: GaussianMixture, counts: Counts, ours: Sample, peer: Sample) -> None:
    """Both follow one law: every coordinate's mean, signed by the label, lies within 6 standard errors of θ's share."""
    n, share = sum(counts), np.array([counts[0], counts[1]]) + counts[2]
    expected = mixture.theta * np.repeat(share / n, [mixture.d_easy, mixture.d - mixture.d_easy])
    error = 6 * np.sqrt((mixture.sigma**2 + mixture.theta**2) / n)
    for sample in (ours, peer):
        assert np.all(np.abs(np.mean(sample.X * sample.y[:, None], axis=0, dtype=float) - expected) < error)
