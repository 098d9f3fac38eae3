"""The moment generating function of an inner product of two normal vectors."""

from __future__ import annotations

import numpy as np

from ..._checks import as_integer, as_real

__all__ = ["log_moment", "log_product_moment"]


def log_product_moment(rate: float, inner: float, first: float, second: float, *, sigma: float, d: int) -> float:
    """Return log E exp(λ⟨u, v⟩) of independent u ~ N(a, σ²I) and v ~ N(b, σ²I) in R^d.

    It is −(d/2)·ln(1 − λ²σ⁴) + (λ·a·b + λ²σ²(‖a‖² + ‖b‖²)/2)/(1 − λ²σ⁴), and infinite from |λ| = 1/σ² on.

    Parameters
    ----------
    rate : float
        λ.
    inner, first, second : float
        a·b, ‖a‖² and ‖b‖².
    sigma : float > 0
        Standard deviation of the noise.
    d : int >= 0
        Number of coordinates.

    Examples
    --------
    >>> round(log_product_moment(0.5, 0.0, 0.0, 0.0, sigma=1.0, d=2), 4)
    0.2877
    """
    numbers = (as_real(v, name) for v, name in ((rate, "rate"), (inner, "inner"), (first, "first"), (second, "second")))
    rate, inner, first, second = numbers
    if min(first, second) < 0 or inner * inner > first * second * (1 + 1e-12):
        raise ValueError(f"no vectors have inner = {inner}, first = {first} and second = {second}: a·b, ‖a‖² and ‖b‖²")
    return log_moment(rate, inner, first, second, as_real(sigma, "sigma", positive=True) ** 2, as_integer(d, "d"))


def log_moment(rate: float, inner: float, first: float, second: float, variance: float, d: int) -> float:
    """`log_product_moment` of numbers that have been checked, σ² in place of σ."""
    left = 1 - (rate * variance) ** 2
    if left <= 0:
        return float("inf")
    growth = rate * inner + rate**2 * variance * (first + second) / 2
    return float(-d / 2 * np.log(left) + growth / left)
