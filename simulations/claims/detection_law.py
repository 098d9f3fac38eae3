"""Detection law: the overlap score's distribution, and the detector's precision and recall, from the mixture alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims import _detection_figures as figures
from simulations.claims._detection_law import EASY, MEASURES, OVERLAP, bounds, laws, pools, scores
from simulations.grid import Cell, Grid, Seeds
from w2slens.regions import Region
from w2slens.theory.detection import ScoreLaw

NAME = "detection_law"
CLAIM = Claim(
    name=NAME,
    statement="Where the detector tells overlap points from others, and how well, is known exactly from the mixture.",
    source="Counterpart of Shin, Cooper, Sala 2025, Theorem 4.2 and Algorithm 2",
    room="w2slens.theory.detection.scores",
    figures=figures.CAPTIONS,
)

#: (d_easy, d_hard, m, ‖θ_e‖/σ, ‖θ_h‖/σ, σ): two named ones first, then long and short blocks, many and single points.
GEOMETRIES = (
    (20, 20, 50, 2.5, 2.5, 1.0),
    (20, 20, 100, 1.15, 1.15, 5**0.5),
    (12, 12, 20, 2.0, 2.0, 1.0),
    (40, 40, 50, 3.0, 4.0, 0.5),
    (80, 20, 200, 2.5, 4.0, 1.0),
    (20, 80, 10, 4.0, 1.5, 2.0),
    (20, 20, 1, 2.5, 2.5, 1.0),
    (5, 5, 50, 2.0, 3.0, 1.0),
    (20, 20, 50, 6.0, 8.0, 1.0),
)
#: Those in which cosines are tested, too: their law costs most.
COSINES = tuple(GEOMETRIES[i] for i in (0, 1, 3, 5))
#: The golden values of the law, first geometry, full noise: P(S <= τ) at τ = 14, 18, 22.
GOLDEN = {Region.EASY: (0.140, 0.558, 0.866), Region.OVERLAP: (0.022, 0.175, 0.487)}
#: What varies, around a separation of 4σ, blocks of 20 coordinates and 50 hard-only points.
SEPARATIONS, BLOCKS, HARD = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0), (5, 10, 20, 40, 80), (5, 10, 20, 50, 100, 200)
BASE = (4.0, 20, 50)
CONFIDENCE = 0.999
#: Accuracy of the laws' quadrature, as `ScoreLaw.sf` states it.
QUADRATURE = 1e-6
AXES = ("noise", "score", "d_easy", "d_hard", "m", "t_easy", "t_hard", "sigma")


def _grid(
    geometries: tuple[Any, ...],
    cosines: tuple[Any, ...],
    batches: int,
    swept: tuple[Any, ...],
    runs: int,
    grid: int,
    samples: int,
) -> Grid:
    cells: list[Cell] = []

    def add(part: str, geometry: tuple[Any, ...], noise: str, score: str, replicates: int, side: int = 0) -> None:
        where = dict(zip(("d_easy", "d_hard", "m", "t_easy", "t_hard", "sigma"), geometry, strict=True))
        cells.append({"part": part, "noise": noise, "score": score} | where | {"grid": side, "replicates": replicates})

    for noise in ("zeroed", "full"):
        for geometry in geometries:
            for score in ("inner_product", "cosine", "confidence"):
                if score != "cosine" or geometry in cosines:
                    add("law", geometry, noise, score, 1)
                    add("scores", geometry, noise, score, batches)
            add("bound", geometry, noise, "inner_product", 1)
        t, d, m = BASE
        add("surface", (d, d, m, t, t, 1.0), noise, "inner_product", samples, grid)
        for t, d, m in swept:
            add("detector", (d, d, m, t, t, 1.0), noise, "inner_product", runs, 1)
    return Grid(cells, replicates=runs, paired=("part", "score", "grid", "replicates"))


SWEPT = tuple(
    dict.fromkeys(
        [(t, BASE[1], BASE[2]) for t in SEPARATIONS]
        + [(BASE[0], d, BASE[2]) for d in BLOCKS]
        + [(BASE[0], BASE[1], m) for m in HARD]
    )
)
GRID = {
    "smoke": _grid(GEOMETRIES[:1], (), 2, (BASE,), 20, 2, 20),
    "full": _grid(GEOMETRIES, COSINES, 20, SWEPT, 1500, 8, 1000),
}

_NAMES = tuple(region.name.lower() for region in Region)
#: Columns of the table; a part leaves those of the others empty.
_NUMBERS = (
    *(f"score_{name}" for name in _NAMES),
    *(f"law_{name}" for name in (*_NAMES, *MEASURES)),
    *("tau", "auc", "false_alarm", "false_alarm_bound", "miss", "miss_bound", "tau_hard", "tau_overlap"),
    *("hits", "called", "hard_hits", "hard_called"),
)


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Compute a law or its bounds, or draw scores, or detect in pools."""
    if cell["part"] in ("detector", "surface"):
        found = pools(cell, replicates, seeds)
    else:
        part = {"law": laws, "scores": scores, "bound": bounds}[cell["part"]]
        of_each = [part(cell, replicate, seeds) for replicate in replicates]
        found = {name: np.concatenate([columns[name] for columns in of_each]) for name in of_each[0]}
        size = len(next(iter(found.values())))
        found["replicate"] = np.repeat(np.array(replicates), size // len(replicates))
        found |= {"status": np.zeros(size, int), "rule": np.full(size, "")}
    empty = np.full(len(found["status"]), np.nan)
    return found | {name: empty for name in _NUMBERS if name not in found}


def cells_of(columns: Columns, part: str) -> Iterator[tuple[dict[str, Any], Columns]]:
    """Yield the axes and the rows of every cell of a part."""
    rows = select(columns, part=part)
    for key in dict.fromkeys(zip(*(rows[axis].tolist() for axis in AXES), strict=True)):
        where = dict(zip(AXES, key, strict=True))
        yield where, select(rows, **where)


def deviations(columns: Columns) -> list[dict[str, Any]]:
    """Largest distance between empirical distribution and law, at the law's thresholds, per setting and region."""
    found = []
    drawn = select(columns, part="scores")
    for where, law in cells_of(columns, "law"):
        values = select(drawn, **where)
        for name in _NAMES:
            sample, expected = values[f"score_{name}"], law[f"law_{name}"]
            if np.isnan(sample).all():
                continue
            seen = np.searchsorted(np.sort(sample), law["tau"], side="right") / sample.size
            found.append(
                where
                | {
                    "region": name,
                    "n": sample.size,
                    "deviation": float(np.abs(seen - expected).max()),
                    # A constant score is no setting of its own, but has to be met exactly.
                    "random": bool(np.ptp(sample) > 1e-12),
                }
            )
    return found


def areas(columns: Columns) -> list[dict[str, Any]]:
    """Area under the ROC by the law, and simulated with its standard error, per setting."""
    found = []
    drawn = select(columns, part="scores")
    for where, law in cells_of(columns, "law"):
        if where["score"] == "confidence":
            continue
        values = select(drawn, **where)
        area, error = area_under_roc(values["score_easy"], values["score_overlap"])
        found.append(where | {"law": law["auc"][0], "area": area, "error": error, "n": values["score_easy"].size})
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


def agreements(columns: Columns, part: str) -> list[dict[str, Any]]:
    """Simulated minus expected precision and recall at fixed thresholds, with the evidence against the expected ones.

    Expected precision is a ratio of expectations: hits − precision·called has mean 0. So has hits − recall·(number of
    right points). A single stray in a hard set can draw half of the easy-only points over the second threshold, and
    pools with one may be too rare to be seen: intervals that go by the spread alone would not do.
    """
    found = []
    for where, rows in cells_of(columns, part):
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
    limit, ends = np.log(comparisons / (1 - CONFIDENCE)), []
    for outside in (0.0, 1.0):
        inside = row["simulated"]
        for _ in range(30):
            middle = (inside + outside) / 2
            held = _against(middle, *row["counts"]) <= limit
            inside, outside = (middle, outside) if held else (inside, middle)
        ends.append(abs(inside - row["simulated"]))
    return float(max(ends))


def summarise(columns: Columns) -> Columns:
    """Deviations per setting, areas, expected and simulated precision and recall."""
    rows: list[dict[str, Any]] = []
    empty = {
        "part": "",
        **dict.fromkeys(AXES, ""),
        "value": "",
        "law": np.nan,
        "simulated": np.nan,
        "half width": np.nan,
    }
    found = deviations(columns)
    for row in found:
        half = bands.dkw(row["n"], len(found), CONFIDENCE)
        rows.append(
            {"part": "distribution", "value": row["region"], "simulated": row["deviation"], "half width": half} | row
        )
    curves = areas(columns)
    for row in curves:
        half = float(bands.bonferroni_t(row["n"] - 1, len(curves), CONFIDENCE)) * row["error"]
        rows.append({"part": "area", "value": "auc", "simulated": row["area"], "half width": half} | row)
    checked = agreements(columns, "detector")
    for row in checked:
        half = half_width(row, len(checked))
        rows.append({"part": "detector", "value": row["measure"], "half width": half} | row)
    return {name: np.array([(empty | row)[name] for row in rows]) for name in empty}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the figures."""
    return figures.draw(columns, BASE)


def check(columns: Columns) -> list[Verdict]:
    """Judge: distributions, golden values, areas, precision and recall, the surface, the guarantee."""
    return [
        *_distributions(columns),
        _golden(),
        _areas(columns),
        _agree(columns, "detector", "precision and recall of both steps follow the law in all {} cases"),
        _agree(columns, "surface", "so they do over both thresholds, in all {} cases"),
        *_guarantee(columns),
    ]


def _distributions(columns: Columns) -> list[Verdict]:
    found = deviations(columns)
    constant = [row["deviation"] for row in found if not row["random"]]
    moving = [row for row in found if row["random"]]
    worst = max(row["deviation"] / bands.dkw(row["n"], len(moving), CONFIDENCE) for row in moving)
    return [
        Verdict.at_most(
            NAME,
            f"scores and confidences follow the law in all {len(moving)} settings",
            worst,
            1.0,
            "largest distance of empirical distribution and law over the half width of the simultaneous DKW band "
            "(99.9 %)",
        ),
        Verdict.at_most(
            NAME,
            f"and are constant where the law says so ({len(constant)} settings)",
            max(constant),
            0.0,
            "largest distance of empirical distribution and law, at no slack",
        ),
    ]


def _golden() -> Verdict:
    law = ScoreLaw(50, 2.5, 2.5, 1.0, 20, 20, "full", "inner_product")
    worst = max(float(np.abs(law.cdf([14, 18, 22], region) - printed).max()) for region, printed in GOLDEN.items())
    return Verdict.at_most(
        NAME,
        "the law's golden values",
        worst,
        5e-4,
        "largest difference from the printed values (d = 20 + 20, m = 50, t = 2.5σ, full noise), printed with 3 digits",
    )


def _areas(columns: Columns) -> Verdict:
    found = areas(columns)
    quantile = bands.bonferroni_t(np.array([row["n"] for row in found]) - 1, len(found), CONFIDENCE)
    gaps = np.array([abs(row["area"] - row["law"]) for row in found])
    errors = np.array([row["error"] for row in found])
    # Zeroed noise: both are 1, and the error 0.
    ratio = np.divide(gaps, quantile * errors, out=np.where(gaps > 0, np.inf, 0.0), where=errors > 0)
    return Verdict.at_most(
        NAME,
        f"areas under the ROC follow the law in all {len(found)} settings",
        float(ratio.max()),
        1.0,
        "largest distance over the half width of the simultaneous Bonferroni-t intervals (99.9 %); exact where "
        "the area is 1",
    )


def _agree(columns: Columns, part: str, statement: str) -> Verdict:
    found = agreements(columns, part)
    return Verdict.at_most(
        NAME,
        statement.format(len(found)),
        max(row["evidence"] for row in found),
        float(np.log(len(found) / (1 - CONFIDENCE))),
        "largest log-evidence against the expected share at fixed thresholds, from bets on the counts of every pool, "
        "against ln(cases/0.001) (simultaneous 99.9 %): exact for bounded counts, rare pools included",
    )


def _guarantee(columns: Columns) -> list[Verdict]:
    rows = select(columns, part="bound")
    noisy = select(rows, noise="full")
    pairs = ((noisy["false_alarm"], noisy["false_alarm_bound"]), (rows["miss"], rows["miss_bound"]))
    violations = sum(int(np.sum(exact > bound + QUADRATURE)) for exact, bound in pairs)
    informative = sum(int(np.sum((bound < 1) & (exact > QUADRATURE))) for exact, bound in pairs)
    total = sum(exact.size for exact, _ in pairs)
    return [
        Verdict.at_most(
            NAME,
            f"no rate of false alarms or misses exceeds its guarantee at any of {total:,} thresholds",
            violations,
            0,
            "thresholds at which the exact rate is above the bound by more than the accuracy of its quadrature, 1e-6",
        ),
        Verdict.at_least(
            NAME,
            "and the guarantee says something",
            informative,
            1,
            "thresholds with a bound below 1 for a rate above 1e-6",
        ),
    ]
