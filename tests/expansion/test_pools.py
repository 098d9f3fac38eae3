"""Formulas with their conditions, neighbour graphs, weights, and pools of thousands of points."""

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from scipy import sparse

from w2slens.errors import DoesNotApply, UndefinedError
from w2slens.testing.expansion import couplings, expansion_twin, outcomes_twin, pools, weak_to_strong_instances
from w2slens.theory import expansion as ex

STATEMENTS = ("1b", "4.1", "B.1", "4.2", "B.2", "B.3")


def test_golden_value():
    assert ex.lang_b_1(0.848, 0.11, 0.12, 0.0) == pytest.approx(0.0497, abs=5e-5)


@pytest.mark.parametrize(
    ("call", "condition"),
    [
        (lambda: ex.lang_4_1(0.0, 0.1, 0.1), "c > 0"),
        (lambda: ex.lang_4_1(0.5, 0.5, 0.1), "alpha < 1/2"),
        (lambda: ex.lang_4_1(0.5, 0.1, 0.1, q=0.7), "q <="),
        (lambda: ex.lang_4_1(0.5, 0.1, 0.3), "or not robust"),
        (lambda: ex.lang_b_1(1.0, 0.5, 0.1), "2 c' alpha < 1"),
        (lambda: ex.lang_b_1(0.5, 0.1, 0.4, 0.4, q=0.2), "1 - q - alpha"),
        (lambda: ex.lang_4_1(1.0, 0.1, 0.0), "occur together"),
        (lambda: ex.lang_b_1(1.0, 0.1, 0.0), "occur together"),
        (lambda: ex.lang_4_2(0.5, 0.5, 0.0), "2 alpha"),
        (lambda: ex.lang_4_2(0.5, 0.1, 0.4, 0.1), "e + R"),
        (lambda: ex.lang_b_2(0.5, 0.0, 0.1, 0.1), "c > 0"),
        (lambda: ex.lang_b_2(0.9, 0.1, 0.1, 0.1), "2 alpha"),
        (lambda: ex.lang_b_3(0.0, 0.1, 0.1), "c > 0"),
        (lambda: ex.expansion_bound(0.0, 0.0, 0.1), "c > 0"),
        (lambda: ex.detected_overlap_correction(0.1, 0.1, 0.0, 0.0), "P(O) > 0"),
    ],
)
def test_a_violated_condition_is_never_a_number(call, condition):
    with pytest.raises(DoesNotApply) as caught:
        call()
    assert condition in caught.value.condition
    assert caught.value.values
    assert isinstance(caught.value, ValueError)


def call_on(name, numbers):
    """The package's function for a statement, on the numbers of an instance."""
    c, c1, c2, alpha, e, r, r_good, r_both, unsure, e_good, q = numbers
    return {
        "1b": lambda: ex.expansion_bound(r_good, c1, e_good, q=q),
        "4.1": lambda: ex.lang_4_1(c, alpha, e, r, q=q, unsure=unsure),
        "B.1": lambda: ex.lang_b_1(c, alpha, e, r, q=q, unsure=unsure),
        "4.2": lambda: ex.lang_4_2(min(c1, c2), alpha, e, r_both, q=q),
        "B.2": lambda: ex.lang_b_2(c1, c2, alpha, e, r_both, q=q),
        "B.3": lambda: ex.lang_b_3(c1, alpha, e, r_good, q=q),
    }[name]


