"""Whole trials of weak-to-strong training on the Gaussian mixture, sampled, fitted and evaluated in the kernel.

The published synthetic experiment (Shin, Cooper, Sala 2025, section 4), and its variations: other counts, students
and mixes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .. import _kernels
from .._arrays import as_vector
from .._checks import as_flag, as_integer, as_real, as_share, as_threads, one_of
from .._random import RandomSource, as_replicates, lent_key
from ..regions import Counts, Noise, Region, as_counts

__all__ = ["PUBLISHED_STUDENT", "STATUSES", "Student", "mixture_trials", "trial_draws"]

STATUSES = ("fitted", "single class", "untrained")
"""What the codes of the column ``status`` mean."""

_MODELS = ("weak", "ceiling", "student")
_PLACES = (*(region.name.lower() for region in Region), "overall")


class StudentRecord(NamedTuple):
    """A student as the kernel takes it: the averaging one without ``c``; a mix where there is a ``share``."""

    c: float | None
    intercept: bool
    regions: list[bool]
    share: float | None


class SettingRecord(NamedTuple):
    """What all replicates share, as the kernel takes it; ``theta`` is drawn in each where it is None."""

    counts: Counts
    d_easy: int
    d_hard: int
    sigma: float
    noise: Noise
    theta: list[float] | None
    weak_c: float
    ceiling_c: float


@dataclass(frozen=True)
class Student:
    """How a student learns, and on which pseudo-labelled points.

    Parameters
    ----------
    C : float > 0 or None
        Inverse penalty of its logistic regression; None is the averaging student w = mean of ŷx, the limit C → 0
        without an intercept.
    fit_intercept : bool
        Whether the logistic regression has an unpenalised intercept.
    regions : iterable of Region
        Train on all points of these regions.
    share : float in [0, 1], optional
        Instead of ``regions``: train on min(#overlap, #others) points, this share of them overlap points (the paper's
        mixing experiment). Shares of one replicate are nested.

    Examples
    --------
    >>> Student(C=1e-4, fit_intercept=False).regions
    (<Region.OVERLAP: 2>,)
    """

    C: float | None = 0.01
    fit_intercept: bool = True
    regions: Iterable[Region] = (Region.OVERLAP,)
    share: float | None = None

    def __post_init__(self) -> None:
        if self.C is not None:
            as_real(self.C, "C", positive=True)
        if self.share is not None:
            as_share(self.share, "share")
        as_flag(self.fit_intercept, "fit_intercept")
        object.__setattr__(self, "regions", tuple(Region(code) for code in self.regions))

    def record(self) -> StudentRecord:
        """Return the student as the kernel takes it."""
        return StudentRecord(self.C, self.fit_intercept, [region in self.regions for region in Region], self.share)


PUBLISHED_STUDENT = Student()
"""The student of the published experiment: C = 0.01, with an unpenalised intercept, overlap points only."""


def mixture_trials(
    replicates: int | Iterable[int],
    *,
    counts: Sequence[int] | Mapping[str, int],
    students: Sequence[Student] = (PUBLISHED_STUDENT,),
    d_easy: int = 20,
    d_hard: int = 20,
    variance: float = 5.0,
    noise: Noise = "zeroed",
    theta: npt.ArrayLike | None = None,
    weak_C: float = 1.0,
    ceiling_C: float = 1.0,
    rng: RandomSource | bytes = None,
    n_threads: int | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Run replicates of the published experiment: weak model, ceiling and students on fresh samples.

    Each replicate draws θ ~ U[0, 1]^d (unless given) and three samples of equal counts: train, pseudo-label and test.
    The weak model learns the easy block of the train sample and the ceiling all of it, from true labels and without
    an intercept. Each student learns from points of the pseudo-label sample with the weak model's labels. All share
    the draws.

    Parameters
    ----------
    replicates : int >= 1, or iterable of int >= 0
        How many, or which: a number always names the same draws, whatever else is run.
    counts : (easy, hard, overlap, neither) or mapping
        Points of each region in each of the three samples.
    students : sequence of Student
    d_easy, d_hard : int
        Sizes of the blocks.
    variance : float > 0
        σ², of every coordinate.
    noise : {"zeroed", "full"}
        What absent blocks hold.
    theta : (d,), optional
        Fixed means.
    weak_C, ceiling_C : float > 0
        Inverse penalties.
    rng : seed, SeedSequence, Generator, or 32 bytes
        Bytes are used as the key of the streams.
    n_threads : int >= 1 or None
        Number of threads, all by default; the rows do not depend on it.

    Returns
    -------
    dict of equally long columns, one row per replicate and student, students fastest
        ``replicate``, ``student`` (index into ``students``), ``status`` (index into `STATUSES`), ``size`` (points the
        student learned from), ``alpha`` (share of wrong pseudo-labels on overlap points), and accuracies in [0, 1]:
        ``{weak|ceiling|student}_{easy|hard|overlap|neither|overall}`` on the test sample, the same with
        ``_population`` in closed form. Where a sample has no points the accuracy is NaN.

    Notes
    -----
    A student with an intercept whose pseudo-labels are all of one class is the constant classifier of that class
    (status 1); the published loop drops such trials. A student without points has NaN accuracies (status 2).

    Examples
    --------
    >>> rows = mixture_trials(range(100), counts={"easy": 100, "hard": 100, "overlap": 95}, rng=0)
    >>> bool(rows["student_hard"].mean() > rows["weak_hard"].mean() + 0.2)
    True
    """
    numbers = as_replicates(replicates)
    setting = _setting(counts, d_easy, d_hard, variance, noise, theta, weak_C, ceiling_C)
    described = [student.record() for student in students]
    with lent_key(rng) as key:
        table = _kernels.mixture_trials(setting, described, key, numbers, as_threads(n_threads))
    k = len(described)
    columns: dict[str, npt.NDArray[Any]] = {
        "replicate": np.repeat(numbers.astype(np.int64), k),
        "student": np.tile(np.arange(k), numbers.size),
        "status": table.status,
        "size": table.size,
        "alpha": table.alpha,
    }
    for suffix, values in (("", table.test), ("_population", table.population)):
        for i, model in enumerate(_MODELS):
            for j, place in enumerate(_PLACES):
                columns[f"{model}_{place}{suffix}"] = values[:, i, j].copy()
    return columns


