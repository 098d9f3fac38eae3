"""The published synthetic experiment: where the student gains on its teacher, and from which points."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import w2slens as wl
from simulations import bands
from simulations.claim import Claim, Columns, Verdict, select
from simulations.grid import Cell, Grid, Seeds
from simulations.published import COLUMNS, MEANS, TRIALS
from w2slens import plotting

NAME = "overlap_gain"
CLAIM = Claim(
    name=NAME,
    statement="A student trained on overlap points gains on its teacher on hard-only points, with more of them more.",
    source="Shin, Cooper, Sala 2025, section 4: synthetic experiment and its ablations",
    room="w2slens.learning.trials",
    figures={
        "accuracy": "Accuracy on the test sample by region against the number n of overlap points (density ρ on the "
        "upper "
        "axis): means of all trials with simultaneous 99.9 % intervals, and the published means where they are "
        "printed. The "
        "student's gain is on hard-only points, where its teacher guesses.",
        "ablation": "The student's accuracy on hard-only points, from 10 overlap points, against the number of other "
        "points: "
        "hard-only points do not matter at all, easy-only points a little, through the teacher. Dotted: what overlap "
        "points do.",
        "counting": "Trials whose pseudo-labels are all of one class: their share is 2^(1−n), and only below n = 20 "
        "does it matter "
        "whether they are dropped, as in the published loop, or counted as the constant classifier they define.",
    },
)

OVERLAP = [{"varied": "overlap", "n": n} for n in range(5, 100, 5)]
ABLATIONS = [{"varied": varied, "n": n} for varied in ("easy", "hard") for n in range(0, 100, 5)]
GRID = {
    "smoke": Grid([*OVERLAP[::6], *ABLATIONS[::6]], replicates=40),
    "full": Grid([*OVERLAP, *ABLATIONS], replicates=TRIALS),
}
CONFIDENCE = 0.999


def one_cell(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Run the published experiment with 100 easy-only and 100 hard-only points, one number varied."""
    counts = {"easy": 100, "hard": 100, "overlap": 10} | {cell["varied"]: cell["n"]}
    rows = wl.learning.mixture_trials(replicates, counts=counts, rng=seeds.key())
    return {name: column for name, column in rows.items() if name != "student" and "neither" not in name}


def summarise(columns: Columns) -> Columns:
    """Mean accuracies and intervals by number of points, single-class trials counted and dropped."""
    rows: list[dict[str, object]] = []
    for varied in ("overlap", "easy", "hard"):
        for n in np.unique(select(columns, varied=varied)["n"]):
            cell = select(columns, varied=varied, n=n)
            fitted = cell["status"] == 0
            row: dict[str, object] = {"varied": varied, "n": float(n), "trials": float(fitted.size)}
            row["single class"] = float((cell["status"] == 1).sum())
            for name in ("weak_hard", "student_hard", "student_overall", "ceiling_overall"):
                row[name] = np.nanmean(cell[name]) if fitted.any() and not np.isnan(cell[name]).all() else np.nan
            row["student_overall, dropped"] = cell["student_overall"][fitted].mean()
            rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def plot(columns: Columns) -> dict[str, Figure]:
    """Draw the three figures."""
    accuracy, axes = plt.subplots(2, 2, figsize=(10, 7), sharex=True, sharey=True)
    for ax, place in zip(axes.flat, ("hard", "easy", "overlap", "overall"), strict=True):
        plot_accuracy(columns, place, ax=ax)
    for ax in axes[1]:
        ax.set_xlabel("number n of overlap points")
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy")
    accuracy.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    for ax in axes[0]:
        density = ax.secondary_xaxis("top", functions=(lambda n: n / (200 + n), lambda r: 200 * r / (1 - r)))
        density.set_xlabel("overlap density ρ")
    ablation, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_ablation(columns, ax=ax)
    counting, ax = plt.subplots(figsize=(6.5, 4.2))
    plot_counting(columns, ax=ax)
    return {"accuracy": accuracy, "ablation": ablation, "counting": counting}


