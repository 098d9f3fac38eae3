"""The overlap law: simulated students against the exact law of their accuracy, which has no free parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtr, ndtri

from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.claims._averaged import BLOCK, DELTA, LEVELS, LINE, PLACES, T, part_rows
from simulations.grid import Cell, Grid, Seeds
from w2slens import plotting

NAME = "overlap_law"
CLAIM = Claim(
    name=NAME,
    statement="The accuracy of the averaging student is a random variable of known law: it follows from n overlap "
    "points, the teacher's accuracy a, ‖θ‖, σ and the dimension, without a free parameter.",
    source="This project (THEORY section 2), for the experiment of Shin, Cooper, Sala 2025, section 4",
    room="w2slens.theory.overlap.student",
    figures={
        "hard": "Mean accuracy on hard-only points against the number n of overlap points, by noise σ, dimension d_h "
        "and the teacher's accuracy a: the law (lines) through simulated students (points with simultaneous 99.9 % "
        "intervals), its limit Φ(t/σ), and the bound that a student exceeds with probability 1 − δ, where it is not "
        "vacuous. Nothing is fitted; shaded is what lies beyond the main grid.",
        "regions": "The same in every region, for d_h = 20 and σ² = 5. Where its teacher works, on easy-only points, "
        "the student is worse than its teacher (thin lines) with few overlap points, and better with many: the average "
        "also points along the part of θ_e that the teacher misses.",
        "distribution": "Distribution of the accuracy from one training set to the next (d_h = 20, σ² = 5): law "
        "(lines) and simulated students (steps), with the band of Dvoretzky, Kiefer and Wolfowitz at 99.9 % in grey.",
        "deviations": "All simulated means, in standard errors from the law, against the quantiles of a standard "
        "normal, inside the simultaneous 99.9 % band. The four means of a setting are of the same students: on the "
        "diagonal they would lie if all were independent.",
    },
)

SIGMAS = (1.3, 5**0.5)
ACCURACIES = (0.6, 0.85)
CONFIDENCE = 0.999
#: The main grid ends here; beyond is extrapolation.
LARGEST = 400
AXES = ("n", "d_hard", "sigma", "accuracy")


def _cells(part: str, replicates: int, n: tuple[int, ...], **axes: tuple[Any, ...]) -> list[Cell]:
    chosen = {"d_hard": (20,), "sigma": (5**0.5,), "accuracy": ACCURACIES} | axes
    return Grid.product(part=(part,), replicates=(replicates,), n=n, **chosen)


def _grid(n: tuple[int, ...], large: tuple[int, ...], small: bool, **axes: tuple[Any, ...]) -> Grid:
    """Cells of every part; where teachers are trained their accuracy is random, and the axis 0."""
    replicates, trained, blocks, lines, returned = (20, 12, 1, 2, 2) if small else (600, 150, 10, len(LINE), 4)
    cells = _cells("fixed", replicates, n, **axes) + _cells("fixed", replicates // 2, large, **axes)
    cells += _cells("line", lines, (0,), **axes)
    cells += _cells("sampler", blocks, (5,) if small else (5, 100))
    cells += _cells("inverse", returned, (0,), **axes)
    cells += _cells("trained", trained, (20,) if small else (20, 50, 95, 400), accuracy=(0.0,))
    return Grid(cells, replicates=replicates, paired=("replicates",))


GRID = {
    "smoke": _grid((5, 20), (1000,), True, d_hard=(5, 20), sigma=SIGMAS[1:]),
    "full": _grid((5, 20, 50, 95, 200, 400), (1000, 2000), False, d_hard=(5, 20, 100), sigma=SIGMAS),
}

_EMPTY: dict[str, Any] = {"status": 0} | dict.fromkeys(
    (
        *PLACES,
        *(f"{name}_{place}" for name in ("law", "spread") for place in PLACES),
        *(f"below_{place}" for place in PLACES[:3]),
        *(f"count_{place}_{level}" for place in PLACES[:3] for level in LEVELS),
        *("bound", "risk", "inverse_points", "inverse_accuracy"),
    ),
    np.nan,
)


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Train averaging students, or evaluate, sample or invert the law; a row per replicate."""
    rows = part_rows(cell, replicates, seeds)
    complete = [_EMPTY | {"replicate": r} | row for r, row in zip(replicates, rows, strict=True)]
    return {name: np.array([row[name] for row in complete]) for name in complete[0]}