def trial_draws(replicate: int, *, rng: RandomSource | bytes = None, **setting: Any) -> dict[str, Any]:
    """Return the draws of one replicate of `mixture_trials`, to rebuild it by hand.

    Parameters
    ----------
    replicate : int >= 0
    rng
        As in `mixture_trials`; a seed or a key gives the same draws there.
    **setting
        ``counts`` and, optionally, ``d_easy``, ``d_hard``, ``variance``, ``noise``, ``theta``.

    Returns
    -------
    dict
        ``theta`` (d,); ``train``, ``pseudo`` and ``test``, each (X, y); ``order_overlap`` and ``order_others``, the
        orders in which mixes take rows of the pseudo-label sample.

    Examples
    --------
    >>> trial_draws(0, rng=0, counts=(3, 2, 1, 0))["train"][0].shape
    (6, 40)
    """
    defaults: dict[str, Any] = {"d_easy": 20, "d_hard": 20, "variance": 5.0, "noise": "zeroed", "theta": None}
    described = _setting(**(defaults | setting), weak_C=1.0, ceiling_C=1.0)
    with lent_key(rng) as key:
        drawn = _kernels.trial_draws(described, key, as_integer(replicate, "replicate"))
    samples = {"train": drawn.train, "pseudo": drawn.pseudo, "test": drawn.test}
    return {
        "theta": drawn.theta,
        **{name: (sample.x, sample.y) for name, sample in samples.items()},
        "order_overlap": drawn.order_overlap.astype(int),
        "order_others": drawn.order_others.astype(int),
    }


def _setting(
    counts: Sequence[int] | Mapping[str, int],
    d_easy: int,
    d_hard: int,
    variance: float,
    noise: Noise,
    theta: npt.ArrayLike | None,
    weak_C: float,
    ceiling_C: float,
) -> SettingRecord:
    means = None if theta is None else np.asarray(as_vector(theta, "theta"), float).tolist()
    one_of(noise, "noise", ("zeroed", "full"))
    return SettingRecord(
        as_counts(counts),
        as_integer(d_easy, "d_easy", least=1, most=2**31),
        as_integer(d_hard, "d_hard", least=0, most=2**31),
        as_real(variance, "variance", positive=True) ** 0.5,
        noise,
        means,
        as_real(weak_C, "weak_C", positive=True),
        as_real(ceiling_C, "ceiling_C", positive=True),
    )
