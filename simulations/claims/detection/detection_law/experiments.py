"""Laws and bounds of scores, scores that are drawn, and detections in pools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import w2slens as wl
from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, concatenate
from w2slens import Region
from w2slens.theory.detection import ScoreLaw, confidence_cdf, detector_law, score_law

#: (d_easy, d_hard, m, ‖θ_e‖/σ, ‖θ_h‖/σ, σ): two named ones first, then long and short blocks, many and single points.
GEOMETRIES = (
    (20, 20, 50, 2.5, 2.5, 1.0),
    (20, 20, 100, 1.15, 1.15, 5**0.5),
    (12, 12, 20, 2.0, 2.0, 1.0),
    (40, 40, 50, 3.0, 4.0, 0.5),
    (80, 20, 200, 2.5, 4.0, 1.0),
    (20, 80, 10, 4.0, 1.5, 2.0),
    (20, 20, 1, 2.5, 2.5, 1.0),
    (5, 5, 50, 2.0, 3.0, 1.0),
    (20, 20, 50, 6.0, 8.0, 1.0),
)
#: Those in which cosines are tested, too: their law costs most.
COSINES = tuple(GEOMETRIES[i] for i in (0, 1, 3, 5))
#: What varies, around a separation of 4σ, blocks of 20 coordinates and 50 hard-only points.
SEPARATIONS, BLOCKS, HARD = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0), (5, 10, 20, 40, 80), (5, 10, 20, 50, 100, 200)
BASE = (4.0, 20, 50)
SWEPT = tuple(
    dict.fromkeys(
        [(t, BASE[1], BASE[2]) for t in SEPARATIONS]
        + [(BASE[0], d, BASE[2]) for d in BLOCKS]
        + [(BASE[0], BASE[1], m) for m in HARD]
    )
)
#: Points of a detector's pool; the number of hard-only points is the cell's ``m``.
EASY, OVERLAP = 100, 50
#: Scores per region and replicate, and scores that place the thresholds at which a law is computed.
BATCH, PILOT = 100, 200
#: Thresholds of a law, and of a bound.
THRESHOLDS, BOUND_THRESHOLDS = 41, 101
#: Pools whose change points give the fixed thresholds; none of them is used again.
PILOT_POOLS = 16
#: Pools to which `OverlapDetector` is fitted.
FITTED = 200
#: What is expected of the calls, as `Calls` names it.
MEASURES = ("precision", "recall", "hard_precision", "hard_recall")
UNDEFINED = 3
"""Status of a pool on which a change point does not exist."""
PLACES = tuple(region.name.lower() for region in Region)
NOISES = ("zeroed", "full")

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Counts = tuple[int, int, int, int]


@dataclass(frozen=True)
class Setting:
    """The mixture of a cell, with patterns in random directions, and its teacher."""

    theta: Floats
    sigma: float
    d_easy: int
    noise: Any
    teacher: wl.learning.LinearModel

    @classmethod
    def of(cls, cell: Cell, seeds: Seeds, *, intercept: bool) -> Setting:
        """Draw the setting of a cell; its teacher has learned from 100 easy-only and 100 overlap points."""
        rng = seeds.generator("setting")
        blocks = []
        for block in ("easy", "hard"):
            direction = rng.standard_normal(cell[f"d_{block}"])
            blocks.append(cell[f"t_{block}"] * cell["sigma"] * direction / np.linalg.norm(direction))
        theta = np.concatenate(blocks)
        mixture = wl.GaussianMixture(theta, cell["sigma"], cell["d_easy"], cell["noise"])
        X, y, _ = mixture.sample((100, 0, 100, 0), rng, n_threads=1)
        teacher = wl.learning.fit_logistic(X[:, : cell["d_easy"]], y, C=1.0, fit_intercept=intercept)
        return cls(theta, cell["sigma"], cell["d_easy"], cell["noise"], teacher)

    def sample(self, counts: Counts, rng: np.random.Generator) -> tuple[Floats, npt.NDArray[np.int8]]:
        """Points and their regions, in the order of the regions."""
        mixture = wl.GaussianMixture(self.theta, self.sigma, self.d_easy, self.noise)
        X, _, regions = mixture.sample(counts, rng, n_threads=1)
        return X, regions

    def proba(self, X: Floats) -> Floats:
        """What the teacher believes."""
        return self.teacher.predict_proba(X[:, : self.d_easy])[:, 1]

    def law(self, m: int, metric: Any) -> ScoreLaw:
        """The law of the score."""
        return score_law(m, theta=self.theta, sigma=self.sigma, d_easy=self.d_easy, noise=self.noise, metric=metric)

    def draw(self, score: str, m: int, size: int, rng: np.random.Generator) -> Floats:
        """Independent scores (size, 4), a column per region; each row has hard-only points of its own.

        NaN where a score does not exist: a cosine with a point that is zero.
        """
        if score == "confidence":
            X, _ = self.sample((size,) * 4, rng)
            return wl.confidence(self.proba(X)).reshape(4, size).T
        X, regions = self.sample((size, size * (m + 1), size, size), rng)
        hard = X[regions == Region.HARD]
        compared = hard[size:].reshape(size, m, -1)
        of_region = [hard[:size] if region == Region.HARD else X[regions == region] for region in Region]
        x = np.stack(of_region, axis=1)
        found = np.full((size, 4), np.nan)
        exists = [r for r in Region if r != Region.NEITHER or score != "cosine" or self.noise == "full"]
        for i in range(size):
            metric: Any = score
            found[i, exists] = wl.overlap_scores(x[i, exists], compared[i], metric=metric, n_threads=1)
        return found


def _place(geometry: tuple[Any, ...]) -> Cell:
    return dict(zip(("d_easy", "d_hard", "m", "t_easy", "t_hard", "sigma"), geometry, strict=True))


def _scored(geometries: Sequence[tuple[Any, ...]], cosines: Sequence[tuple[Any, ...]]) -> list[Cell]:
    """Cells with a kind of score: inner products and confidences everywhere, cosines in some geometries."""
    return [
        {"noise": noise, "score": score} | _place(geometry)
        for noise in NOISES
        for geometry in geometries
        for score in ("inner_product", "cosine", "confidence")
        if score != "cosine" or geometry in cosines
    ]


def _in_pools(swept: Sequence[tuple[float, int, int]], **more: Any) -> list[Cell]:
    """Cells with patterns of length t in both blocks of d coordinates, and m hard-only points."""
    return [{"noise": noise} | _place((d, d, m, t, t, 1.0)) | more for noise in NOISES for t, d, m in swept]


def _bound_cells(geometries: Sequence[tuple[Any, ...]]) -> list[Cell]:
    return [{"noise": noise} | _place(geometry) for noise in NOISES for geometry in geometries]


def _each(compute: Callable[[Cell, int, Seeds], Columns], cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Rows of each replicate, one after the other."""
    parts = []
    for replicate in replicates:
        found = compute(cell, replicate, seeds)
        size = len(next(iter(found.values())))
        parts.append(found | {"replicate": np.full(size, replicate), "status": np.zeros(size, int)})
    return concatenate(parts)


