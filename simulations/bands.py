"""Confidence bands: where a verdict's slack comes from .

``comparisons`` is the number of intervals that must hold *together* with probability ``confidence`` (Bonferroni).
Rules and captions name bands and their level in the words given here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import logsumexp

__all__ = [
    "BET_LEVEL",
    "CONFIDENCE",
    "DISTRIBUTIONS",
    "LEVEL",
    "MEANS",
    "SHARES",
    "T_QUANTILE",
    "Z_QUANTILE",
    "bonferroni_t",
    "bonferroni_z",
    "clopper_pearson",
    "dkw",
    "log_evidence",
    "mean_interval",
]

CONFIDENCE = 0.999
"""Level of every verdict."""
LEVEL = f"{100 * CONFIDENCE:g} %"
"""The same in words."""
MEANS = f"simultaneous Bonferroni-t intervals ({LEVEL})"
"""Of means over replicates: `mean_interval`."""
SHARES = f"simultaneous Clopper–Pearson intervals ({LEVEL})"
"""Of probabilities: `clopper_pearson`."""
DISTRIBUTIONS = f"simultaneous Dvoretzky–Kiefer–Wolfowitz band ({LEVEL})"
"""Of distribution functions: `dkw`."""
T_QUANTILE = f"the Bonferroni-t quantile at {LEVEL}"
Z_QUANTILE = f"the Bonferroni-normal quantile at {LEVEL}"
BET_LEVEL = f"ln(cases/{1 - CONFIDENCE:.3f}) (simultaneous {LEVEL})"
"""What the logarithm of the evidence is judged against: `log_evidence`."""


Array = npt.NDArray[np.float64]


def bonferroni_t(degrees: npt.ArrayLike, comparisons: int = 1, confidence: float = CONFIDENCE) -> Array:
    """Two-sided Student-t quantile that holds for all comparisons together.

    Examples
    --------
    >>> float(bonferroni_t(1e9, confidence=0.95).round(2))
    1.96
    """
    return np.asarray(stats.t.isf((1 - confidence) / (2 * comparisons), degrees))


def bonferroni_z(comparisons: int = 1, confidence: float = CONFIDENCE) -> float:
    """Two-sided normal quantile that holds for all comparisons together."""
    return float(stats.norm.isf((1 - confidence) / (2 * comparisons)))


def mean_interval(
    values: npt.ArrayLike, comparisons: int = 1, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Mean of a sample, with lower and upper end of its Bonferroni-t interval; NaN entries are left out.

    With fewer than two values the ends are NaN: nothing is known about the spread.
    """
    sample = np.asarray(values, float)
    sample = sample[~np.isnan(sample)]
    if sample.size == 0:
        return float("nan"), float("nan"), float("nan")
    mean = float(sample.mean())
    if sample.size == 1:
        return mean, float("nan"), float("nan")
    half = float(bonferroni_t(sample.size - 1, comparisons, confidence) * sample.std(ddof=1) / np.sqrt(sample.size))
    return mean, mean - half, mean + half


def clopper_pearson(
    successes: npt.ArrayLike, trials: npt.ArrayLike, comparisons: int = 1, confidence: float = CONFIDENCE
) -> tuple[Array, Array]:
    """Exact interval for a binomial probability.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 100, confidence=0.95)
    >>> float(low), round(float(high), 4)
    (0.0, 0.0362)
    """
    k, n = np.asarray(successes, float), np.asarray(trials, float)
    tail = (1 - confidence) / (2 * comparisons)
    with np.errstate(invalid="ignore"):
        low = np.where(k > 0, stats.beta.ppf(tail, k, n - k + 1), 0.0)
        high = np.where(k < n, stats.beta.isf(tail, k + 1, n - k), 1.0)
    return low, high


def dkw(n: int, comparisons: int = 1, confidence: float = CONFIDENCE) -> float:
    """Half width of the Dvoretzky–Kiefer–Wolfowitz band (Massart's constant) around an empirical cdf of n values."""
    return float(np.sqrt(np.log(2 * comparisons / (1 - confidence)) / (2 * n)))


def log_evidence(values: npt.ArrayLike, low: float, high: float) -> float:
    """Logarithm of the evidence against mean 0, for independent values in [low, high] that contains 0.

    Whoever bets a share λ on every value multiplies the stake by Π(1 + λx_i), which has expectation 1 if the mean is 0;
    so has the average over many λ of both signs, and by Markov's inequality it exceeds K with probability at most 1/K
    (Waudby-Smith and Ramdas 2024). Exact for every n and every bounded law, however rare its extremes; no limit theorem
    is asked for. With values that are all alike its intervals are little wider than Clopper's and Pearson's.

    The λ go down by factors of √2 from the largest that cannot ruin to 1/(√n·(high − low)): less pays for no law in the
    interval. Which ones they are decides how much is seen, not how often the truth is rejected.

    Examples
    --------
    >>> log_evidence([0.5, -0.5, 0.25, -0.25], -1, 1) < 0
    True
    >>> log_evidence(np.full(100, 0.3), -1, 1) > 20
    True
    """
    sample = np.asarray(values, float)
    if sample.size == 0:
        return 0.0
    if not low <= sample.min() <= sample.max() <= high or not low <= 0 <= high:
        raise ValueError(f"values span [{sample.min()}, {sample.max()}], and [{low}, {high}] must hold them and 0")
    if low == 0 or high == 0:
        # Of mean 0 is only the constant 0.
        return float("inf") if sample.any() else 0.0
    least = 1 / (np.sqrt(sample.size) * (high - low))
    values, counts = np.unique(sample, return_counts=True)
    logs = []
    for sign, most in ((1, -1 / low), (-1, 1 / high)):
        bets = sign * most * 2.0 ** (-np.arange(1 + np.ceil(2 * np.log2(most / least))) / 2)
        # The largest bet may lose everything: log 0.
        with np.errstate(divide="ignore"):
            logs.append(np.log1p(np.maximum(bets[:, None] * values, -1.0)) @ counts)
    every = np.concatenate(logs)
    return float(logsumexp(every) - np.log(every.size))
