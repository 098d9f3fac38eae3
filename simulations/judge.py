"""Plotting and judging what the store holds; nothing here computes a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from .claim import Verdict, load_claim
from .store import Store, replace_file

__all__ = ["check", "figures_folder", "plot", "verdict_table"]


def figures_folder(folder: Path, store: Store) -> Path:
    """Where the figures of the store's profile are."""
    return Path(folder) / store.profile


def plot(store: Store, claims: Sequence[str], folder: Path) -> list[Path]:
    """Draw every figure of the claims as PNG; return the paths, ``<claim>-<figure>.png``."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    from w2slens import plotting

    paths = []
    for claim in claims:
        module = load_claim(claim)
        with plotting.style():
            figures = module.plot(store.read(claim, module.GRID[store.profile]))
            if set(figures) != set(module.CLAIM.figures):
                raise ValueError(
                    f"claim {claim!r} drew {sorted(figures)}, but describes {sorted(module.CLAIM.figures)}"
                )
            for name, figure in figures.items():
                path = figures_folder(folder, store) / f"{claim}-{name}.png"
                with replace_file(path) as temporary:
                    figure.savefig(temporary, format="png", metadata={"Software": None})
                plt.close(figure)
                paths.append(path)
    return paths


def check(store: Store, claims: Sequence[str]) -> list[Verdict]:
    """Judge the claims by their rules, and keep the verdicts beside the tables."""
    verdicts = []
    for claim in claims:
        module = load_claim(claim)
        judged = module.check(store.read(claim, module.GRID[store.profile]))
        if not judged:
            raise ValueError(f"claim {claim!r} returned no verdict; a claim that cannot fail is none")
        verdicts += judged
    kept = {v["claim"]: [] for v in store.read_json("verdicts") or []}
    for verdict in store.read_json("verdicts") or []:
        kept[verdict["claim"]].append(verdict)
    for claim in claims:
        kept[claim] = [vars(verdict) for verdict in verdicts if verdict.claim == claim]
    store.write_json("verdicts", [verdict for claim in sorted(kept) for verdict in kept[claim]])
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
