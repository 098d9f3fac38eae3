"""Weights, sequences and the transition forecaster: exact without noise, equivariant, the twin's, and its failures."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from w2slens.drift import RULES, DomainSequence, TransitionForecaster, forecast_weights
from w2slens.errors import UndefinedError
from w2slens.testing.drift import labelled_domains, rotations, transition_twin

PARAMETERS = {"window": 3, "discount": 0.7, "degrees": 5.0}


# Weights


@given(st.sampled_from(RULES), st.integers(3, 30), st.integers(1, 20))
def test_weights_are_those_of_the_name(kind, count, horizon):
    a = forecast_weights(kind, count, horizon, degree=2, **PARAMETERS)
    t = np.arange(1, count + 1)
    if kind == "trend":
        for power in range(3):
            assert a @ (t / count) ** power == pytest.approx(((count + horizon) / count) ** power, abs=1e-6)
    elif kind == "harmonic":
        assert a @ np.cos(np.deg2rad(5) * t) == pytest.approx(np.cos(np.deg2rad(5) * (count + horizon)), abs=1e-7)
    else:
        assert a.sum() == pytest.approx(1)
        assert np.all(np.diff(a) >= 0)
    if kind == "window":
        assert np.count_nonzero(a) == 3


def test_weights_that_are_others_in_disguise():
    pooled, last = (forecast_weights(kind, 6) for kind in ("pooled", "last"))
    for same in (
        forecast_weights("window", 6, window=6),
        forecast_weights("discount", 6, discount=1.0),
        forecast_weights("trend", 6, 4, degree=0),
        forecast_weights("harmonic", 6, 4, degrees=0.0),
    ):
        np.testing.assert_allclose(same, pooled, atol=1e-12)
    np.testing.assert_array_equal(forecast_weights("window", 6, window=1), last)


# Domains


def test_a_turning_sequence():
    moving = DomainSequence.turning([3.0, 1.0, 2.0], degrees=10, acceleration=5, length=4, sigma=0.5, plane=(2, 0))
    means = np.asarray(moving.means)
    angles = np.rad2deg(np.arctan2(means[:, 0], means[:, 2]))
    np.testing.assert_allclose(np.diff(angles), [10, 15, 20])
    np.testing.assert_allclose(means[:, 1], 1.0)
    np.testing.assert_allclose(moving.best, moving.best[0])


def test_samples_have_the_accuracy_they_should():
    moving = DomainSequence([[1.0, 0.5], [0.0, -1.0]], sigma=0.8)
    w = np.array([0.6, 0.3])
    for (X, y), exact in zip(moving.sample(200_000, rng=1), moving.accuracy(w), strict=True):
        assert abs(np.mean(np.sign(X @ w) == y) - exact) < 5 * 0.5 / np.sqrt(200_000)
    assert [len(y) for _, y in moving.sample([0, 7], rng=1)] == [0, 7]


# The transition


@given(st.data(), st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_without_noise_any_rotation_is_found_exactly(data, d):
    M = data.draw(rotations(d))
    theta = np.array(data.draw(st.lists(st.floats(0.5, 2), min_size=d, max_size=d)))
    means = [theta]
    for _ in range(d + 5):
        means.append(M @ means[-1])
    path = np.array(means)
    spectrum = np.linalg.svd(path[: d + 3], compute_uv=False)
    assume(np.all((spectrum > 0.05) | (spectrum < 1e-9)))
    rank = int(np.sum(spectrum > 0.05))
    domains = [(np.stack([mean, -mean]), np.array([1, -1])) for mean in path[: d + 3]]
    forecaster = TransitionForecaster(rank=rank).fit(domains)
    for horizon in (1, 3):
        np.testing.assert_allclose(forecaster.coef(horizon), path[d + 2 + horizon], atol=1e-7)


def test_two_domains_determine_a_turn():
    quarter = [([[2.0, 0.0], [-2.0, 0.0]], [1, -1]), ([[0.0, 2.0], [0.0, -2.0]], [1, -1])]
    np.testing.assert_allclose(TransitionForecaster().fit(quarter).coef(1), [-2.0, 0.0], atol=1e-12)


@given(labelled_domains(), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_it_is_the_twin(domains, horizon):
    forecaster = TransitionForecaster().fit(domains)
    expected, rank = transition_twin(domains, horizon)
    values, edge = forecaster.singular_values_, forecaster.edge_
    assume(np.all(np.abs(values - edge) > 1e-6 * (1 + edge)))
    assert forecaster.rank_ == rank
    gaps = np.append(-np.diff(values), values[-1] if len(values) == domains[0].X.shape[1] else 1.0)
    # The kept directions must be determined, and the map on them.
    assume(rank == len(values) or gaps[rank - 1] > 1e-3)
    np.testing.assert_allclose(forecaster.basis_.T @ forecaster.basis_, np.eye(rank), atol=1e-9)
    assume(rank < len(domains) - 1 or rank == 1)
    np.testing.assert_allclose(forecaster.coef(horizon), expected, atol=1e-5)


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_rotating_the_world_rotates_the_forecast(data):
    M = data.draw(rotations(4))
    moving = DomainSequence.turning([2.0, 0.0, 1.0, 0.0], degrees=15, length=8, sigma=0.7)
    domains = moving.sample(30, rng=data.draw(st.integers(0, 100)))
    plain, turned = TransitionForecaster().fit(domains), TransitionForecaster().fit([(X @ M.T, y) for X, y in domains])
    np.testing.assert_allclose(turned.coef(5), M @ plain.coef(5), atol=1e-9)


def test_rank_one_is_empirical_risk_minimisation():
    domains = DomainSequence.turning([2.0, 0.0, 1.0], degrees=5, length=6, sigma=1.0).sample(
        [10, 20, 5, 8, 9, 3], rng=0
    )
    forecaster = TransitionForecaster(rank=1).fit(domains)
    X, y = np.concatenate([d.X for d in domains]), np.concatenate([d.y for d in domains])
    np.testing.assert_allclose(forecaster.coef(7), y @ X / len(y), atol=1e-12)


def test_any_estimator_learns_in_the_last_frame():
    # Two classes on opposite sides of a point that moves; no linear rule through the origin separates them.
    rng = np.random.default_rng(0)

    def domain(t):
        angle, y = np.deg2rad(8 * t), rng.integers(0, 2, 400)
        along, across = 5 + 0.8 * (2 * y - 1) + 0.3 * rng.standard_normal(400), rng.standard_normal(400) * 0.3
        X = np.column_stack(
            [along * np.cos(angle) - across * np.sin(angle), along * np.sin(angle) + across * np.cos(angle)]
        )
        return X, y

    domains = [domain(t) for t in range(10)]
    forecaster = TransitionForecaster(estimator=LogisticRegression(), summary="means").fit(domains)
    assert forecaster.classes_.tolist() == [0, 1]
    X, y = domain(25)
    assert np.mean(forecaster.predict(X, 16) == y) > 0.98
    np.testing.assert_allclose(np.linalg.norm(forecaster.carry(X, 25), axis=1), np.linalg.norm(X, axis=1))
    late = LogisticRegression().fit(np.concatenate([d[0] for d in domains]), np.concatenate([d[1] for d in domains]))
    assert late.score(X, y) < 0.9


@pytest.mark.parametrize("degree", [1, 2])
def test_steps_that_change_are_followed_exactly_without_noise(degree):
    count = np.arange(14)
    angles = np.deg2rad(4 * count + 0.5 * count**2 * (degree >= 1) + 0.02 * count**3 * (degree == 2))
    path = 2 * np.column_stack([np.cos(angles), np.sin(angles), np.full(14, 0.5)])
    domains = [(np.stack([mean, -mean]), [1, -1]) for mean in path[:10]]
    plane = [(X[:, :2], y) for X, y in domains]
    forecaster = TransitionForecaster(rank=2, degree=degree).fit(plane)
    np.testing.assert_allclose(forecaster.coef(4), path[13, :2], atol=1e-8)
    constant = TransitionForecaster(rank=2).fit(plane)
    assert np.linalg.norm(constant.coef(4) - path[13, :2]) > 0.1


def test_steps_that_change_need_enough_summaries():
    domains = DomainSequence.turning([2.0, 0.0, 1.0, 1.0], degrees=20, length=8, sigma=0.01).sample(9, rng=0)
    with pytest.raises(UndefinedError, match="steps that change are undefined"):
        TransitionForecaster(rank=3, degree=1).fit(domains)


def test_labels_that_are_missing_in_a_domain_leave_it_out_of_their_mean():
    moving = DomainSequence.turning([3.0, 0.0], degrees=10, length=8, sigma=0.2)
    domains = [(X, y) for X, y in moving[:6].sample(40, rng=0)]
    X, y = domains[2]
    domains[2] = (X[y == 1], y[y == 1])
    forecaster = TransitionForecaster(summary="means").fit(domains)
    angle = np.rad2deg(np.arctan2(forecaster.transition_[1, 0], forecaster.transition_[0, 0]))
    assert abs(angle) == pytest.approx(10, abs=1)


def test_it_clones_and_refits():
    forecaster = TransitionForecaster(rank=2, degree=1, estimator=SVC(), summary="means")
    other = clone(forecaster)
    assert other.get_params()["summary"] == "means"
    domains = DomainSequence.turning([2.0, 0.0, 1.0], degrees=5, length=6, sigma=0.3).sample(20, rng=0)
    first = other.fit(domains).transition_.copy()
    np.testing.assert_array_equal(other.fit(domains).transition_, first)


GOOD = [(np.eye(3), [1, -1, 1]), (np.eye(3) + 1, [1, -1, -1])]


@pytest.mark.parametrize(
    ("domains", "error", "message"),
    [
        (GOOD[:1], ValueError, "domains has 1 entries, but a transition needs at least 2"),
        ([GOOD[0], (np.eye(2), [1, -1])], ValueError, r"domains\[1\].X has 2 columns"),
        ([GOOD[0], (np.eye(3), [1, -1])], ValueError, r"domains\[1\].y has shape \(2,\)"),
        ([GOOD[0], (np.eye(3) * np.nan, [1, -1, 1])], ValueError, r"domains\[1\].X has nan at index \(0, 0\)"),
        ([GOOD[0], (np.zeros((0, 3)), [])], ValueError, r"domains\[1\].X has shape \(0, 3\)"),
        ([GOOD[0], np.eye(3)], TypeError, r"domains\[1\] must be a pair"),
        ([GOOD[0], (np.eye(3), [1, 0, 1])], ValueError, r"domains\[1\].y has .* at index 1"),
        ([(np.eye(3)[:1], [1])] * 2, UndefinedError, "noise within domains is undefined"),
    ],
)
def test_bad_domains_are_named(domains, error, message):
    with pytest.raises(error, match=message):
        TransitionForecaster().fit(domains)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: forecast_weights("oldest", 3), ValueError, "kind is 'oldest'"),
        (lambda: forecast_weights("last", 0), ValueError, "count is 0"),
        (lambda: forecast_weights("trend", 5, 0), ValueError, "horizon is 0"),
        (lambda: forecast_weights("window", 5), ValueError, "window is missing"),
        (lambda: forecast_weights("window", 5, window=6), ValueError, "window is 6"),
        (lambda: forecast_weights("discount", 5, discount=0.0), ValueError, "discount is 0"),
        (lambda: forecast_weights("harmonic", 5), ValueError, "degrees is missing"),
        (lambda: forecast_weights("trend", 3, degree=3), ValueError, "degree is 3"),
        (lambda: DomainSequence([[1.0, np.nan]], 1.0), ValueError, r"means has nan at index \(0, 1\)"),
        (lambda: DomainSequence([1.0], 1.0), ValueError, r"means has shape \(1,\)"),
        (lambda: DomainSequence([[1.0]], 0.0), ValueError, "sigma is 0"),
        (lambda: DomainSequence([[1.0]], 1.0).sample([1, 2]), ValueError, "counts has 2 entries"),
        (lambda: DomainSequence([[1.0]], 1.0).accuracy([1.0, 2.0]), ValueError, "coef has 2 entries"),
        (lambda: DomainSequence([[1.0]], 1.0)[0], TypeError, "chosen by a slice"),
        (
            lambda: DomainSequence.turning([1.0, 2.0], degrees=1, length=2, sigma=1, plane=(1, 1)),
            ValueError,
            "plane is",
        ),
        (lambda: TransitionForecaster(rank=9).fit(GOOD), ValueError, "rank is 9"),
        (lambda: TransitionForecaster(degree=1).fit(GOOD), ValueError, "degree is 1"),
        (lambda: TransitionForecaster(summary="all").fit(GOOD), ValueError, "summary is 'all'"),
        (lambda: TransitionForecaster().fit(GOOD).predict(np.eye(3), 0), ValueError, "horizon is 0"),
        (lambda: TransitionForecaster().fit(GOOD).predict(np.eye(2)), ValueError, r"X has shape \(2, 2\)"),
        (lambda: TransitionForecaster(estimator=SVC()).fit(GOOD).coef(), ValueError, "coef is the default student's"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