def plot_accuracy(columns: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw the accuracy of weak model, student and ceiling at one place (a region, or overall)."""
    cells = select(columns, varied="overlap")
    sizes = np.unique(cells["n"])
    for model in ("ceiling", "weak", "student"):
        values = [select(cells, n=n)[f"{model}_{place}"] for n in sizes]
        intervals = np.array([bands.mean_interval(v, sizes.size * 12, CONFIDENCE) for v in values])
        plotting.points(ax, sizes, *intervals.T, name=model)
    printed = [n for n in MEANS if n in sizes]
    for model in ("ceiling", "weak", "student"):
        place_of = COLUMNS.index(f"{model}_{place}")
        label = "published" if model == "ceiling" else "_"
        look = {"color": plotting.COLOURS["published"], "marker": "+", "markersize": 10, "linestyle": "none"}
        ax.plot(printed, [MEANS[n][place_of] for n in printed], label=label, zorder=3, **look)
    titles = {"overall": "all test points", "overlap": "overlap points"}
    ax.set_title(titles.get(place, f"{place}-only points"))
    return ax


def plot_ablation(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the student's accuracy on hard-only points against the number of easy-only, hard-only and overlap points."""
    for varied in ("easy", "hard", "overlap"):
        cells = select(columns, varied=varied)
        sizes = np.unique(cells["n"])
        values = [select(cells, n=n)["student_hard_population"] for n in sizes]
        intervals = np.array([bands.mean_interval(v, 60, CONFIDENCE) for v in values])
        shift = {"easy": -0.6, "hard": 0.6, "overlap": 0.0}[varied]
        label = "overlap points" if varied == "overlap" else f"{varied}-only points"
        plotting.points(
            ax, sizes + shift, *intervals.T, name=varied, label=label, linestyle=":" if varied == "overlap" else "none"
        )
    ax.set(xlabel="number of points of the varied kind", ylabel="student's accuracy on hard-only points")
    ax.legend(title="varied")
    return ax


def plot_counting(columns: Columns, *, ax: Axes) -> Axes:
    """Draw the student's overall accuracy with single-class trials counted and dropped, and their share."""
    cells = select(columns, varied="overlap")
    sizes = np.unique(cells["n"])
    counted = [select(cells, n=n)["student_overall"] for n in sizes]
    dropped = [select(cells, n=n, status=0)["student_overall"] for n in sizes]
    for values, look in ((counted, {}), (dropped, {"marker": "x", "color": plotting.COLOURS["random"]})):
        intervals = np.array([bands.mean_interval(v, sizes.size, CONFIDENCE) for v in values])
        shift, label = (0.7, "single-class trials dropped") if look else (-0.7, "counted as constant classifiers")
        plotting.points(ax, sizes + shift, *intervals.T, name="student", label=label, **look)
    ax.set(xlabel="number n of overlap points", ylabel="student's accuracy, all test points")
    share = ax.twinx()
    share.grid(visible=False)
    seen = [np.mean(select(cells, n=n)["status"] == 1) for n in sizes]
    share.bar(sizes, seen, width=2.2, color=plotting.COLOURS["neither"], alpha=0.5, label="their share (right axis)")
    share.set(ylabel="share of single-class trials", ylim=(0, 0.4))
    handles = [*ax.get_legend_handles_labels()[0], *share.get_legend_handles_labels()[0]]
    ax.legend(handles=handles, loc="lower right")
    return ax


def check(columns: Columns) -> list[Verdict]:
    """Judge: the published means, where the gain lands, the ablations, the single-class trials."""
    return [_published(columns), *_gain(columns), *_ablations(columns), _single_class(columns)]


def _published(columns: Columns) -> Verdict:
    worst, degrees = 0.0, TRIALS
    sizes = [n for n in MEANS if n in select(columns, varied="overlap")["n"]]
    for n in sizes:
        cell = select(columns, varied="overlap", n=n, status=0)
        degrees = min(degrees, cell["n"].size - 1)
        for name, published in zip(COLUMNS, MEANS[n], strict=True):
            values = cell[name]
            error = values.std(ddof=1) * np.sqrt(1 / values.size + 1 / TRIALS)
            worst = max(worst, abs(values.mean() - published) / error)
    return Verdict.at_most(
        NAME,
        f"all {len(sizes) * len(COLUMNS)} published means agree with ours",
        worst,
        float(bands.bonferroni_t(degrees, len(sizes) * len(COLUMNS), CONFIDENCE)),
        "largest |difference| in standard errors, theirs and ours (their spread is not printed: ours stands for both; "
        "single-class trials dropped as there), against the Bonferroni-t quantile at 99.9 %",
    )


def _gain(columns: Columns) -> list[Verdict]:
    cells = select(columns, varied="overlap")
    sizes = [n for n in np.unique(cells["n"]) if n >= 10]
    lower, upper = [], []
    for n in sizes:
        cell = select(cells, n=n)
        for place, ends in (("hard", lower), ("easy", upper)):
            gain = cell[f"student_{place}_population"] - cell[f"weak_{place}_population"]
            ends.append(bands.mean_interval(gain, 2 * len(sizes), CONFIDENCE)[1 if place == "hard" else 2])
    rule = (
        "end of the simultaneous Bonferroni-t interval (99.9 %) of the paired gain over all n ≥ 10, single-class "
        "trials "
        "counted"
    )
    return [
        Verdict.at_least(
            NAME, "the student beats its teacher on hard-only points", min(lower), 0.0, f"smallest lower {rule}"
        ),
        Verdict.at_most(NAME, "it does not on easy-only points", max(upper), 0.0, f"largest upper {rule}"),
    ]


def _trend(columns: Columns, varied: str) -> tuple[float, float]:
    """Weighted least-squares change of the student's hard-only accuracy over 0…95 points, and its standard error."""
    cells = select(columns, varied=varied)
    sizes = np.unique(cells["n"]).astype(float)
    samples = [select(cells, n=n)["student_hard_population"] for n in sizes]
    mean = np.array([s.mean() for s in samples])
    weight = np.array([s.size / s.var(ddof=1) for s in samples])
    centred = sizes - np.average(sizes, weights=weight)
    information = np.sum(weight * centred**2)
    return 95 * np.sum(weight * centred * mean) / information, 95 / np.sqrt(information)


def _ablations(columns: Columns) -> list[Verdict]:
    quantile = bands.bonferroni_z(3, CONFIDENCE)
    (hard, hard_error), (easy, easy_error) = _trend(columns, "hard"), _trend(columns, "easy")
    overlap, overlap_error = _trend(columns, "overlap")
    return [
        Verdict.at_most(
            NAME,
            "hard-only points do not matter: the ablation has no trend",
            abs(hard) / hard_error,
            quantile,
            "|weighted least-squares slope| in standard errors against the Bonferroni-normal quantile at 99.9 %",
        ),
        Verdict.at_most(
            NAME,
            "easy-only points matter less than overlap points",
            abs(easy) + quantile * easy_error,
            overlap - quantile * overlap_error,
            "upper end of the change over 0…95 easy-only points against the lower end of the change over as many "
            "overlap points "
            "(simultaneous 99.9 %); not a test of no trend, because the teacher does improve",
        ),
    ]


def _single_class(columns: Columns) -> Verdict:
    cells = select(columns, varied="overlap")
    sizes = np.unique(cells["n"])
    distance = -1.0
    for n in sizes:
        status = select(cells, n=n)["status"]
        low, high = bands.clopper_pearson((status == 1).sum(), status.size, sizes.size, CONFIDENCE)
        distance = max(distance, float(low) - 2.0 ** (1 - n), 2.0 ** (1 - n) - float(high))
    return Verdict.at_most(
        NAME,
        "single-class trials have probability 2^(1−n): given the teacher each pseudo-label is a fair coin",
        distance,
        0.0,
        "largest distance of 2^(1−n) from the simultaneous Clopper–Pearson intervals (99.9 %); negative inside",
    )
