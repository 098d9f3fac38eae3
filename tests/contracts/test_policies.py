"""What every policy must keep: each is found by its file, described, drawn by its strategy, and the kernel's."""

import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import w2slens as wl
from w2slens import _kernels, plotting
from w2slens.bandit.policies import FILES, POLICIES, VARIANTS, make, table
from w2slens.bandit.policy import PolicyRecord
from w2slens.testing.bandit import BanditProblem, bandit_problems, play_twin, policies

KEYS = st.binary(min_size=32, max_size=32)
FRACTIONS = st.floats(0, 1)
CALM = bandit_problems(drift=False, errors=False)
DRIFTING = BanditProblem(
    densities=((0.2, 0.5, 0.6, 0.55), (0.7, 0.5, 0.1, 0.55), (0.3, 0.3, 0.9, 0.0)),
    observed=((0.3, 0.45, 0.5, 0.6), (0.6, 0.5, 0.2, 0.5), (0.3, 0.35, 0.8, 0.1)),
    starts=(0, 130, 260),
    horizon=400,
    batch=3,
)
each_policy = pytest.mark.parametrize("kind", FILES.values(), ids=FILES.keys())


def on(kind, problem, **options):
    """A policy with the parameters of its first variant."""
    parameters = kind.variants[0].parameters(problem.horizon)
    return kind.on(problem.densities, problem.starts, **(parameters | options))


def feed(policy, fractions, points):
    choices = []
    for fraction in fractions:
        choices.append(policy.select())
        policy.observe(choices[-1], fraction, points)
    return choices


def assert_plays_as_the_kernel(fresh, problem, key, replicate):
    """``fresh()`` is the policy each time anew."""
    kernel = wl.bandit.bandit_trials(
        fresh(),
        problem.densities,
        problem.horizon,
        [replicate],
        batch=problem.batch,
        observed=problem.observed,
        starts=problem.starts,
        checkpoints=np.arange(1, problem.horizon + 1),
        rng=key,
    )
    choices, regret = play_twin(fresh(), problem, key, replicate)
    chosen = np.argmax(np.diff(kernel.pulls[0], axis=0, prepend=0), axis=1)
    np.testing.assert_array_equal(chosen, choices)
    np.testing.assert_allclose(kernel.regret[0], regret, rtol=1e-12, atol=1e-12)


# --- what a policy says of itself


def test_every_file_is_a_policy_that_is_exported_and_that_the_kernel_knows():
    files = Path(wl.bandit.policies.__file__).parent.glob("*.py")
    assert set(FILES) == {file.stem for file in files if file.stem != "__init__"}
    assert sorted(FILES) == sorted(_kernels.bandit_policies())
    assert all(getattr(wl.bandit, name) is kind for name, kind in POLICIES.items())
    assert set(POLICIES) <= set(wl.bandit.__all__)


@pytest.mark.parametrize(("file", "kind"), FILES.items())
def test_a_policy_describes_itself(file, kind):
    assert kind.kernel == file
    for section in ("Parameters\n", "Examples\n"):
        assert section in kind.__doc__
    assert kind.variants
    for variant in kind.variants:
        assert VARIANTS[variant.label] == (kind, variant)
        assert variant.call.startswith(f"{kind.__name__}(")
        assert plotting.COLOURS[variant.label] == variant.look.colour
        assert plotting.MARKERS[variant.label] == variant.look.marker
        assert plotting.LINES[variant.label] == variant.look.line


def test_no_two_ways_to_use_a_policy_have_one_name():
    assert len(VARIANTS) == sum(len(kind.variants) for kind in FILES.values())


def test_the_page_holds_the_table():
    page = (Path(__file__).parents[2] / "docs/bandit/bandit.md").read_text(encoding="utf-8")
    assert table() in page, "python docs/refresh.py policies writes the table of docs/bandit/bandit.md"


@pytest.mark.parametrize("label", VARIANTS)
def test_every_way_to_use_a_policy_plays(label):
    policy = make(label, [0.1, 0.5, 0.9], 60, rng=3)
    assert type(policy) is VARIANTS[label][0]
    assert set(feed(policy, [0.5] * 60, 2)) <= {0, 1, 2}
    assert wl.bandit.bandit_trials(policy, [0.1, 0.5, 0.9], 60, 3, rng=0).pulls.shape[2] == 3


