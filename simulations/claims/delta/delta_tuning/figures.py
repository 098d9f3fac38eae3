"""Change of a good student's accuracy over the penalty, by what it learns from."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulations import bands
from simulations.claim import figure, numbers
from simulations.tables import Columns, of_rows
from w2slens import plotting

from .experiments import KINDS, PAIRS
from .readings import PLACES, changes

LOOKS: dict[str, tuple[str, str, str]] = {
    "delta": ("student", "o", "-"),
    "reversed": ("hard", "D", "-."),
    "chosen": ("weak", "s", "--"),
    "rejected": ("neither", "x", ":"),
    "equal": ("overlap", "^", "-"),
}


@figure(
    "Change of the accuracy of a student of accuracy .85 that learns from teachers of accuracy .60 and .50 on 400 "
    f"overlap points, over the inverse penalty C of the ridge towards what it was; means with {bands.MEANS}. The "
    "difference of the teachers helps, up to a point; supervised training on either, and the reversed difference, hurt "
    "at every C; two equal teachers only hurt."
)
def path(students: Columns) -> Figure:
    """Draw a panel for overlap and one for hard-only points."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True)
    for ax, place in zip(axes, PLACES, strict=True):
        plot_path(students, place, ax=ax)
    axes[0].set_ylabel("change of accuracy")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
    return figure


@figure(
    "The same change by the difference alone, for teachers with different gaps and with unrelated errors (overlap "
    f"points, {bands.MEANS}). A larger gap helps more; errors that the teachers share cancel in their difference, "
    "unrelated ones add."
)
def gaps(students: Columns) -> Figure:
    """Draw a curve per pair of teachers."""
    figure, ax = plt.subplots(figsize=(6.8, 4.4))
    plot_gaps(students, ax=ax)
    return figure


@numbers
def table(students: Columns) -> Columns:
    """Mean changes for every pair, kind and C."""
    rows: list[dict[str, Any]] = []
    for pair in PAIRS:
        for kind in KINDS:
            by_place = {place: changes(students, pair, kind, place) for place in PLACES}
            for i, C in enumerate(by_place["overlap"][0]):
                means = {place: float(values[i].mean()) for place, (_, values) in by_place.items()}
                rows.append({"teachers": pair, "learns from": kind, "C": float(C), **means})
    return of_rows(rows)


def plot_path(students: Columns, place: str, *, ax: Axes) -> Axes:
    """Draw the change over C for the teachers .60 and .50, and the delta of equal teachers."""
    curves = [(".60, .50", kind, kind) for kind in KINDS] + [("equal", "delta", "equal")]
    told = {
        "delta": "delta",
        "reversed": "reversed delta",
        "chosen": "supervised, better teacher",
        "rejected": "supervised, worse teacher",
        "equal": "delta, equal teachers",
    }
    for pair, kind, name in curves:
        penalties, values = changes(students, pair, kind, place)
        intervals = np.array([bands.mean_interval(row, len(curves) * len(penalties)) for row in values])
        colour, marker, line = LOOKS[name]
        plotting.points(ax, penalties, *intervals.T, name=colour, marker=marker, linestyle=line, label=told[name])
    ax.axhline(0, color="0.4", linewidth=0.8)
    ax.set(xscale="log", xlabel="inverse penalty C (strong penalty left, weak right)")
    ax.set_title("overlap points" if place == "overlap" else "hard-only points")
    return ax


def plot_gaps(students: Columns, *, ax: Axes) -> Axes:
    """Draw the delta's change on overlap points up to where it copies."""
    looks = zip(
        (".75, .60", ".70, .60", ".65, .60", ".60, .50", "unrelated errors"),
        ("overlap", "student", "easy", "weak", "hard"),
        "^osDx",
        ("-", "-", "-", "--", ":"),
        strict=True,
    )
    for pair, colour, marker, line in looks:
        penalties, values = changes(students, pair, "delta", "overlap")
        kept = penalties <= 0.3
        intervals = np.array([bands.mean_interval(row, 5 * len(penalties)) for row in values[kept]])
        label = f"{pair} (.60, .50)" if pair == "unrelated errors" else f"teachers {pair}"
        plotting.points(ax, penalties[kept], *intervals.T, name=colour, marker=marker, linestyle=line, label=label)
    ax.axhline(0, color="0.4", linewidth=0.8)
    ax.set(xscale="log", xlabel="inverse penalty C", ylabel="change of accuracy on overlap points")
    ax.legend(fontsize=8, loc="lower left")
    return ax
