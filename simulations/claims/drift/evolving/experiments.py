"""Circle, Circle-Hard, turned digits, and digits by their writers: the transition beside what ignores the order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from simulations.experiment import experiment
from simulations.grid import Cell, Grid, Seeds
from simulations.tables import Columns, of_rows
from simulations.worlds.images import digits as images_and_digits
from simulations.worlds.images import splits
from simulations.worlds.moving import angles, circle, in_order, turned_digits
from w2slens.drift import Domain, TransitionForecaster, forecast_weights

Array = npt.NDArray[np.float64]
Predictor = Callable[[Array, int], Array]

#: Angles of the domains, and numbers of source domains after which the next `AHEAD` are forecast.
TASKS: dict[str, tuple[Array, tuple[int, ...]]] = {
    "Circle": (angles(30, 6.0), tuple(range(15, 26))),
    "Circle-Hard": (angles(20, 0.0, 1.0), tuple(range(10, 16))),
}
AHEAD = 5
#: Points of a domain to learn from, and to be judged on.
LEARNED, JUDGED = 200, 400
#: Turned digits: points of a domain, source domains and all, rank of the transition, share of images to learn from.
POINTS, SOURCES, LENGTH, RANK, SHARE = 300, 15, 30, 60, 0.7
#: Blocks into which the digits are cut in their order, and how many are learned from.
BLOCKS, SEEN = 12, 8


def _together(domains: Sequence[Domain]) -> tuple[Array, npt.NDArray[Any]]:
    return np.concatenate([domain.X for domain in domains]), np.concatenate([domain.y for domain in domains])


def _ignoring_time(estimator: Any, domains: Sequence[Domain]) -> Predictor:
    fitted = estimator.fit(*_together(domains))
    return lambda X, horizon: fitted.predict(X)


def _carrying(estimator: Any, domains: Sequence[Domain], **options: Any) -> Predictor:
    forecaster = TransitionForecaster(estimator=estimator, summary="means", **options).fit(domains)
    return forecaster.predict


def _carrying_about_the_mean(estimator: Any, domains: Sequence[Domain]) -> Predictor:
    """The same for images, which turn about their mean rather than about the blank one."""
    centre = _together(domains)[0].mean(axis=0)
    predict = _carrying(estimator, [Domain(X - centre, y) for X, y in domains], rank=RANK)
    return lambda X, horizon: predict(X - centre, horizon)


def _trend_of_weights(domains: Sequence[Domain]) -> Predictor:
    """A linear trend through the coefficients of one logistic regression per domain."""
    models = [LogisticRegression(C=1.0, max_iter=300).fit(X, y) for X, y in domains]
    classes = np.unique(np.concatenate([model.classes_ for model in models]))
    if any(model.classes_.size != classes.size for model in models):
        raise ValueError("a domain lacks a class")
    stacked = np.stack([np.column_stack([model.coef_, model.intercept_]) for model in models])

    def predict(X: Array, horizon: int) -> Array:
        weights = np.tensordot(forecast_weights("trend", len(models), horizon), stacked, axes=1)
        return classes[np.argmax(X @ weights[:, :-1].T + weights[:, -1], axis=1)]

    return predict


def _accuracies(predictors: Mapping[str, Predictor], later: Sequence[Domain]) -> list[dict[str, Any]]:
    return [
        {"method": name, "horizon": k, "accuracy": float(np.mean(predict(X, k) == y))}
        for name, predict in predictors.items()
        for k, (X, y) in enumerate(later, 1)
    ]


def _circle_methods(seen: Sequence[Domain]) -> dict[str, Predictor]:
    def machine() -> SVC:
        return SVC(C=1000.0)

    return {
        "ERM": _ignoring_time(machine(), seen),
        "last": _ignoring_time(machine(), seen[-1:]),
        "transition": _carrying(machine(), seen, rank=2),
        "transition, changing": _carrying(machine(), seen, rank=2, degree=1),
    }


@experiment(
    smoke=Grid(Grid.product(task=tuple(TASKS), sources=(15,)), 2),
    full=Grid([{"task": task, "sources": T} for task, (_, sizes) in TASKS.items() for T in sizes], 3),
)
def circles(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """A machine with a Gaussian kernel on all source domains, on the last, and on what the transition carries to it."""
    T = cell["sources"]
    degrees = TASKS[cell["task"]][0][: T + AHEAD]
    rows = []
    for r in replicates:
        seen = circle(degrees[:T], LEARNED, seeds.generator(r, "seen"))
        later = circle(degrees[T:], JUDGED, seeds.generator(r, "later"))
        rows += [{"replicate": r, "status": 0} | row for row in _accuracies(_circle_methods(seen), later)]
    return of_rows(rows)


@experiment(
    smoke=Grid([{"points": 60, "images": "turned"}], 1),
    full=Grid([{"points": POINTS, "images": "turned"}], 3, chunk=1),
)
def digits(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """Ten classes of images that turn by 6° a domain; images that are judged on were never learned from."""
    degrees = angles(LENGTH, 6.0)
    rows = []
    for r in replicates:
        everything = np.arange(len(images_and_digits()[1]))
        learned, held = splits(everything, seeds.generator(r, "split"), (SHARE, 1 - SHARE))
        seen = turned_digits(degrees[:SOURCES], cell["points"], learned, seeds.generator(r, "seen"))
        later = turned_digits(degrees[SOURCES:], cell["points"], held, seeds.generator(r, "later"))
        methods = {
            "ERM": _ignoring_time(SVC(), seen),
            "last": _ignoring_time(SVC(), seen[-1:]),
            "window 5": _ignoring_time(SVC(), seen[-5:]),
            "trend of weights": _trend_of_weights(seen),
            "transition": _carrying_about_the_mean(SVC(), seen),
        }
        rows += [{"replicate": r, "status": 0} | row for row in _accuracies(methods, later)]
    return of_rows(rows)


@experiment(smoke=Grid([{"blocks": BLOCKS}], 1), full=Grid([{"blocks": BLOCKS}], 1))
def writers(cell: Cell, replicates: range, seeds: Seeds) -> Columns:
    """The digits as they lie, written by one person after the other: domains that change and go nowhere."""
    blocks = in_order(cell["blocks"])
    seen, later = blocks[:SEEN], blocks[SEEN:]
    methods = {
        "ERM": _ignoring_time(SVC(), seen),
        "last": _ignoring_time(SVC(), seen[-1:]),
        "window 5": _ignoring_time(SVC(), seen[-5:]),
        "transition": _carrying_about_the_mean(SVC(), seen),
    }
    return of_rows({"replicate": r, "status": 0} | row for r in replicates for row in _accuracies(methods, later))
