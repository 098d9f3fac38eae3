"""The overlap law against independent formulas, its own sampler, and students that were really averaged."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betainc, ndtr, ndtri
from scipy.stats import binom, chi, norm, poisson

from w2slens.errors import UndefinedError
from w2slens.theory import quadrature
from w2slens.theory.overlap import (
    accuracy_bound,
    accuracy_limit,
    agreement,
    hard_law,
    linear_accuracy,
    points_needed,
    student_law,
)
from w2slens.theory.overlap.accuracy import _NODES, _Rule

PUBLISHED = {"accuracy": 0.84, "t": 2.5, "sigma": 5**0.5, "d_hard": 20}
CASES = [
    (1, 0.8, 2.5, 2.2, 20),
    (20, 0.86, 2.5, 2.2, 20),
    (5, 0.6, 6.0, 1.0, 3),
    (50, 0.7, 1.0, 1.0, 200),
    (3, 0.3, 2.0, 1.0, 2),
]


@st.composite
def hard_laws(draw):
    return hard_law(
        draw(st.integers(1, 2000)),
        accuracy=draw(st.floats(0, 1)),
        t=draw(st.floats(0.05, 6)),
        sigma=draw(st.floats(0.3, 3)),
        d_hard=draw(st.integers(1, 300)),
    )


def a_student(n, d_easy=20, d_hard=20, sigma=5**0.5, noise=0.3, seed=0):
    random = np.random.default_rng(seed)
    theta = random.random(d_easy + d_hard)
    teacher = theta[:d_easy] + noise * random.standard_normal(d_easy)
    return theta, teacher, student_law(n, theta=theta, sigma=sigma, d_easy=d_easy, teacher=teacher)


# Independent formulas


@pytest.mark.parametrize(("n", "accuracy", "t", "sigma", "d"), CASES)
def test_hard_cdf_is_a_mixture_of_student_t_laws(n, accuracy, t, sigma, d):
    law = hard_law(n, accuracy=accuracy, t=t, sigma=sigma, d_hard=d)
    centres = (2 * np.arange(n + 1) - n) * t / (sigma * np.sqrt(n))
    weights = binom.pmf(np.arange(n + 1), n, accuracy)
    middle = chi.median(d - 1)
    for cosine in (-0.9, 0.0, 0.2, 0.7):
        slope = cosine / np.sqrt(1 - cosine**2)

        def below(v, slope=slope):
            return weights @ ndtr(slope * v - centres) * chi.pdf(v, d - 1)

        ends = [(max(0.0, middle - 10), middle), (middle, middle + 10)]
        obvious = sum(quad(below, *pair, epsabs=1e-12, limit=200)[0] for pair in ends)
        assert law.cdf(ndtr(t / sigma * cosine)) == pytest.approx(obvious, abs=1e-9)


@pytest.mark.parametrize(("n", "accuracy", "t", "sigma", "d"), [*CASES, (5, 0.6, 6.0, 1.0, 1)])
def test_hard_mean_is_a_doubly_noncentral_f_probability(n, accuracy, t, sigma, d):
    # w·x > 0 for a new point x means ‖w' + x'‖ > ‖w' − x'‖, two independent non-central chi variables.
    def exceeds(first, second):
        i, j = (np.arange(int(rate + 12 * np.sqrt(rate) + 40)) for rate in (first, second))
        return poisson.pmf(i, first) @ betainc(d / 2 + j, d / 2 + i[:, None], 0.5) @ poisson.pmf(j, second)

    centres, signal = (2 * np.arange(n + 1) - n) * t / (sigma * np.sqrt(n)), t / sigma
    parts = [exceeds((c + signal) ** 2 / 4, (c - signal) ** 2 / 4) for c in centres]
    expected = binom.pmf(np.arange(n + 1), n, accuracy) @ parts
    law = hard_law(n, accuracy=accuracy, t=t, sigma=sigma, d_hard=d)
    assert law.mean() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 4, 20, 60])
@pytest.mark.parametrize("dimensions", [(20, 20), (2, 1), (1, 3)])
def test_mean_is_the_integral_of_the_survival_function(n, dimensions):
    _, _, student = a_student(n, *dimensions, sigma=1.3)
    for law in (student.easy, student.hard, student.overlap):
        if law.dof + (law.margin is not None) == 1:
            continue  # two values: tested below
        low, high = law.quantile([1e-9, 1 - 1e-9])
        angles = np.arcsin(np.clip(ndtri([low, high]) / law._length, -1, 1))
        # For very few points the law has kinks.
        nodes, weights = quadrature.legendre(*angles, 400 if n < 4 else 64)
        accuracy = ndtr(law._length * np.sin(nodes))
        slope = norm.pdf(law._length * np.sin(nodes)) * law._length * np.cos(nodes)
        assert law.mean() == pytest.approx(low + weights @ ((1 - law.cdf(accuracy)) * slope), abs=3e-7)


@given(st.integers(1, 60), st.floats(-8, 50))
@settings(max_examples=40)
def test_joint_law_of_agreement_and_distance_has_the_right_moments(n, margin):
    correct = np.arange(n + 1.0)
    nodes, weights = agreement.distances(n, margin, correct, _NODES)
    np.testing.assert_allclose(weights.sum(axis=1), binom.pmf(correct, n, ndtr(margin)), atol=1e-9)
    folded, root = margin * (1 - 2 * ndtr(-margin)) + 2 * norm.pdf(margin), np.sqrt(n)
    assert np.sum(weights * nodes) == pytest.approx(folded * root, rel=1e-6)
    # E (Σ|k|)² = n·E k² + n(n − 1)(E|k|)², and E Σ|k|·Σ sign k = n·E k + n(n − 1)·E|k|·E sign k
    assert np.sum(weights * nodes**2) == pytest.approx(1 + margin**2 + (n - 1) * folded**2, rel=1e-6)
    mixed = margin + (n - 1) * folded * (2 * ndtr(margin) - 1)
    assert np.sum(weights * nodes * (2 * correct - n)[:, None]) == pytest.approx(mixed * root, abs=1e-6 * n * root)


def test_convolution_and_inversion_agree_where_both_apply():
    sums = np.linspace(0.2, 12, 40)
    convolved = agreement._convolved(3, 0.7, sums)
    inverted = agreement._inverted(3, 0.7, np.arange(4.0), np.tile(sums, (4, 1)))
    np.testing.assert_allclose(inverted, convolved, atol=1e-8)


@pytest.mark.parametrize(("n", "accuracy", "t"), [(500, 0.8, 1), (3000, 0.55, 1), (3000, 0.9, 4), (20000, 0.8, 0.3)])
def test_coarser_lattice_equals_the_whole_binomial(n, accuracy, t):
    law, whole = (hard_law(n, accuracy=accuracy, t=t, sigma=1.0, d_hard=20) for _ in range(2))
    every = np.arange(n + 1.0)
    weights = binom.pmf(every, n, accuracy)
    kept = weights > 1e-18
    centre = (2 * every - n)[kept] / np.sqrt(n) * t
    whole._cache[_NODES] = _Rule(np.zeros(kept.sum()), centre, weights[kept])
    assert len(law._rule(_NODES).weights) < kept.sum()
    assert law.mean() == pytest.approx(whole.mean(), abs=1e-12)
    levels = law.quantile([0.01, 0.5, 0.9])
    np.testing.assert_allclose(law.cdf(levels), whole.cdf(levels), atol=1e-9)


@pytest.mark.parametrize("n", [1, 4, 20, 400])
@pytest.mark.parametrize("sigma", [5**0.5, 1.0])
def test_more_nodes_change_nothing(n, sigma):
    _, _, student = a_student(n, sigma=sigma)
    for law in (student.easy, student.hard, student.overlap):
        for cosine in (-0.1, 0.3, 0.8):
            assert law._cdf_at(cosine) == pytest.approx(law._cdf_at(cosine, 160), abs=1e-7)


# Properties


@given(hard_laws(), st.lists(st.floats(0, 1), min_size=2, max_size=8))
@settings(max_examples=60)
def test_cdf_is_monotone_and_lives_on_the_support(law, points):
    values = law.cdf(np.sort(points))
    assert np.all(np.diff(values) >= -1e-12)
    assert np.all((values >= -1e-12) & (values <= 1 + 1e-12))
    assert law.cdf([law.best, 1 - law.best - 1e-9]).tolist() == [1, 0]
    assert 1 - law.best - 1e-12 <= law.mean() <= law.best + 1e-12


@given(hard_laws(), st.floats(0.001, 0.999))
@settings(max_examples=60)
def test_quantile_inverts_cdf(law, q):
    x = float(law.quantile(q))
    if law.dof == 1:
        assert min(abs(x - law.best), abs(x - 1 + law.best)) < 1e-12
        return
    # Where the accuracy is within rounding of 0 or 1 it no longer resolves the law.
    assume(1e-9 < x < 1 - 1e-9)
    assert law.cdf(x) == pytest.approx(q, abs=1e-6)


@pytest.mark.parametrize("n", [1, 3, 7, 60])
def test_quantile_inverts_cdf_on_every_region(n):
    _, _, student = a_student(n)
    for law in (student.easy, student.hard, student.overlap):
        np.testing.assert_allclose(law.cdf(law.quantile([0.05, 0.5, 0.95])), [0.05, 0.5, 0.95], atol=1e-9)


@given(hard_laws(), st.floats(0.001, 0.5))
@settings(max_examples=60)
def test_bound_fails_no_more_often_than_it_says(law, delta):
    bound = accuracy_bound(law.n, accuracy=law.accuracy, t=law.t, sigma=law.sigma, d_hard=law.dof, delta=delta)
    # Just below the bound: with one coordinate the law has atoms, and the bound may be one of them.
    assert law.cdf(bound - 1e-12) <= delta + 1e-9


def test_bound_applies_and_closes_on_the_limit():
    bounds = accuracy_bound([0, 10, 200, 10**4, 10**8], **PUBLISHED)
    limit = accuracy_limit(accuracy=0.84, t=2.5, sigma=5**0.5)
    assert bounds[0] == bounds[1] == pytest.approx(1 - limit)
    assert np.all(np.diff(bounds[1:]) > 0)
    assert bounds[-1] == pytest.approx(limit, abs=1e-4)


def test_limits():
    _, _, student = a_student(0)
    assert student.mean((1, 1, 1, 1)) == (0.5,) * 5
    assert student.sample(3, 0).hard.tolist() == [0.5] * 3
    assert hard_law(0, **PUBLISHED).quantile([0, 0.3, 1]).tolist() == [0.5] * 3
    assert hard_law(0, **PUBLISHED).cdf([0.49, 0.5]).tolist() == [0, 1]
    for accuracy in (0.6, 0.5, 0.4):
        law = hard_law(10**6, accuracy=accuracy, t=1.5, sigma=1.0, d_hard=5)
        assert law.mean() == pytest.approx(accuracy_limit(accuracy=accuracy, t=1.5, sigma=1.0), abs=1e-3)
    assert hard_law(7, accuracy=0.9, t=0.0, sigma=1.0, d_hard=4).mean() == 0.5


def test_a_single_coordinate_is_right_or_upside_down():
    law = hard_law(5, accuracy=0.8, t=1.0, sigma=1.0, d_hard=1)
    wrong = float(law.cdf(0.5))
    np.testing.assert_allclose(law.cdf([law.best, 1 - law.best + 1e-12, 0.3]), [1, wrong, wrong], atol=1e-15)
    assert law.mean() == pytest.approx(wrong * (1 - law.best) + (1 - wrong) * law.best, abs=1e-12)
    np.testing.assert_allclose(law.quantile([0, wrong - 1e-9, wrong + 1e-9, 1]), [ndtr(-1)] * 2 + [ndtr(1)] * 2)
    # With one easy coordinate the student says there what the teacher says, also where that is wrong.
    for theta in (1.0, -1.0):
        easy = student_law(5, theta=[theta, 1.0], sigma=1.0, d_easy=1, teacher=[2.0]).easy
        assert easy.mean() == pytest.approx(ndtr(theta), abs=1e-12)
        assert easy.quantile([0.1, 0.9]).tolist() == pytest.approx([ndtr(theta)] * 2)


def test_only_the_teachers_direction_matters():
    theta, teacher, student = a_student(20)
    scaled = student_law(20, theta=theta, sigma=5**0.5, d_easy=20, teacher=1e3 * teacher)
    assert scaled.mean()[:3] == pytest.approx(student.mean()[:3], abs=1e-12)


def test_overall_mean_weighs_the_regions():
    _, _, student = a_student(20)
    mean = student.mean({"easy": 100, "hard": 100, "overlap": 20})
    assert mean.overall == pytest.approx((100 * mean.easy + 100 * mean.hard + 20 * mean.overlap) / 220)
    draws = student.sample(40_000, 3, counts=(100, 100, 20, 0))
    assert draws.overall.mean() == pytest.approx(mean.overall, abs=4 * draws.overall.std() / 200)
    assert np.isnan(student.mean().overall)


# Samples. Largest deviation of an empirical distribution function on a grid, against the DKW band at 99.9 %.


def deviation(draws, law, points=25):
    at = np.quantile(draws, (np.arange(points) + 0.5) / points)
    return np.max(np.abs(np.mean(draws[:, None] <= at, axis=0) - law.cdf(at))) * np.sqrt(len(draws))


def band(checked):
    return np.sqrt(np.log(2 * checked / 0.001) / 2)


def test_law_against_a_million_draws_of_its_sampler():
    law = hard_law(20, **PUBLISHED)
    draws = law.sample(1_000_000, 1)
    assert abs(draws.mean() - law.mean()) < 3.3 * draws.std() / 1000
    assert deviation(draws, law) < band(1)


SETTINGS = [
    (1, 4, 4, 1.0, 0.3),
    (2, 3, 2, 1.0, 0.3),
    (3, 2, 5, 0.7, 0.5),
    (4, 20, 20, 5**0.5, 0.3),
    (20, 20, 20, 5**0.5, 0.3),
    (50, 5, 60, 2.0, 0.1),
    (95, 20, 20, 5**0.5, 0.3),
    (30, 10, 10, 3.0, 3.0),
]


@pytest.mark.parametrize(("n", "d_easy", "d_hard", "sigma", "noise"), SETTINGS)
def test_law_against_averaged_students(n, d_easy, d_hard, sigma, noise):
    theta, teacher, student = a_student(n, d_easy, d_hard, sigma, noise, seed=n)
    random, students = np.random.default_rng(n), 4000
    coefficients = np.empty((students, d_easy + d_hard))
    for i in range(students):
        y = random.choice([-1, 1], n)
        x = y[:, None] * theta + sigma * random.standard_normal((n, len(theta)))
        coefficients[i] = np.where(x[:, :d_easy] @ teacher > 0, 1, -1) @ x / n
    truth = linear_accuracy(coefficients, theta=theta, sigma=sigma, d_easy=d_easy)
    drawn = student.sample(students, n)
    for region in ("easy", "hard", "overlap"):
        law = getattr(student, region)
        for draws in (getattr(truth, region), getattr(drawn, region)):
            assert abs(draws.mean() - law.mean()) < 4.5 * draws.std() / np.sqrt(students)
            assert deviation(draws, law) < band(6 * len(SETTINGS))
    # Jointly, too: the regions share the teacher's mistakes.
    correlations = [np.corrcoef([d.easy, d.hard, d.overlap]) for d in (truth, drawn)]
    np.testing.assert_allclose(*correlations, atol=6 / np.sqrt(students))


# The inverse


@pytest.mark.parametrize("n", [1, 2, 17, 95, 400, 12_345])
def test_inverse_returns_the_number_of_points(n):
    mean = hard_law(n, **PUBLISHED).mean()
    assert points_needed(mean - 1e-12, **PUBLISHED) == n
    assert points_needed(mean, continuous=True, **PUBLISHED) == pytest.approx(n, abs=1e-6 * n)


@given(st.floats(0.51, 0.99), st.floats(0.5, 3), st.integers(1, 40), st.floats(0.05, 0.95))
@settings(max_examples=40)
def test_inverse_is_a_threshold(accuracy, t, d_hard, share):
    setting = {"accuracy": accuracy, "t": t, "sigma": 1.0, "d_hard": d_hard}
    target = 0.5 + share * (ndtr(t) - 0.5)
    assume(hard_law(500_000, **setting).mean() > target)
    n = points_needed(target, **setting)
    below, above = hard_law(n - 1, **setting).mean(), hard_law(n, **setting).mean()
    assert below < target <= above
    real = points_needed(target, continuous=True, **setting)
    assert n - 1 <= real <= n
    assert below + (real - n + 1) * (above - below) == pytest.approx(target, abs=1e-6)


@given(st.floats(0.5, 1), st.floats(0.05, 10), st.integers(1, 200), st.integers(0, 300))
@settings(max_examples=60)
def test_mean_never_falls_with_another_point(accuracy, t, d_hard, n):
    # Not proved; "the smallest n" of the inverse rests on it.
    first, second = (hard_law(k, accuracy=accuracy, t=t, sigma=1.0, d_hard=d_hard).mean() for k in (n, n + 1))
    assert second >= first - 1e-11


def test_inverse_without_an_answer():
    assert points_needed(0.5, **PUBLISHED) == 0
    with pytest.raises(UndefinedError, match="stays below"):
        points_needed(0.9, **PUBLISHED)
    with pytest.raises(UndefinedError, match=r"stays below 0\.5"):
        points_needed(0.6, **(PUBLISHED | {"accuracy": 0.4}))
    with pytest.raises(ValueError, match="needs more than"):
        points_needed(ndtr(2.5 / 5**0.5) - 1e-9, **PUBLISHED)


# Bad input


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"accuracy": 1.5}, ValueError, "accuracy is 1.5"),
        ({"t": -1.0}, ValueError, "t is -1.0"),
        ({"sigma": 0.0}, ValueError, "sigma"),
        ({"d_hard": 0}, ValueError, "d_hard is 0"),
        ({"d_hard": 2.5}, TypeError, "d_hard"),
        ({"t": float("nan")}, ValueError, "t is nan"),
    ],
)
def test_parameters_out_of_range(changes, error, message):
    with pytest.raises(error, match=message):
        hard_law(5, **(PUBLISHED | changes))


def test_other_bad_input():
    law = hard_law(5, **PUBLISHED)
    with pytest.raises(ValueError, match="x has nan at index 1"):
        law.cdf([0.5, np.nan])
    with pytest.raises(ValueError, match=r"q has 1\.5"):
        law.quantile([1.5])
    with pytest.raises(ValueError, match="n is -1"):
        hard_law(-1, **PUBLISHED)
    with pytest.raises(TypeError, match="n must hold integers"):
        accuracy_bound([1.5], **PUBLISHED)
    with pytest.raises(ValueError, match="n has -1"):
        accuracy_bound([-1], **PUBLISHED)
    with pytest.raises(ValueError, match="delta is 1"):
        accuracy_bound([1], delta=1.0, **PUBLISHED)
    setting = {"theta": [1.0, 1.0, 1.0], "sigma": 1.0, "d_easy": 2, "teacher": [1.0, 0.0]}
    for changes, message in [
        ({"teacher": [0.0, 0.0]}, "teacher has no direction"),
        ({"teacher": [1.0]}, "teacher has 1 coefficients"),
        ({"theta": [1.0, np.inf, 1.0]}, "theta has inf at index 1"),
        ({"d_easy": 3}, "d_easy is 3"),
    ]:
        with pytest.raises(ValueError, match=message):
            student_law(5, **(setting | changes))


def test_entries_that_are_no_numbers_are_refused_by_name():
    law = hard_law(20, accuracy=0.8, t=2.5, sigma=1.0, d_hard=20)
    for method, name in ((law.cdf, "x"), (law.quantile, "q")):
        with pytest.raises(TypeError, match=f"^{name} has dtype"):
            method("a")
        with pytest.raises(ValueError, match=f"^{name} has nan at index 1"):
            method([0.5, np.nan])
    with pytest.raises(TypeError, match="theta has dtype bool"):
        student_law(5, theta=[True, False], sigma=1.0, d_easy=1, teacher=[1.0])


def test_the_scale_of_a_teacher_never_over_or_underflows():
    laws = [
        student_law(5, theta=[1.0, 0.5, 2.0], sigma=1.0, d_easy=2, teacher=np.array([1.0, 1.0]) * scale)
        for scale in (1.0, 1e200, 1e-200)
    ]
    for scaled in laws[1:]:
        assert scaled.mean()[:3] == pytest.approx(laws[0].mean()[:3])


def test_cdf_is_never_negative():
    assert hard_law(10**6, accuracy=0.8, t=2.5, sigma=1.0, d_hard=20).cdf(0.99) == 0
