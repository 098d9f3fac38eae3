"""Whole trials of delta learning on the Gaussian mixture, sampled, taught and evaluated in the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import as_float_vector
from .._checks import as_integer, as_real, as_share, as_threads, one_of
from .._random import RandomSource, as_replicates, stream_key
from ..regions import Counts, Noise, Region, as_counts

__all__ = ["DeltaStudent", "delta_draws", "delta_trials"]

Labels = Literal["delta", "reversed", "chosen", "rejected"]

_LABELS = ("delta", "reversed", "chosen", "rejected")


class DeltaStudentRecord(NamedTuple):
    """A student as the kernel takes it: the averaging one without ``c``."""

    c: float | None
    step: float
    labels: Labels


class DeltaSettingRecord(NamedTuple):
    """What all replicates share, as the kernel takes it; students start from 0 where there is no ``reference``."""

    counts: Counts
    theta: list[float]
    sigma: float
    noise: Noise
    chosen: list[float]
    rejected: list[float]
    reference: list[float] | None
    flip: float


@dataclass(frozen=True)
class DeltaStudent:
    """How a student learns from a pair of teachers.

    Parameters
    ----------
    C : float > 0 or None
        Inverse penalty of its logistic regression, a ridge towards the reference; None averages.
    step : float > 0
        What is learned is multiplied by it before it is added to the reference.
    labels : {"delta", "reversed", "chosen", "rejected"}
        The points on which the teachers disagree with what the chosen one says, or with the opposite; or all points,
        supervised, with the labels of one teacher.

    Examples
    --------
    >>> DeltaStudent(C=0.003, labels="reversed").step
    1.0
    """

    C: float | None = None
    step: float = 1.0
    labels: Labels = "delta"

    def __post_init__(self) -> None:
        if self.C is not None:
            as_real(self.C, "C", positive=True)
        as_real(self.step, "step", positive=True)
        one_of(self.labels, "labels", _LABELS)

    def record(self) -> DeltaStudentRecord:
        """Return the student as the kernel takes it."""
        return DeltaStudentRecord(self.C, float(self.step), self.labels)


def delta_trials(
    replicates: Iterable[int],
    *,
    counts: Sequence[int] | Mapping[str, int],
    theta: npt.ArrayLike,
    sigma: float,
    chosen: npt.ArrayLike,
    rejected: npt.ArrayLike,
    students: Sequence[DeltaStudent] = (DeltaStudent(),),
    reference: npt.ArrayLike | None = None,
    flip: float = 0.0,
    noise: Noise = "zeroed",
    rng: RandomSource | bytes = None,
    n_threads: int | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Run replicates of delta learning: fresh points, two fixed teachers, students that share the draws.

    Parameters
    ----------
    replicates : iterable of int >= 0
        Numbers of the replicates; a number always names the same draws, whatever else is run.
    counts : (easy, hard, overlap, neither) or mapping
        Points of each region, N in all.
    theta : (d,) array
        Mean of the class +1.
    sigma : float > 0
        Standard deviation of the noise.
    chosen, rejected : (d_easy,) arrays, not all zero
        Coefficients of the teachers, which see the easy block, the first ``d_easy`` coordinates.
    students : sequence of DeltaStudent
    reference : (d,) array, optional
        Coefficients of the students before they are taught; 0 without it.
    flip : float in [0, 1]
        Probability with which a preference is turned round.
    noise : {"zeroed", "full"}
        What absent blocks hold.
    rng : seed, SeedSequence, Generator, or 32 bytes
        Bytes are used as the key of the streams.
    n_threads : int >= 1 or None
        Number of threads, all by default; the rows do not depend on it.

    Returns
    -------
    dict of equally long columns, one row per replicate and student, students fastest
        ``replicate``, ``student`` (index into ``students``), ``taught`` (whether it had a point to learn from; if not
        it stays what it was), ``size`` (points it learned from), ``balance`` (right labels among them less wrong ones)
        and population accuracies ``easy``, ``hard``, ``overlap``, ``neither`` in closed form.

    Raises
    ------
    UndefinedError
        If ``counts`` has no points.
    ValueError, TypeError
        If an argument is outside its range or of the wrong type; the message names it.

    Examples
    --------
    Teachers of which both are worse than chance teach a student that is better:

    >>> setting = {"theta": [1.0, 0.0, 1.5, 0.0], "sigma": 1.0, "chosen": [-0.1, 1.0], "rejected": [-0.5, 1.0]}
    >>> rows = delta_trials(range(50), counts={"overlap": 200}, **setting, rng=0)
    >>> bool(rows["hard"].mean() > 0.8)
    True
    """
    numbers = as_replicates(replicates)
    setting = _setting(counts, theta, sigma, chosen, rejected, reference, flip, noise)
    records = [student.record() for student in students]
    key = rng if isinstance(rng, bytes) else stream_key(rng)
    table = _kernels.delta_trials(setting, records, key, numbers, as_threads(n_threads))
    k = len(records)
    columns: dict[str, npt.NDArray[Any]] = {
        "replicate": np.repeat(numbers.astype(np.int64), k),
        "student": np.tile(np.arange(k), numbers.size),
        "taught": table.taught,
        "size": table.size,
        "balance": table.balance,
    }
    return columns | {region.name.lower(): table.accuracy[:, region].copy() for region in Region}


def delta_draws(
    replicate: int,
    *,
    counts: Sequence[int] | Mapping[str, int],
    theta: npt.ArrayLike,
    sigma: float,
    d_easy: int,
    flip: float = 0.0,
    noise: Noise = "zeroed",
    rng: RandomSource | bytes = None,
) -> dict[str, npt.NDArray[Any]]:
    """Return the draws of one replicate of `delta_trials`, to rebuild it by hand.

    Parameters
    ----------
    replicate : int >= 0
    d_easy : int in [1, d]
        Number of coordinates that the teachers see.
    counts, theta, sigma, flip, noise, rng
        As in `delta_trials`; a seed or a key gives the same draws there.

    Returns
    -------
    dict
        ``X`` (N, d), ``y`` (N,) of −1 and +1, and ``flipped`` (N,), whether the point's preference is turned round.

    Examples
    --------
    >>> delta_draws(0, counts=(1, 0, 4, 0), theta=[1.0, 2.0], sigma=1.0, d_easy=1, rng=0)["X"].shape
    (5, 2)
    """
    teacher = np.ones(as_integer(d_easy, "d_easy", least=1, most=2**31))
    setting = _setting(counts, theta, sigma, teacher, teacher, None, flip, noise)
    key = rng if isinstance(rng, bytes) else stream_key(rng)
    draws = _kernels.delta_draws(setting, key, as_integer(replicate, "replicate"))
    return {"X": draws.x, "y": draws.y, "flipped": draws.flipped}


def _setting(
    counts: Sequence[int] | Mapping[str, int],
    theta: npt.ArrayLike,
    sigma: float,
    chosen: npt.ArrayLike,
    rejected: npt.ArrayLike,
    reference: npt.ArrayLike | None,
    flip: float,
    noise: Noise,
) -> DeltaSettingRecord:
    return DeltaSettingRecord(
        as_counts(counts),
        as_float_vector(theta, "theta").tolist(),
        as_real(sigma, "sigma", positive=True),
        one_of(noise, "noise", ("zeroed", "full")),
        as_float_vector(chosen, "chosen").tolist(),
        as_float_vector(rejected, "rejected").tolist(),
        None if reference is None else as_float_vector(reference, "reference").tolist(),
        as_share(flip, "flip"),
    )
