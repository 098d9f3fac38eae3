"""Certificates of students on dominoes, with true and with detected regions, and on digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.digits import TASKS
from simulations.worlds.digits import Replicate as Digits
from simulations.worlds.dominoes import STRONG_C
from simulations.worlds.dominoes import Replicate as Dominoes
from simulations.worlds.images import PIXELS
from simulations.worlds.strong import OK, detect, learn
from w2slens import Region
from w2slens.theory.expansion import (
    detected_overlap_correction,
    expansion_constant,
    expansion_profile,
    label_free_certificate,
    neighbor_graph,
    optimal_coupling,
)

SHARP, COARSE = "dominoes, sharp teacher", "dominoes, coarse teacher"
TEACHER = {SHARP: "sharp", COARSE: "coarse"}
SIZES = (20, 40, 80, 160)
NEIGHBOURS = (1, 3, 10, 20)
UNCOUPLED = (0.0, 0.05, 0.1, 0.2, 0.4)
TERMS = ("uncoupled", "disagreement", "copying", "teaching", "mismatch")

Rows = npt.NDArray[np.intp]
_NUMBERS = (*TERMS, "bound", "error", "kappa", "pairs", "excess", "copying_seen", "corrected")


def certify(
    hard: npt.NDArray[np.float64],
    overlap: npt.NDArray[np.float64],
    labels: dict[str, npt.NDArray[np.int64]],
    k: int,
    share: float,
    copying: float,
) -> dict[str, float]:
    """Terms of the certificate with the coupling of least overload along ``k`` neighbours.

    ``labels`` has the student's on either side, the teacher's on overlap points, and the true ones, which only the last
    two terms and the error use. A share of hard-only points is left out: those that need the greatest overload, by the
    blocks of the expansion profile; each costs its whole mass. ``copying`` bounds P(f ≠ f_w | overlap).
    """
    graph = neighbor_graph(hard, overlap, k=min(k, len(overlap)))
    order = np.argsort(expansion_profile(graph).block_of, kind="stable")
    left_out = int(share * len(hard))
    kept = np.sort(order[left_out:])
    uncoupled, graph = left_out / len(hard), graph[kept]
    kappa = 1 / expansion_constant(graph).value
    coupling = optimal_coupling(graph).tocoo()
    x, other = kept[coupling.row], coupling.col
    disagreement = _mass(coupling.data, labels["student_hard"][x] != labels["student_overlap"][other])
    mismatch = _mass(coupling.data, labels["true_hard"][x] != labels["true_overlap"][other])
    alpha = float(np.mean(labels["teacher"] != labels["true_overlap"]))
    coupled = 1 - uncoupled
    bound = uncoupled + coupled * label_free_certificate(disagreement, kappa, copying, alpha, mismatch)
    drawn = np.bincount(other, weights=coupling.data, minlength=len(overlap))
    received = np.bincount(coupling.row, weights=coupling.data, minlength=len(kept))
    return {
        "uncoupled": uncoupled,
        "disagreement": coupled * disagreement,
        "copying": coupled * kappa * copying,
        "teaching": coupled * kappa * alpha,
        "mismatch": coupled * mismatch,
        "bound": bound,
        "error": float(np.mean(labels["student_hard"] != labels["true_hard"])),
        "kappa": coupled * kappa,
        "pairs": float(coupling.nnz + len(hard) + len(overlap)),
        # By how much the coupling is none: its marginals against P(·|H) and κ·P(·|overlap).
        "excess": float(max(np.max(drawn - kappa / len(overlap)), np.max(np.abs(received - 1 / len(kept))))),
    }


def _mass(data: npt.NDArray[np.float64], chosen: npt.NDArray[np.bool_]) -> float:
    return min(1.0, float(data[chosen].sum()))


def _on_dominoes(sizes: tuple[int, ...], replicates: int) -> Grid:
    return Grid(Grid.product(data=[SHARP, COARSE], n=sizes), replicates, chunk=6)


@experiment(smoke=_on_dominoes((40,), 2), full=_on_dominoes(SIZES, 12), draws="certificate", paired=("data",))
def dominoes(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Certify a student on fresh data: a row per regions, basis, number of neighbours and share left out."""
    return of_rows({"replicate": r} | row for r in replicates for row in _dominoes(cell, r, seeds))


