"""The statements about moving domains can fail: each is given a table in which it is false."""

import numpy as np
import pytest

from simulations.claims.drift.evolving.experiments import TASKS
from simulations.worlds import moving
from simulations.worlds.images import digits


@pytest.mark.parametrize("shift", [0.01, -0.01])
@pytest.mark.parametrize(("statement", "experiment"), [("means", "linear"), ("density_means", "density")])
def test_a_law_that_is_off_by_a_hundredth_is_noticed(judged, statement, experiment, shift):
    claim = judged("forecast")
    assert claim.passes(statement)
    assert not claim.changed(experiment, law=lambda law: law + shift).passes(statement)


@pytest.mark.parametrize(
    ("statement", "experiment", "rows", "values"),
    [
        ("distributions", "linear", {"rule": "last", "horizon": 5, "degrees": 6.0}, {"below": lambda p: p**3}),
        ("density_distributions", "density", {"rule": "last"}, {"below": lambda p: p**2}),
        ("reaches_far", "transition", {"horizon": 15}, {"transition": lambda a: a - 0.02}),
        ("beats_linear", "transition", {"degrees": 12.0}, {"transition": lambda a: 0 * a + 0.1}),
        ("costs_little", "transition", {"degrees": 0.0}, {"transition": lambda a: a - 0.01}),
        ("fails_below_the_edge", "transition", {"degrees": 2.0}, {"transition": lambda a: a + 0.05}),
        ("old_overlap_points_count", "density", {"rule": "transition"}, {"accuracy": lambda a: a - 0.1}),
    ],
)
def test_forecast_passes_and_fails(judged, statement, experiment, rows, values):
    claim = judged("forecast")
    assert claim.passes(statement)
    assert not claim.changed(experiment, rows, **values).passes(statement)


@pytest.mark.parametrize(
    ("statement", "experiment", "rows", "values"),
    [
        ("circle", "circles", {"task": "Circle", "method": "transition"}, {"accuracy": lambda a: a - 0.012}),
        ("circle_hard", "circles", {"method": "transition, changing"}, {"accuracy": lambda a: a - 0.012}),
        ("steps_that_grow", "circles", {"method": "transition"}, {"accuracy": np.ones_like}),
        ("turned_digits", "digits", {"method": "transition"}, {"accuracy": lambda a: np.nan * a}),
        ("no_direction", "writers", {"method": "transition"}, {"accuracy": lambda a: np.nan * a}),
    ],
)
def test_evolving_passes_and_fails(judged, statement, experiment, rows, values):
    claim = judged("evolving")
    assert claim.passes(statement)
    assert not claim.changed(experiment, rows, **values).passes(statement)


def test_own_baselines_are_held_to_both_ends(judged):
    claim = judged("evolving")
    for accuracy in (0.5, 0.99):
        assert not claim.changed("circles", {"method": "ERM"}, accuracy=lambda a, c=accuracy: 0 * a + c).passes(
            "own_baselines"
        )


@pytest.mark.parametrize(
    ("statement", "experiment", "values"),
    [
        ("direct", "rollouts", {"direct_violated": np.ones_like}),
        ("telescoped", "rollouts", {"telescoped_violated": np.ones_like}),
        ("jensen_shannon", "rollouts", {"jensen_shannon_violated": np.ones_like}),
        ("printed_form_is_broken", "memorising", {"bound": lambda b: b + 0.4}),
        ("printed_form_is_broken", "memorising", {"wrong": lambda w: w // 10}),
        ("memory_moves_nothing", "memorising", {"moved": lambda m: m + 1e-6}),
        ("counterpart", "counterpart", {"bound": lambda b: 0 * b}),
        ("vacuous_with_few_points", "counterpart", {"bound": lambda b: b / 3}),
    ],
)
def test_transition_bound_passes_and_fails(judged, statement, experiment, values):
    claim = judged("transition_bound")
    assert claim.passes(statement)
    assert not claim.changed(experiment, **values).passes(statement)


# Worlds


def test_circles_lie_where_they_should():
    for degrees, _ in TASKS.values():
        domains = moving.circle(degrees, 4000, np.random.default_rng(0))
        for angle, (X, y) in zip(np.deg2rad(degrees), domains, strict=True):
            centre = moving.RADIUS * np.array([np.cos(angle), np.sin(angle)])
            assert np.all(np.abs(X.mean(axis=0) - centre) < 5 * moving.SPREAD / np.sqrt(4000))
            np.testing.assert_array_equal(y, (X**2).sum(axis=1) > moving.RADIUS**2)
    np.testing.assert_array_equal(np.diff(TASKS["Circle-Hard"][0]), np.arange(19))


def test_turned_images_turn_and_keep_their_labels():
    rows = np.arange(50)
    images, labels = digits()
    straight, quarter, half = moving.turned_digits(np.array([0.0, 90.0, 180.0]), 50, rows, np.random.default_rng(1))
    padded = np.pad(images[:50].reshape(-1, 8, 8), ((0, 0), (2, 2), (2, 2)))
    for domain, times in ((straight, 0), (quarter, 1), (half, 2)):
        shape = (50, moving.SIDE, moving.SIDE)
        found = {tuple(np.round(image, 6).ravel()) for image in domain.X.reshape(shape)}
        ways = [
            {tuple(np.round(image, 6).ravel()) for image in np.rot90(padded, sign * times, axes=(1, 2))}
            for sign in (1, -1)
        ]
        assert found in ways
        assert sorted(domain.y) == sorted(labels[:50])


def test_blocks_of_writers_are_the_digits_in_order():
    blocks = moving.in_order(12)
    np.testing.assert_array_equal(np.concatenate([block.X for block in blocks]), digits()[0])
