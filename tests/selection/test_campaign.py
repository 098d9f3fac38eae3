import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import w2slens as wl
from w2slens.selection.history import STATUSES
from w2slens.testing.selection import ScriptedSource, sources

mpl.use("Agg")


def mixture_sources(shares, seed=0):
    mixture = wl.GaussianMixture([1.0] * 8, 1.0, 4)
    weak = wl.train_weak(*mixture.sample((200, 200, 200, 0), rng=seed)[:2], d_easy=4)
    return [
        wl.selection.MixtureSource(mixture, weak, share, name=f"source {k}", rng=10 * seed + k)
        for k, share in enumerate(shares)
    ]


@settings(max_examples=200)
@given(
    st.lists(sources(), min_size=1, max_size=4), st.integers(1, 12), st.integers(1, 5), st.booleans(), st.integers(0, 9)
)
def test_nothing_is_lost_whatever_sources_do(pools, rounds, size, detect, seed):
    scripts = [list(pool._script) for pool in pools]
    history = wl.selection.select_sources(
        pools,
        wl.bandit.ThompsonSampling(len(pools), rng=seed),
        rounds,
        size,
        wl.OverlapDetector() if detect else None,
        on_error="close",
    )
    table = history.to_table()
    assert history.n_rounds <= rounds
    assert history.labels.size == history.n_points == table["size"].sum()
    assert all(1 <= n <= size for n in table["size"])
    # Every draw of a script became a round or an event, in order.
    for k, script in enumerate(scripts):
        drawn = script[: len(script) - len(pools[k]._script)]
        mine = [batch for batch, source in zip(history.batches, history.choices, strict=True) if source == k]
        for kept, given_ in zip(mine, [entry for entry in drawn if not isinstance(entry, Exception)], strict=True):
            np.testing.assert_array_equal(kept.X, given_.X[:size])
        failures = sum(isinstance(entry, Exception) for entry in drawn)
        assert failures == sum(what == "failed" for _, source, what, _ in history.events if source == k) <= 1
    if history.n_rounds < rounds:
        assert {source for _, source, _, _ in history.events} == set(range(len(pools)))
    undetected = np.isnan(table["fraction"])
    np.testing.assert_array_equal(table["status"] == STATUSES.index("undetected"), undetected)
    event(f"undetected {undetected.any()}, events {len(history.events) > 0}")


def test_a_campaign_stopped_and_continued_equals_an_unbroken_one(tmp_path):
    shares = [(4, 4, 1, 0), (1, 1, 4, 0), (1, 1, 2, 0)]
    whole = wl.selection.select_sources(
        mixture_sources(shares), wl.bandit.ThompsonSampling(3, rng=5), 30, 40, wl.OverlapDetector()
    )
    pools, policy = mixture_sources(shares), wl.bandit.ThompsonSampling(3, rng=5)
    part = wl.selection.select_sources(pools, policy, 12, 40, wl.OverlapDetector())
    part.save(tmp_path / "history.npz")
    policy.save(tmp_path / "policy.json")
    later = wl.selection.select_sources(
        pools,
        wl.bandit.load_policy(tmp_path / "policy.json"),
        18,
        40,
        wl.OverlapDetector(),
        history=wl.selection.SelectionHistory.load(tmp_path / "history.npz"),
    )
    for name, column in whole.to_table().items():
        np.testing.assert_array_equal(later.to_table()[name], column)
    np.testing.assert_array_equal(later.labels, whole.labels)


def test_a_failing_source_stops_the_selection_and_keeps_what_was_finished():
    good = [wl.selection.Batch(np.eye(3) + 0.1, np.array([0.5, 0.9, 1.0]), np.array([1, 0, 2]))] * 5
    failing = ScriptedSource([*good[:2], OSError("the disk is gone")], name="tape")
    policy = wl.bandit.RoundRobin(2, rng=0)
    with pytest.raises(wl.errors.SelectionError, match="tape: the disk is gone") as caught:
        wl.selection.select_sources([ScriptedSource(good), failing], policy, 10, 3)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.yielded is None
    history = caught.value.history
    assert history.n_rounds == policy.rounds == history.labels.size // 3
    assert (history.choices == 1).sum() == 2
    wl.selection.select_sources([ScriptedSource(good), ScriptedSource(good)], policy, 1, 3, history=history)
    assert history.n_rounds == policy.rounds


