"""What the command ``score`` writes and prints: a table, a figure, a summary, progress."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from .. import __version__
from .._files import same_file
from ..errors import FileError
from ..regions import Region
from ..scoring.detectors import OverlapDetector

__all__ = ["check_figure", "check_table", "draw", "progress", "summary", "table", "text"]

#: Suffixes of figures, with the format each stands for.
_FIGURES = {".png": "png", ".pdf": "pdf", ".svg": "svg"}


@contextmanager
def progress(label: str) -> Iterator[Any]:
    """Give a progress callback, which draws on stderr if that is a terminal.

    Without a terminal it does nothing, but lets Python handle signals while the kernel runs.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def summary(detector: OverlapDetector) -> dict[str, Any]:
    """Return what is printed: counts, density, thresholds."""
    counts = np.bincount(detector.labels_, minlength=3)
    return {
        "points": int(counts.sum()),
        **{region.name.lower(): int(counts[region]) for region in (Region.EASY, Region.HARD, Region.OVERLAP)},
        "density": detector.density_,
        "hard_threshold": detector.hard_threshold_,
        "overlap_threshold": detector.overlap_threshold_,
    }


def text(found: dict[str, Any], output: Path) -> str:
    """Return a summary as lines for people."""
    return "\n".join(
        (
            f"points             {found['points']:,}: {found['easy']:,} easy, {found['hard']:,} hard, "
            f"{found['overlap']:,} overlap",
            f"overlap density    {found['density']:.6g}",
            f"hard threshold     {found['hard_threshold']:.6g}  (of the confidence)",
            f"overlap threshold  {found['overlap_threshold']:.6g}  (of the score)",
            f"written to         {output}",
        )
    )


def table(detector: OverlapDetector, found: dict[str, Any]) -> pa.Table:
    """Return one row per point, with a summary as metadata."""
    hard = detector.labels_ == Region.HARD
    names = pa.array([region.name.lower() for region in Region])
    columns = pa.table(
        {
            "row": np.arange(hard.size),
            "region": pa.DictionaryArray.from_arrays(pa.array(detector.labels_), names),
            "confidence": detector.confidence_,
            "score": pa.array(detector.scores_, mask=hard),
            "nearest_hard": pa.array(detector.nearest_hard_, mask=hard),
        }
    )
    return columns.replace_schema_metadata({"w2slens": json.dumps({**found, "version": __version__})})


def check_table(output: Path) -> None:
    """Refuse a name that promises another format than Parquet, or standard output."""
    if output.name == "-":
        raise typer.BadParameter("a Parquet file cannot go to standard output", param_hint="--output")
    if output.suffix.lower() in {".csv", ".tsv", ".npy", ".npz", ".json", ".txt", ".xlsx", ".feather", *_FIGURES}:
        raise typer.BadParameter(f"{output} is written as Parquet: give it the suffix .parquet", param_hint="--output")


def check_figure(plot: Path | None, output: Path) -> None:
    """Refuse, before any work, a figure that could not be drawn."""
    if plot is None:
        return
    if plot.suffix not in _FIGURES:
        raise typer.BadParameter(f"{plot} must end in {', '.join(_FIGURES)}", param_hint="--plot")
    if same_file(plot, output):
        raise typer.BadParameter(f"{plot} is also OUT", param_hint="--plot")
    if find_spec("matplotlib") is None:
        raise FileError('--plot needs matplotlib: pip install "w2slens[cli]"')


def draw(detector: OverlapDetector, path: Path, suffix: str) -> None:
    """Draw both histograms to a file of the format that the suffix stands for."""
    from matplotlib.figure import Figure

    from ..plotting import plot_confidence, plot_scores, style

    with style():
        figure = Figure(figsize=(9, 3.4))
        left, right = figure.subplots(1, 2)
        plot_confidence(detector.confidence_, detector.hard_threshold_, ax=left)
        plot_scores(detector.scores_, detector.labels_, detector.overlap_threshold_, ax=right)
        figure.suptitle(f"overlap density {detector.density_:.3g}")
        figure.savefig(path, format=_FIGURES[suffix])
