"""What figures and verdicts read off the tables: deviations from the law, areas, precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simulations import bands
from simulations.tables import Columns, groups, select

from .experiments import EASY, MEASURES, OVERLAP, PLACES

__all__ = ["POOL_AXES", "SCORE_AXES", "agreements", "area_under_roc", "areas", "distances", "half_width"]

POOL_AXES = ("noise", "d_easy", "d_hard", "m", "t_easy", "t_hard", "sigma")
SCORE_AXES = ("noise", "score", *POOL_AXES[1:])


def distances(law: Columns, scores: Columns) -> list[dict[str, Any]]:
    """Largest distance between empirical distribution and law, at the law's thresholds, per setting and region."""
    found = []
    for where, exact in groups(law, SCORE_AXES):
        drawn = select(scores, **where)
        for name in PLACES:
            sample, expected = drawn[f"score_{name}"], exact[f"law_{name}"]
            if np.isnan(sample).all():
                continue
            seen = np.searchsorted(np.sort(sample), exact["tau"], side="right") / sample.size
            row = {"region": name, "n": sample.size, "distance": float(np.abs(seen - expected).max())}
            # A constant score is no setting of its own, but has to be met exactly.
            found.append(where | row | {"random": bool(np.ptp(sample) > 1e-12)})
    return found


def areas(law: Columns, scores: Columns) -> list[dict[str, Any]]:
    """Area under the ROC by the law, and simulated with its standard error, per setting."""
    found = []
    for where, exact in groups(law, SCORE_AXES):
        if where["score"] == "confidence":
            continue
        drawn = select(scores, **where)
        area, error = area_under_roc(drawn["score_easy"], drawn["score_overlap"])
        found.append(where | {"law": exact["auc"][0], "area": area, "error": error, "n": drawn["score_easy"].size})
    return found


def area_under_roc(easy: npt.NDArray[Any], overlap: npt.NDArray[Any]) -> tuple[float, float]:
    """Mann–Whitney estimate of P(S_o > S_e) + ½P(S_o = S_e) and its standard error (DeLong et al. 1988).

    The i-th scores of both kinds may depend on each other: such pairs are left out, and the error is that of the sum of
    both placements.
    """
    n = len(easy)

    def below(values: npt.NDArray[Any], at: npt.NDArray[Any]) -> npt.NDArray[Any]:
        ranked = np.sort(values)
        return (np.searchsorted(ranked, at, "left") + np.searchsorted(ranked, at, "right")) / 2

    own = (overlap > easy) + (overlap == easy) / 2
    wins = (below(easy, overlap) - own) / (n - 1)  # of the i-th overlap score over the other easy ones
    losses = (n - below(overlap, easy) - own) / (n - 1)
    return float(wins.mean()), float((wins + losses).std(ddof=1) / np.sqrt(n))


def agreements(pools: Columns) -> list[dict[str, Any]]:
    """Simulated minus expected precision and recall at fixed thresholds, with the evidence against the expected ones.

    Expected precision is a ratio of expectations: hits − precision·called has mean 0. So has hits − recall·(number of
    right points). A single stray in a hard set can draw half of the easy-only points over the second threshold, and
    pools with one may be too rare to be seen: intervals that go by the spread alone would not do.
    """
    found = []
    for where, rows in groups(pools, POOL_AXES):
        fixed = select(rows, rule="fixed")
        pairs = np.unique(np.stack([fixed["tau_hard"], fixed["tau_overlap"]]), axis=1).T
        for tau_hard, tau_overlap in pairs:
            cell = select(fixed, tau_hard=tau_hard, tau_overlap=tau_overlap)
            for measure in MEASURES:
                step = "hard_" if measure.startswith("hard") else ""
                hits, expected = cell[f"{step}hits"], float(cell[f"law_{measure}"][0])
                right, others = (where["m"], EASY + OVERLAP) if step else (OVERLAP, EASY + where["m"])
                precise = measure.endswith("precision")
                total = cell[f"{step}called"] if precise else np.full(hits.size, float(right))
                if not total.any():
                    continue
                # Least and largest of hits − p·total, but for the factors p and 1 − p.
                counts = (hits, total, others if precise else right, right)
                row = {"tau_hard": tau_hard, "tau_overlap": tau_overlap, "measure": measure, "law": expected}
                row |= {"simulated": hits.sum() / total.sum(), "evidence": _against(expected, *counts)}
                found.append(where | row | {"counts": counts})
    return found


def _against(share: float, hits: npt.NDArray[Any], total: npt.NDArray[Any], wrong: int, right: int) -> float:
    """Logarithm of the evidence against E hits = share·E total; no share outside [0, 1] stands any."""
    if not 0 <= share <= 1:
        return float("inf")
    return bands.log_evidence((1 - share) * hits - share * (total - hits), -share * wrong, (1 - share) * right)


def half_width(row: dict[str, Any], comparisons: int) -> float:
    """Distance from the simulated share to the farther end of the interval of shares without evidence against them."""
    limit, ends = np.log(comparisons / (1 - bands.CONFIDENCE)), []
    for outside in (0.0, 1.0):
        inside = row["simulated"]
        for _ in range(30):
            middle = (inside + outside) / 2
            held = _against(middle, *row["counts"]) <= limit
            inside, outside = (middle, outside) if held else (inside, middle)
        ends.append(abs(inside - row["simulated"]))
    return float(max(ends))