def _groups(columns: Columns, part: str) -> Iterator[tuple[Cell, Columns]]:
    """Each cell of a part, with its rows."""
    found = select(columns, part=part)
    keys, place = np.unique(np.stack([found[axis] for axis in AXES]), axis=1, return_inverse=True)
    for i, key in enumerate(keys.T):
        yield dict(zip(AXES, key.tolist(), strict=True)), {name: column[place == i] for name, column in found.items()}


def deviations(columns: Columns, part: str) -> list[dict[str, Any]]:
    """Return, for each cell and place, the mean deviation from the law in standard errors."""
    rows: list[dict[str, Any]] = []
    for cell, found in _groups(columns, part):
        for place in PLACES:
            error = found[place] - found[f"law_{place}"]
            z = error.mean() / (error.std(ddof=1) / np.sqrt(error.size))
            means = {"simulated": found[place].mean(), "law": found[f"law_{place}"].mean()}
            rows.append({"part": part, **cell, "place": place, **means, "deviation": z, "size": error.size})
    return rows


def summarise(columns: Columns) -> Columns:
    """Simulated mean, law and deviation by setting and place."""
    rows = deviations(columns, "fixed") + deviations(columns, "trained")
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the four figures."""
    cells = [cell for cell, _ in _groups(columns, "line")]
    sigmas, sizes = (sorted({cell[axis] for cell in cells}) for axis in ("sigma", "d_hard"))
    hard, axes = plt.subplots(
        len(sigmas), len(sizes), figsize=(11, 3.4 * len(sigmas) + 0.8), sharex=True, sharey="row", squeeze=False
    )
    for row, sigma in zip(axes, sigmas, strict=True):
        for ax, d_hard in zip(row, sizes, strict=True):
            plot_law(columns, "hard", ax=ax, sigma=sigma, d_hard=d_hard)
            ax.set_title(f"σ² = {sigma**2:.3g}, d_h = {d_hard:g}")
        row[0].set_ylabel("accuracy on hard-only points")
    hard.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    regions, axes = plt.subplots(1, 4, figsize=(12, 4), sharex=True, sharey=True)
    titles = {"overlap": "overlap points", "overall": "all points"}
    for ax, place in zip(axes, PLACES, strict=True):
        plot_law(columns, place, ax=ax, sigma=sigmas[-1], d_hard=20)
        ax.set_title(titles.get(place, f"{place}-only points"))
    axes[0].set_ylabel("accuracy")
    handles, labels = axes[0].get_legend_handles_labels()
    regions.legend(handles, labels, loc="outside lower center", ncols=4)
    distribution, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
    for ax, place in zip(axes, PLACES, strict=False):
        plot_distribution(columns, place, ax=ax)
    axes[0].set_ylabel("P(accuracy ≤ x)")
    distribution.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    deviating, ax = plt.subplots(figsize=(5.5, 4.5))
    plot_deviations(columns, ax=ax)
    return {"hard": hard, "regions": regions, "distribution": distribution, "deviations": deviating}


LOOKS = {
    0.6: {"color": plotting.COLOURS["hard"], "marker": "D", "linestyle": "-."},
    0.85: {"color": plotting.COLOURS["student"], "marker": "o", "linestyle": "-"},
}


def plot_law(columns: Columns, place: str, *, ax: Axes, **setting: float) -> Axes:
    """Draw law and simulated means of one place against n, for every accuracy of the teacher."""
    simulated = select(columns, part="fixed", **setting)
    comparisons = len(PLACES) * sum(1 for _ in _groups(columns, "fixed"))
    for a, look in LOOKS.items():
        line = select(columns, part="line", accuracy=a, **setting)
        style = {key: value for key, value in look.items() if key != "marker"}
        plotting.theory(ax, line["points"], line[f"law_{place}"], label=f"law, a = {a}", **style)
        cells = select(simulated, accuracy=a)
        sizes = np.unique(cells["n"])
        values = [select(cells, n=n)[place] for n in sizes]
        intervals = np.array([bands.mean_interval(v, comparisons, CONFIDENCE) for v in values])
        points = {key: value for key, value in look.items() if key != "linestyle"}
        plotting.points(ax, sizes, *intervals.T, name="student", label=f"simulated, a = {a}", **points)
        if place == "hard":
            dashes = {"linestyle": (0, (5, 2)) if a > 0.8 else (0, (1, 1.2))}
            label = f"bound, a = {a}, δ = {DELTA}"
            plotting.theory(ax, line["points"], line["bound"], name="bound", label=label, **dashes)
        if place == "easy":
            ax.axhline(a, color=look["color"], linestyle=":", linewidth=0.9)
    if place == "hard":
        ax.axhline(ndtr(T / setting["sigma"]), color="0.4", linestyle=":", label="limit Φ(t/σ)")
    ax.axvspan(1.2 * LARGEST, LINE[-1], color="0.5", alpha=0.13, linewidth=0, label=f"beyond n = {LARGEST}")
    ax.set(xscale="log", xlim=(1, LINE[-1]), xlabel="number n of overlap points")
    return ax


def plot_distribution(columns: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw distribution functions, of the law and of simulated students, for the better teacher and several n."""
    cells = select(columns, part="fixed", accuracy=ACCURACIES[-1], d_hard=20)
    cells = {name: column[~np.isnan(cells["below_overlap"])] for name, column in cells.items()}
    for n, look, shade in zip(np.unique(cells["n"]), (":", "--", "-"), ("weak", "hard", "student"), strict=False):
        cell = select(cells, n=n)
        order = np.argsort(cell[place])
        accuracy, law = cell[place][order], cell[f"below_{place}"][order]
        share = np.arange(1, order.size + 1) / order.size
        half = bands.dkw(order.size, 1, CONFIDENCE)
        low, high = np.maximum(share - half, 0), np.minimum(share + half, 1)
        ax.fill_between(accuracy, low, high, step="post", color="0.5", alpha=0.2, linewidth=0)
        ax.step(accuracy, share, where="post", color="0.35", linewidth=0.9)
        plotting.theory(
            ax, accuracy, law, label=f"law, n = {n}", color=plotting.COLOURS[shade], linestyle=look, linewidth=2
        )
    titles = {"overlap": "overlap points"}
    ax.set(xlabel=f"accuracy x, {titles.get(place, f'{place}-only points')}", ylim=(0, 1))
    ax.plot([], [], color="0.35", linewidth=0.9, label="simulated")
    return ax