def numbers_of(instance):
    """Measured on arrays, unlike the twin's lists."""
    w = {side: np.array(v, float) for side, v in instance.weights.items()}
    f = {side: np.array(v) for side, v in instance.student.items()}
    graph = {pair: np.array(g, bool) for pair, g in instance.graphs.items()}

    def fragile(a, b):
        pairs = graph[a, b] if (a, b) in graph else graph[b, a].T
        return (pairs & (f[a][:, None] != f[b][None, :])).any(axis=1)

    def mean(side, flags):
        return float((w[side] * flags).sum() / w[side].sum())

    def constant(a, b):
        return ex.expansion_constant(graph[a, b], instance.weights[a], instance.weights[b], float(instance.q)).value

    alpha = float(w["bad"].sum() / (w["bad"].sum() + w["good"].sum()))
    bad, good = f["bad"] != 1, f["good"] != 0
    weak_bad, weak_good = fragile("bad", "good"), fragile("good", "bad")
    on = lambda g, b: min(1.0, (1 - alpha) * mean("good", g) + alpha * mean("bad", b))  # noqa: E731
    near_good, near_bad = fragile("hard", "good"), fragile("hard", "bad")
    e, r = on(good, bad), on(weak_good, weak_bad)
    return (
        constant("good", "bad"),
        constant("hard", "good"),
        constant("hard", "bad"),
        alpha,
        e,
        r,
        mean("hard", near_good),
        mean("hard", near_good | near_bad),
        max(e, r, on(good | weak_good, bad | weak_bad)),
        mean("good", good),
        float(instance.q),
    )


@given(weak_to_strong_instances())
@settings(max_examples=400)
def test_formulas_equal_the_twin_and_bound_the_error(instance):
    numbers = numbers_of(instance)
    for name, outcome in outcomes_twin(instance).items():
        call = call_on(name, numbers)
        if any(slack == 0 for slack, _ in outcome.conditions[1:]):
            continue  # rounding may decide a condition that is met exactly
        if outcome.applies:
            assert call() == pytest.approx(float(outcome.bound), rel=1e-9, abs=1e-12)
            assert outcome.bound >= outcome.error
        else:
            with pytest.raises(DoesNotApply):
                call()


@pytest.mark.parametrize("name", STATEMENTS)
def test_strategies_reach_the_interesting_cases(name):
    quiet = settings(max_examples=5000, database=None)

    def reached(predicate):
        return find(weak_to_strong_instances(), lambda i: predicate(outcomes_twin(i)[name]), settings=quiet)

    reached(lambda o: not o.applies)
    reached(lambda o: o.applies and 0 < o.bound < 1 and o.error > 0)
    reached(lambda o: o.applies and o.bound == o.error)


def test_pseudolabel_correction_is_false_if_bad_points_expand_into_good_ones():
    def violates(instance):
        _, _, _, alpha, e, r, _, _, unsure, _, q = numbers_of(instance)
        turned = np.array(instance.graphs["good", "bad"]).T
        c = ex.expansion_constant(turned, instance.weights["bad"], instance.weights["good"], q).value
        try:
            bound = ex.lang_b_1(c, alpha, e, r, q=q, unsure=unsure)
        except DoesNotApply:
            return False
        return bound < outcomes_twin(instance)["B.1"].error - Fraction(1, 100)

    find(weak_to_strong_instances(), violates, settings=settings(max_examples=5000, database=None))


def test_strategies_reach_pools_without_and_with_expansion():
    quiet = settings(max_examples=5000, database=None)
    find(pools(), lambda pool: expansion_twin(pool) == 0, settings=quiet)
    find(pools(), lambda pool: 0 < expansion_twin(pool) < 1, settings=quiet)
    find(pools(), lambda pool: expansion_twin(pool) == 1 and len(pool.hard) > 1, settings=quiet)