@experiment(
    smoke=Grid(_scored(GEOMETRIES[:1], ()), 1),
    full=Grid(_scored(GEOMETRIES, COSINES), 1),
    draws="detection_law",
    paired=("score",),
)
def law(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The law of a score, or of confidences; a row per threshold."""
    return _each(_law, cell, replicates, seeds)


@experiment(
    smoke=Grid(_scored(GEOMETRIES[:1], ()), 2),
    full=Grid(_scored(GEOMETRIES, COSINES), 20),
    draws="detection_law",
    paired=("score",),
)
def scores(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Independent scores, or confidences, of each region; a batch per replicate."""
    return _each(_scores, cell, replicates, seeds)


@experiment(
    smoke=Grid(_bound_cells(GEOMETRIES[:1]), 1),
    full=Grid(_bound_cells(GEOMETRIES), 1),
    draws="detection_law",
)
def guarantee(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Chernoff's bounds and the exact rates; a row per threshold."""
    return _each(_guarantee, cell, replicates, seeds)


@experiment(
    smoke=Grid(_in_pools([BASE]), 20),
    full=Grid(_in_pools(SWEPT), 1500),
    draws="detection_law",
)
def detector(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Detections of fresh pools at the medians of the change points of pilot pools."""
    return _pools(cell, replicates, seeds, 1)


@experiment(
    smoke=Grid(_in_pools([BASE], side=2), 20),
    full=Grid(_in_pools([BASE], side=8), 1000),
    draws="detection_law",
    paired=("side",),
)
def surface(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The same over a grid of both thresholds, ``side`` of each, that spans all that matter."""
    return _pools(cell, replicates, seeds, cell["side"])


def _scores(cell: Cell, replicate: int, seeds: Seeds) -> Columns:
    """A batch of independent scores, or confidences, of each region."""
    setting = Setting.of(cell, seeds, intercept=True)
    drawn = setting.draw(cell["score"], cell["m"], BATCH, seeds.generator(replicate, "scores"))
    return {f"score_{region.name.lower()}": drawn[:, region] for region in Region}


def _law(cell: Cell, replicate: int, seeds: Seeds) -> Columns:
    """The law at thresholds over the range of a few scores that are not used again, and the area under the ROC."""
    setting = Setting.of(cell, seeds, intercept=True)
    pilot = setting.draw(cell["score"], cell["m"], PILOT, seeds.generator(replicate, "pilot"))
    if cell["score"] == "confidence":
        # Even in the logit, as most confidences lie close to 1; from 0, so that no threshold is a constant confidence.
        high = 2 * np.arctanh(min(np.max(pilot), 1 - 1e-12))
        tau = np.tanh(np.linspace(0, high, THRESHOLDS) / 2)
        place = {name: getattr(setting, name) for name in ("theta", "sigma", "d_easy", "noise")}
        weak = {"coef": setting.teacher.coef, "intercept": setting.teacher.intercept}
        below = {region: confidence_cdf(tau, region, **place, **weak) for region in Region}
        auc = np.nan
    else:
        tau = np.linspace(np.nanmin(pilot), np.nanmax(pilot), THRESHOLDS)
        law = setting.law(cell["m"], cell["score"])
        below = {region: law.cdf(tau, region) for region in Region if np.isfinite(pilot[:, region]).all()}
        auc = law.auc()
    columns = {f"law_{name}": np.full(tau.size, np.nan) for name in PLACES}
    columns |= {f"law_{region.name.lower()}": values for region, values in below.items()}
    return {"tau": tau, "auc": np.full(tau.size, auc)} | columns


def _guarantee(cell: Cell, replicate: int, seeds: Seeds) -> Columns:
    """Chernoff's bounds and the exact rates, at thresholds from 0 to far beyond every score."""
    setting = Setting.of(cell, seeds, intercept=True)
    law = setting.law(cell["m"], "inner_product")
    pilot = setting.draw("inner_product", cell["m"], PILOT, seeds.generator(replicate, "pilot"))
    tau = np.linspace(0, 2 * pilot.max(), BOUND_THRESHOLDS)
    return {
        "tau": tau,
        "false_alarm": law.sf(tau, Region.EASY),
        "false_alarm_bound": law.false_alarm_bound(tau),
        "miss": law.cdf(tau, Region.OVERLAP),
        "miss_bound": law.miss_bound(tau),
    }


def _pools(cell: Cell, replicates: range, seeds: Seeds, side: int) -> Columns:
    """Detections of fresh pools, a row per pair of thresholds, beside what the law expects there.

    The first pools have a further row: what `OverlapDetector` finds with change points of its own.
    """
    setting = Setting.of(cell, seeds, intercept=False)
    counts = (EASY, cell["m"], OVERLAP, 0)
    hard, overlap = _thresholds(setting, counts, side, seeds.generator("pilot"))
    law = detector_law(
        setting.theta,
        sigma=setting.sigma,
        d_easy=setting.d_easy,
        counts=counts,
        coef=setting.teacher.coef,
        noise=setting.noise,
    )
    calls = [law.calls(h, o) for h in hard for o in overlap]
    fixed: Columns = {f"law_{name}": np.array([getattr(c, name) for c in calls]) for name in MEASURES}
    fixed |= {"tau_hard": np.repeat(hard, overlap.size), "tau_overlap": np.tile(overlap, hard.size)}
    fixed["rule"] = np.full(len(calls), "fixed")
    parts: list[Columns] = []
    for replicate in replicates:
        X, regions = setting.sample(counts, seeds.generator(replicate, "pool"))
        margin = wl.confidence(setting.proba(X))
        tallies = [_tally(margin < h, _level(X, margin < h), overlap, regions) for h in hard]
        found = concatenate(tallies)
        parts.append(fixed | found | {"replicate": np.full(len(calls), replicate), "status": np.zeros(len(calls), int)})
        if replicate < FITTED:
            detector = _detect(X, setting)
            own: Columns = {"replicate": np.array([replicate]), "rule": np.array(["change points"])}
            if detector is None:
                own |= {"status": np.array([UNDEFINED])} | {name: np.array([np.nan]) for name in found}
                own |= {name: np.array([np.nan]) for name in ("tau_hard", "tau_overlap")}
            else:
                at = np.array([detector.overlap_threshold_])
                level = np.where(np.isnan(detector.scores_), -np.inf, detector.scores_)
                own |= {"status": np.array([0]), "tau_hard": np.array([detector.hard_threshold_]), "tau_overlap": at}
                own |= _tally(detector.labels_ == Region.HARD, level, at, regions)
            parts.append(own | {f"law_{name}": np.array([np.nan]) for name in MEASURES})
    return concatenate(parts)


def _thresholds(setting: Setting, counts: Counts, side: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Medians of the change points of pilot pools, or a grid around them."""
    pilot = [_detect(setting.sample(counts, rng)[0], setting) for _ in range(PILOT_POOLS)]
    found = [detector for detector in pilot if detector is not None]
    if side > 1:
        top = np.nanquantile(np.concatenate([detector.scores_ for detector in found]), 0.98)
        return np.linspace(0.05, 0.95, side), np.linspace(0.1, 1.0, side) * top
    medians = (np.median([getattr(d, f"{step}_threshold_") for d in found]) for step in ("hard", "overlap"))
    hard, overlap = (np.array([median]) for median in medians)
    return hard, overlap


def _detect(X: Floats, setting: Setting) -> wl.OverlapDetector | None:
    """The published detector, or None where its change points do not exist."""
    try:
        return wl.OverlapDetector(metric="inner_product", n_threads=1).fit(X, setting.proba(X))
    except wl.UndefinedError:
        return None


def _level(X: Floats, called: Flags) -> Floats:
    """Scores of the points not called hard; −∞ where there is none."""
    level = np.full(len(X), -np.inf)
    if called.any() and not called.all():
        level[~called] = wl.overlap_scores(X[~called], X[called], metric="inner_product", n_threads=1)
    return level


def _tally(called: Flags, level: Floats, tau: Floats, regions: npt.NDArray[np.int8]) -> dict[str, Floats]:
    """Numbers of calls, and of right ones, at each threshold of the score."""
    overlap = level >= tau[:, None]
    return {
        "hits": overlap[:, regions == Region.OVERLAP].sum(axis=1).astype(float),
        "called": overlap.sum(axis=1).astype(float),
        "hard_hits": np.full(tau.size, float(np.sum(called & (regions == Region.HARD)))),
        "hard_called": np.full(tau.size, float(np.sum(called))),
    }
