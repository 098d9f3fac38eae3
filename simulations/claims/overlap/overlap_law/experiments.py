"""Averaging students in the Gaussian mixture, simulated, beside the law of their accuracies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from w2slens.theory.overlap import StudentLaw, accuracy_bound, hard_law, linear_accuracy, points_needed, student_law

Vector = npt.NDArray[np.float64]

D_EASY = 20
#: Length of both θ_e and θ_h; in the published geometry it is 2.58 on average.
T = 2.6
PLACES = ("hard", "easy", "overlap", "overall")
#: Overall: as many points of each of the three regions.
COUNTS = (1, 1, 1, 0)
#: Probability with which the bound may fail.
DELTA = 0.05
#: Numbers of overlap points at which the law's line is drawn.
LINE = tuple(np.unique(np.geomspace(1, 10_000, 33).round()).astype(int).tolist())
#: Draws of the law itself per replicate, and the levels of the quantiles below which they are counted.
BLOCK = 100_000
LEVELS = (0.01, 0.05, 0.5, 0.95, 0.99)
#: Numbers of points whose mean accuracy is inverted.
RETURNED = (10, 95, 400, 1500)
#: Replicates of a setting whose distribution is compared (the means of all are), by place: off the hard block the
#: distribution function is a double integral.
TRANSFORMED = {"hard": 300, "easy": 150, "overlap": 150}
SIGMAS = (1.3, 5**0.5)
ACCURACIES = (0.6, 0.85)
#: What is looked at in smaller profiles, and in experiments of one geometry.
ONE = {"d_hard": (20,), "sigma": SIGMAS[1:], "accuracy": ACCURACIES}
SMALL, LARGE = ONE | {"d_hard": (5, 20)}, ONE | {"d_hard": (5, 20, 100), "sigma": SIGMAS}
#: The main grid ends here; beyond is extrapolation, with half as many replicates.
LARGEST = 400


def _main(n: tuple[int, ...], replicates: int, **axes: tuple[Any, ...]) -> Grid:
    cells = Grid.product(n=n, **axes)
    return Grid(cells, lambda cell: replicates if cell["n"] <= LARGEST else replicates // 2)


def teacher_of(accuracy: float, theta_easy: Vector, sigma: float) -> Vector:
    """Return a unit teacher ŵ of this accuracy Φ(ŵ·θ_e/σ): it fixes ŵ up to a rotation about θ_e, which no law sees."""
    length = np.linalg.norm(theta_easy)
    along = theta_easy / length
    cosine = sigma * ndtri(accuracy) / length
    aside = np.eye(len(along))[np.argmin(np.abs(along))]
    aside = aside - (aside @ along) * along
    return cosine * along + np.sqrt(1 - cosine**2) * aside / np.linalg.norm(aside)


def _setting(cell: Cell) -> dict[str, Any]:
    d_hard, sigma = cell["d_hard"], cell["sigma"]
    theta = np.repeat([T / np.sqrt(D_EASY), T / np.sqrt(d_hard)], [D_EASY, d_hard])
    teacher = teacher_of(cell["accuracy"], theta[:D_EASY], sigma)
    return {"theta": theta, "sigma": sigma, "d_easy": D_EASY, "teacher": teacher}


def _hard(cell: Cell) -> dict[str, Any]:
    return {"accuracy": cell["accuracy"], "t": T, "sigma": cell["sigma"], "d_hard": cell["d_hard"]}


def _is_regional(cell: Cell, n: int) -> bool:
    """Whether the distribution on the other regions is looked at too: it costs more to compute."""
    return bool(cell["d_hard"] == 20 and cell["sigma"] > 2 and n in (0, 5, 20, 95))


def _by_place(name: str, values: Any, places: tuple[str, ...] = PLACES) -> dict[str, float]:
    return {f"{name}{place}": float(getattr(values, place)) for place in places}


def _transforms(law: StudentLaw, accuracy: Any, places: tuple[str, ...]) -> dict[str, float]:
    """P(A ≤ the accuracy seen): uniform if the law is right."""
    return {f"below_{place}": float(getattr(law, place).cdf(getattr(accuracy, place))) for place in places}


@experiment(
    smoke=_main((5, 20, 1000), 20, **SMALL),
    full=_main((5, 20, 50, 95, 200, 400, 1000, 2000), 600, **LARGE),
    draws="overlap_law",
    constants={"part": "fixed"},
)
def fixed(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """One teacher, of a given accuracy; in each replicate new overlap points."""
    return of_rows(_fixed(cell, replicates, seeds))


def _fixed(cell: Cell, replicates: range, seeds: Seeds) -> Iterator[dict[str, Any]]:
    setting, n = _setting(cell), cell["n"]
    theta, teacher = setting["theta"], setting["teacher"]
    law = student_law(n, **setting)
    bound = float(accuracy_bound(n, delta=DELTA, **_hard(cell)))
    shared = _by_place("law_", law.mean(COUNTS)) | {"bound": bound, "risk": float(law.hard.cdf(bound))}
    mixture = wl.GaussianMixture(theta, cell["sigma"], D_EASY)
    places = PLACES[:3] if _is_regional(cell, n) else PLACES[:1]
    unknown = dict.fromkeys((f"below_{place}" for place in PLACES[:3]), np.nan)
    for r in replicates:
        X = mixture.sample((0, 0, n, 0), seeds.sequence(r)).X
        labels = np.where(X[:, :D_EASY] @ teacher > 0, 1.0, -1.0)
        seen = linear_accuracy(labels @ X / n, theta=theta, sigma=cell["sigma"], d_easy=D_EASY)
        seen = seen._replace(overall=(seen.hard + seen.easy + seen.overlap) / 3)
        below = _transforms(law, seen, tuple(place for place in places if r < TRANSFORMED[place]))
        yield {"replicate": r, "status": 0, **_by_place("", seen), **shared, **unknown, **below}


def _trained_grid(n: tuple[int, ...], replicates: int) -> Grid:
    return Grid(Grid.product(n=n, d_hard=(20,), sigma=SIGMAS[1:]), replicates)


@experiment(
    smoke=_trained_grid((20,), 12),
    full=_trained_grid((20, 50, 95, 400), 150),
    draws="overlap_law",
    constants={"part": "trained", "accuracy": 0.0},
)
def trained(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The published experiment with the averaging student: θ and the teacher are new in each replicate.

    The law holds given both, so every replicate has its own, through ‖θ_h‖, ‖θ_e‖ and its teacher's accuracy.
    """
    return of_rows(_trained(cell, replicates, seeds))


