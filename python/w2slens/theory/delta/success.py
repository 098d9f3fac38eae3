"""How many random pairs of teachers improve a student, to first order: exactly, and by a bound.

The teachers' errors are independent and uniform on the unit sphere orthogonal to the truth, in D = d − 1 dimensions.
Only their parts along the student's own error matter, coordinates of uniform points. Counterpart of the theorem of Geng
et al. 2025, section 6, of which only the shape is known. Statements and proofs: docs/delta/delta_pairs.md.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import betainc, gammaln, ndtr, ndtri

from ..._arrays import Floats
from ..._checks import as_integer, as_real

__all__ = ["pair_success", "pair_success_bound"]

#: Half the number of nodes of a double-exponential rule, and its step; errors are about 1e-12.
_HALF, _STEP = 100, 0.033


class _Race(NamedTuple):
    """The pair improves the student iff ``lead`` > ``chosen``·B_c − ``rejected``·B_r."""

    lead: float
    chosen: float
    rejected: float


def pair_success(student: float, chosen: float, rejected: float, *, d: int, snr: float | None = None) -> float:
    """Return the probability that a random pair of these accuracies improves the student to first order.

    Parameters
    ----------
    student : float in (0.5, 1)
        The student's accuracy.
    chosen, rejected : float in (0, 1)
        The teachers' accuracies.
    d : int >= 2
        Number of coordinates that the teachers see.
    snr : float > 0, optional
        s = ‖θ‖/σ of the Gaussian mixture. Without it the inputs are one centred isotropic normal law and labels are
        signs of a linear function, so that an angle α to the truth has accuracy 1 − α/π.

    Returns
    -------
    float in [0, 1]

    Raises
    ------
    ValueError, TypeError
        If a parameter is outside its range, or an accuracy is beyond what a linear classifier can reach, Φ(±s).

    Examples
    --------
    >>> [round(pair_success(0.85, 0.7, 0.6, d=d, snr=1.613), 4) for d in (10, 40)]
    [0.9337, 0.9994]
    """
    race, dof = _race(student, chosen, rejected, snr), as_integer(d, "d", least=2) - 1
    if dof == 1:
        # Either side with probability ½.
        signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
        return float(np.mean(race.lead > signs @ [race.chosen, -race.rejected]))
    if race.chosen == 0 or race.rejected == 0:
        spread = race.chosen + race.rejected
        return float(_below(race.lead / spread, dof)) if spread > 0 else float(race.lead > 0)
    # B_r = sin x has density cos^(D−2). The range is cut where B_c's distribution function begins and ends, with roots.
    ends = [(side * race.chosen - race.lead) / race.rejected for side in (-1, 1)]
    # Beyond nine standard deviations, 1/√D each, there is nothing.
    reach = min(np.pi / 2, 9 / np.sqrt(dof))
    cuts = np.clip(np.arcsin(np.clip([-1.0, *ends, 1.0], -1, 1)), -reach, reach)
    total = 0.0
    log_scale = gammaln((dof + 1) / 2 - 0.5) - gammaln((dof - 1) / 2) - 0.5 * np.log(np.pi)
    for low, high in pairwise(cuts):
        if high > low:
            angle, weights = _double_exponential(low, high)
            density = np.exp(log_scale + (dof - 2) * np.log(np.cos(angle)))
            seen = (race.lead + race.rejected * np.sin(angle)) / race.chosen
            total += float(weights @ (density * _below(seen, dof)))
    return min(1.0, max(0.0, total))


def pair_success_bound(student: float, chosen: float, rejected: float, *, d: int, snr: float | None = None) -> float:
    """Return what `pair_success` is at least: 1 − exp(−D·tan²α₀(G_c − G_r)²/(2[φ_c²(1 − u_c²) + φ_r²(1 − u_r²)])).

    It is 0 where the chosen teacher is no better than the rejected one. Parameters and errors are those of
    `pair_success`; with Gaussian inputs G is cos α, and φ√(1 − u²) is sin α.

    Examples
    --------
    >>> [round(pair_success_bound(0.85, 0.7, 0.6, d=d, snr=1.613), 3) for d in (10, 40)]
    [0.684, 0.993]
    """
    race, dof = _race(student, chosen, rejected, snr), as_integer(d, "d", least=2) - 1
    if race.lead <= 0:
        return 0.0
    spread = race.chosen**2 + race.rejected**2
    return float(-np.expm1(-dof * race.lead**2 / (2 * spread))) if spread > 0 else 1.0


def _race(student: float, chosen: float, rejected: float, snr: float | None) -> _Race:
    accuracies = {"student": student, "chosen": chosen, "rejected": rejected}
    values = {name: as_real(value, name) for name, value in accuracies.items()}
    for name, value in values.items():
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}, but must be between 0 and 1")
    if values["student"] <= 0.5:
        raise ValueError(f"student is {values['student']}, but must be better than chance")
    if snr is None:
        angles = {name: np.pi * (1 - value) for name, value in values.items()}
        heights = {name: np.cos(angle) for name, angle in angles.items()}
        spreads = {name: np.sin(angle) for name, angle in angles.items()}
        slope = np.tan(angles["student"])
    else:
        s = as_real(snr, "snr", positive=True)
        for name, value in values.items():
            if not ndtr(-s) <= value <= ndtr(s):
                raise ValueError(f"{name} is {value}, but a linear classifier's accuracy is at most {ndtr(s):.6g}")
        z = {name: ndtri(value) for name, value in values.items()}
        density = {name: np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi) for name, x in z.items()}
        heights = {name: s * values[name] + x / s * density[name] for name, x in z.items()}
        spreads = {name: density[name] * np.sqrt(max(0.0, 1 - (x / s) ** 2)) for name, x in z.items()}
        slope = np.sqrt(max(0.0, 1 - (z["student"] / s) ** 2)) / (z["student"] / s)
    lead = float(slope * (heights["chosen"] - heights["rejected"]))
    return _Race(lead, float(spreads["chosen"]), float(spreads["rejected"]))


def _below(x: Floats | float, dof: int) -> Floats:
    """Distribution function of a coordinate of a uniform point of the unit sphere in ``dof`` >= 2 dimensions."""
    inside = np.clip(x, -1.0, 1.0)
    # (1 + B)/2 is a symmetric beta variable.
    return np.asarray(betainc((dof - 1) / 2, (dof - 1) / 2, (1 + inside) / 2))


def _double_exponential(low: float, high: float) -> tuple[Floats, Floats]:
    """Rule of Takahasi and Mori (1974) on [low, high]: roots at the ends do it no harm."""
    x = _STEP * np.arange(-_HALF, _HALF + 1)
    bend = np.pi / 2 * np.sinh(x)
    nodes = np.tanh(bend)
    weights = _STEP * np.pi / 2 * np.cosh(x) / np.cosh(bend) ** 2
    middle, half = (high + low) / 2, (high - low) / 2
    return middle + half * nodes, half * weights
