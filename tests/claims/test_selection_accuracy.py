"""The yardstick of data saved by hand, campaigns against their ledger, and verdicts that can fail."""

import numpy as np
import pytest

import w2slens as wl
from simulations.claims.selection.selection_accuracy.experiments import POLICIES
from simulations.claims.selection.selection_accuracy.readings import saved as data_saved
from simulations.grid import Seeds
from simulations.tables import of_rows
from simulations.worlds.campaigns import BATCH, CHECKPOINTS, WORLDS, acquire

SEEDS = Seeds(0, "selection_accuracy", {"world": "mixture, K = 2"})


@pytest.mark.parametrize(
    ("mine", "share", "saved"),
    [
        ([0.5, 0.6, 0.7, 0.8], 0.5, 0.0),  # uniform choice itself
        ([0.7, 0.8, 0.8, 0.8], 0.5, 0.75),  # there after one of four rounds
        ([0.6, 0.7, 0.8, 0.9], 1.0, 0.5),  # there after four of eight
        ([0.5, 0.65, 0.6, 0.8], 0.25, 1 - np.exp(np.log(2) * 2 / 3) / 2),  # between two checkpoints, in log rounds
        ([0.5, 0.5, 0.5, 0.6], 0.5, np.nan),  # never
    ],
)
def test_data_saved_by_hand(mine, share, saved):
    rounds, uniform = np.array([1, 2, 4, 8]), np.array([0.5, 0.6, 0.7, 0.8])
    assert data_saved(rounds, np.array(mine), uniform, share) == pytest.approx(saved, nan_ok=True)


@pytest.mark.parametrize("name", ["mixture, K = 2", "dominoes, K = 2"])
def test_a_campaign_reports_what_its_ledger_holds(name):
    world = WORLDS[name](SEEDS, 0)
    rows = acquire(world, wl.bandit.Oracle(world.densities, rng=0))
    assert [row["rounds"] for row in rows] == [c for c in CHECKPOINTS if c <= world.rounds]
    assert all(row["average_regret"] == 0 for row in rows)
    rich = WORLDS[name](SEEDS, 0).sources[-1]
    regions = np.concatenate([rich.draw(BATCH).regions for _ in range(world.rounds)])
    assert rows[-1]["share"] == np.mean(regions == wl.Region.OVERLAP)
    if name.startswith("mixture"):
        assert rows[-1]["hard"] > rows[-1]["weak_hard"] + 0.2


def test_policies_of_a_replicate_share_the_points_of_a_source():
    one, two = (WORLDS["mixture, K = 2"](SEEDS, 3).sources for _ in range(2))
    np.testing.assert_array_equal(one[1].draw(5).X, two[1].draw(5).X)
    assert not np.array_equal(one[0].draw(5).X, one[1].draw(5).X)


@pytest.fixture(scope="module")
def columns():
    """What a run would hold: shares, accuracies and observations by policy, with a little noise."""
    rng = np.random.default_rng(0)
    rows = []
    for world in WORLDS:
        for policy in POLICIES:
            better = 0.0 if policy == "uniform" else 0.1
            for replicate in range(20):
                rows += [
                    {
                        "world": world,
                        "policy": policy,
                        "replicate": replicate,
                        "rounds": r,
                        "share": 0.4 + better + 0.01 * rng.standard_normal(),
                        "hard": 0.8 + better * 0.2 + 0.005 * rng.standard_normal(),
                        "density_poorest": 0.1,
                        "density_richest": 0.6,
                        "observed_poorest": 0.2,
                        "observed_richest": (0.25 if "noise" in world else 0.4) + 0.02 * rng.standard_normal(),
                    }
                    for r in (1, 10, 50)
                ]
    return of_rows(rows)


def test_statements_pass_on_what_they_claim_and_fail_on_its_opposite(judged, columns):
    claim = judged("selection_accuracy", {"campaigns": columns})
    every = ["ucb_acquires_more", "thompson_acquires_more", "teaches_sooner", "fails_in_noise"]
    assert claim.passed() == set(every)
    uniform, noisy = {"policy": "uniform"}, {"world": "published noise, K = 2"}
    for rows, change, failing in [
        (uniform, {"share": lambda x: x + 0.2}, every[:2]),
        (uniform, {"hard": lambda x: x + 0.05}, every[2:3]),
        (noisy, {"observed_richest": lambda x: 0 * x + 0.4}, every[3:]),
    ]:
        assert claim.passed() - claim.changed("campaigns", rows, **change).passed() == set(failing)
