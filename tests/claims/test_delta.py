"""The claims of the chapter `delta`: they hold on small grids, and a wrong formula or outcome fails them."""

import numpy as np
import pytest

from simulations.catalogue import load_claim
from simulations.grid import Grid


def _tables(compute, name, grids):
    experiments = load_claim(name).experiments
    return {key: compute(experiments[key], grid) for key, grid in grids.items()}


@pytest.fixture(scope="module")
def law(judged, compute):
    experiments = load_claim("delta_law").experiments
    cells = [
        c for c in experiments["students"].grids["full"].cells if c["n"] in (20, 60, 95, 400) and c["d_hard"] < 100
    ]
    grids = {
        "students": Grid(cells, 600),
        "gaps": Grid(experiments["gaps"].grids["full"].cells, 300),
        "worth": Grid(experiments["worth"].grids["full"].cells, 400),
    }
    return judged("delta_law", _tables(compute, "delta_law", grids))


@pytest.fixture(scope="module")
def tuning(judged, compute):
    cells = load_claim("delta_tuning").experiments["students"].grids["full"].cells
    return judged("delta_tuning", _tables(compute, "delta_tuning", {"students": Grid(cells, 24)}))


@pytest.fixture(scope="module")
def pairs(judged, compute):
    experiments = load_claim("delta_pairs").experiments
    grids = {
        "geometries": Grid([{"d": 3}], 1),
        "races": Grid(
            [{"race": name, "d": d} for name in ("mixture, gap .10", "mixture, gap .05") for d in (5, 160)], 20
        ),
        "confident": Grid(experiments["confident"].grids["full"].cells, 20),
    }
    return judged("delta_pairs", _tables(compute, "delta_pairs", grids))


def test_all_statements_hold_on_small_grids(law, tuning, pairs):
    for claim in (law, tuning, pairs):
        assert claim.passed() == set(claim.statements)


@pytest.mark.parametrize(
    ("experiment", "column", "rows", "change", "statement"),
    [
        ("students", "law", None, lambda x: x + 0.01, "means"),
        ("students", "law", None, lambda x: x - 0.01, "means"),
        ("gaps", "law", None, lambda x: x + 0.01, "along_the_gap"),
        ("gaps", "law", None, lambda x: x - 0.01, "along_the_gap"),
        ("students", "below", {"n": 95, "pair": "good"}, lambda x: np.clip(x + 0.15, 0, 1), "distributions"),
        ("students", "delta", {"pair": "below chance"}, lambda x: 1 - x, "below_chance"),
        ("students", "chosen", {"pair": "below chance"}, lambda x: 1 - x, "below_chance"),
        ("students", "delta", {"pair": "swapped"}, lambda x: 1 - x, "reversed_pair"),
        ("students", "delta", {"pair": "equal", "n": 400}, lambda x: x + 0.1, "equal_teachers"),
        ("gaps", "hard", None, lambda x: 1 - x, "gain_rises"),
        ("worth", "alone", None, lambda x: 4 * x, "worth_orders"),
        ("worth", "worth", None, lambda x: 4 * x, "worth_orders"),
    ],
)
def test_a_law_that_is_moved_fails(law, experiment, column, rows, change, statement):
    assert not law.changed(experiment, rows, **{column: change}).passes(statement)


@pytest.mark.parametrize(
    ("rows", "change", "statement"),
    [
        ({"kind": "delta"}, lambda x: x - 0.03, "delta_helps"),
        ({"kind": "chosen"}, lambda x: x + 0.1, "supervised_hurts"),
        ({"kind": "reversed"}, lambda x: -x, "reversed_hurts"),
        ({"kind": "rejected", "C": 1e-4}, lambda x: -x, "supervised_always_hurts"),
        ({"kind": "delta", "C": 10.0}, lambda x: x + 0.1, "best_length"),
        ({"pair": "equal", "kind": "delta"}, lambda x: x + 0.01, "equal_teach_nothing"),
        ({"pair": "equal", "kind": "delta"}, lambda x: -x, "equal_only_hurt"),
        ({"pair": ".75, .60", "kind": "delta"}, lambda x: x - 0.03, "gap_orders"),
        ({"pair": "unrelated errors", "kind": "delta"}, lambda x: x + 0.06, "shared_errors_cancel"),
    ],
)
def test_another_outcome_of_tuning_fails(tuning, rows, change, statement):
    assert not tuning.changed("students", rows, overlap=change, hard=change).passes(statement)


@pytest.mark.parametrize(
    ("experiment", "column", "change", "statement"),
    [
        ("geometries", "wrong_signs", lambda x: x + 1, "first_order"),
        ("geometries", "wrong_ends", lambda x: x + 1, "turning_points"),
        ("races", "exact", lambda x: x - 0.02, "random_pairs"),
        ("races", "exact", lambda x: x + 0.02, "random_pairs"),
        ("races", "bound", lambda x: x + 0.6, "share_bound"),
        ("races", "helped", lambda x: x * 0 + 500, "nearly_all_help"),
        ("confident", "gain", lambda x: -x, "threshold"),
    ],
)
def test_another_outcome_of_pairs_fails(pairs, experiment, column, change, statement):
    assert not pairs.changed(experiment, None, **{column: change}).passes(statement)


def test_a_wrong_formula_is_counted():
    # What the experiment counts, for a direction that forgets the teachers' own part.
    from simulations.claims.delta.delta_pairs import experiments

    rng = np.random.default_rng(0)
    assert experiments._geometries(3, rng)["wrong_signs"] == 0
    original = experiments.delta_direction
    try:
        experiments.delta_direction = lambda c, r, **known: original(c, r, **known) + 0.05 * c
        assert experiments._geometries(3, rng)["wrong_signs"] > 0
    finally:
        experiments.delta_direction = original
