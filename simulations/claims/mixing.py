"""The mixing experiment: at a fixed number of training points, how much does the share of overlap points matter."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims import digits, dominoes
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting

NAME = "mixing"
CLAIM = Claim(
    name=NAME,
    statement="At a fixed number of training points, a student gains from a larger share of overlap points.",
    source="Shin, Cooper, Sala 2025, section 5 (procedure), here on data with known regions and on natural images",
    room="w2slens.learning.trials",
    figures={
        "mixture": "Gaussian mixture, published student: accuracy by region against the share of overlap points "
        "among 95 "
        "training points. Means with simultaneous 99.9 % intervals; the teacher's accuracies as lines.",
        "real": "Real images: accuracy on all test points against the share of (true, or detected) overlap points at "
        "the "
        "size min(#overlap, #others) of each replicate; the teacher's as a line. Means with simultaneous 99.9 % "
        "intervals. Where the interval of the gain holds 0 the experiment shows no benefit.",
    },
)

SHARES = tuple(round(0.1 * k, 1) for k in range(11))
DATA = (
    "mixture",
    "dominoes, true regions",
    "dominoes, detected regions",
    *(f"digits, {task}" for task in digits.TASKS),
)
CONFIDENCE = 0.999
GRID = {
    "smoke": Grid(Grid.product(data=DATA), replicates=6),
    "full": Grid([{"data": data} for data in DATA], replicates=40, chunk=10),
}
PLACES = ("easy", "hard", "overlap", "overall")
MIXTURE_TRIALS_PER_REPLICATE = 25


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Train one student per share on each replicate's pool; a row per replicate and share."""
    kind, _, variant = cell["data"].partition(", ")
    if kind == "mixture":
        return _mixture(replicates, seeds)
    if kind == "dominoes":
        return dominoes.mix_rows(replicates, seeds, SHARES, detected=variant == "detected regions")
    return digits.mix_rows(replicates, seeds, SHARES, task=variant)


def _mixture(replicates: range, seeds: Seeds) -> Columns:
    """Trials are cheap: each replicate is the mean of several, which only narrows the intervals."""
    students = [wl.learning.Student(share=share) for share in SHARES]
    per = MIXTURE_TRIALS_PER_REPLICATE
    numbers = [per * r + i for r in replicates for i in range(per)]
    rows = wl.learning.mixture_trials(numbers, counts=(100, 100, 95, 0), students=students, rng=seeds.key())

    def means(column: np.ndarray) -> np.ndarray:
        return column.reshape(len(replicates), per, len(SHARES)).mean(axis=1).ravel()

    columns: Columns = {
        "replicate": np.repeat(np.array(replicates), len(SHARES)),
        "status": rows["status"].reshape(len(replicates), per, -1).max(axis=1).ravel().astype(np.int64),
        "share": np.tile(SHARES, len(replicates)),
        "size": means(rows["size"]),
    }
    for model in ("weak", "student", "ceiling"):
        for place in PLACES:
            columns[f"{model}_{place}"] = means(rows[f"{model}_{place}_population"])
    return columns


def summarise(columns: Columns) -> Columns:
    """Mean accuracies by data and share."""
    names = ("size", "weak_overall", "ceiling_overall", "student_overall", "student_hard")
    rows = []
    for data in DATA:
        for share in SHARES:
            cell = select(columns, data=data, share=share)
            usable = {name: cell[name][~np.isnan(cell[name])] for name in names}
            rows.append([data, share, *(v.mean() if v.size else np.nan for v in usable.values())])
    return {
        name: np.array(values) for name, values in zip(("data", "share", *names), zip(*rows, strict=True), strict=True)
    }


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the mixture by region, and the real data in panels."""
    mixture, axes = plt.subplots(1, 3, figsize=(11, 3.8), sharey=True)
    for ax, place in zip(axes, ("hard", "easy", "overlap"), strict=True):
        plot_mix(columns, "mixture", place, ax=ax)
        ax.set_title("overlap points" if place == "overlap" else f"{place}-only points")
    mixture.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    real, axes = plt.subplots(2, 2, figsize=(9.5, 7), sharex=True)
    for ax, data in zip(axes.flat, DATA[1:], strict=True):
        plot_mix(columns, data, "overall", ax=ax)
        ax.set_title(data)
    real.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return {"mixture": mixture, "real": real}


def plot_mix(columns: Columns, data: str, place: str, *, ax: Axes) -> Axes:
    """Draw the student's accuracy at one place against the share of overlap points."""
    cells = select(columns, data=data)
    values = [select(cells, share=share)[f"student_{place}"] for share in SHARES]
    intervals = np.array([bands.mean_interval(v, len(SHARES), CONFIDENCE) for v in values])
    plotting.points(ax, np.array(SHARES) * 100, *intervals.T, name="student")
    plotting.theory(ax, [0, 100], [np.nanmean(cells[f"weak_{place}"])] * 2, name="weak")
    ax.set(xlabel="share of overlap points (%)", ylabel="accuracy")
    return ax


def gain(columns: Columns, data: str, place: str, comparisons: int) -> tuple[float, float, float]:
    """Mean and interval of the paired gain: all overlap points against none."""
    cells = select(columns, data=data)
    full, none = (select(cells, share=share)[f"student_{place}"] for share in (1.0, 0.0))
    return bands.mean_interval(full - none, comparisons, CONFIDENCE)


def check(columns: Columns) -> list[Verdict]:
    """Judge the gain from no overlap points to overlap points only, paired."""
    rule = "lower end of the Bonferroni-t interval (99.9 %, over these statements) of the paired difference"
    judged = {
        ("mixture", "hard"): "mixture: overlap points only beat none on hard-only points",
        ("mixture", "overall"): "mixture: overlap points only beat none on all points",
        (DATA[1], "overall"): "dominoes, true regions: overlap points only beat none on all points",
        (DATA[2], "overall"): "dominoes, detected regions: overlap points only beat none on all points",
    }
    verdicts = [
        Verdict.at_least(NAME, statement, gain(columns, data, place, len(judged))[1], 0.0, rule)
        for (data, place), statement in judged.items()
    ]
    estimated = [gain(columns, data, "overall", len(digits.TASKS)) for data in DATA[3:]]
    finite = sum(np.isfinite(interval).all() for interval in estimated)
    told = "; ".join(
        f"{task} {mean:+.3f} [{low:+.3f}, {high:+.3f}]"
        for task, (mean, low, high) in zip(digits.TASKS, estimated, strict=True)
    )
    verdicts.append(
        Verdict.at_least(
            NAME,
            f"digits: the gain is estimated, not claimed, since nothing tells the true regions: {told}",
            float(finite),
            float(len(digits.TASKS)),
            "number of tasks with an estimated interval (99.9 %); passing says that the numbers exist, not that they "
            "help",
        )
    )
    return verdicts
