"""The delta law against independent formulas, the overlap law, its own sampler and students that were really taught."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln, ndtr, ndtri, xlogy
from scipy.stats import multinomial, ncx2, norm

import w2slens as wl
from w2slens.errors import UndefinedError
from w2slens.testing.delta import geometries, pairs
from w2slens.theory import quadrature
from w2slens.theory.delta import DeltaLaw, Pair, delta_law, hard_part, labels_worth, pair_worth, teacher_pair
from w2slens.theory.delta.cosine import below
from w2slens.theory.delta.rule import Outcomes, outcomes
from w2slens.theory.overlap import hard_law

MIXTURE = {"t": 2.5, "sigma": 5**0.5, "d_hard": 20}
#: Teachers of accuracies .7 and .6 whose errors have a cosine of .9, and worse ones.
NESTED = Pair(0.1328, 0.0328)
CASES = [
    (20, NESTED, {}),
    (95, NESTED.swapped(), {}),
    (400, Pair.of(0.1, 0.5), {}),
    (7, Pair.of(0.4, 0.9), {"d_hard": 2}),
    (60, NESTED, {"reference": (0.5, 0.5), "step": 4.0}),
    (60, Pair.of(-0.2, 0.3), {"reference": (1.0, 0.3), "step": 0.7, "flip": 0.1}),
    (30, Pair.of(0.3, 0.4), {"reference": (-0.4, 0.0), "d_hard": 3}),
]


def law_of(n, pair, changes):
    return delta_law(n, pair, **(MIXTURE | changes))


@st.composite
def laws(draw):
    warm = st.tuples(st.floats(-2, 2), st.floats(0, 2))
    return delta_law(
        draw(st.integers(0, 600)),
        draw(pairs()),
        t=draw(st.floats(0.05, 6)),
        sigma=draw(st.floats(0.3, 3)),
        d_hard=draw(st.integers(1, 120)),
        reference=draw(st.one_of(st.none(), warm)),
        step=draw(st.floats(0.01, 50)),
    )


# Independent formulas


def characteristic_mean(law):
    """½ + (1/π) ∫ Im E_x φ(ω; x)ⁿ dω/ω over new points x: from a cold start the score of x is a sum over n points."""
    along, first = quadrature.normal_rule(48)
    rest, second = quadrature.chi_rule(law.dof - 1, 0.0, 48)
    x = law.t + law.sigma * along[:, None]
    square = x**2 + (law.sigma * rest) ** 2
    weights = first[:, None] * second
    plus, minus = law.pair.p_plus, law.pair.p_minus
    total = 0.0
    for k in np.exp(np.arange(-24, 6, 0.1)) / np.sqrt(law.n):
        phase = (plus + minus) * np.cos(k * law.t * x) + 1j * (plus - minus) * np.sin(k * law.t * x)
        one = 1 - plus - minus + np.exp(-((k * law.sigma) ** 2) * square / 2) * phase
        total += np.sum(weights * (one**law.n).imag)
    return 0.5 + 0.1 / np.pi * total


@pytest.mark.parametrize(("n", "pair", "changes"), CASES[:3])
def test_mean_is_an_integral_over_new_points(n, pair, changes):
    law = law_of(n, pair, changes)
    assert law.mean() == pytest.approx(characteristic_mean(law), abs=1e-8)


@pytest.mark.parametrize(("n", "pair", "changes"), CASES)
def test_mean_is_the_integral_of_the_survival_function(n, pair, changes):
    law = law_of(n, pair, changes)
    signal = law.t / law.sigma
    # Split where the law has its atom, or a kink.
    ends = np.unique(np.clip([-1, np.arcsin(law._start), 0, 0.5, 1, np.pi / 2, -np.pi / 2], -np.pi / 2, np.pi / 2))
    mean = 1 - law.best
    for low, high in pairwise(ends):
        nodes, weights = quadrature.legendre(low, high, 64)
        slope = norm.pdf(signal * np.sin(nodes)) * signal * np.cos(nodes)
        mean += weights @ ((1 - law.cdf(ndtr(signal * np.sin(nodes)))) * slope)
    assert law.mean() == pytest.approx(mean, abs=1e-8)


def every_outcome(n, pair):
    """All (N₊, N₋) with at least one disagreement, and their probabilities."""
    plus, minus = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    kept = (plus + minus <= n) & (plus + minus > 0)
    plus, minus = plus[kept].astype(float), minus[kept].astype(float)
    none = n - plus - minus
    logs = gammaln(n + 1) - gammaln(plus + 1) - gammaln(minus + 1) - gammaln(none + 1)
    logs += xlogy(plus, pair.p_plus) + xlogy(minus, pair.p_minus) + xlogy(none, 1 - pair.disagreement)
    return plus, minus, np.exp(logs)


@pytest.mark.parametrize(("n", "pair", "changes"), CASES)
def test_cdf_is_the_double_sum_of_normal_integrals(n, pair, changes):
    law = law_of(n, pair, changes)
    plus, minus, weights = every_outcome(n, law.pair)
    noise = law.step * law.sigma * np.sqrt(plus + minus) / n
    centre = (law.along + law.step * (plus - minus) / n * law.t) / noise
    noncentrality = (law.across / noise) ** 2
    probability = np.linspace(0.0025, 0.9975, 200)
    kept = weights > 1e-6
    values, inverse = np.unique(noncentrality[kept], return_inverse=True)
    lengths = np.array([np.sqrt(ncx2.ppf(probability, law.dof - 1, value)) for value in values])
    for accuracy in (0.4, 0.6, 0.75, 0.82):
        cosine = ndtri(accuracy) * law.sigma / law.t
        slope = cosine / np.sqrt(1 - cosine**2)
        total = 0.0
        for c, row, w in zip(centre[kept], lengths[inverse], weights[kept], strict=True):
            total += w * ndtr(slope * row - c).mean()
        start = (1 - law.pair.disagreement) ** n * (law.start <= accuracy)
        assert law.cdf(accuracy) == pytest.approx(total + start, abs=1e-3)


@pytest.mark.parametrize("noncentrality", [0.0, 0.7, 30.0, 4000.0])
@pytest.mark.parametrize("dof", [1, 2, 19, 99])
def test_cone_probability_by_an_adaptive_rule(dof, noncentrality):
    centre, weights = np.array([-1.0, 0.4, 6.0]), np.array([0.2, 0.5, 0.3])
    middle = np.sqrt(dof + noncentrality)
    for cosine in (-0.6, 0.05, 0.5, 0.98):
        slope = cosine / np.sqrt(1 - cosine**2)

        def density(v, slope=slope):
            return 2 * v * ncx2.pdf(v**2, dof, noncentrality) * (weights @ ndtr(slope * v - centre))

        ends = (max(0.0, middle - 10), middle, middle + 10)
        expected = sum(quad(density, *pair, epsabs=1e-11, limit=200)[0] for pair in pairwise(ends))
        assert below(cosine, centre, weights, dof, noncentrality) == pytest.approx(expected, abs=2e-8)


@given(st.integers(0, 300), pairs())
@settings(max_examples=60, deadline=None)
def test_outcomes_are_those_of_the_multinomial(n, pair):
    accuracy = pair.accuracy if pair.disagreement > 0 else 0.5
    rule = outcomes(n, pair.disagreement, accuracy, 1.0)
    assert rule.weights.sum() + rule.none == pytest.approx(1, abs=1e-12)
    for statistic, expected in (
        (rule.disagreements, n * pair.disagreement),
        (rule.balance, n * pair.gap),
        (rule.balance**2, n * (pair.disagreement - pair.gap**2) + (n * pair.gap) ** 2),
    ):
        assert rule.weights @ statistic == pytest.approx(expected, abs=1e-7 * max(1, n**2))


@pytest.mark.parametrize(
    ("n", "gap", "q"), [(2000, 0.05, 0.1), (1500, 0.0, 0.9), (1200, 0.6, 0.62), (3000, 0.003, 0.004)]
)
@pytest.mark.parametrize("changes", [{}, {"t": 3.5, "sigma": 1.0}, {"reference": (0.7, 0.7), "step": 3.0}])
def test_coarser_lattice_equals_the_whole_multinomial(n, gap, q, changes):
    coarse, whole = (law_of(n, Pair.of(gap, q), changes) for _ in range(2))
    plus, minus, weights = every_outcome(n, coarse.pair)
    kept = weights > 1e-14
    none = (1 - q) ** n
    whole._cache["rule"] = Outcomes(
        (plus + minus)[kept], (plus - minus)[kept], weights[kept] / weights[kept].sum() * (1 - none), none
    )
    assert len(coarse._rule().weights) < kept.sum() or n * q < 100 or "t" in changes
    assert coarse.mean() == pytest.approx(whole.mean(), abs=1e-10)
    if "reference" not in changes:
        levels = coarse.quantile([0.01, 0.5, 0.9])
        np.testing.assert_allclose(whole.cdf(levels), [0.01, 0.5, 0.9], atol=1e-7)


def test_mean_takes_no_longer_for_a_million_points():
    law = delta_law(10**6, NESTED, **MIXTURE)
    law.mean()
    seconds = []
    for _ in range(5):
        fresh = delta_law(10**6, NESTED, **MIXTURE)
        started = time.perf_counter()
        fresh.mean()
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.05


# The overlap law, symmetries, limits


@pytest.mark.parametrize("n", [1, 5, 20, 95, 2000])
@pytest.mark.parametrize("accuracy", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("d_hard", [1, 2, 20])
def test_teachers_that_always_disagree_are_one_teacher(n, accuracy, d_hard):
    setting = MIXTURE | {"d_hard": d_hard}
    law, single = delta_law(n, Pair(accuracy, 1 - accuracy), **setting), hard_law(n, accuracy=accuracy, **setting)
    assert law.mean() == pytest.approx(single.mean(), abs=1e-11)
    points = np.linspace(0.05, 0.95, 12)
    np.testing.assert_allclose(law.cdf(points), single.cdf(points), atol=1e-10)


@given(laws())
@settings(max_examples=60, deadline=None)
def test_swapping_the_teachers_reflects_the_law(law):
    swapped = DeltaLaw(law.n, law.pair.swapped(), law.sigma, law.t, law.dof, -law.along, law.across, law.step)
    assert swapped.mean() == pytest.approx(1 - law.mean(), abs=1e-9)
    points = np.array([0.11, 0.37, 0.63])
    np.testing.assert_allclose(swapped.cdf(points), 1 - law.cdf(1 - points), atol=2e-8)


@given(pairs(), st.floats(0, 1), st.integers(1, 80))
@settings(max_examples=40, deadline=None)
def test_a_flip_is_a_smaller_gap(pair, flip, n):
    flipped = delta_law(n, pair, flip=flip, **MIXTURE)
    gap = (1 - 2 * flip) * pair.gap
    smaller = delta_law(n, Pair.of(gap, max(pair.disagreement, abs(gap))), **MIXTURE)
    assert flipped.mean() == pytest.approx(smaller.mean(), abs=1e-9)


@given(laws(), st.lists(st.floats(0, 1), min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_cdf_is_monotone_and_lives_on_the_support(law, points):
    values = law.cdf(np.sort(points))
    assert np.all(np.diff(values) >= -2e-9)
    assert np.all((values >= -1e-9) & (values <= 1 + 1e-12))
    assert law.cdf([law.best, 1 - law.best - 1e-9]).tolist() == [1, 0]
    assert 1 - law.best - 1e-12 <= law.mean() <= law.best + 1e-12


@given(laws(), st.floats(0.001, 0.999))
@settings(max_examples=60, deadline=None)
def test_quantile_inverts_cdf(law, q):
    x = float(law.quantile(q))
    assert law.cdf(x + 1e-9) >= q - 1e-6
    assert law.cdf(x - 1e-9) <= q + 1e-6 or x - 1e-9 > law.best


def test_limits():
    for gap in (0.02, -0.02):
        # Both teachers below chance or not: only the gap decides.
        law = delta_law(10**6, Pair.of(gap, 0.05), **MIXTURE)
        assert law.mean() == pytest.approx(ndtr(np.sign(gap) * 2.5 / 5**0.5), abs=2e-3)
    assert delta_law(95, Pair.of(0.0, 0.3), **MIXTURE).mean() == pytest.approx(0.5, abs=1e-13)
    nothing = delta_law(50, Pair(0.0, 0.0), reference=(1.0, 1.0), **MIXTURE)
    assert nothing.mean() == nothing.start == pytest.approx(ndtr(2.5 / 10**0.5))
    assert nothing.quantile([0, 0.4, 1]).tolist() == [nothing.start] * 3
    assert nothing.sample(2, 0).tolist() == [nothing.start] * 2
    assert delta_law(0, NESTED, **MIXTURE).cdf([0.49, 0.5]).tolist() == [0, 1]
    assert delta_law(7, NESTED, t=0.0, sigma=1.0, d_hard=4).mean() == 0.5


def test_the_atom_is_where_the_teachers_never_disagree():
    law = delta_law(10, Pair.of(0.05, 0.1), reference=(0.6, 0.8), **MIXTURE)
    jump = float(law.cdf(law.start) - law.cdf(law.start - 1e-9))
    assert jump == pytest.approx(0.9**10, abs=1e-6)
    level = float(law.cdf(law.start)) - 0.1
    assert law.quantile(level) == law.start


def test_a_long_step_forgets_the_reference_and_a_short_one_keeps_it():
    cold = delta_law(95, NESTED, **MIXTURE).mean()
    near, far = (delta_law(95, NESTED, reference=(1.0, 1.0), step=step, **MIXTURE).mean() for step in (1e-4, 1e6))
    assert far == pytest.approx(cold, abs=1e-5)
    assert near == pytest.approx(delta_law(0, NESTED, reference=(1.0, 1.0), **MIXTURE).start, abs=1e-4)


# Simulation


@pytest.mark.parametrize(("n", "pair", "changes"), CASES)
def test_sampler_follows_the_law(n, pair, changes):
    law = law_of(n, pair, changes)
    draws = law.sample(40_000, rng=n)
    assert abs(draws.mean() - law.mean()) < 4.5 * draws.std() / 200
    for level in (0.05, 0.5, 0.95):
        share = np.mean(draws <= law.quantile(level) + 1e-12)
        assert abs(share - level) < 4.5 * 0.5 / 200


@pytest.mark.parametrize("step", [1.0, 4.0])
def test_students_that_were_really_taught(step):
    theta = np.array([1.0, 0.6, -0.2, 1.1, 0.5, 0.0])
    chosen, rejected = [1.0, 0.1, 0.4], [1.0, -0.6, 0.8]
    reference = np.array([0.1, 0.0, 0.3, 0.2, 0.1, -0.2])
    pair = teacher_pair(chosen, rejected, theta=theta, sigma=1.5)
    law = delta_law(
        30,
        pair,
        t=float(np.linalg.norm(theta[3:])),
        sigma=1.5,
        d_hard=3,
        reference=hard_part(reference[3:], theta[3:]),
        step=step,
        flip=0.1,
    )
    rows = wl.delta.delta_trials(
        range(20_000),
        counts={"overlap": 30},
        theta=theta,
        sigma=1.5,
        chosen=chosen,
        rejected=rejected,
        students=[wl.delta.DeltaStudent(step=step)],
        reference=reference,
        flip=0.1,
        rng=3,
    )
    error = rows["hard"].std() / np.sqrt(20_000)
    assert abs(rows["hard"].mean() - law.mean()) < 4 * error
    assert abs(rows["size"].mean() / 30 - pair.disagreement) < 4 * rows["size"].std() / 30 / np.sqrt(20_000)
    assert abs(rows["balance"].mean() / 30 - law.pair.gap) < 4 * rows["balance"].std() / 30 / np.sqrt(20_000)


# Pairs


@given(geometries())
@settings(max_examples=100, deadline=None)
def test_pairs_of_teachers_are_orthants_of_a_normal_law(geometry):
    theta, sigma = geometry.theta, geometry.sigma
    pair = teacher_pair(geometry.chosen, geometry.rejected, theta=theta, sigma=sigma)
    units = [w / np.linalg.norm(w) for w in (geometry.chosen, geometry.rejected)]
    h, k = (float(w @ theta[: w.size]) / sigma for w in units)
    assert pair.gap == pytest.approx(ndtr(h) - ndtr(k), abs=1e-14)
    cosine = float(np.clip(units[0] @ units[1], -1, 1))
    if abs(cosine) > 1 - 1e-9:
        expected = max(0.0, ndtr(h) - ndtr(k)) if cosine > 0 else ndtr(min(h, -k))
    else:
        root = np.sqrt(1 - cosine**2)
        ends = sorted({-h, *[float(np.clip(z, -h, 12)) for z in (-k / cosine if cosine else 0, 0, 12)]})
        expected = sum(
            quad(lambda z: norm.pdf(z) * ndtr(-(k + cosine * z) / root), *end, epsabs=1e-13)[0]
            for end in pairwise(ends)
        )
    assert pair.p_plus == pytest.approx(expected, abs=1e-10)


@given(geometries(), st.floats(0, 2 * np.pi))
@settings(max_examples=50, deadline=None)
def test_a_rotation_changes_no_pair(geometry, angle):
    theta, w, v = (
        np.append(x[: geometry.chosen.size], 0.0) for x in (geometry.theta, geometry.chosen, geometry.rejected)
    )
    turn = np.eye(w.size)
    turn[np.ix_([0, -1], [0, -1])] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    before = teacher_pair(w, v, theta=theta, sigma=geometry.sigma)
    after = teacher_pair(turn @ w, turn @ v, theta=turn @ theta, sigma=geometry.sigma)
    assert (after.p_plus, after.p_minus) == pytest.approx((before.p_plus, before.p_minus), abs=1e-9)


def test_worth_is_the_number_of_perfect_labels_that_teach_as_much():
    n, pair = 40_000, Pair.of(0.05, 0.2)
    taught = 1 - delta_law(n, pair, **MIXTURE).mean() / ndtr(2.5 / 5**0.5)
    perfect = 1 - hard_law(round(pair_worth(n, pair)), accuracy=1.0, **MIXTURE).mean() / ndtr(2.5 / 5**0.5)
    assert taught == pytest.approx(perfect, rel=0.02)
    assert labels_worth(100, 0.5) == 0


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Pair.of(1.5, 1.0), ValueError, r"gap is 1\.5, but must be in \[-1, 1\]"),
        (lambda: Pair.of(-0.5, 0.2), ValueError, r"disagreement is 0\.2, but must be at least \|gap\| = 0\.5"),
        (lambda: Pair.of(float("nan"), 0.2), ValueError, "gap is nan"),
        (lambda: Pair(0.7, 0.7), ValueError, r"p_plus \+ p_minus is 1\.4"),
        (lambda: Pair(-0.1, 0.7), ValueError, r"p_plus is -0\.1"),
        (lambda: NESTED.flipped(2), ValueError, r"flip is 2\.0"),
        (lambda: delta_law(-1, NESTED, **MIXTURE), ValueError, "n is -1"),
        (lambda: delta_law(5, (0.1, 0.2), **MIXTURE), TypeError, "pair must be a Pair"),
        (lambda: law_of(5, NESTED, {"t": -1.0}), ValueError, r"t is -1\.0"),
        (lambda: law_of(5, NESTED, {"d_hard": 0}), ValueError, "d_hard is 0"),
        (lambda: law_of(5, NESTED, {"step": 0.0}), ValueError, r"step is 0\.0"),
        (lambda: law_of(5, NESTED, {"reference": (1.0,)}), ValueError, "reference has 1 entries"),
        (lambda: law_of(5, NESTED, {"reference": (1.0, -1.0)}), ValueError, r"reference has -1\.0 at index 1"),
        (lambda: law_of(5, NESTED, {"reference": (np.nan, 1.0)}), ValueError, "reference has nan at index 0"),
        (lambda: law_of(5, NESTED, {}).quantile(1.5), ValueError, r"q has 1\.5"),
        (lambda: law_of(5, NESTED, {}).cdf([0.1, np.nan]), ValueError, "x has nan at index 1"),
        (lambda: teacher_pair([0.0], [1.0], theta=[1.0], sigma=1.0), ValueError, "chosen has no direction"),
        (lambda: teacher_pair([1.0], [1.0, 2.0], theta=[1.0], sigma=1.0), ValueError, "rejected has 2 coefficients"),
        (lambda: teacher_pair([1.0], [np.inf], theta=[1.0], sigma=1.0), ValueError, "rejected has inf at index 0"),
        (lambda: teacher_pair([1.0, 2.0], [1.0, 1.0], theta=[1.0], sigma=1.0), ValueError, "theta has 1 entries"),
        (lambda: hard_part([1.0], [0.0]), ValueError, "theta_hard has no direction"),
        (lambda: hard_part([1.0, 1.0], [0.0]), ValueError, "reference has 2 coefficients"),
        (lambda: Pair(0.0, 0.0).accuracy, UndefinedError, "never disagree"),
        (lambda: pair_worth(10, Pair(0.0, 0.0)), UndefinedError, "never disagree"),
        (lambda: pair_worth(-1, NESTED), ValueError, r"n is -1\.0"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_multinomial_twin_has_the_right_probabilities():
    plus, minus, weights = every_outcome(6, NESTED)
    p = [NESTED.p_plus, NESTED.p_minus, 1 - NESTED.disagreement]
    expected = [multinomial.pmf([a, b, 6 - a - b], 6, p) for a, b in zip(plus, minus, strict=True)]
    np.testing.assert_allclose(weights, expected, atol=1e-14)
