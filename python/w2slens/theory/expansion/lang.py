"""The bounds of Lang, Sontag, Vijayaraghavan 2024, as functions that say when they do not apply."""

from __future__ import annotations

from ..._checks import as_share
from ...errors import DoesNotApply

__all__ = ["lang_4_1", "lang_4_2", "lang_b_1", "lang_b_2", "lang_b_3"]


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
        Unless c > 0, α < ½, q ≤ ¾(1 − 2α) and ``unsure`` ≤ (1 − α + 3cα)/4; or if the bound is negative, for then no
        instance has these numbers.

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem 4.1; proof in `docs/expansion/expansion.md`.

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
    return _possible(statement, 2 * alpha / (1 - 2 * alpha) * fragile + e + alpha * (1 - 1.5 * c))


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
        Unless c > 0, 2c'α < 1 and ``unsure`` ≤ 1 − q − α; or if the bound is negative, as in `lang_4_1`.

    References
    ----------
    Lang, Sontag, Vijayaraghavan 2024, Theorem B.1; proof in `docs/expansion/expansion.md`.

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
    return _possible(statement, (e - alpha * (2 * scaled - 1) + 2 * scaled * alpha * fragile) / margin)


def _possible(statement: str, bound: float) -> float:
    """The bound, unless it is negative by more than rounding: then no instance has such numbers."""
    if bound < -1e-12:
        raise DoesNotApply(statement, "numbers that occur together, whose bound is not negative", bound=bound)
    return max(bound, 0.0)


def _covered(
    statement: str, c: float, alpha: float, e: float, fragile: float, q: float, unsure: float | None
) -> tuple[float, float, float, float, float, float]:
    numbers = [as_share(v, name) for v, name in ((c, "c"), (alpha, "alpha"), (e, "e"), (fragile, "fragile"), (q, "q"))]
    c, alpha, e, fragile, q = numbers
    if c == 0:
        raise DoesNotApply(statement, "c > 0", c=c)
    if unsure is None:
        return c, alpha, e, fragile, q, e + fragile
    if not max(e, fragile) <= as_share(unsure, "unsure"):
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
    Lang, Sontag, Vijayaraghavan 2024, Theorem 4.2; proof in `docs/expansion/expansion.md`.

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
    Lang, Sontag, Vijayaraghavan 2024, Theorem B.2; proof in `docs/expansion/expansion.md`.

    Examples
    --------
    >>> lang_b_2(0.8, 0.8, 0.1, 0.12) == lang_4_2(0.8, 0.1, 0.12)
    True
    """
    return _uncovered("Lang et al. 2024, Theorem B.2", c1, c2, alpha, e, fragile, q)


def _uncovered(statement: str, c1: float, c2: float, alpha: float, e: float, fragile: float, q: float) -> float:
    c1, c2, alpha, e = as_share(c1, "c1"), as_share(c2, "c2"), as_share(alpha, "alpha"), as_share(e, "e")
    fragile, q = as_share(fragile, "fragile"), as_share(q, "q")
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
    c, alpha, e, q = as_share(c, "c"), as_share(alpha, "alpha"), as_share(e, "e"), as_share(q, "q")
    if c == 0 or alpha == 1:
        raise DoesNotApply(statement, "c > 0 and alpha < 1", c=c, alpha=alpha)
    return as_share(fragile, "fragile") + max(q, e / (c * (1 - alpha)))