def test_regret_is_counted_in_true_densities_and_never_falls():
    pools = mixture_sources([(4, 4, 1, 0), (1, 1, 4, 0)])
    history = wl.selection.select_sources(pools, wl.bandit.UCB(2, horizon=50, rng=0), 50, 60, wl.OverlapDetector())
    gap = pools[1].density - pools[0].density
    np.testing.assert_allclose(history.regret, np.cumsum(history.choices == 0) * gap)
    oracle = wl.selection.select_sources(pools, wl.bandit.Oracle([p.density for p in pools]), 5, 10)
    assert (oracle.regret == 0).all()
    np.testing.assert_array_equal(oracle.fractions, oracle.true_fractions)


def test_unknown_densities_make_regret_undefined_but_not_the_table():
    history = wl.selection.select_sources(
        [ScriptedSource([wl.selection.Batch(np.eye(2), [0.5, 0.9], [1, 2])], name="web")], wl.bandit.RoundRobin(1), 3, 2
    )
    with pytest.raises(wl.UndefinedError, match="regret is undefined: the density of web is unknown"):
        _ = history.regret
    assert np.isnan(history.to_table()["regret"]).all()
    assert "y" not in history.data()
    with pytest.raises(wl.UndefinedError, match="nothing has been acquired"):
        wl.selection.SelectionHistory(["one"]).data()


def test_a_policy_learns_the_size_a_batch_had():
    X = np.arange(20.0).reshape(10, 2)
    pool = wl.selection.ArraySource(X, np.linspace(0, 1, 10), regions=[2] * 3 + [0] * 7, rng=1)
    policy = wl.bandit.UCB(1, unit="points", rng=0)
    history = wl.selection.select_sources([pool], policy, 9, 4)
    assert history.to_table()["size"].tolist() == [4, 4, 2]
    assert policy.means[0] == pytest.approx(0.3)


def test_a_source_that_yields_more_than_asked_for_has_failed():
    class Generous(wl.selection.Source):
        name = "generous"

        def draw(self, n):
            return wl.selection.Batch(np.ones((n + 1, 2)), np.full(n + 1, 0.5), np.zeros(n + 1))

    with pytest.raises(wl.errors.SelectionError, match="generous: 4 points were yielded, but 3 asked for") as caught:
        wl.selection.select_sources([Generous()], wl.bandit.RoundRobin(1), **GOOD)
    assert len(caught.value.yielded.X) == 4


def test_every_point_knows_its_source_and_the_plot_weighs_points_alike():
    pools = [
        wl.selection.ArraySource(np.full((5, 2), 0.0), [0.5] * 5, regions=[2] * 5, rng=0),
        wl.selection.ArraySource(np.full((9, 2), 1.0), [0.5] * 9, regions=[0] * 9, rng=0),
    ]
    history = wl.selection.select_sources(pools, wl.bandit.RoundRobin(2, rng=1), 9, 4)
    data = history.data()
    np.testing.assert_array_equal(data["source"], data["X"][:, 0])
    np.testing.assert_array_equal(data["source"], history.choices[data["round"]])
    assert sorted(history.to_table()["size"]) == [1, 1, 4, 4, 4]
    assert [line.get_ydata()[-1] for line in history.plot().lines[:2]] == pytest.approx([5 / 14] * 2)


class Drifting(wl.selection.Source):
    name = "drifting"

    def __init__(self, densities):
        self._densities = list(densities)

    @property
    def density(self):
        return self._densities[0]

    def draw(self, n):
        self._densities.pop(0)
        return wl.selection.Batch(np.eye(n) + 0.1, np.full(n, 0.5), np.full(n, 2))


