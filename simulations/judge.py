"""Plotting and judging what the store holds; nothing here computes a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from .catalogue import Choice, claim_names, load_claim
from .claim import Verdict
from .files import replace_file
from .store import Store

__all__ = ["check", "figure_path", "number", "plot", "verdict_table"]


def figure_path(folder: Path, store: Store, claim: str, figure: str) -> Path:
    """Where a figure of the store's profile is."""
    return Path(folder) / store.profile / f"{claim}-{figure}.png"


def plot(store: Store, choices: Sequence[Choice], folder: Path) -> list[Path]:
    """Draw every figure of the chosen experiments as PNG; return the paths, ``<claim>-<figure>.png``."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    from w2slens import plotting

    paths = []
    for choice in choices:
        tables = store.tables(choice)
        with plotting.style():
            for name, drawing in choice.readable(choice.entry.figures).items():
                figure = drawing.of(tables)
                path = figure_path(folder, store, choice.entry.name, name)
                with replace_file(path) as temporary:
                    figure.savefig(temporary, format="png", metadata={"Software": None})
                plt.close(figure)
                paths.append(path)
    return paths


def check(store: Store, choices: Sequence[Choice]) -> list[Verdict]:
    """Judge the statements about the chosen experiments, and keep the verdicts beside the tables."""
    verdicts = []
    for choice in choices:
        tables = store.tables(choice)
        for name, judged in choice.readable(choice.entry.statements).items():
            verdict = judged.of(tables)
            if not isinstance(verdict, Verdict):
                raise TypeError(f"{choice.entry.name}.{name} returned {type(verdict).__name__}, not a Verdict")
            verdicts.append(replace(verdict, claim=choice.entry.name, name=name))
    new = {(verdict.claim, verdict.name): vars(verdict) for verdict in verdicts}
    kept = {(v["claim"], v["name"]): v for v in store.read_json("verdicts") or []} | new
    every = [(claim, name) for claim in claim_names() for name in load_claim(claim).statements]
    store.write_json("verdicts", [kept[address] for address in every if address in kept])
    return verdicts


def number(value: float) -> str:
    """A number as a person reads it."""
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}"


def verdict_table(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as a table for a terminal."""
    rows = [("claim", "verdict", "statistic", "bound", "margin", "statement")]
    rows += [
        (v.claim, "pass" if v.passed else "FAIL", number(v.statistic), number(v.bound), number(v.margin), v.statement)
        for v in verdicts
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    return "\n".join(
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[5]]) for row in rows
    )
