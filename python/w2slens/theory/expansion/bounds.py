"""The expansion bounds as formulas."""

from __future__ import annotations

from ..._checks import as_real, as_share
from ...errors import DoesNotApply

__all__ = ["coupling_bound", "detected_overlap_correction", "expansion_bound", "label_free_certificate"]


def coupling_bound(disagreement: float, kappa: float, teacher_disagreement: float, *, uncoupled: float = 0.0) -> float:
    """Bound a student's error on the hard-only points of a class by a coupling with rightly labelled overlap points.

    If X ~ P(·|H) is coupled with X' whose law is at most κ·P(·|G), up to a mass q that stays uncoupled, then
    err(f | H) ≤ π(f(X) ≠ f(X')) + κ·P(f ≠ f_w | G) + q.

    Parameters
    ----------
    disagreement : float in [0, 1]
        π(f(X) ≠ f(X')), over the coupled mass; it needs no labels.
    kappa : float
        How much the coupling overloads the overlap points, at least 0; `ExpansionProfile` gives the least.
    teacher_disagreement : float in [0, 1]
        P(f ≠ f_w | G), on the overlap points of the class that the weak model labels rightly.
    uncoupled : float in [0, 1]
        The mass q.

    Returns
    -------
    float
        The bound; vacuous from 1 on.

    References
    ----------
    Counterpart of Shin, Cooper, Sala 2025, Theorem 4.1; proof in `docs/expansion/expansion.md`.

    Examples
    --------
    >>> round(coupling_bound(0.05, 1.0, 0.1), 12)
    0.15
    """
    if (kappa := as_real(kappa, "kappa")) < 0:
        raise ValueError(f"kappa is {kappa}, but must be at least 0")
    first, last = as_share(disagreement, "disagreement"), as_share(uncoupled, "uncoupled")
    return first + kappa * as_share(teacher_disagreement, "teacher_disagreement") + last


def expansion_bound(fragile: float, c: float, teacher_disagreement: float, *, q: float = 0.0) -> float:
    """Bound a student's error on the hard-only points of a class by their expansion into good overlap points.

    Good points G are those that the weak model labels rightly. If every U ⊆ H with P(U|H) > q has
    P(N(U)|G) ≥ c·P(U|H), then err(f | H) ≤ P(f not robust | H) + max(q, P(f ≠ f_w | G)/c).

    Parameters
    ----------
    fragile : float in [0, 1]
        P(f not robust | H): f is robust at x if it says the same on x and on all its neighbours in G.
    c : float in [0, 1]
        The expansion constant c(q); see `expansion_constant`.
    teacher_disagreement : float in [0, 1]
        P(f ≠ f_w | G).
    q : float in [0, 1]
        Sets up to this share need not expand.

    Returns
    -------
    float
        The bound; vacuous from 1 on.

    Raises
    ------
    DoesNotApply
        If c = 0.

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem B.3, conditioned on the good points.

    Examples
    --------
    >>> expansion_bound(0.0, 0.5, 0.1)
    0.2
    """
    c, q = as_share(c, "c"), as_share(q, "q")
    if c == 0:
        raise DoesNotApply("the expansion bound", "c > 0", c=c)
    return as_share(fragile, "fragile") + max(q, as_share(teacher_disagreement, "teacher_disagreement") / c)


def label_free_certificate(
    disagreement: float, kappa: float, teacher_disagreement: float, alpha: float, label_mismatch: float
) -> float:
    """Bound a student's error on all hard-only points, with few labels or none on the hard side.

    For any coupling of P(·|hard-only) with a law at most κ·P(·|overlap), all classes together:
    err(f | hard-only) ≤ π(f(X) ≠ f(X')) + κ·[P(f ≠ f_w | overlap) + α] + π(y(X) ≠ y(X')).

    Parameters
    ----------
    disagreement : float in [0, 1]
        π(f(X) ≠ f(X')).
    kappa : float
        As in `coupling_bound`.
    teacher_disagreement : float in [0, 1]
        P(f ≠ f_w | overlap).
    alpha : float in [0, 1]
        P(f_w ≠ y | overlap), the weak model's error there.
    label_mismatch : float in [0, 1]
        π(y(X) ≠ y(X')), the mass of coupled pairs of different classes.

    Returns
    -------
    float
        The bound; vacuous from 1 on.

    Examples
    --------
    >>> round(label_free_certificate(0.05, 1.2, 0.1, 0.05, 0.02), 12)
    0.25
    """
    coupled = coupling_bound(disagreement, kappa, teacher_disagreement)
    return coupled + float(kappa) * as_share(alpha, "alpha") + as_share(label_mismatch, "label_mismatch")


def detected_overlap_correction(
    disagreement: float, detected_mass: float, missed_mass: float, overlap_mass: float
) -> float:
    """Bound P(f ≠ f_w | O) on the true overlap O by what is seen on a detected set Ô.

    P(f ≠ f_w | O) ≤ [P(f ≠ f_w | Ô)·P(Ô) + P(O∖Ô)]/P(O); feed it into the other bounds as ``teacher_disagreement``.

    Parameters
    ----------
    disagreement : float in [0, 1]
        P(f ≠ f_w | Ô).
    detected_mass, missed_mass, overlap_mass : float in [0, 1]
        P(Ô), P(O∖Ô) and P(O); the missed mass is at most P(O), and the part P(O) − P(O∖Ô) that was found at most P(Ô).

    Returns
    -------
    float
        The bound, at most 1.

    Raises
    ------
    DoesNotApply
        If P(O) = 0.

    Examples
    --------
    >>> round(detected_overlap_correction(0.1, 0.2, 0.01, 0.2), 12)
    0.15
    """
    detected, missed = as_share(detected_mass, "detected_mass"), as_share(missed_mass, "missed_mass")
    overlap = as_share(overlap_mass, "overlap_mass")
    if overlap == 0:
        raise DoesNotApply("the correction for detected overlap", "P(O) > 0", overlap_mass=overlap)
    if missed > overlap:
        raise ValueError(f"missed_mass is {missed}, but must be at most overlap_mass = {overlap}")
    # Three measured shares may miss each other by their rounding.
    if overlap - missed > detected * (1 + 1e-12):
        raise ValueError(f"detected_mass is {detected}, but the found overlap alone has {overlap - missed}")
    return min(1.0, (as_share(disagreement, "disagreement") * detected + missed) / overlap)
