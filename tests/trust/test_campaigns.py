"""A campaign is whole whatever interrupts it, and goes on from files as if it had never stopped."""

import sys

import numpy as np
import pytest

import w2slens as wl
from w2slens.bandit import RoundRobin, ThompsonSampling, load_policy
from w2slens.selection import ArraySource, Batch, MixtureSource, SelectionHistory, Source, StreamSource, select_sources

RANDOM = np.random.default_rng(0)
X, P = RANDOM.standard_normal((900, 8)), RANDOM.random(900)
MIXTURE = wl.GaussianMixture([1.0] * 6, 1.0, 3)
WEAK = wl.train_weak(*MIXTURE.sample((60, 60, 60, 0), rng=0)[:2], d_easy=3)


def arrays():
    return [ArraySource(X[:450], P[:450], rng=0), ArraySource(X[450:], P[450:], rng=1)]


def every_kind():
    stream = [Batch(X[i : i + 70], P[i : i + 70]) for i in range(0, 420, 70)]
    mixture = wl.GaussianMixture([1.0] * 8, 1.0, 4)
    weak = wl.train_weak(*mixture.sample((60, 60, 60, 0), rng=0)[:2], d_easy=4)
    return [ArraySource(X, P, rng=0), MixtureSource(mixture, weak, (1, 1, 2, 0), rng=4), StreamSource(stream)]


@pytest.mark.parametrize("pools", [arrays, every_kind])
def test_a_campaign_continued_from_files_with_fresh_sources_equals_an_unbroken_one(tmp_path, pools):
    k = len(pools())
    whole = select_sources(pools(), ThompsonSampling(k, rng=0), 12, 30, wl.OverlapDetector())
    policy = ThompsonSampling(k, rng=0)
    select_sources(pools(), policy, 6, 30, wl.OverlapDetector()).save(tmp_path / "c.npz")
    policy.save(tmp_path / "p.json")
    history = SelectionHistory.load(tmp_path / "c.npz")
    later = select_sources(pools(), load_policy(tmp_path / "p.json"), 6, 30, wl.OverlapDetector(), history=history)
    for name, column in whole.data().items():
        np.testing.assert_array_equal(later.data()[name], column)
    for name, column in whole.to_table().items():
        np.testing.assert_array_equal(later.to_table()[name], column)
    if pools is arrays:
        assert len(np.unique(later.data()["X"], axis=0)) == later.n_points == 360


def test_parts_that_are_not_of_one_campaign_are_told_apart(tmp_path):
    policy = RoundRobin(2, rng=0)
    select_sources(arrays(), policy, 6, 30, wl.OverlapDetector()).save(tmp_path / "c.npz")
    load = SelectionHistory.load

    def go_on(pools, policy, detector=None):
        return select_sources(pools, policy, 1, 30, detector or wl.OverlapDetector(), history=load(tmp_path / "c.npz"))

    with pytest.raises(ValueError, match="policy has learned from 0 rounds, but history has 6"):
        go_on(arrays(), RoundRobin(2, rng=0))
    with pytest.raises(ValueError, match=r"sources\[0\] is not the one of this history: array has not given"):
        go_on([ArraySource(-X[:450], P[:450], rng=0), arrays()[1]], policy)
    with pytest.raises(ValueError, match=r"sources\[1\] is not the one .* 90 rows"):
        go_on([arrays()[0], ArraySource(X[:90], P[:90])], policy)
    with pytest.raises(ValueError, match=r"sources\[0\] is not the one"):
        go_on([[Batch(X[:20], P[:20])], arrays()[1]], policy)
    seen = wl.IncrementalDetector()
    seen.add(X[:30], P[:30])
    with pytest.raises(ValueError, match="detector has seen 30 points, but history holds 180"):
        go_on(arrays(), policy, seen)
    ended = ArraySource(X[:40], P[:40], rng=0)
    drained = RoundRobin(1, rng=0)
    history = select_sources([ended], drained, 6, 30, wl.OverlapDetector())
    reopened = RoundRobin(1, rng=0)
    reopened.rounds = drained.rounds
    with pytest.raises(ValueError, match="policy has array open, but history says that it ended"):
        select_sources([ended], reopened, 1, 30, wl.OverlapDetector(), history=history)


class Tape(Source):
    """A source of one's own, which can tell where it stands, or not."""

    name = "tape"

    def __init__(self, *, tells=True, extra=None):
        self.at, self.tells, self.extra = 0, tells, extra

    def draw(self, n):
        self.at += n
        return Batch(X[self.at - n : self.at], P[self.at - n : self.at])

    def state(self):
        return {"at": self.at, "extra": self.extra} if self.tells else None

    def restore(self, state):
        self.at = state["at"]


