"""Single policies: indices by hand, windows, oracles, bad parameters, damaged files; what all keep is in contracts/."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

import w2slens as wl
from w2slens._saved import sealed
from w2slens.bandit.policies.kl_ucb import kl_upper


def feed(policy, fractions, points):
    choices = []
    for fraction in fractions:
        choices.append(policy.select())
        policy.observe(choices[-1], fraction, points)
    return choices


@pytest.mark.parametrize(
    "bits", [np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64, np.random.MT19937]
)
def test_every_generator_of_numpy_saves(bits, tmp_path):
    policy = wl.bandit.UniformPolicy(50, rng=np.random.Generator(bits(3)))
    feed(policy, [0.5] * 7, 1)
    policy.save(tmp_path / "policy.json")
    restored = wl.bandit.load_policy(tmp_path / "policy.json")
    assert feed(restored, [0.1] * 20, 1) == feed(policy, [0.1] * 20, 1)


@settings(max_examples=200)
@given(st.floats(0, 1), st.floats(1e-9, 20))
def test_kl_upper_solves_its_equation(p, c):
    def divergence(q):
        with np.errstate(divide="ignore", invalid="ignore"):
            low = p * np.log(p / q) if p > 0 else 0.0
            high = (1 - p) * np.log((1 - p) / (1 - q)) if p < 1 else 0.0
        return low + high - c

    found = kl_upper(p, c)
    assert p <= found <= 1
    top = np.nextafter(1, 0)
    if p < top and divergence(top) > 0:
        assert found == pytest.approx(brentq(divergence, p, top, xtol=1e-15), abs=3e-8 if c < 1e-6 else 1e-9)


def test_kl_index_is_within_pinsker_of_the_mean_and_below_ucb():
    p = np.linspace(0, 1, 21)
    for c in (0.001, 0.1, 1.0):
        index = np.array([kl_upper(x, c) for x in p])
        assert (index <= np.minimum(p + np.sqrt(c / 2), 1) + 1e-12).all()
        assert (np.diff(index) >= 0).all()


def test_the_published_bonus_is_the_published_one():
    policy = wl.bandit.PublishedUCB(2, horizon=50, rng=0)
    for fraction in (0.5, 0.7):
        policy.observe(0, fraction)
    policy.observe(1, 0.2)
    bonus = np.sqrt(2 * np.log(50))
    np.testing.assert_allclose(policy.index(), [0.6 + bonus / 2, 0.2 + bonus])


def test_points_and_rounds_weigh_batches_differently():
    rounds, points = (wl.bandit.UCB(1, horizon=100, unit=unit, rng=0) for unit in ("rounds", "points"))
    for policy in (rounds, points):
        policy.observe(0, 1.0, n=10)
        policy.observe(0, 0.0, n=30)
    assert (rounds.means[0], points.means[0]) == (0.5, 0.25)
    np.testing.assert_allclose(rounds.index() - 0.5, np.sqrt(2 * np.log(100) / 2))
    np.testing.assert_allclose(points.index() - 0.25, np.sqrt(2 * np.log(100) / 40))


def test_a_window_forgets_and_its_sums_stay_exact():
    policy = wl.bandit.SlidingWindowUCB(3, window=4, rng=0)
    rng = np.random.default_rng(0)
    seen = []
    for _ in range(200):
        seen.append((int(rng.integers(3)), float(rng.integers(5) / 4)))
        policy.observe(*seen[-1])
    recent = seen[-4:]
    for k in range(3):
        mine = [fraction for source, fraction in recent if source == k]
        assert policy.means[k] == pytest.approx(np.mean(mine)) if mine else np.isnan(policy.means[k])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wl.bandit.UCB(0), "n_sources is 0, but must be at least 1"),
        (lambda: wl.bandit.UCB(5, horizon=4), "horizon is 4, below the number of sources, 5"),
        (lambda: wl.bandit.MOSS(2, horizon=0), "horizon is 0, but must be at least 1"),
        (lambda: wl.bandit.UCB(2, xi=0.0), "xi is 0.0, but must be positive"),
        (lambda: wl.bandit.UCB(2, unit="batches"), "unit is 'batches'"),
        (lambda: wl.bandit.EpsilonGreedy(2, epsilon=1.5), r"epsilon is 1.5, but must be in \[0, 1\]"),
        (lambda: wl.bandit.SlidingWindowUCB(2, window=0), "window is 0"),
        (lambda: wl.bandit.DiscountedUCB(2, discount=0.0), r"discount is 0.0, but must be in \(0, 1\]"),
        (lambda: wl.bandit.Oracle([0.1, 1.1]), r"densities has 1.1 at source 1, outside \[0, 1\]"),
        (lambda: wl.bandit.Oracle([]), "at least one source"),
        (lambda: wl.bandit.UCB(2).observe(0, 1.01), r"fraction is 1.01, but must be in \[0, 1\]"),
        (lambda: wl.bandit.UCB(2).observe(0, float("nan")), "fraction is nan"),
        (lambda: wl.bandit.UCB(2).observe(2, 0.5), "source is 2, but there are 2 sources, numbered from 0"),
        (lambda: wl.bandit.UCB(2).observe(-1, 0.5), "source is -1, but must be at least 0"),
        (lambda: wl.bandit.UCB(2).observe(0, 0.5, n=0), "n is 0, but must be at least 1"),
        (lambda: wl.bandit.ThompsonSampling(2).observe(0, 0.5, n=10**400), "n is 1.*, but must be at most"),
        (lambda: wl.bandit.UCB(2).close(2), "source is 2"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def saved(**changes):
    policy = wl.bandit.SlidingWindowUCB(2, window=3, rng=0)
    feed(policy, [0.1, 0.9, 0.8, 0.7], 1)
    content = json.loads(policy.to_json())
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = content
        for name in parents:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return json.dumps(sealed(content.pop("format"), content.pop("version"), content))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ('{"format": ', "not JSON"),
        ("[1, 2]", "of another format"),
        ('{"format": "something else"}', "of another format"),
        (saved(version=2), "version 2; this release reads 1"),
        (saved(policy="Greedy"), "there is no policy 'Greedy'"),
        (saved(policy=["UCB"]), "there is no policy"),
        (saved(n_sources="two"), "n_sources must be an integer"),
        (saved(parameters={"windows": 3}), "unexpected keyword argument"),
        (saved(parameters=7), "mapping"),
        (saved(rounds=-1), "rounds is -1"),
        (saved(order=[0, 0]), "order is no permutation"),
        (saved(order=5), "not iterable"),
        (saved(open=[True]), "open must hold 2 booleans"),
        (saved(state___sums=[1.0, -1.0]), "_sums must hold 2 numbers that are at least 0"),
        (saved(state___counts=[1.0]), "_counts must hold 2 numbers"),
        (saved(state___counts=None), "'_counts' is missing"),
        (saved(state__ring=[[0, 2.0]]), "ring must hold at most 3 fractions"),
        (saved(state__ring=[[0, 0.5]]), "contradict"),
        (saved(state__ring=[[9, 0.5]]), "source is 9"),
        (saved(rng__bit_generator="os.system"), "rng is a 'os.system'"),
        (saved(rng__state=[1, 2]), "saved policy"),
        (saved(rng=None), "'rng' is missing"),
        (saved(policy="Means"), "there is no policy 'Means'"),
        (saved(version=True), "version True; this release reads 1"),
        (saved(version=1.0), "version 1.0; this release reads 1"),
        (saved().replace("0.7", "NaN"), "NaN is no JSON number"),
        (saved().replace("0.7", "0.75"), "its digest does not fit"),
        (saved().replace("0.7", "1e999"), "its digest does not fit"),
        (saved().replace('"digest"', '"digests"'), "'digest' is missing"),
        (saved().replace('"rounds"', '"rounds": 7, "rounds"'), "'rounds' is given twice"),
        ("[" * 100_000, "not JSON"),
        (saved().replace("0.7", "7" * 5000), "not JSON"),
    ],
)
def test_damaged_and_foreign_states_are_refused(text, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        wl.bandit.Policy.from_json(text)
    path = tmp_path / "policy.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"policy\.json: saved policy"):
        wl.bandit.load_policy(path)


def test_turns_go_on_among_those_that_are_left():
    for gone in ([0], [1, 2], [3, 0, 1]):
        policy = wl.bandit.RoundRobin(4, rng=1)
        feed(policy, [0.5] * 11, 2)
        for source in gone:
            policy.close(source)
        chosen, left = feed(policy, [0.5] * 60, 2), 4 - len(gone)
        assert all(set(chosen[i : i + left]) == set(range(4)) - set(gone) for i in range(60 - left))


def test_a_source_closed_before_its_first_batch_does_not_stop_exploring():
    policy = wl.bandit.EpsilonGreedy(3, epsilon=1.0, rng=0)
    policy.close(0)
    assert np.bincount(feed(policy, [0.5] * 400, 1), minlength=3).tolist()[1:] == pytest.approx([200, 200], abs=50)


def test_the_oracle_follows_the_rounds_though_one_could_not_be_judged():
    policy, chosen = wl.bandit.Oracle([[0.9, 0.1], [0.1, 0.9]], starts=[0, 3], rng=0), []
    for t in range(5):
        chosen.append(policy.select())
        if t == 1:
            policy.defer(chosen[-1])
        else:
            policy.observe(chosen[-1], 0.5)
    assert chosen == [0, 0, 0, 1, 1]


def test_a_source_closed_long_ago_leaves_no_trace():
    policy = wl.bandit.DiscountedUCB(2, discount=0.5, rng=0)
    policy.observe(0, 0.5)
    policy.close(0)
    assert feed(policy, [0.5] * 1200, 1) == [1] * 1200  # the other's weight has underflowed by then


def test_loading_as_another_policy_is_refused(tmp_path):
    with pytest.raises(ValueError, match="it is a SlidingWindowUCB, not a UCB"):
        wl.bandit.UCB.from_json(saved())
    with pytest.raises(ValueError, match=r"none\.json cannot be read"):
        wl.bandit.load_policy(tmp_path / "none.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"bytes\.json"):
        wl.bandit.load_policy(tmp_path / "bytes.json")


def test_a_file_is_kept_when_asked(tmp_path):
    path = tmp_path / "policy.json"
    path.write_text("mine")
    with pytest.raises(ValueError, match="exists"):
        wl.bandit.UCB(2).save(path, force=False)
    assert path.read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["policy.json"]


@pytest.mark.parametrize("seed", range(6))
def test_rounding_does_not_break_ties(seed):
    # The same fractions in another order: their sums differ in the last bit, their sources not at all.
    forwards, backwards = [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]
    chosen = []
    for first, second in ((forwards, backwards), (backwards, forwards)):
        policy = wl.bandit.EpsilonGreedy(2, epsilon=0.0, rng=seed)
        for source, fractions in enumerate((first, second)):
            for fraction in fractions:
                policy.observe(source, fraction)
        assert policy.index()[0] != policy.index()[1]
        chosen.append(policy.select())
    assert chosen[0] == chosen[1] == policy._order[0]


@pytest.mark.parametrize("seed", range(6))
def test_the_oracle_tells_the_smallest_difference(seed):
    assert wl.bandit.Oracle([0.5, np.nextafter(0.5, 1)], rng=seed).select() == 1
    assert wl.bandit.Oracle([0.0, 1e-300], rng=seed).select() == 1
