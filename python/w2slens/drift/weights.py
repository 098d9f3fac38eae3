"""Linear forecasters: a weight for each domain seen."""

from __future__ import annotations

import numpy as np

from .._arrays import Floats
from .._checks import as_integer, as_real, one_of

__all__ = ["RULES", "forecast_weights"]

RULES = ("pooled", "last", "window", "discount", "trend", "harmonic")
"""The kinds of weights."""


def forecast_weights(
    kind: str,
    count: int,
    horizon: int = 1,
    *,
    window: int | None = None,
    discount: float | None = None,
    degree: int = 1,
    degrees: float | None = None,
) -> Floats:
    """Return the weights a_1 … a_T with which Σ a_t w_t forecasts w_{T + horizon}.

    Parameters
    ----------
    kind : {"pooled", "last", "window", "discount", "trend", "harmonic"}
        *pooled*: 1/T each, or empirical risk minimisation. *last*: the last domain alone. *window*: the last ones,
        equally. *discount*: proportional to γ^(T − t). *trend*: what a polynomial in t, fitted by least squares, says
        at T + horizon; of degree 0 it is *pooled*. *harmonic*: the same with cos ωt and sin ωt, for a known ω.
    count : int ≥ 1
        Number T of domains.
    horizon : int ≥ 1
        Steps from the last domain to the forecast one; only *trend* and *harmonic* ask for it.
    window : int in [1, T]
        Domains in the window; for *window*.
    discount : float in (0, 1]
        γ; for *discount*.
    degree : int in [0, T − 1]
        Of the polynomial; for *trend*.
    degrees : float
        ω, the angle of a step in degrees; for *harmonic*.

    Returns
    -------
    (T,) array
        They sum to 1, but for *harmonic*.

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or of the wrong type, or the kind's own one is missing.

    Notes
    -----
    Whatever the weights, the law of the forecast's accuracy is known: `w2slens.theory.drift.forecast_law`.

    Examples
    --------
    >>> forecast_weights("trend", 3, horizon=1).round(3).tolist()
    [-0.667, 0.333, 1.333]
    >>> forecast_weights("window", 4, window=2).tolist()
    [0.0, 0.0, 0.5, 0.5]
    """
    rule = one_of(kind, "kind", RULES)
    length, steps = as_integer(count, "count", least=1), as_integer(horizon, "horizon", least=1)
    ages = np.arange(length - 1, -1, -1.0)
    if rule == "pooled":
        return np.full(length, 1 / length)
    if rule == "last":
        return (ages == 0).astype(float)
    if rule == "window":
        size = as_integer(_given(window, "window", rule), "window", least=1, most=length)
        return (ages < size) / size
    if rule == "discount":
        gamma = as_real(_given(discount, "discount", rule), "discount")
        if not 0 < gamma <= 1:
            raise ValueError(f"discount is {gamma}, but must be above 0 and at most 1")
        return gamma**ages / np.sum(gamma**ages)
    if rule == "trend":
        power = as_integer(degree, "degree", most=length - 1)
        # On [−1, 0], where powers stay apart.
        scale = max(length - 1, 1)
        return _fitted(np.vander(-ages / scale, power + 1), np.vander([steps / scale], power + 1)[0])
    angle = np.deg2rad(as_real(_given(degrees, "degrees", rule), "degrees"))
    design = np.column_stack([np.cos(angle * ages), -np.sin(angle * ages)])
    return _fitted(design, np.array([np.cos(angle * steps), np.sin(angle * steps)]))


def _fitted(design: Floats, ahead: Floats) -> Floats:
    """Weights of the least-squares prediction at ``ahead``: linear in what is fitted."""
    return np.linalg.pinv(design).T @ ahead


def _given(value: float | None, name: str, rule: str) -> float:
    if value is None:
        raise ValueError(f"{name} is missing: weights of kind {rule!r} need it")
    return value