def _on_digits(replicates: int) -> Grid:
    return Grid(Grid.product(data=TASKS), replicates, chunk=6)


@experiment(smoke=_on_digits(2), full=_on_digits(12), draws="certificate", constants={"n": 0}, paired=("data",))
def digits(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The same on digits, with detected regions alone."""
    return of_rows({"replicate": r} | row for r in replicates for row in _digits(cell, r, seeds))


def _dominoes(cell: Cell, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    data = Dominoes(seeds, replicate, cell["n"], TEACHER[cell["data"]])
    regions, y = data.pseudo.regions, data.pseudo.y
    hard, overlap = (np.flatnonzero(regions == region) for region in (Region.HARD, Region.OVERLAP))
    bases = {"strong": data.strong_pseudo, "hard block": data.pseudo.X[:, PIXELS:]}
    student = learn(data.strong_pseudo[overlap], data.said[overlap], STRONG_C)
    rows = _rows("true", bases, student, (data.strong_pseudo, data.said, y), hard, overlap)
    status, detector = detect(data.strong_pseudo, data.proba)
    if detector is None:
        return [*rows, *(_empty(name, "strong", status) for name in ("corrected", "detected"))]
    seen = {region: np.flatnonzero(detector.labels_ == region) for region in (Region.HARD, Region.OVERLAP)}
    student = learn(data.strong_pseudo[seen[Region.OVERLAP]], data.said[seen[Region.OVERLAP]], STRONG_C)
    known = (data.strong_pseudo, data.said, y)
    rows += _rows("corrected", bases, student, known, hard, overlap, seen[Region.OVERLAP])
    strong = {"strong": data.strong_pseudo}
    return rows + _rows("detected", strong, student, known, seen[Region.HARD], seen[Region.OVERLAP])


def _digits(cell: Cell, replicate: int, seeds: Seeds) -> list[dict[str, Any]]:
    data = Digits(seeds, replicate, cell["data"])
    status, labels = data.detected()
    if status != OK:
        return [_empty("detected", "strong", status)]
    hard, overlap = (np.flatnonzero(labels == region) for region in (Region.HARD, Region.OVERLAP))
    known = (data.features, data.said, np.where(data.said_right, data.said, -data.said))
    return _rows("detected", {"strong": data.features}, data.student(overlap), known, hard, overlap)


def _rows(
    regions: str,
    bases: dict[str, npt.NDArray[np.float64]],
    student: Any,
    known: tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]],
    hard: Rows,
    overlap: Rows,
    fitted: Rows | None = None,
) -> list[dict[str, Any]]:
    """Certificates of one student; one fitted to a detected set gets the correction 1f for the true one."""
    features, said, y = known
    if student.model is None:
        return [_empty(regions, basis, student.status) for basis in bases]
    predicted = student.model.predict(features).astype(np.int64)
    seen = float(np.mean(predicted[overlap] != said[overlap]))
    copying = seen
    if fitted is not None:
        missed = len(np.setdiff1d(overlap, fitted))
        shares = (size / len(y) for size in (len(fitted), missed, len(overlap)))
        copying = detected_overlap_correction(float(np.mean(predicted[fitted] != said[fitted])), *shares)
    labels = {
        "student_hard": predicted[hard],
        "student_overlap": predicted[overlap],
        "teacher": said[overlap],
        "true_hard": y[hard],
        "true_overlap": y[overlap],
    }
    rows = []
    for basis, points in bases.items():
        for k in NEIGHBOURS:
            for share in UNCOUPLED:
                found = certify(points[hard], points[overlap], labels, k, share, copying)
                where = {"regions": regions, "basis": basis, "k": k, "q": share, "status": student.status}
                rows.append(where | found | {"copying_seen": seen, "corrected": copying})
    return rows


def _empty(regions: str, basis: str, status: int) -> dict[str, Any]:
    numbers = dict.fromkeys(_NUMBERS, np.nan)
    return {"regions": regions, "basis": basis, "k": 0, "q": np.nan, "status": status} | numbers