def test_regret_counts_the_density_that_a_round_was_drawn_from():
    history = wl.selection.select_sources([Drifting([0.25, 0.5, 1.0, 0.75])], wl.bandit.RoundRobin(1), 3, 2)
    assert history.densities.ravel().tolist() == [0.25, 0.5, 1.0]
    pools = [Drifting([0.25, 0.5, 1.0]), ScriptedSource([wl.selection.Batch(*POINTS)] * 3, density=0.75)]
    history = wl.selection.select_sources(pools, wl.bandit.RoundRobin(2, rng=0), 4, 3)
    assert history.choices.tolist() == [0, 1, 0, 1]
    assert history.regret.tolist() == [0.5, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("density", [float("nan"), 1.5, "half"])
def test_a_density_that_is_none_is_charged_to_its_source_and_costs_no_data(density):
    good, bad = (
        ScriptedSource([wl.selection.Batch(*POINTS)] * 4, name="good"),
        ScriptedSource([wl.selection.Batch(*POINTS)], name="bad"),
    )
    bad.density = density
    with pytest.raises(wl.errors.SelectionError, match="bad: density of bad") as caught:
        wl.selection.select_sources([good, bad], wl.bandit.RoundRobin(2, rng=0), 3, 3)
    assert (caught.value.history.n_rounds, len(good._script), len(bad._script)) == (0, 4, 1)
    history = wl.selection.select_sources([good, bad], wl.bandit.RoundRobin(2, rng=0), 3, 3, on_error="close")
    assert history.choices.tolist() == [0, 0, 0]
    assert [event[1:3] for event in history.events] == [(1, "failed")]


def test_a_source_may_fill_the_same_arrays_again():
    X, proba = np.zeros((3, 2)), np.array([0.5, 0.7, 1.0])

    def stream():
        for k in range(4):
            X[:] = np.arange(6).reshape(3, 2) + k + 1
            yield X, proba

    history = wl.selection.select_sources([stream()], wl.bandit.RoundRobin(1), 4, 3, wl.OverlapDetector())
    assert history.data()["X"][::3, 0].tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", [wl.bandit.UCB, wl.bandit.KLUCB, wl.bandit.RoundRobin, wl.bandit.EpsilonGreedy])
@pytest.mark.parametrize("seed", range(4))
def test_a_source_that_cannot_be_judged_does_not_hold_up_the_others(kind, seed):
    rng = np.random.default_rng(seed)
    constant = ScriptedSource([wl.selection.Batch(np.eye(4) + 1, np.full(4, 0.5))] * 20)
    varied = ScriptedSource([wl.selection.Batch(rng.random((4, 4)), rng.random(4)) for _ in range(20)])
    history = wl.selection.select_sources([constant, varied], kind(2, rng=seed), 12, 4, wl.OverlapDetector())
    assert np.isnan(history.fractions).sum() <= 1
    assert set(history.choices) == {0, 1}


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(0, 9))
def test_sources_that_never_can_be_judged_take_turns(k, seed):
    for policy in (wl.bandit.UCB(k, rng=seed), wl.bandit.RoundRobin(k, rng=seed)):
        pools = [ScriptedSource([wl.selection.Batch([[1.0, 2.0]], [0.5])] * 9) for _ in range(k)]
        detector = wl.IncrementalDetector(hard_threshold="batch")
        history = wl.selection.select_sources(pools, policy, 3 * k, 1, detector)
        assert np.isnan(history.fractions).all()
        assert (np.bincount(history.choices, minlength=k) == 3).all()
        assert policy.rounds == 0


def test_a_pool_is_served_once_and_runs_dry():
    X = np.arange(20.0).reshape(10, 2)
    pool = wl.selection.ArraySource(X, np.linspace(0, 1, 10), regions=np.arange(10) % 3, rng=1)
    history = wl.selection.select_sources([pool], wl.bandit.RoundRobin(1), 10, 4)
    assert history.to_table()["size"].tolist() == [4, 4, 2]
    assert history.to_table()["status"].tolist() == [0, 0, 1]
    assert sorted(history.data()["X"][:, 0]) == X[:, 0].tolist()
    assert history.events == [(3, 0, "dry", "it has no more points")]
    assert pool.density == 0.3
    assert sorted(pool.taken) == list(range(10))