def test_an_unknown_way_names_what_there_is():
    with pytest.raises(ValueError, match=r"there is no policy 'UCB2'; there are .*UCB, anytime"):
        make("UCB2", [0.5], 10)


@each_policy
@settings(max_examples=20, deadline=None)
@given(data=st.data(), problem=bandit_problems())
def test_the_strategy_draws_every_parameter(kind, data, problem):
    strategies = kind.strategies(problem.n_sources)
    parameters = {name: data.draw(values) for name, values in strategies.items()}
    policy = kind.on(problem.densities, problem.starts, **parameters)
    assert policy.n_sources == problem.n_sources
    assert policy.parameters.items() >= parameters.items()
    assert set(policy.parameters) - set(parameters) <= {"densities", "starts"}
    assert set(policy.record().parameters) <= set(parameters)


# --- the kernel's twin


@each_policy
@settings(max_examples=60, deadline=None)
@given(data=st.data(), problem=bandit_problems(), key=KEYS, replicate=st.integers(0, 2**40))
def test_kernel_and_python_choose_alike(kind, data, problem, key, replicate):
    text = data.draw(policies(problem, [kind])).to_json()
    assert_plays_as_the_kernel(lambda: kind.from_json(text), problem, key, replicate)


@pytest.mark.parametrize(("label", "kind"), [(label, kind) for label, (kind, _) in VARIANTS.items()])
def test_they_choose_alike_over_hundreds_of_rounds(label, kind):
    parameters = VARIANTS[label][1].parameters(DRIFTING.horizon)
    for replicate in range(3):
        assert_plays_as_the_kernel(
            lambda: kind.on(DRIFTING.densities, DRIFTING.starts, **parameters), DRIFTING, bytes(32), replicate
        )


@each_policy
def test_the_kernel_names_what_is_wrong_with_a_record(kind):
    policy = on(kind, DRIFTING)
    name, parameters = policy.record()

    def play(record):
        policy.record = lambda: record
        wl.bandit.bandit_trials(policy, DRIFTING.densities[0], 10, 1, rng=0)

    play(PolicyRecord(name, parameters))
    with pytest.raises(ValueError, match=f'there is no parameter of the policy {name} "luck"; there is '):
        play(PolicyRecord(name, parameters | {"luck": 1.0}))
    with pytest.raises(ValueError, match=r'there is no policy "greedy"; there is .*ucb'):
        play(PolicyRecord("greedy", parameters))
    for parameter in parameters:
        for wrong in (-1.0, float("nan"), "bits"):
            with pytest.raises(ValueError, match=f"{parameter} is "):
                play(PolicyRecord(name, parameters | {parameter: wrong}))


# --- saving


@each_policy
@settings(max_examples=40, deadline=None)
@given(
    data=st.data(),
    problem=CALM,
    before=st.lists(FRACTIONS, max_size=30),
    after=st.lists(FRACTIONS, min_size=1, max_size=30),
)
def test_a_saved_policy_continues_identically(kind, data, problem, before, after):
    policy = data.draw(policies(problem, [kind]))
    feed(policy, before, problem.batch)
    if problem.n_sources > 1 and data.draw(st.booleans()):
        policy.close(data.draw(st.integers(0, problem.n_sources - 1)))
    text = policy.to_json()
    restored = wl.bandit.Policy.from_json(text)
    assert type(restored) is kind
    assert restored.to_json() == text
    assert feed(restored, after, problem.batch) == feed(policy, after, problem.batch)


@each_policy
@settings(max_examples=40, deadline=None)
@given(data=st.data(), problem=CALM)
def test_every_edited_number_and_every_truncation_is_refused(kind, data, problem):
    policy = data.draw(policies(problem, [kind]))
    feed(policy, [0.25, 0.5, 1.0], problem.batch)
    text = policy.to_json()
    digits = [place for place, character in enumerate(text) if character.isdigit()]
    place = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != text[place]))
    edited = text[:place] + other + text[place + 1 :]
    # Another last digit of a float may spell the same number: nothing was edited then. A leading zero is no JSON.
    with suppress(json.JSONDecodeError):
        assume(json.loads(edited) != json.loads(text))
    with pytest.raises(ValueError, match="saved policy"):
        wl.bandit.Policy.from_json(edited)
    with pytest.raises(ValueError, match="saved policy"):
        wl.bandit.Policy.from_json(text[: data.draw(st.integers(0, len(text) - 1))])