@given(couplings(), st.data())
@settings(max_examples=300)
def test_coupling_bound_and_certificate_hold_for_every_coupling(coupling, data):
    n, m = len(coupling), len(coupling[0])
    labels = st.integers(0, 2)
    f_x, y_x = (data.draw(st.lists(labels, min_size=n, max_size=n)) for _ in range(2))
    f_o, y_o, weak = (data.draw(st.lists(labels, min_size=m, max_size=m)) for _ in range(3))
    column = [sum(row[j] for row in coupling) for j in range(m)]
    overlap = [mass + Fraction(data.draw(st.integers(0, 3)), 7) for mass in column]
    kappa = sum(overlap)  # the overlap's law is `overlap / kappa`, so the coupled one is at most kappa times it
    on = lambda flags: sum((o for o, flag in zip(overlap, flags, strict=True) if flag), Fraction(0)) / kappa  # noqa: E731
    crossing = lambda a, b: sum((coupling[i][j] for i in range(n) for j in range(m) if a[i] != b[j]), Fraction(0))  # noqa: E731
    error = float(sum((sum(coupling[i]) for i in range(n) if f_x[i] != y_x[i]), Fraction(0)))
    e = on([a != b for a, b in zip(f_o, weak, strict=True)])
    alpha = on([a != b for a, b in zip(weak, y_o, strict=True)])
    shares = [float(v) for v in (crossing(f_x, f_o), kappa, e, alpha, crossing(y_x, y_o))]
    bound = ex.label_free_certificate(*shares)
    assert bound >= error - 1e-12
    # 1a: one class, and the weak model is right on all coupled overlap points.
    error = float(sum((sum(coupling[i]) for i in range(n) if f_x[i] != 0), Fraction(0)))
    bound = ex.coupling_bound(shares[0], shares[1], float(on([label != 0 for label in f_o])))
    assert bound >= error - 1e-12


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_detected_overlap_correction(points):
    total = sum(w for w, *_ in points)
    mass = lambda which: sum(w for w, *flags in points if which(*flags)) / max(total, 1)  # noqa: E731
    overlap, detected = mass(lambda o, d, x: o), mass(lambda o, d, x: d)
    if overlap == 0:
        return
    seen = mass(lambda o, d, x: d and x) / detected if detected else 0.0
    bound = ex.detected_overlap_correction(seen, detected, mass(lambda o, d, x: o and not d), overlap)
    assert bound >= mass(lambda o, d, x: o and x) / overlap - 1e-12


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 12), st.integers(1, 4))
@settings(max_examples=80)
def test_neighbor_graph_equals_sorting(seed, n, m, d):
    rng = np.random.default_rng(seed)
    hard, overlap = rng.integers(-2, 3, (n, d)) + 0.5, rng.integers(-2, 3, (m, d)) + 0.5
    cosine = (hard / np.linalg.norm(hard, axis=1)[:, None]) @ (overlap / np.linalg.norm(overlap, axis=1)[:, None]).T
    near = ex.neighbor_graph(hard, overlap, threshold=0.3).toarray()
    clear = np.abs(cosine - 0.3) > 1e-12
    np.testing.assert_array_equal(near[clear], (cosine >= 0.3)[clear])
    k = int(rng.integers(1, m + 1))
    nearest = ex.neighbor_graph(hard, overlap, k=k)
    assert (np.diff(nearest.indptr) == k).all()
    for row, marked in zip(cosine, nearest.toarray(), strict=True):
        assert row[marked].min() >= np.sort(row)[-k] - 1e-12


def test_nearest_prefer_the_smaller_index_and_blocks_do_not_show(monkeypatch):
    hard, overlap = np.ones((5, 1)), np.ones((4, 1))
    assert ex.neighbor_graph(hard, overlap, k=2).indices.tolist() == [0, 1] * 5
    whole = ex.neighbor_graph(np.eye(7) + 0.1, np.eye(7)[::-1] + 0.2, threshold=0.2)
    monkeypatch.setattr("w2slens.theory.expansion.pools.BLOCK", 14)
    assert (whole != ex.neighbor_graph(np.eye(7) + 0.1, np.eye(7)[::-1] + 0.2, threshold=0.2)).nnz == 0


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "message"),
    [
        (([[1.0]], [[1.0]]), {}, ValueError, "exactly one"),
        (([[1.0]], [[1.0]]), {"k": 2}, ValueError, "k is 2"),
        (([[1.0]], [[1.0, 2.0]]), {"k": 1}, ValueError, "X_overlap has shape"),
        (([[0.0]], [[1.0]]), {"k": 1}, UndefinedError, "X_hard has zero norm at row 0"),
        (([[1.0]], [[np.nan]]), {"k": 1}, ValueError, "X_overlap has nan at row 0, column 0"),
    ],
)
def test_neighbor_graph_refuses_by_name(arguments, keywords, error, message):
    with pytest.raises(error, match=message):
        ex.neighbor_graph(*arguments, **keywords)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([[1]], [-1.0]), ValueError, "hard_weights has -1.0 at index 0"),
        (([[1]], None, [np.inf]), ValueError, "overlap_weights has inf at index 0"),
        (([[1]], [1, 2]), ValueError, "hard_weights has shape"),
        (([[1]], [0]), UndefinedError, "hard_weights sum to 0"),
        (([1],), ValueError, "graph has shape"),
        (([["a"]],), TypeError, "graph has dtype"),
        (([[1]] * 21, None, None, 0.5), ValueError, "at most 20"),
        (([[1]], None, None, 1.0), ValueError, "q is 1"),
    ],
)
def test_pools_refuse_by_name(arguments, error, message):
    with pytest.raises(error, match=message):
        ex.expansion_constant(*arguments)


