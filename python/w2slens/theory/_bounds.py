"""The expansion bounds as formulas; `w2slens.theory.expansion` is the public name of everything here."""

from __future__ import annotations

from .._checks import as_real

__all__ = [
    "DoesNotApply",
    "coupling_bound",
    "detected_overlap_correction",
    "expansion_bound",
    "label_free_certificate",
    "lang_4_1",
    "lang_4_2",
    "lang_b_1",
    "lang_b_2",
    "lang_b_3",
]


class DoesNotApply(ValueError):  # noqa: N818 (it is what the bound does)
    """Raised instead of a number when the condition of a bound is violated.

    Attributes
    ----------
    statement : str
        The bound, for instance ``"Lang et al. 2024, Theorem 4.1"``.
    condition : str
        The condition that fails.
    values : dict
        The numbers that fail it.
    """

    def __init__(self, statement: str, condition: str, **values: float) -> None:
        self.statement, self.condition, self.values = statement, condition, values
        given = ", ".join(f"{name} = {value:.6g}" for name, value in values.items())
        super().__init__(f"{statement} does not apply: it needs {condition}, but {given}")


def _share(value: float, name: str) -> float:
    number = as_real(value, name)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} is {number}, but must be in [0, 1]")
    return number


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
    Counterpart of Shin, Cooper, Sala 2025, Theorem 4.1; proof in `docs/expansion.md`.

    Examples
    --------
    >>> round(coupling_bound(0.05, 1.0, 0.1), 12)
    0.15
    """
    if (kappa := as_real(kappa, "kappa")) < 0:
        raise ValueError(f"kappa is {kappa}, but must be at least 0")
    first, last = _share(disagreement, "disagreement"), _share(uncoupled, "uncoupled")
    return first + kappa * _share(teacher_disagreement, "teacher_disagreement") + last


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
    c, q = _share(c, "c"), _share(q, "q")
    if c == 0:
        raise DoesNotApply("the expansion bound", "c > 0", c=c)
    return _share(fragile, "fragile") + max(q, _share(teacher_disagreement, "teacher_disagreement") / c)


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
    return coupled + float(kappa) * _share(alpha, "alpha") + _share(label_mismatch, "label_mismatch")


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
    detected, missed = _share(detected_mass, "detected_mass"), _share(missed_mass, "missed_mass")
    overlap = _share(overlap_mass, "overlap_mass")
    if overlap == 0:
        raise DoesNotApply("the correction for detected overlap", "P(O) > 0", overlap_mass=overlap)
    if missed > overlap:
        raise ValueError(f"missed_mass is {missed}, but must be at most overlap_mass = {overlap}")
    # Three measured shares may miss each other by their rounding.
    if overlap - missed > detected * (1 + 1e-12):
        raise ValueError(f"detected_mass is {detected}, but the found overlap alone has {overlap - missed}")
    return min(1.0, (_share(disagreement, "disagreement") * detected + missed) / overlap)


def lang_4_1(
    c: float, alpha: float, e: float, fragile: float = 0.0, *, q: float = 0.0, unsure: float | None = None
) -> float:
    """Bound the student's error on a covered class by pseudolabel correction: e + α(1 − 3c/2) + 2α/(1−2α)·R̄.

    Parameters
    ----------
    c : float in [0, 1]
        Expansion of good points into bad ones: P(N(U)|bad) ≥ c·P(U|good) for U ⊆ good with P(U|good) > q.
    alpha : float in [0, 1]
        P(bad | S_i), the share of the class that the weak model labels wrongly.
    e : float in [0, 1]
        P(f ≠ ỹ | S_i), the student's disagreement with the pseudo-labels ỹ.
    fragile : float in [0, 1]
        R̄ = P(f not robust | S_i).
    q : float in [0, 1]
        Sets up to this share need not expand.
    unsure : float in [0, 1], optional
        P(f ≠ ỹ or f not robust | S_i); its upper bound e + R̄ if not given.

    Returns
    -------
    float
        A bound on P(f ≠ y | S_i).

    Raises
    ------
    DoesNotApply
        Unless c > 0, α < ½, q ≤ ¾(1 − 2α) and ``unsure`` ≤ (1 − α + 3cα)/4.

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem 4.1; proof in `docs/expansion.md`.

    Examples
    --------
    >>> round(lang_4_1(0.8, 0.1, 0.12), 12)
    0.1
    """
    statement = "Lang et al. 2024, Theorem 4.1"
    c, alpha, e, fragile, q, unsure = _covered(statement, c, alpha, e, fragile, q, unsure)
    if 2 * alpha >= 1:
        raise DoesNotApply(statement, "alpha < 1/2", alpha=alpha)
    if q > 0.75 * (1 - 2 * alpha):
        raise DoesNotApply(statement, "q <= 3/4 (1 - 2 alpha)", q=q, alpha=alpha)
    if unsure > (limit := (1 - alpha + 3 * c * alpha) / 4):
        condition = "P(f != y~ or not robust) <= (1 - alpha + 3 c alpha)/4"
        raise DoesNotApply(statement, condition, unsure=unsure, limit=limit)
    return 2 * alpha / (1 - 2 * alpha) * fragile + e + alpha * (1 - 1.5 * c)


def lang_b_1(
    c: float, alpha: float, e: float, fragile: float = 0.0, *, q: float = 0.0, unsure: float | None = None
) -> float:
    """Bound the student's error on a covered class, more tightly than `lang_4_1`.

    [e − α(2c'−1) + 2c'αR̄]/(1 − 2c'α) with c' = c/(1−α+cα).

    Parameters
    ----------
    c, alpha, e, fragile, q, unsure
        As in `lang_4_1`.

    Returns
    -------
    float
        A bound on P(f ≠ y | S_i).

    Raises
    ------
    DoesNotApply
        Unless c > 0, 2c'α < 1 and ``unsure`` ≤ 1 − q − α.

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem B.1; proof in `docs/expansion.md`.

    Examples
    --------
    >>> round(lang_b_1(0.848, 0.11, 0.12), 4)
    0.0497
    """
    statement = "Lang et al. 2024, Theorem B.1"
    c, alpha, e, fragile, q, unsure = _covered(statement, c, alpha, e, fragile, q, unsure)
    scaled = c / (1 - alpha + c * alpha)
    if (margin := 1 - 2 * scaled * alpha) <= 0:
        raise DoesNotApply(statement, "2 c' alpha < 1", alpha=alpha, c=c)
    if unsure > (limit := 1 - q - alpha):
        raise DoesNotApply(statement, "P(f != y~ or not robust) <= 1 - q - alpha", unsure=unsure, limit=limit)
    return (e - alpha * (2 * scaled - 1) + 2 * scaled * alpha * fragile) / margin


def _covered(
    statement: str, c: float, alpha: float, e: float, fragile: float, q: float, unsure: float | None
) -> tuple[float, float, float, float, float, float]:
    numbers = [_share(v, name) for v, name in ((c, "c"), (alpha, "alpha"), (e, "e"), (fragile, "fragile"), (q, "q"))]
    c, alpha, e, fragile, q = numbers
    if c == 0:
        raise DoesNotApply(statement, "c > 0", c=c)
    if unsure is None:
        return c, alpha, e, fragile, q, e + fragile
    if not max(e, fragile) <= _share(unsure, "unsure"):
        raise ValueError(f"unsure is {unsure}, but must be at least e = {e} and fragile = {fragile}")
    return c, alpha, e, fragile, q, float(unsure)


def lang_4_2(c: float, alpha: float, e: float, fragile: float = 0.0, *, q: float = 0.0) -> float:
    """Bound the student's error on an uncovered set T_i: (1 + α/(1−2α))R̄ + max(q, (e − cα)/(c(1−2α))).

    Parameters
    ----------
    c : float in [0, 1]
        Expansion of T_i into the good points and into the bad points: for U ⊆ T_i with P(U|T_i) > q both
        P(N(U)|good) ≥ c·P(U|T_i) and P(N(U)|bad) ≥ c·P(U|T_i).
    alpha : float in [0, 1]
        P(bad | S_i).
    e : float in [0, 1]
        P(f ≠ ỹ | S_i).
    fragile : float in [0, 1]
        R̄ = P(f not robust | T_i), against good and bad neighbours.
    q : float in [0, 1]
        Sets up to this share need not expand.

    Returns
    -------
    float
        A bound on P(f ≠ y | T_i).

    Raises
    ------
    DoesNotApply
        Unless c > 0, α < ½ and e + R̄ < c(1 − q − α).

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem 4.2; proof in `docs/expansion.md`.

    Examples
    --------
    >>> round(lang_4_2(0.8, 0.1, 0.12), 12)
    0.0625
    """
    return _uncovered("Lang et al. 2024, Theorem 4.2", c, c, alpha, e, fragile, q)


def lang_b_2(c1: float, c2: float, alpha: float, e: float, fragile: float = 0.0, *, q: float = 0.0) -> float:
    """Bound the error on an uncovered set with one constant for good points, c1, and one for bad points, c2.

    (1 + α/(c_min/c_max − 2α))R̄ + max(q, (e − c2·α)/(c1 − (c1+c2)α)).

    Parameters
    ----------
    c1, c2 : float in [0, 1]
        P(N(U)|good) ≥ c1·P(U|T_i) and P(N(U)|bad) ≥ c2·P(U|T_i) for U ⊆ T_i with P(U|T_i) > q.
    alpha, e, fragile, q
        As in `lang_4_2`.

    Returns
    -------
    float
        A bound on P(f ≠ y | T_i).

    Raises
    ------
    DoesNotApply
        Unless c1, c2 > 0, 2α < c_min/c_max and e + R̄ < c1(1 − q − α).

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem B.2; proof in `docs/expansion.md`.

    Examples
    --------
    >>> lang_b_2(0.8, 0.8, 0.1, 0.12) == lang_4_2(0.8, 0.1, 0.12)
    True
    """
    return _uncovered("Lang et al. 2024, Theorem B.2", c1, c2, alpha, e, fragile, q)


def _uncovered(statement: str, c1: float, c2: float, alpha: float, e: float, fragile: float, q: float) -> float:
    c1, c2, alpha, e = _share(c1, "c1"), _share(c2, "c2"), _share(alpha, "alpha"), _share(e, "e")
    fragile, q = _share(fragile, "fragile"), _share(q, "q")
    if min(c1, c2) == 0:
        raise DoesNotApply(statement, "c > 0", c1=c1, c2=c2)
    ratio = min(c1, c2) / max(c1, c2)
    if 2 * alpha >= ratio:
        raise DoesNotApply(statement, "2 alpha < c_min/c_max", alpha=alpha, ratio=ratio)
    if e + fragile >= (limit := c1 * (1 - q - alpha)):
        raise DoesNotApply(statement, "e + R < c1 (1 - q - alpha)", e_plus_fragile=e + fragile, limit=limit)
    least = (e - c2 * alpha) / (c1 - (c1 + c2) * alpha)
    return (1 + alpha / (ratio - 2 * alpha)) * fragile + max(q, least)


def lang_b_3(c: float, alpha: float, e: float, fragile: float = 0.0, *, q: float = 0.0) -> float:
    """Bound the error on an uncovered set by its expansion into the good points alone: R̄ + max(q, e/(c(1−α))).

    Parameters
    ----------
    c : float in [0, 1]
        P(N(U)|good) ≥ c·P(U|T_i) for U ⊆ T_i with P(U|T_i) > q.
    alpha, e, q
        As in `lang_4_2`.
    fragile : float in [0, 1]
        P(f not robust | T_i), against good neighbours.

    Returns
    -------
    float
        A bound on P(f ≠ y | T_i).

    Raises
    ------
    DoesNotApply
        Unless c > 0 and α < 1.

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem B.3.

    Examples
    --------
    >>> round(lang_b_3(0.8, 0.25, 0.12), 12)
    0.2
    """
    statement = "Lang et al. 2024, Theorem B.3"
    c, alpha, e, q = _share(c, "c"), _share(alpha, "alpha"), _share(e, "e"), _share(q, "q")
    if c == 0 or alpha == 1:
        raise DoesNotApply(statement, "c > 0 and alpha < 1", c=c, alpha=alpha)
    return _share(fragile, "fragile") + max(q, e / (c * (1 - alpha)))
