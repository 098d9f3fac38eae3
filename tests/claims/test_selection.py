"""The statements about choosing sources can fail: each is given a table in which it is false."""

import numpy as np
import pytest

from simulations.worlds.bandits import POSITIONS


def regrets(value):
    return {f"regret_{j:02d}": value for j in range(POSITIONS)}


CASES = [
    ("bounds", "runs", {"policy": "UCB", "K": 2}, {"above": np.ones_like}),
    ("bounds", "scaling", None, {"above": np.ones_like}),
    ("anytime_bound", "runs", {"policy": "UCB, anytime"}, regrets(lambda r: 20 * r + 5)),
    ("least_slope", "runs", {"policy": "UCB, anytime"}, regrets(lambda r: 0 * r + 7)),
    ("most_slope", "runs", {"policy": "UCB, anytime"}, regrets(lambda r: 30 * r)),
    ("scales_in_sources", "scaling", {"K": 10}, {"regret_12": lambda r: 2 * r}),
    ("scales_in_rounds", "scaling", {"horizon": 200}, {"regret_12": lambda r: 3 * r}),
    ("use_of_batches", "runs", {"policy": "UCB, points"}, regrets(lambda r: 50 * r)),
]


@pytest.mark.parametrize(("statement", "experiment", "rows", "values"), CASES)
def test_selection_regret_passes_and_fails(judged, statement, experiment, rows, values):
    claim = judged("selection_regret")
    assert claim.passes(statement)
    assert not claim.changed(experiment, rows, **values).passes(statement)


def test_the_two_bonuses_are_told_apart_by_the_order_of_their_regret(judged):
    claim = judged("selection_regret")
    early = {f"regret_{j:02d}": lambda r: r + 30.0 for j in range(6, 12)}
    both = {"explores_at_once", "only_defers"}
    assert both <= claim.changed("runs", {"policy": "UCB"}, **early).passed()
    assert not both & claim.changed("runs", {"policy": "UCB, anytime"}, **early).passed()


@pytest.mark.parametrize(
    ("statement", "rows", "values"),
    [
        ("better_on_average", {"policy": "UCB"}, {"regret": lambda r: 0 * r}),
        ("exact_law", {"policy": "published", "batch": 1}, {"wrong": lambda w: 0 * w}),
        ("exact_law", {"policy": "UCB", "batch": 1, "horizon": 1000}, {"wrong": np.ones_like}),
    ],
)
def test_published_bonus_passes_and_fails(judged, statement, rows, values):
    claim = judged("published_bonus")
    assert claim.passes(statement)
    assert not claim.changed("runs", rows, **values).passes(statement)


@pytest.mark.parametrize(
    ("statement", "rows", "values"),
    [
        ("worse_on_average", {"policy": "published"}, {"regret": lambda r: r + 500}),
        ("no_bound", {"policy": "published"}, {"above": np.ones_like}),
        ("batches_hide_it", {"policy": "published", "batch": 1}, {"wrong": np.ones_like}),
    ],
)
def test_published_bonus_can_pass_what_few_runs_cannot_show(judged, statement, rows, values):
    claim = judged("published_bonus")
    assert not claim.passes(statement)
    assert claim.changed("runs", rows, **values).passes(statement)


@pytest.mark.parametrize(
    ("statement", "experiment", "values"),
    [
        ("identity", "common", {"distance": lambda d: d + 1e-6}),
        ("inequality", "by_source", {"excess": lambda e: 0 * e + 1e-6}),
        ("common_bound", "common", {"above": np.ones_like}),
        ("source_bound", "by_source", {"above": np.ones_like}),
    ],
)
def test_detector_error_passes_and_fails(judged, statement, experiment, values):
    claim = judged("detector_error")
    assert claim.passes(statement)
    assert not claim.changed(experiment, **values).passes(statement)


@pytest.mark.parametrize(
    ("statement", "experiment", "rows", "values"),
    [
        ("attained", "confused", None, {"true_12": lambda r: 0 * r + 200}),
        ("squared", "common", {"tpr": 0.8}, {"true_12": lambda r: 5 * r}),
    ],
)
def test_detector_error_can_pass_what_short_runs_cannot_show(judged, statement, experiment, rows, values):
    claim = judged("detector_error")
    assert not claim.passes(statement)
    assert claim.changed(experiment, rows, **values).passes(statement)


def test_drift_is_judged_by_the_order_of_regret(judged):
    claim = judged("drift")
    runs = claim.tables["runs"]
    luck = np.random.default_rng(0).uniform(0, 1, runs["regret_39"].size)
    order = {"window × 4": 1, "discounted": 1, "UCB": 5, "UCB, anytime": 6, "published": 9, "Thompson": 9}
    calm = {"published": 1, "Thompson": 1, "UCB": 5, "UCB, anytime": 4, "window × 4": 9, "discounted": 9}
    rank = np.array(
        [
            (calm if scenario == "none" else order).get(policy, 20)
            for scenario, policy in zip(runs["scenario"], runs["policy"], strict=True)
        ]
    )
    assert claim.changed("runs", regret_39=lambda _: 100.0 * rank + luck).passed() == set(claim.statements)
    assert claim.changed("runs", regret_39=lambda _: 100.0 * (30 - rank) + luck).passed() == set()