def _trained(cell: Cell, replicates: range, seeds: Seeds) -> Iterator[dict[str, Any]]:
    n, sigma, d = cell["n"], cell["sigma"], D_EASY + cell["d_hard"]
    for r in replicates:
        theta = seeds.generator(r, "theta").random(d)
        rows = wl.learning.mixture_trials(
            [r],
            counts=(100, 100, n, 0),
            students=[wl.learning.Student(C=None)],
            d_hard=cell["d_hard"],
            variance=sigma**2,
            theta=theta,
            rng=seeds.key(),
        )
        seen = {place: float(rows[f"student_{place}_population"][0]) for place in PLACES}
        seen["overall"] = (seen["hard"] + seen["easy"] + seen["overlap"]) / 3
        teacher = teacher_of(float(rows["weak_overlap_population"][0]), theta[:D_EASY], sigma)
        law = student_law(n, theta=theta, sigma=sigma, d_easy=D_EASY, teacher=teacher)
        below = float(law.hard.cdf(seen["hard"]))
        yield {"replicate": r, "status": 0, "below_hard": below, **seen, **_by_place("law_", law.mean(COUNTS))}


@experiment(
    smoke=Grid(Grid.product(**SMALL), 1),
    full=Grid(Grid.product(**LARGE), 1),
)
def line(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The law's means and the bound at every number of `LINE`; nothing is drawn."""
    return of_rows({"replicate": r, "status": 0} | row for r in replicates for row in _line(cell))


def _line(cell: Cell) -> Iterator[dict[str, Any]]:
    for n in LINE:
        if _is_regional(cell, 0):
            means = _by_place("law_", student_law(n, **_setting(cell)).mean(COUNTS))
        else:
            means = dict.fromkeys((f"law_{place}" for place in PLACES), np.nan)
            means["law_hard"] = hard_law(n, **_hard(cell)).mean()
        bound = float(accuracy_bound(n, delta=DELTA, **_hard(cell)))
        # Below a half it says less than guessing does.
        yield {"n": n, "bound": bound if bound > float(ndtr(-T / cell["sigma"])) else np.nan, **means}


@experiment(
    smoke=Grid(Grid.product(n=(5,), **ONE), 1),
    full=Grid(Grid.product(n=(5, 100), **ONE), 10),
    draws="overlap_law",
    constants={"part": "sampler"},
)
def sampler(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Blocks of draws from the law itself, against its quadrature."""
    return of_rows(_sampler(cell, replicates, seeds))


def _sampler(cell: Cell, replicates: range, seeds: Seeds) -> Iterator[dict[str, Any]]:
    law = student_law(cell["n"], **_setting(cell))
    shared = _by_place("law_", law.mean(COUNTS))
    quantiles = {place: getattr(law, place).quantile(LEVELS) for place in PLACES[:3]}
    for r in replicates:
        draws = law.sample(BLOCK, seeds.sequence(r), counts=COUNTS)
        row: dict[str, Any] = {"replicate": r, "status": 0, **shared}
        for place in PLACES:
            row |= {place: getattr(draws, place).mean(), f"spread_{place}": getattr(draws, place).std()}
        for place, ends in quantiles.items():
            counts = np.count_nonzero(getattr(draws, place) <= ends[:, None], axis=1)
            row |= {f"count_{place}_{level}": int(k) for level, k in zip(LEVELS, counts, strict=True)}
        yield row


@experiment(
    smoke=Grid(Grid.product(**SMALL), 1),
    full=Grid(Grid.product(**LARGE), 1),
)
def inverse(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """From each number of `RETURNED` to the mean and back, and from the middle between two means to n and back."""
    return of_rows({"replicate": r, "status": 0} | _inverse(cell, n) for r in replicates for n in RETURNED)


def _inverse(cell: Cell, n: int) -> dict[str, Any]:
    mean, before = (hard_law(k, **_hard(cell)).mean() for k in (n, n - 1))
    back = points_needed(mean, continuous=True, **_hard(cell))
    target = (mean + before) / 2
    between = points_needed(target, continuous=True, **_hard(cell))
    whole = int(np.floor(between))
    low, high = (hard_law(whole + k, **_hard(cell)).mean() for k in (0, 1))
    missed = abs(low + (between - whole) * (high - low) - target)
    return {"n": n, "points": abs(back - n), "accuracy_error": missed}
