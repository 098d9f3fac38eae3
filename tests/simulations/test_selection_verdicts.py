"""The verdicts about choosing sources can fail: each is given a table in which its statement is false."""

import numpy as np
import pytest

from simulations.claim import load_claim
from simulations.claims import _bandits
from simulations.grid import Seeds


def smoke(name):
    """The table of the smoke profile."""
    claim = load_claim(name)
    grid, tables = claim.GRID["smoke"], []
    for part in grid.parts():
        columns = claim.one_cell(part.cell, part.replicates, Seeds.of(0, name, part.cell, grid.paired))
        rows = len(columns["replicate"])
        tables.append({axis: np.array([value] * rows) for axis, value in part.cell.items()} | columns)
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


@pytest.fixture(scope="module")
def tables():
    return {name: smoke(name) for name in ("selection_regret", "published_bonus", "detector_error", "drift")}


def verdict(name, columns, words):
    (found,) = [v for v in load_claim(name).check(columns) if words in v.statement]
    return found.passed


def changed(columns, rows, **values):
    """A copy in which the named columns are ``value(column)`` in some rows."""
    copy = {name: column.copy() for name, column in columns.items()}
    for name, value in values.items():
        copy[name][rows] = value(copy[name][rows])
    return copy


def regrets(value):
    return {f"regret_{j:02d}": value for j in range(_bandits.POSITIONS)}


CASES = [
    ("high-probability bound", {"policy": "UCB", "K": 2}, {"above": np.ones_like}),
    ("anytime policy's expected", {"policy": "UCB, anytime"}, regrets(lambda r: 20 * r + 5)),
    ("at least the floor", {"policy": "UCB, anytime"}, regrets(lambda r: 0 * r + 7)),
    ("at most the 8", {"policy": "UCB, anytime"}, regrets(lambda r: 30 * r)),
    ("scales in K", {"gaps": "worst", "K": 10}, {"regret_12": lambda r: 2 * r}),
    ("scales in T", {"gaps": "worst", "horizon": 200}, {"regret_12": lambda r: 3 * r}),
    ("makes use of batches", {"policy": "UCB, points"}, regrets(lambda r: 50 * r)),
]


@pytest.mark.parametrize(("words", "cell", "values"), CASES, ids=[words for words, _, _ in CASES])
def test_selection_regret_passes_and_fails(tables, words, cell, values):
    columns = tables["selection_regret"]
    assert verdict("selection_regret", columns, words)
    rows = np.all([columns[axis] == value for axis, value in cell.items()], axis=0)
    assert rows.any()
    assert not verdict("selection_regret", changed(columns, rows, **values), words)


def test_the_two_bonuses_are_told_apart_by_the_order_of_their_regret(tables):
    columns = tables["selection_regret"]
    early = {f"regret_{j:02d}": lambda r: r + 30.0 for j in range(6, 12)}
    horizon, anytime = (columns["policy"] == name for name in ("UCB", "UCB, anytime"))
    explores, defers = "explores at once", "only defers"
    assert verdict("selection_regret", changed(columns, horizon, **early), explores)
    assert verdict("selection_regret", changed(columns, horizon, **early), defers)
    assert not verdict("selection_regret", changed(columns, anytime, **early), explores)
    assert not verdict("selection_regret", changed(columns, anytime, **early), defers)


@pytest.mark.parametrize(
    ("words", "cell", "values"),
    [
        ("it is better", {"policy": "UCB"}, {"regret": lambda r: 0 * r}),
        ("stuck as often", {"policy": "published", "batch": 1}, {"wrong": lambda w: 0 * w}),
        ("stuck as often", {"policy": "UCB", "batch": 1, "horizon": 1000}, {"wrong": np.ones_like}),
    ],
)
def test_published_bonus_passes_and_fails(tables, words, cell, values):
    columns = tables["published_bonus"]
    assert verdict("published_bonus", columns, words)
    rows = np.all([columns[axis] == value for axis, value in (cell | {"part": "runs"}).items()], axis=0)
    assert not verdict("published_bonus", changed(columns, rows, **values), words)


@pytest.mark.parametrize(
    ("words", "cell", "values"),
    [
        ("it is worse", {"policy": "published"}, {"regret": lambda r: r + 500}),
        ("breaks the bounds", {"policy": "published"}, {"above": np.ones_like}),
        ("batches hide it", {"policy": "published", "batch": 1}, {"wrong": np.ones_like}),
    ],
)
def test_published_bonus_can_pass_what_few_runs_cannot_show(tables, words, cell, values):
    columns = tables["published_bonus"]
    assert not verdict("published_bonus", columns, words)
    rows = np.all([columns[axis] == value for axis, value in cell.items()], axis=0)
    assert verdict("published_bonus", changed(columns, rows, **values), words)


@pytest.mark.parametrize(
    ("words", "part", "values"),
    [
        ("a common error", "common", {"distance": lambda d: d + 1e-6}),
        ("an error by source", "source", {"excess": lambda e: 0 * e + 1e-6}),
        ("above bound/(TPR", "common", {"above": np.ones_like}),
        ("above bound + 2ε", "source", {"above": np.ones_like}),
    ],
)
def test_detector_error_passes_and_fails(tables, words, part, values):
    columns = tables["detector_error"]
    assert verdict("detector_error", columns, words)
    assert not verdict("detector_error", changed(columns, columns["part"] == part, **values), words)


def test_detector_error_can_pass_what_short_runs_cannot_show(tables):
    columns = tables["detector_error"]
    confused, blunt = columns["part"] == "confused", columns["tpr"] == 0.8
    for words, rows, values in (
        ("cannot be improved", confused, {"true_12": lambda r: 0 * r + 200}),
        ("more than the identity's factor", blunt, {"true_12": lambda r: 5 * r}),
    ):
        assert not verdict("detector_error", columns, words)
        assert verdict("detector_error", changed(columns, rows, **values), words)


def test_drift_is_judged_by_the_order_of_regret(tables):
    columns = {name: column.copy() for name, column in tables["drift"].items()}
    last = "regret_39"
    luck = np.random.default_rng(0).uniform(0, 1, columns[last].size)
    order = {"window × 4": 1, "discounted": 1, "UCB": 5, "UCB, anytime": 6, "published": 9, "Thompson": 9}
    calm = {"published": 1, "Thompson": 1, "UCB": 5, "UCB, anytime": 4, "window × 4": 9, "discounted": 9}
    rank = np.array(
        [
            (calm if scenario == "none" else order).get(policy, 20)
            for scenario, policy in zip(columns["scenario"], columns["policy"], strict=True)
        ]
    )
    columns[last] = 100.0 * rank + luck
    assert all(v.passed for v in load_claim("drift").check(columns))
    columns[last] = 100.0 * (30 - rank) + luck
    assert not any(v.passed for v in load_claim("drift").check(columns))