@given(pools(), st.floats(1e-300, 1e300))
@settings(max_examples=200)
def test_float_weights_of_any_scale(pool, scale):
    top = max(pool.hard)
    floats = [weight / top * scale for weight in pool.hard]
    if any(w > 0 and f == 0 for w, f in zip(pool.hard, floats, strict=True)):
        return  # underflow
    found = ex.expansion_constant(pool.graph, floats, pool.overlap).value
    # n points, n·2⁻³⁹ in a probability; the smallest share in the denominator.
    least = min(w for w in pool.hard if w) / sum(pool.hard)
    assert found == pytest.approx(float(expansion_twin(pool)), abs=2 * len(floats) * 2**-39 / least**2)


def test_explicit_zeros_are_no_neighbours_and_the_graph_is_left_alone():
    graph = sparse.csr_array((np.array([0.0, 2.0]), np.array([0, 1]), np.array([0, 2])), shape=(1, 2))
    assert ex.expansion_constant(graph).value == 0.5
    assert graph.nnz == 2


def test_thousands_of_points_in_seconds():
    rng = np.random.default_rng(0)
    # Uneven densities on a circle, so that the minimising set is neither one point nor all.
    angles = rng.vonmises(0, 0.5, 5000), rng.vonmises(0, 2.0, 5000)
    hard, overlap = (np.c_[np.cos(a), np.sin(a)] for a in angles)
    start = time.perf_counter()
    graph = ex.neighbor_graph(hard, overlap, k=50)
    weights = rng.random(5000), rng.random(5000)
    found = ex.expansion_constant(graph, *weights)
    profile = ex.expansion_profile(graph, *weights)
    coupling = ex.optimal_coupling(graph, *weights)
    assert time.perf_counter() - start < 60
    assert 0 < found.value < 1
    assert profile.kappa(0.0) == pytest.approx(1 / found.value, rel=1e-12)
    assert coupling.sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("call", [ex.expansion_constant, ex.expansion_profile, ex.optimal_coupling])
def test_an_entry_of_a_graph_that_is_no_number_is_refused_by_place(call):
    for graph in ([[1.0, 0.0], [np.nan, 1.0]], sparse.csr_array([[1.0, 0.0], [np.nan, 1.0]])):
        with pytest.raises(ValueError, match="graph has nan at row 1, column 0"):
            call(graph)


@pytest.mark.parametrize("method", ["kappa", "uncoupled"])
def test_a_profile_takes_numbers_only(method):
    profile = ex.expansion_profile([[1, 0, 0], [1, 1, 1]])
    name = {"kappa": "q", "uncoupled": "kappa"}[method]
    for bad in ("a", True, [1j]):
        with pytest.raises(TypeError, match=f"{name} has dtype"):
            getattr(profile, method)(bad)
    with pytest.raises(ValueError, match=f"{name} has nan at index 1"):
        getattr(profile, method)([0.5, np.nan])