def plot_deviations(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the standardised deviations of all settings and places against normal quantiles."""
    rows = sorted(deviations(columns, "fixed"), key=lambda row: row["deviation"])
    normal = ndtri((np.arange(len(rows)) + 0.5) / len(rows))
    z = np.array([row["deviation"] for row in rows])
    names = np.array([row["place"] for row in rows])
    for place in PLACES:
        plotting.points(ax, normal[names == place], z[names == place], name=place, alpha=0.8)
    plotting.theory(ax, [-3.5, 3.5], [-3.5, 3.5], label="_")
    end = float(bands.bonferroni_t(min(row["size"] for row in rows) - 1, len(rows), CONFIDENCE))
    for side in (-end, end):
        label = f"band, {len(rows)} means" if side > 0 else "_"
        ax.axhline(side, color=plotting.COLOURS["bound"], linestyle="--", label=label)
    ax.set(xlabel="quantile of a standard normal", ylabel="(simulated mean − law) / standard error")
    ax.legend(loc="lower right")
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge: means, extrapolation, trained teachers, distributions, the bound, the quadrature, the inverse."""
    return [*_means(columns), *_distributions(columns), *_bounds(columns), *_quadrature(columns), *_inverses(columns)]


def _means(columns: Columns) -> list[Verdict]:
    rows = deviations(columns, "fixed")
    near = [row for row in rows if row["n"] <= LARGEST]
    judged = [
        (
            "accuracy on hard-only points: the law goes through all {k} settings of n, d_h, σ, a",
            [row for row in near if row["place"] == "hard"],
        ),
        ("the other regions, and all points: {k} means", [row for row in near if row["place"] != "hard"]),
        (
            f"beyond the main grid, n > {LARGEST}: {{k}} means of all places",
            [row for row in rows if row["n"] > LARGEST],
        ),
        (
            "trained teachers and random θ, each replicate against its own law: {k} means",
            deviations(columns, "trained"),
        ),
    ]
    return [
        Verdict.at_most(
            NAME,
            statement.format(k=len(chosen)),
            max(abs(row["deviation"]) for row in chosen),
            float(bands.bonferroni_t(min(row["size"] for row in chosen) - 1, len(chosen), CONFIDENCE)),
            "largest |simulated mean − law| in standard errors against the Bonferroni-t quantile at 99.9 %; no "
            "parameter is fitted",
        )
        for statement, chosen in judged
    ]


def _distance(values: np.ndarray) -> float:
    """Largest distance of the empirical distribution function from the uniform one."""
    ordered, n = np.sort(values), values.size
    return float(max(np.max(np.arange(1, n + 1) / n - ordered), np.max(ordered - np.arange(n) / n)))


def _distributions(columns: Columns) -> list[Verdict]:
    samples: dict[str, list[np.ndarray]] = {"hard": [], "other": []}
    for part in ("fixed", "trained"):
        for _, found in _groups(columns, part):
            for place in PLACES[:3]:
                values = found[f"below_{place}"]
                values = values[~np.isnan(values)]
                if values.size:
                    samples["hard" if place == "hard" else "other"].append(values)
    statements = {
        "hard": "the whole distribution on hard-only points, in {k} settings",
        "other": "the whole distribution on easy-only and on overlap points, {k} in all",
    }
    return [
        Verdict.at_most(
            NAME,
            statements[kind].format(k=len(found)),
            max(_distance(v) / bands.dkw(v.size, len(found), CONFIDENCE) for v in found),
            1.0,
            "largest distance between empirical and exact distribution function, over the simultaneous "
            "Dvoretzky–Kiefer–Wolfowitz half width at 99.9 %",
        )
        for kind, found in samples.items()
    ]


def _bounds(columns: Columns) -> list[Verdict]:
    cells = [(cell, found) for cell, found in _groups(columns, "fixed") if found["bound"][0] > 0.5]
    violations = [int((found["hard"] < found["bound"]).sum()) for _, found in cells]
    trials = [found["hard"].size for _, found in cells]
    low, _ = bands.clopper_pearson(violations, trials, len(cells), CONFIDENCE)
    risk = max(float(found["risk"][0]) for _, found in _groups(columns, "fixed"))
    return [
        Verdict.at_most(
            NAME,
            f"the bound fails with probability at most δ: {sum(violations)} failures in {sum(trials):,} students, "
            f"{len(cells)} settings with a bound above ½",
            np.max(low),
            DELTA,
            "largest lower end of the simultaneous Clopper–Pearson intervals (99.9 %) of the failure probability",
        ),
        Verdict.at_most(
            NAME,
            "by the law itself too, in every setting",
            risk,
            DELTA,
            "largest probability, by the law, of an accuracy below the bound; no Monte Carlo error in it",
        ),
    ]


def _quadrature(columns: Columns) -> list[Verdict]:
    deviation, outside, means, shares = 0.0, -1.0, 0, 0
    groups = list(_groups(columns, "sampler"))
    blocks = len(groups[0][1]["hard"])
    for _, found in groups:
        for place in PLACES:
            error = np.sqrt(np.sum(found[f"spread_{place}"] ** 2)) / (blocks * np.sqrt(BLOCK))
            deviation = max(deviation, abs(found[place].mean() - found[f"law_{place}"][0]) / error)
            means += 1
        for place in PLACES[:3]:
            for level in LEVELS:
                count = found[f"count_{place}_{level}"].sum()
                low, high = bands.clopper_pearson(count, blocks * BLOCK, len(groups) * 3 * len(LEVELS), CONFIDENCE)
                outside = max(outside, float(low) - level, level - float(high))
                shares += 1
    return [
        Verdict.at_most(
            NAME,
            f"quadrature of the mean against {blocks * BLOCK:,} draws of the law, {means} means",
            deviation,
            bands.bonferroni_z(means, CONFIDENCE),
            "largest difference in standard errors of the draws against the Bonferroni-normal quantile at 99.9 %",
        ),
        Verdict.at_most(
            NAME,
            f"quadrature of the quantiles against {blocks * BLOCK:,} draws of the law, {shares} shares",
            outside,
            0.0,
            "largest distance of a level from the simultaneous Clopper–Pearson interval (99.9 %) of the share of draws "
            "below the quantile; negative inside",
        ),
    ]


def _inverses(columns: Columns) -> list[Verdict]:
    cells = select(columns, part="inverse")
    statements = {
        "inverse_points": "n, its mean accuracy, and back: the number of points returns",
        "inverse_accuracy": "an accuracy, the points needed for it, and back: the accuracy returns",
    }
    return [
        Verdict.at_most(
            NAME,
            f"{statement} ({cells[name].size} cases)",
            cells[name].max(),
            1e-6,
            "largest difference, against the accuracy of 1e-6 asked for; deterministic",
        )
        for name, statement in statements.items()
    ]