def test_streams_hand_on_every_row():
    stream = wl.selection.StreamSource(
        [(np.full((3, 2), k), np.full(3, 0.5)) for k in range(3)] + [(np.ones((0, 2)), np.ones(0))]
    )
    sizes, rows = [], []
    while (batch := stream.draw(2)) is not None:
        sizes.append(len(batch.X))
        rows.extend(batch.X[:, 0].tolist())
    assert sizes == [2, 1] * 3
    assert rows == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_mixture_source_has_its_shares_and_its_weak_labels():
    (source,) = mixture_sources([(1, 2, 5, 0)])
    batch = source.draw(40_000)
    counts = np.bincount(batch.regions, minlength=4)
    assert np.abs(counts / 40_000 - np.array([1, 2, 5, 0]) / 8).max() < 5 * 0.5 / 200
    easy = batch.regions == wl.Region.EASY
    assert ((batch.weak_proba > 0.5) == (batch.y > 0))[easy].mean() > 0.9
    assert (batch.X[easy][:, 4:] == 0).all()


def test_the_plot_draws_what_the_table_holds():
    history = wl.selection.select_sources(
        mixture_sources([(1, 1, 1, 0), (1, 1, 4, 0)]), wl.bandit.RoundRobin(2, rng=0), 10, 30, wl.OverlapDetector()
    )
    ax = history.plot()
    assert [line.get_label() for line in ax.lines] == [
        "observed by the detector",
        "true",
        "the richest source's density",
    ]
    np.testing.assert_allclose(ax.lines[1].get_ydata()[-1], history.true_fractions.mean())
    assert history.plot(ax) is ax


GOOD = {"rounds": 2, "batch": 3}
POINTS = (np.eye(3) + 0.1, [0.5, 0.9, 1.0], [1, 0, 2])


@pytest.mark.parametrize(
    ("sources", "options", "message"),
    [
        ([], {}, "sources is empty"),
        ([[POINTS]] * 2, {}, "policy chooses among 1 sources, but there are 2"),
        ([[POINTS]], {"rounds": 0}, "rounds is 0, but must be at least 1"),
        ([[POINTS]], {"batch": 0}, "batch is 0, but must be at least 1"),
        ([[POINTS]], {"on_error": "ignore"}, "on_error is 'ignore'"),
        ([[POINTS]], {"history": wl.selection.SelectionHistory(["a", "b"])}, "history has 2 sources, but there are 1"),
    ],
)
def test_bad_input_is_named(sources, options, message):
    with pytest.raises(ValueError, match=message):
        wl.selection.select_sources(sources, wl.bandit.RoundRobin(1), **(GOOD | options))


@pytest.mark.parametrize(
    "second",
    [(np.ones((3, 2)), POINTS[1], POINTS[2]), (POINTS[0], np.array([[0.5, 0.5], [0.1, 0.9], [0.0, 1.0]]), POINTS[2])],
)
def test_batches_that_cannot_be_joined_are_failures_and_the_history_stays_whole(second, tmp_path):
    pools = [[wl.selection.Batch(*POINTS), second], [wl.selection.Batch(*POINTS)]]
    for detector in (None, wl.OverlapDetector()):
        history = wl.selection.select_sources(pools, wl.bandit.RoundRobin(2, rng=0), 9, 3, detector, on_error="close")
        assert "earlier batches have" in next(message for *_, what, message in history.events if what == "failed")
        assert history.n_points == history.labels.size == 6
        history.save(tmp_path / "history.npz")
        assert wl.selection.SelectionHistory.load(tmp_path / "history.npz").data()["X"].shape == (6, 3)