def test_a_source_of_ones_own_goes_on_where_it_says_it_stood(tmp_path):
    policy = RoundRobin(1, rng=0)
    select_sources([Tape(extra=[1, "two", np.arange(3)])], policy, 4, 20, wl.OverlapDetector()).save(tmp_path / "c.npz")
    later = Tape()
    select_sources([later], policy, 2, 20, wl.OverlapDetector(), history=SelectionHistory.load(tmp_path / "c.npz"))
    assert later.at == 120
    unable = Tape(tells=False)
    history = select_sources([unable], policy := RoundRobin(1, rng=0), 2, 20, wl.OverlapDetector())
    select_sources([unable], policy, 2, 20, wl.OverlapDetector(), history=history)
    assert unable.at == 80
    strange = select_sources([Tape(extra={1, 2})], RoundRobin(1, rng=0), 2, 20, wl.OverlapDetector())
    with pytest.raises(TypeError, match="source_0_extra holds a set, which cannot be saved"):
        strange.save(tmp_path / "d.npz")


def small_campaign(pools, policy, detector, history, rounds):
    return select_sources(pools, policy, rounds, 8, detector, history=history)


def fresh():
    stream = [Batch(X[i : i + 5], P[i : i + 5]) for i in range(0, 60, 5)]
    pools = [ArraySource(X[:40], P[:40], rng=0), StreamSource(stream)]
    return pools, ThompsonSampling(2, rng=3), wl.IncrementalDetector(), SelectionHistory(["array", "stream"])


def same_histories(one, other):
    assert one.n_rounds == other.n_rounds
    for name, column in one.data().items():
        np.testing.assert_array_equal(other.data()[name], column)
    assert one.events == other.events


class Interrupt(BaseException):
    """What Ctrl-C raises, without its special place in pytest."""


def lines_of(call, at=None):
    """Run ``call``; raise at line number ``at`` of the package, or count the lines."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if "w2slens" not in frame.f_code.co_filename:
            return None
        if event == "line":
            count += 1
            if count == at:
                raise Interrupt
        return trace

    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(None)
    return count


def test_an_interrupt_at_any_line_leaves_a_campaign_that_goes_on_as_if_nothing_had_been():
    whole = small_campaign(*fresh(), rounds=4)
    pools, policy, detector, history = fresh()
    small_campaign(pools, policy, detector, history, rounds=2)
    total = lines_of(lambda: small_campaign(pools, policy, detector, history, rounds=2))
    same_histories(history, whole)
    assert total > 500
    for at in range(1, total + 1, 1 if total < 1500 else 2):
        pools, policy, detector, history = fresh()
        small_campaign(pools, policy, detector, history, rounds=2)
        with pytest.raises(Interrupt):
            lines_of(lambda: small_campaign(pools, policy, detector, history, rounds=2), at)  # noqa: B023
        done = history.n_rounds
        assert policy.rounds == np.count_nonzero(~np.isnan(history.fractions)), f"line {at}"
        assert history.labels.size == history.n_points == detector.labels_.size, f"line {at}"
        if done < 4:
            small_campaign(pools, policy, detector, history, rounds=4 - done)
        same_histories(history, whole)


class Mine(wl.bandit.Policy):
    """A policy of one's own, of which saving knows nothing."""

    def __init__(self, n_sources, *, alpha=1.0, rng=None):
        super().__init__(n_sources, rng=rng)
        self.alpha, self.seen = alpha, []

    def _choose(self):
        return int(self.open_sources[0])

    def _learn(self, source, fraction, n):
        self.seen.append((source, fraction))


class Told(Mine):
    """The same, told whole."""

    @property
    def parameters(self):
        return {"alpha": self.alpha}

    def _more_state(self):
        return {"seen": [list(entry) for entry in self.seen]}

    def _restore_more(self, state):
        self.seen = [(source, fraction) for source, fraction in state["seen"]]


def test_of_two_policies_of_one_name_the_one_asked_is_loaded():
    first, second = (type("Twice", (wl.bandit.UCB,), {}) for _ in range(2))
    assert type(first.from_json(first(2, rng=0).to_json())) is first
    assert type(second.from_json(second(2, rng=0).to_json())) is second


def test_a_policy_of_ones_own_is_saved_whole_or_not_at_all(tmp_path):
    policy = Mine(2, alpha=3.0, rng=0)
    policy.observe(1, 0.25)
    with pytest.raises(TypeError, match="Mine holds alpha, seen, which saving does not know"):
        policy.save(tmp_path / "p.json")
    assert not (tmp_path / "p.json").exists()
    told = Told(2, alpha=3.0, rng=0)
    told.observe(1, 0.25)
    told.save(tmp_path / "p.json")
    again = load_policy(tmp_path / "p.json")
    assert (again.alpha, again.seen, again.rounds) == (3.0, [(1, 0.25)], 1)
