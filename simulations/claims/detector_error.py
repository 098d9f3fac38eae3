"""Choosing by what a detector sees: true regret under its errors, against the corrected bounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._bandits import Array, band, dense, exceeds, groups, kept, sources
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting
from w2slens.theory.selection import (
    common_error_regret,
    failure_probability,
    gap_regret,
    high_probability_regret,
    noiseless_regret,
    source_error_regret,
)

NAME = "detector_error"
CLAIM = Claim(
    name=NAME,
    statement="A detector that errs alike on all sources costs a factor 1/(TPR − FPR) of the regret it shows; one "
    "that errs by source costs at most 2ε a round more than it shows.",
    source="Ours: corrections of the counterpart of Shin, Cooper, Sala 2025, Theorem 4.3",
    room="w2slens.theory.selection.regret",
    figures={
        "common": "True regret after T rounds against the detector's sharpness J = TPR − FPR, K = 10: means with "
        "simultaneous 99.9 % intervals, noise-free regret (lines), and the corrected bounds. Regret grows like 1/J² "
        "until learning takes longer than T.",
        "source": "True average regret against the observed one, every run at its last round, errors drawn anew per "
        "run within ±ε: none is above observed + 2ε (lines).",
        "confused": "Average regret against rounds when the detector ranks two sources the wrong way: true regret "
        "rises towards the gap, .2, just below 2ε = .22, while the observed one falls (means with 5–95 % range).",
    },
)

CONFIDENCE = 0.999
RATES = ((1.0, 0.0), (0.9, 0.1), (0.8, 0.2), (0.7, 0.3), (0.6, 0.4))
ERRORS = (0.02, 0.05, 0.1)
#: True and observed densities of two sources: the worse one looks better. The largest error is .11.
CONFUSED, SHOWN = (0.6, 0.4), (0.49, 0.51)
SLACK = 1e-9  # rounding of a sum of up to T terms, relatively


def _cells(horizon: int, replicates: int) -> list[Cell]:
    cells = [_cell("common", gaps, tpr, fpr, 0.0, horizon) for gaps in ("easy", "hard") for tpr, fpr in RATES]
    cells += [_cell("source", gaps, 1.0, 0.0, error, horizon) for gaps in ("easy", "hard") for error in ERRORS]
    cells.append(_cell("confused", "easy", 1.0, 0.0, float(np.abs(np.subtract(CONFUSED, SHOWN)).max()), horizon))
    return [cell | {"replicates": replicates} for cell in cells]


def _cell(part: str, gaps: str, tpr: float, fpr: float, error: float, horizon: int) -> Cell:
    return {"part": part, "gaps": gaps, "tpr": tpr, "fpr": fpr, "epsilon": error, "horizon": horizon}


_PAIRED = ("tpr", "fpr", "epsilon", "replicates")
GRID = {
    "smoke": Grid(_cells(1000, 10), 10, paired=_PAIRED),
    "full": Grid(_cells(20_000, 300), 300, chunk=150, paired=_PAIRED),
}
COLUMNS = 13


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Play UCB on what the detector shows; keep true and observed regret and runs above the corrected bound."""
    rows = [_runs(cell, range(r, r + 1), seeds) for r in replicates] if cell["part"] == "source" else None
    if rows is None:
        return _runs(cell, replicates, seeds)
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _runs(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    horizon, K = cell["horizon"], 2 if cell["part"] == "confused" else 10
    true = np.array(CONFUSED) if K == 2 else sources(K, cell["gaps"])
    seen = cell["fpr"] + (cell["tpr"] - cell["fpr"]) * true
    if cell["part"] == "confused":
        seen = np.array(SHOWN)
    elif cell["part"] == "source":
        # One direction per run, of whatever size: paired over ε.
        seen = true + cell["epsilon"] * seeds.generator(replicates[0], "errors").uniform(-1, 1, K)
    trials = wl.bandit.bandit_trials(
        wl.bandit.UCB(K, horizon=horizon),
        true,
        horizon,
        replicates,
        observed=seen,
        checkpoints=dense(horizon),
        rng=seeds.key(),
    )
    shown = trials.pulls @ (seen.max() - seen)
    at = np.searchsorted(trials.rounds, kept(horizon))
    rows = {"replicate": np.array(replicates), "status": np.zeros(len(replicates), np.int64)}
    rows["above"] = exceeds(wl.bandit.BanditTrials(trials.rounds, shown, trials.pulls), seen, horizon)
    rows |= {f"true_{j:02d}": trials.regret[:, i] for j, i in enumerate(at)}
    rows |= {f"seen_{j:02d}": shown[:, i] for j, i in enumerate(at)}
    # The identity and the inequality, at every checkpoint: the largest relative distance and the largest excess.
    sharpness = cell["tpr"] - cell["fpr"]
    rows["distance"] = np.max(np.abs(trials.regret * sharpness - shown) / (trials.rounds * sharpness), axis=1)
    rows["excess"] = np.max(
        trials.regret / trials.rounds - source_error_regret(shown / trials.rounds, cell["epsilon"]), axis=1
    )
    return rows


def table(columns: Columns, kind: str) -> Array:
    """(R, COLUMNS) regret, "true" or "seen"."""
    return np.stack([columns[f"{kind}_{j:02d}"] for j in range(COLUMNS)], axis=1)


def _cells_of(columns: Columns, part: str) -> list[dict[str, Any]]:
    return groups(select(columns, part=part), ("gaps", "tpr", "fpr", "epsilon", "horizon"))


def summarise(columns: Columns) -> Columns:
    """Mean true and observed regret after all rounds, per cell."""
    rows = []
    for part in ("common", "source", "confused"):
        for cell in _cells_of(columns, part):
            true, seen = (table(cell["rows"], kind)[:, -1] for kind in ("true", "seen"))
            row = {"part": part, "gaps": cell["gaps"], "TPR": cell["tpr"], "FPR": cell["fpr"], "ε": cell["epsilon"]}
            row |= {"rounds": cell["horizon"], "runs": true.size, "true regret": true.mean()}
            row |= {"observed regret": seen.mean(), "runs above": int(cell["rows"]["above"].sum())}
            rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the three figures."""
    common, axes = plt.subplots(1, 2, figsize=(10, 4.6), sharey=True)
    for ax, gaps in zip(axes, ("easy", "hard"), strict=True):
        plot_common(columns, gaps, ax=ax)
    axes[0].set_ylabel("true regret R after T rounds")
    common.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    source, axes = plt.subplots(1, 2, figsize=(10, 4.6))
    for ax, gaps in zip(axes, ("easy", "hard"), strict=True):
        plot_source(columns, gaps, ax=ax)
    source.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    confused, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_confused(columns, ax=ax)
    return {"common": common, "source": source, "confused": confused}


def plot_common(columns: Columns, gaps: str, *, ax: Axes) -> Axes:
    """Draw true regret against the detector's sharpness."""
    cells = [cell for cell in _cells_of(columns, "common") if cell["gaps"] == gaps]
    horizon, true = cells[0]["horizon"], sources(10, gaps)
    sharp = np.array([cell["tpr"] - cell["fpr"] for cell in cells])
    finals = [table(cell["rows"], "true")[:, -1] for cell in cells]
    intervals = np.array([bands.mean_interval(final, 2 * len(cells), CONFIDENCE) for final in finals])
    plotting.points(ax, sharp, *intervals.T, name="UCB", label="UCB, T = " + f"{horizon:,}")
    J = np.linspace(sharp.min(), 1, 50)
    shown = [j * true + (1 - j) / 2 for j in J]
    exact = [
        common_error_regret(noiseless_regret(s, horizon, horizon=horizon), j, 0.0)
        for s, j in zip(shown, J, strict=True)
    ]
    plotting.theory(ax, J, exact, label="without noise")
    by_gaps = [common_error_regret(gap_regret(s, horizon), j, 0.0) for s, j in zip(shown, J, strict=True)]
    plotting.theory(ax, J, by_gaps, name="bound", label="corrected bound by gaps", linestyle="-.")
    average = high_probability_regret(horizon, 10, horizon)
    plotting.theory(ax, J, horizon * average / J, name="bound", label="corrected high-probability bound")
    ax.set(xscale="log", yscale="log", xlabel="J = TPR − FPR", title=f"K = 10, {gaps} gaps")
    ax.set_xticks(sharp, [f"{j:.1f}" for j in sharp])
    ax.minorticks_off()
    return ax


def plot_source(columns: Columns, gaps: str, *, ax: Axes) -> Axes:
    """Draw every run's true average regret against the observed one."""
    cells = [cell for cell in _cells_of(columns, "source") if cell["gaps"] == gaps]
    highest = 0.0
    for cell, name in zip(cells, ("easy", "overlap", "hard"), strict=True):
        true, seen = (table(cell["rows"], kind)[:, -1] / cell["horizon"] for kind in ("true", "seen"))
        look = {"color": plotting.COLOURS[name], "marker": plotting.MARKERS[name], "markersize": 3, "alpha": 0.5}
        ax.plot(seen, true, linestyle="none", label=f"ε = {cell['epsilon']:g}", **look)
        highest = max(highest, float(seen.max()))
    for cell, name in zip(cells, ("easy", "overlap", "hard"), strict=True):
        x = np.array([0, 1.05 * highest])
        line = {"name": name, "label": f"observed + 2 · {cell['epsilon']:g}"}
        plotting.theory(ax, x, source_error_regret(x, cell["epsilon"]), **line)
    ax.set(xlabel="observed average regret", ylabel="true average regret R̄", title=f"K = 10, {gaps} gaps")
    return ax


def plot_confused(columns: Columns, *, ax: Axes) -> Axes:
    """Draw true and observed average regret against rounds, two sources that the detector confuses."""
    (cell,) = _cells_of(columns, "confused")
    t = kept(cell["horizon"])
    for kind, name in (("true", "hard"), ("seen", "easy")):
        average = table(cell["rows"], kind) / t
        band(ax, t, average, name=name, label={"true": "true", "seen": "observed"}[kind])
    bound = source_error_regret(table(cell["rows"], "seen").mean(axis=0) / t, cell["epsilon"])
    plotting.theory(ax, t, bound, name="bound", label="observed + 2ε")
    ax.set(xscale="log", xlabel="rounds t", ylabel="average regret R̄", ylim=(0, 0.3))
    ax.legend(ncols=3)
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge the identity, the inequality, the corrected bounds, and that 2ε is nearly attained."""
    common, source = select(columns, part="common"), select(columns, part="source")
    confused = select(columns, part="confused")
    excess = np.concatenate([source["excess"], confused["excess"]])
    return [
        Verdict.at_most(
            NAME,
            f"a common error: true regret is observed/(TPR − FPR) in all of {common['distance'].size:,} runs",
            common["distance"].max(),
            SLACK,
            "largest |true − observed/(TPR − FPR)| per round, over all runs and checkpoints, against rounding",
        ),
        Verdict.at_most(
            NAME,
            f"an error by source: true average regret is at most observed + 2ε in all of {excess.size:,} runs",
            excess.max(),
            SLACK,
            "largest true − observed − 2ε over all runs and checkpoints, against rounding",
        ),
        *_bounds(columns),
        _attained(confused),
        _squared(columns),
    ]


def _bounds(columns: Columns) -> list[Verdict]:
    verdicts = []
    for part, what in (("common", "bound/(TPR − FPR)"), ("source", "bound + 2ε")):
        cells = _cells_of(columns, part)
        above = [int(cell["rows"]["above"].sum()) for cell in cells]
        low, _ = bands.clopper_pearson(above, [cell["rows"]["above"].size for cell in cells], len(cells), CONFIDENCE)
        allowed = [failure_probability(10, cell["horizon"]) for cell in cells]
        verdicts.append(
            Verdict.at_most(
                NAME,
                f"true regret is above {what} in {sum(above)} runs: no more often than 2K/T³",
                np.max(low - allowed),
                0.0,
                "largest lower end of the simultaneous Clopper–Pearson intervals (99.9 %) of the share of runs whose "
                "observed regret is above a bound in any round, minus the failure probability; the two statements "
                "above carry it to the true regret",
            )
        )
    return verdicts


def _attained(confused: Columns) -> Verdict:
    horizon, epsilon = int(confused["horizon"][0]), float(confused["epsilon"][0])
    average = table(confused, "true")[:, -1] / horizon
    return Verdict.at_least(
        NAME,
        "2ε cannot be improved to ε: a detector that ranks two sources the wrong way costs more than that in the end",
        bands.mean_interval(average, 1, CONFIDENCE)[1],
        epsilon,
        "lower end of the Bonferroni-t interval (99.9 %) of the mean true average regret after all rounds, against ε",
    )


def _squared(columns: Columns) -> Verdict:
    """Between a perfect detector and one half as sharp or so, where both have learned (easy gaps)."""
    cells = [cell for cell in _cells_of(columns, "common") if cell["gaps"] == "easy"]
    perfect, blunt = (table(cells[i]["rows"], "true")[:, -1] for i in (0, 2))
    low = bands.mean_interval(blunt, 2, CONFIDENCE)[1] / bands.mean_interval(perfect, 2, CONFIDENCE)[2]
    sharpness = cells[2]["tpr"] - cells[2]["fpr"]
    return Verdict.at_least(
        NAME,
        f"the cost is more than the identity's factor: at TPR − FPR = {sharpness:.1f} true regret is more than "
        f"{1 / sharpness:.2f} times that of a perfect detector",
        low,
        1 / sharpness,
        "ratio of the ends of the simultaneous Bonferroni-t intervals (99.9 %) of the mean regret, K = 10, easy gaps",
    )