@pytest.mark.parametrize(
    ("yielded", "message"),
    [
        (7, r"sources\[0\] yielded a int, expected a Batch"),
        ((np.eye(2), [0.5]), r"weak_proba of sources\[0\] has shape \(1,\), but X has 2 rows"),
        ((np.eye(2), [0.5, 0.6], [1]), r"regions of sources\[0\] has shape"),
        ((np.ones(3), [0.5] * 3), r"X of sources\[0\] has shape \(3,\)"),
        ((np.eye(2), [0.5, 0.6]), "the batch has no regions"),
        ((np.eye(2), [0.5, 0.6], [0, 4]), r"regions of sources\[0\] has 4 at index 1, which is no Region"),
        ((np.eye(2), [0.5, 0.6], [[0], [1]]), r"regions of sources\[0\] has shape \(2, 1\), expected \(n,\)"),
        ((np.eye(2), [0.5, 0.6], ["a", "b"]), r"regions of sources\[0\] has dtype <U1"),
        ((np.eye(2), np.ones((2, 2, 2)), [0, 1]), r"weak_proba of sources\[0\] has shape \(2, 2, 2\), too many axes"),
        ((np.eye(2), [0.5, 0.6], [0, 1], np.ones((2, 1))), r"y of sources\[0\] has shape \(2, 1\), too many axes"),
    ],
)
def test_malformed_batches_are_failures_of_their_source(yielded, message):
    with pytest.raises(wl.errors.SelectionError, match=message):
        wl.selection.select_sources([[yielded]], wl.bandit.RoundRobin(1), **GOOD)
    history = wl.selection.select_sources([[yielded]], wl.bandit.RoundRobin(1), **GOOD, on_error="close")
    assert [what for _, _, what, _ in history.events] == ["failed"]


def test_a_batch_that_was_refused_comes_with_the_error():
    refused = wl.selection.Batch([[0.0, 0.0], [1.0, 1.0]], [0.4, 0.5])
    with pytest.raises(wl.errors.SelectionError, match="zero norm at row 0") as caught:
        wl.selection.select_sources(
            [ScriptedSource([refused])], wl.bandit.RoundRobin(1), **GOOD, detector=wl.OverlapDetector()
        )
    np.testing.assert_array_equal(caught.value.yielded.X, refused.X)


def test_malformed_arguments_are_named():
    with pytest.raises(TypeError, match="policy must be a Policy, not str"):
        wl.selection.select_sources([[POINTS]], "UCB", **GOOD)
    with pytest.raises(TypeError, match=r"sources\[0\] must be a Source or an iterable"):
        wl.selection.select_sources([3], wl.bandit.RoundRobin(1), **GOOD)
    for wrong in (ScriptedSource([]), {"a": ScriptedSource([])}, 3):
        with pytest.raises(TypeError, match="sources must be a sequence"):
            wl.selection.select_sources(wrong, wl.bandit.RoundRobin(1), **GOOD)
    with pytest.raises(TypeError, match=r"sources\[0\] must be a Source or an iterable of batches, not Batch"):
        wl.selection.select_sources([wl.selection.Batch(*POINTS)], wl.bandit.RoundRobin(1), **GOOD)
    with pytest.raises(TypeError, match="batches must be an iterable of batches, not int"):
        wl.selection.StreamSource(3)
    with pytest.raises(ValueError, match="regions has 9 at index 0"):
        wl.selection.ArraySource(np.eye(3), [0.5] * 3, regions=[9, 2, 2])
    with pytest.raises(TypeError, match="detector must be"):
        wl.selection.select_sources([[POINTS]], wl.bandit.RoundRobin(1), **GOOD, detector="cosine")
    with pytest.raises(ValueError, match=r"density is 1.5, but must be in \[0, 1\]"):
        wl.selection.StreamSource([], density=1.5)
    with pytest.raises(ValueError, match="expected four numbers"):
        wl.selection.MixtureSource(
            wl.GaussianMixture([1.0], 1.0, 1), wl.learning.LinearModel([1.0]), shares=(0, 0, 0, 0)
        )
    with pytest.raises(ValueError, match="weak_proba has shape"):
        wl.selection.ArraySource(np.eye(3), [0.5])
    used = wl.IncrementalDetector()
    used.add(*POINTS[:2])
    with pytest.raises(ValueError, match="detector has seen 3 points, but history holds 0"):
        wl.selection.select_sources([[POINTS]], wl.bandit.RoundRobin(1), **GOOD, detector=used)