# --- ties and closed sources


@each_policy
@settings(max_examples=40, deadline=None)
@given(data=st.data(), problem=CALM, seed=st.integers(0, 2**32))
def test_relabelling_the_sources_relabels_the_choices(kind, data, problem, seed):
    """Nobody is preferred for a number; equals stand in the order drawn, and rounding parts none."""
    k = problem.n_sources
    relabelled = np.array(data.draw(st.permutations(range(k))))  # the new number of each source
    policy = data.draw(policies(problem, [kind]))
    moved = np.array(problem.densities)[:, np.argsort(relabelled)].tolist()
    parameters = {name: policy.parameters[name] for name in kind.strategies(k)}
    other = kind.on(moved, problem.starts, **parameters)
    policy._rng, other._rng = np.random.default_rng(seed), np.random.default_rng(seed)
    other._order = relabelled[policy._order]
    yields = data.draw(st.lists(FRACTIONS, min_size=k, max_size=k))
    for t in range(40):
        source = policy.select()
        assert other.select() == relabelled[source]
        fraction = yields[source] if t % 3 else 1 - yields[source]
        policy.observe(source, fraction, problem.batch)
        other.observe(int(relabelled[source]), fraction, problem.batch)


@each_policy
@settings(max_examples=30, deadline=None)
@given(data=st.data(), problem=CALM)
def test_closed_sources_are_never_selected(kind, data, problem):
    policy = data.draw(policies(problem, [kind]))
    k = problem.n_sources
    feed(policy, [0.5] * data.draw(st.integers(0, 12)), problem.batch)
    closed = data.draw(st.sets(st.integers(0, k - 1), max_size=k - 1))
    for source in closed:
        policy.close(source)
    assert set(policy.open_sources) == set(range(k)) - closed
    assert not closed & set(feed(policy, [0.5, 0.1, 0.9] * 5, problem.batch))
    for source in range(k):
        policy.close(source)
    with pytest.raises(wl.UndefinedError, match=f"all {k} sources have been closed"):
        policy.select()


@each_policy
def test_a_deferred_source_comes_after_its_equals(kind):
    problem = BanditProblem(((0.5,) * 3,), ((0.5,) * 3,), (0,), horizon=20, batch=1)
    policy = on(kind, problem, rng=0)
    before = policy._rng.bit_generator.state
    first = policy.select()
    by_chance = policy._rng.bit_generator.state != before
    policy.defer(first)
    chosen = [policy.select() for _ in range(100)]
    # Where chance decides, and no order of ties, a deferred source is as likely as before.
    assert (first in chosen) == by_chance


# --- bad input


@each_policy
def test_parameters_outside_their_domain_are_named(kind):
    given = on(kind, DRIFTING).parameters
    parameters = {name: given[name] for name in kind.strategies(4)}
    for name in parameters:
        for wrong in (-1, 10**400, float("nan"), True, "nonsense", object()):
            with pytest.raises((ValueError, TypeError), match=f"{name} (is|must)"):
                kind.on(DRIFTING.densities, DRIFTING.starts, **(parameters | {name: wrong}))
    with pytest.raises(TypeError, match="luck"):
        kind.on(DRIFTING.densities, DRIFTING.starts, luck=1.0)
    with pytest.raises((ValueError, TypeError), match="rng"):
        on(kind, DRIFTING, rng=-1)


@each_policy
@pytest.mark.parametrize(
    ("observation", "message"),
    [
        ((4, 0.5), "source is 4, but there are 4 sources, numbered from 0"),
        ((-1, 0.5), "source is -1, but must be at least 0"),
        (("one", 0.5), "source must be an integer"),
        ((0, 1.01), r"fraction is 1.01, but must be in \[0, 1\]"),
        ((0, float("nan")), "fraction is nan"),
        ((0, 0.5, 0), "n is 0, but must be at least 1"),
        ((0, 0.5, 10**400), "n is 1.*, but must be at most"),
    ],
)
def test_a_refused_observation_changes_nothing(kind, observation, message):
    policy = on(kind, DRIFTING, rng=0)
    feed(policy, [0.25, 1.0], 2)
    before = policy.to_json()
    with pytest.raises((ValueError, TypeError), match=message):
        policy.observe(*observation)
    with pytest.raises(ValueError, match="source is 4"):
        policy.close(4)
    assert policy.to_json() == before
