"""The commands of ``w2slens``: score embeddings from files, and write a small example to try it on."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow.parquet as pq
import typer

from .. import __version__
from .._files import check_output, replace_file
from ..errors import ExistsError, FileError
from ..learning import GaussianMixture, train_weak
from ..scoring.detectors import OverlapDetector
from ..scoring.rows import open_rows
from ..scoring.rows.npy import NpyRows
from . import output as written

__all__ = ["run"]

HELP = """Find the points that make a strong model learn from a weak one.

Example, from nothing to a figure:

\b
  w2slens demo -o demo
  w2slens score demo/embeddings.npy --proba demo/proba.npy -o scores.parquet --plot scores.png

\b
embeddings.npy  (n, d)           features of the strong model, a row per point
proba.npy       (n,) or (n, C)   what the weak model thinks of the same points, in the same order

The weak model does not know the hard points; a point is an overlap point if the weak model knows it, and yet it
resembles a hard point. Train the strong model on those."""

SCORE_HELP = """Divide points into easy, hard and overlap points.

\b
  w2slens score embeddings.npy --proba proba.npy -o scores.parquet --plot scores.png

Writes one row per point: row, region, confidence, score (the largest similarity to a hard point) and nearest_hard
(the row of that hard point); the last two are null for hard points. Prints the overlap density and the thresholds."""

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Metric(StrEnum):
    """Values of --metric."""

    cosine = "cosine"
    inner_product = "inner_product"


class HardRule(StrEnum):
    """Values of --hard-rule."""

    below = "below"
    at_or_below = "at_or_below"


class Compat(StrEnum):
    """Values of --compat."""

    ruptures = "ruptures"


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; an error of the data takes one line on stderr."""
    try:
        try:
            app(arguments, prog_name="w2slens")
        finally:
            sys.stdout.flush()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except OSError as error:  # of standard output: those of files are FileErrors
        # What is left in the buffer must not fail again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            print(f"error: standard output cannot be written: {error.strerror or error}", file=sys.stderr)
        return 1
    except ExistsError as error:
        print(f"error: {error.path} exists; it is overwritten only with --force", file=sys.stderr)
        return 1
    except (FileError, MemoryError) as error:
        print(f"error: {' '.join(str(error).split()) or 'out of memory'}", file=sys.stderr)
        return 1
    return 0


def _version(asked: bool) -> None:
    if asked:
        print(f"w2slens {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(help=SCORE_HELP, no_args_is_help=True)
def score(
    emb: Annotated[Path, typer.Argument(metavar="EMB", help="Embeddings: .npy (mapped, any size) or Parquet.")],
    proba: Annotated[
        Path, typer.Option(metavar="P", help="Probabilities of the weak model: .npy or Parquet, (n,) or (n, C).")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="Parquet file to write.")],
    metric: Annotated[Metric, typer.Option(help="Similarity between points.")] = Metric.cosine,
    absolute: Annotated[
        bool, typer.Option("--absolute/--signed", help="Whether opposite points count as similar.")
    ] = True,
    hard_rule: Annotated[
        HardRule, typer.Option(help="Confidence of hard points, relative to the threshold.")
    ] = HardRule.below,
    compat: Annotated[
        Compat | None, typer.Option(help="Take change points from the published code's candidates only.")
    ] = None,
    logits: Annotated[bool, typer.Option("--logits", help="P holds logits instead of probabilities.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Parquet column of EMB, or a pattern such as 'e*'; may be repeated."),
    ] = None,
    proba_column: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Parquet column of P, likewise.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Number of threads; all cores by default.")] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FIG", help="Also draw both histograms: .png, .pdf or .svg.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite OUT and FIG.")] = False,
) -> None:
    """Run `OverlapDetector` on files; see SCORE_HELP."""
    written.check_figure(plot, output)
    for path in (output, plot):
        if path is not None:
            check_output(path, force=force, inputs=(emb, proba))
    written.check_table(output)
    detector = OverlapDetector(
        metric=metric.value,
        absolute=absolute,
        hard_rule=hard_rule.value,
        compat="ruptures" if compat is Compat.ruptures else None,
        logits=logits,
        n_threads=threads,
    )
    points = open_rows(emb, dimensions=(2,), columns=column or ()).array()
    weak_proba = open_rows(proba, columns=proba_column or ()).array()
    with written.progress("scoring") as progress:
        try:
            detector.fit(points, weak_proba, progress=progress)
        except (TypeError, ValueError) as error:
            raise FileError(f"{error} (X is {emb}, weak_proba is {proba})") from error
    summary = written.summary(detector)
    with replace_file(output, force=force) as temporary:
        with temporary.open("wb") as file:  # pyarrow takes no name that is not UTF-8
            pq.write_table(written.table(detector, summary), file)
        # Inside the block: if the figure fails, neither file appears.
        with replace_file(plot, force=force) if plot else nullcontext() as figure:
            if plot and figure:
                written.draw(detector, figure, plot.suffix)
    print(json.dumps({**summary, "output": str(output)}) if as_json else written.text(summary, output))


@app.command(no_args_is_help=True)
def demo(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to; may be new.")],
    seed: Annotated[int, typer.Option(min=0, help="Seed of the sample.")] = 0,
    force: Annotated[bool, typer.Option("--force", "-f", help="Overwrite the files.")] = False,
) -> None:
    """Write embeddings.npy and proba.npy to try `score` on.

    2,000 points of a Gaussian mixture, half of them easy-only, a quarter hard-only and a quarter overlap, and the
    probabilities of a logistic regression that sees the easy pattern only.
    """
    arrays = dict(zip(("embeddings.npy", "proba.npy"), _example(seed), strict=True))
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError(f"{output} cannot be made: {error.strerror}") from error
    for name in arrays:
        check_output(output / name, force=force)
    for name, array in arrays.items():
        with replace_file(output / name, force=force) as temporary:
            NpyRows.write(temporary, array)
    first, second = (output / name for name in arrays)
    print(f"wrote {first} and {second}; now try")
    print(f"  w2slens score {first} --proba {second} -o scores.parquet --plot scores.png")


def _example(seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    mixture, counts = GaussianMixture(np.ones(64), 1.0, 32, noise="full"), {"easy": 1000, "hard": 500, "overlap": 500}
    training = mixture.sample(counts, rng)
    weak = train_weak(training.X, training.y, mixture.d_easy, C=0.003)
    points = mixture.sample(counts, rng, dtype=np.float32).X
    points = points[rng.permutation(len(points))]
    return points, weak.predict_proba(points)[:, 1]
