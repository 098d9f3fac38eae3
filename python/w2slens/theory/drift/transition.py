"""Bounds for a mechanism that carries a domain to the next (Pham, Zhang, Zhang 2024), and for its roll-out.

Statements, proofs and the counterexample: docs/drift/transition_bound.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from ..._arrays import Floats, as_float_vector, as_floats
from ..._checks import as_integer, as_real, as_share, one_of
from ...errors import DoesNotApply
from ..quadrature import legendre

__all__ = [
    "Memorised",
    "jensen_shannon",
    "memorised",
    "pham_lemma_1",
    "pham_theorem_1",
    "rollout_bound",
    "rollout_variations",
    "total_variation",
]

FORMS = ("printed", "proved", "improved")
ROOT = float(np.sqrt(2))


def total_variation(distance: npt.ArrayLike, sigma: float) -> Floats:
    """Return the total variation between two domains whose means are ``distance`` apart: 2Φ(distance/2σ) − 1.

    Points x = yθ + σz with y uniform on ±1; it is the same for the joint law of x and y, and given y.

    Parameters
    ----------
    distance : array of numbers ≥ 0
    sigma : float > 0

    Returns
    -------
    array of the shape of ``distance``, in [0, 1]

    Examples
    --------
    >>> total_variation([0.0, 2.0], sigma=1.0).round(4).tolist()
    [0.0, 0.6827]
    """
    return 2 * ndtr(_distances(distance) / (2 * as_real(sigma, "sigma", positive=True))) - 1


def jensen_shannon(distance: npt.ArrayLike, sigma: float) -> Floats:
    """Return the Jensen–Shannon divergence, in nats, between two such domains; in [0, ln 2].

    By quadrature along the line through the means, to 1e-12; given y there is nothing across it.

    Parameters
    ----------
    distance : array of numbers ≥ 0
    sigma : float > 0

    Returns
    -------
    array of the shape of ``distance``

    Examples
    --------
    >>> jensen_shannon([0.0, 2.0, 100.0], sigma=1.0).round(4).tolist()
    [0.0, 0.3368, 0.6931]
    """
    gap = _distances(distance) / as_real(sigma, "sigma", positive=True)
    # With u = log p/q, under p a normal of mean gap²/2 and variance gap²: ln 2 − E log(1 + exp(−u)).
    nodes, weights = legendre(-9.0, 9.0, 400)
    density = weights * np.exp(-(nodes**2) / 2) / np.sqrt(2 * np.pi)
    ratios = gap[..., None] ** 2 / 2 + gap[..., None] * nodes
    far = np.log(2) - np.logaddexp(0, -ratios) @ density
    # The same, E u/2 − log cosh(u/2), where it is small and the difference from ln 2 would be rounding.
    near = gap**2 / 4 - np.log1p(2 * np.sinh(np.clip(ratios, -20, 20) / 4) ** 2) @ density
    return np.where(gap < 1, near, np.minimum(far, np.log(2)))


def _distances(distance: npt.ArrayLike) -> Floats:
    gap = as_floats(distance, "distance")
    if np.any(gap < 0):
        raise ValueError(f"distance has {gap[gap < 0].flat[0]}, but must not be negative")
    return gap


def rollout_variations(means: npt.ArrayLike, mechanism: npt.ArrayLike, sigma: float) -> Floats:
    """Return the total variation between each domain and what the mechanism makes of the one before.

    Parameters
    ----------
    means : (K + 1, d)
        θ_T of the last domain seen, then those of the next K.
    mechanism : (d, d) orthogonal
        M; it maps points, so that M♯D has the mean Mθ and the same noise.
    sigma : float > 0

    Returns
    -------
    (K,) array

    Raises
    ------
    DoesNotApply
        If M is not orthogonal: M♯D then has another noise.

    Examples
    --------
    >>> rollout_variations([[1.0, 0.0], [0.0, 1.0]], [[0.0, -1.0], [1.0, 0.0]], sigma=1.0).tolist()
    [0.0]
    """
    theta, M = as_floats(means, "means"), as_floats(mechanism, "mechanism")
    if theta.ndim != 2 or len(theta) < 2:
        raise ValueError(f"means has shape {theta.shape}, expected (K + 1, d) with at least two domains")
    if M.shape != (theta.shape[1],) * 2:
        raise ValueError(f"mechanism has shape {M.shape}, expected ({theta.shape[1]}, {theta.shape[1]})")
    error = float(np.abs(M.T @ M - np.eye(len(M))).max())
    if error > 1e-8:
        raise DoesNotApply("the roll-out bound in closed form", "an orthogonal mechanism", deviation=error)
    return total_variation(np.linalg.norm(theta[1:] - theta[:-1] @ M.T, axis=1), sigma)


def rollout_bound(error: float, variations: npt.ArrayLike, *, loss_bound: float = 1.0) -> Floats:
    """Return what the error of any classifier in the next domains is at most.

    For every h, ε_{T+k}(h) ≤ ε_{Mᵏ♯D_T}(h) + C·Σ_{j ≤ k} TV(D_{T+j}, M♯D_{T+j−1}): what is bounded is what is deployed,
    a mechanism applied k times to the last domain seen.

    Parameters
    ----------
    error : number or (K,) array in [0, C]
        Error of h on the rolled-out domains Mᵏ♯D_T, k = 1 … K.
    variations : (K,) array in [0, 1]
        Such as of `rollout_variations`.
    loss_bound : float > 0
        C: the loss is in [0, C].

    Returns
    -------
    (K,) array
        A bound for each of the next K domains; not cut off at C.

    Examples
    --------
    >>> rollout_bound(0.1, [0.05, 0.05]).round(3).tolist()
    [0.15, 0.2]
    """
    most = as_real(loss_bound, "loss_bound", positive=True)
    gaps = _shares(variations, "variations", 1.0)
    errors = np.broadcast_to(_shares(np.atleast_1d(np.asarray(error, float)), "error", most), gaps.shape)
    return errors + most * np.cumsum(gaps)


def pham_lemma_1(error: float, divergence: float, *, loss_bound: float = 1.0) -> float:
    """Return the bound of Lemma 1, ε_D(h) ≤ ε_D′(h) + √2·C·√JS(D‖D′).

    Parameters
    ----------
    error : float in [0, C]
    divergence : float in [0, ln 2]
        Jensen–Shannon, in nats.
    loss_bound : float > 0

    References
    ----------
    Pham, Zhang, Zhang 2024, Lemma 1.

    Examples
    --------
    >>> pham_lemma_1(0.1, 0.02).__round__(9)
    0.3
    """
    most = as_real(loss_bound, "loss_bound", positive=True)
    loss = float(_shares(np.array([as_real(error, "error")]), "error", most)[0])
    found = float(_shares(np.array([as_real(divergence, "divergence")]), "divergence", float(np.log(2)))[0])
    return float(loss + ROOT * most * np.sqrt(found))


def pham_theorem_1(
    *,
    empirical_error: float,
    source_divergence: float,
    divergence_gap: float,
    error_gap: float,
    n: int,
    sources: int,
    targets: int,
    rademacher: float,
    loss_bound: float = 1.0,
    delta: float = 0.05,
    form: str = "printed",
    independent: bool = True,
) -> float:
    """Return the bound of Theorem 1 on the mean error in the target domains, in one of three forms.

    ===========  ===========================================================================================
    printed      Ê + 5√2C·D_src + Φ(M) + 2√2C·Φ(M,H) + 6B/√n + 3√(ln((T+K)/δ)/2n)
    proved       Ê + 5√2C·D_src + 2√2C·Φ(M) + Φ(M,H) + 6B/√n + 3C√(ln((T+2K)/δ)/2n)
    improved     Ê + 3√2C·D_src + 2√2C·Φ(M) + Φ(M,H) + 4B/√n + 3C√(ln((T+2K)/δ)/2n)
    ===========  ===========================================================================================

    In print the two Φ are exchanged and C is lost. The printed form is said to hold for a mechanism chosen from the
    same data, where `memorised` breaks it; the others need one that is independent of the samples.

    Parameters
    ----------
    empirical_error : float in [0, C]
        Ê: mean error of the fitted classifiers on the samples they were fitted to.
    source_divergence : float in [0, √ln 2]
        D_src(M): mean over source domains of √JS(D_t‖D_t^M).
    divergence_gap : float
        Φ(M), the supremum over mechanisms of D_tgt − D_src.
    error_gap : float
        Φ(M, H), the supremum over mechanisms of E_tgt − E_src of their best classifiers.
    n : int ≥ 1
        Points in every domain.
    sources, targets : int ≥ 1
        T and K.
    rademacher : float ≥ 0
        B: Rademacher complexities are at most B/√n.
    loss_bound : float > 0
        C.
    delta : float in (0, 1)
        Probability with which the bound may fail.
    form : {"printed", "proved", "improved"}
    independent : bool
        Whether the mechanism does not depend on the samples.

    Raises
    ------
    DoesNotApply
        For a mechanism chosen from the data, unless in the printed form.

    References
    ----------
    Pham, Zhang, Zhang 2024, Theorem 1.

    Examples
    --------
    >>> terms = {"empirical_error": 0.1, "source_divergence": 0.01, "divergence_gap": 0.0, "error_gap": 0.02}
    >>> sizes = {"n": 10_000, "sources": 10, "targets": 5, "rademacher": 1.0}
    >>> [round(pham_theorem_1(**terms, **sizes, form=form), 3) for form in ("printed", "proved", "improved")]
    [0.338, 0.303, 0.254]
    """
    kind, C = one_of(form, "form", FORMS), as_real(loss_bound, "loss_bound", positive=True)
    if not independent and kind != "printed":
        raise DoesNotApply(f"Theorem 1 as {kind}", "a mechanism that is independent of the samples", independent=0)
    loss = float(_shares(np.array([as_real(empirical_error, "empirical_error")]), "empirical_error", C)[0])
    most = float(np.sqrt(np.log(2)))
    source = float(_shares(np.array([as_real(source_divergence, "source_divergence")]), "source_divergence", most)[0])
    domains, errors = as_real(divergence_gap, "divergence_gap"), as_real(error_gap, "error_gap")
    size, T, K = (as_integer(v, name, least=1) for v, name in ((n, "n"), (sources, "sources"), (targets, "targets")))
    B, risk = as_real(rademacher, "rademacher"), as_share(delta, "delta")
    if B < 0:
        raise ValueError(f"rademacher is {B}, but must not be negative")
    if not 0 < risk < 1:
        raise ValueError(f"delta is {risk}, but must be between 0 and 1")
    if kind == "printed":
        gaps, events, scale = domains + 2 * ROOT * C * errors, T + K, 1.0
    else:
        gaps, events, scale = 2 * ROOT * C * domains + errors, T + 2 * K, C
    first, complexity = (3, 4) if kind == "improved" else (5, 6)
    deviation = 3 * scale * np.sqrt(np.log(events / risk) / (2 * size))
    return float(loss + first * ROOT * C * source + gaps + complexity * B / np.sqrt(size) + deviation)


class Memorised(NamedTuple):
    """The printed bound and the error of a mechanism that has memorised the samples.

    Attributes
    ----------
    bound : float
        Theorem 1 as printed.
    error : float
        The true error in every target domain.
    """

    bound: float
    error: float


def memorised(n: int, sources: int, targets: int, *, delta: float = 0.05) -> Memorised:
    """Return what Theorem 1 as printed says of a mechanism chosen from the data, and the truth.

    Labels are fair coins in every domain, and H has the two constants. The mechanism leaves every point and label as
    they are, but for the points that were drawn, which it sends to the label +1: a null set, so that D_src and both Φ
    are 0. On what it makes of the samples the constant +1 has no error; in every domain it errs with probability ½.

    Parameters
    ----------
    n, sources, targets : int ≥ 1
        Points in every domain, T and K.
    delta : float in (0, 1)

    Examples
    --------
    >>> memorised(10_000, sources=3, targets=1)._replace(bound=0.115).error
    0.5
    >>> round(memorised(10_000, sources=3, targets=1).bound, 3)
    0.115
    """
    # Massart's lemma for two classifiers with values 0 and 1.
    bound = pham_theorem_1(
        empirical_error=0.0,
        source_divergence=0.0,
        divergence_gap=0.0,
        error_gap=0.0,
        n=n,
        sources=sources,
        targets=targets,
        rademacher=float(np.sqrt(2 * np.log(2))),
        delta=delta,
        independent=False,
    )
    return Memorised(bound, 0.5)


def _shares(values: npt.ArrayLike, name: str, most: float) -> Floats:
    numbers = as_float_vector(values, name)
    outside = np.flatnonzero((numbers < 0) | (numbers > most * (1 + 1e-12)))
    if outside.size:
        at = int(outside[0])
        raise ValueError(f"{name} has {numbers[at]} at index {at}, outside [0, {most:g}]")
    return numbers
