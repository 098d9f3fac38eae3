"""The forecast law against independent formulas, its own sampler, and students that were really averaged."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import binom, chi, ncx2, norm

from w2slens.drift import DomainSequence, forecast_weights
from w2slens.errors import UndefinedError
from w2slens.testing.drift import domain_sequences, rotations
from w2slens.theory.drift import ForecastLaw, forecast_law, lag
from w2slens.theory.overlap import hard_law

LAWS = [
    ForecastLaw(3.0, 2.0, 1.1, 20),
    ForecastLaw(-2.0, 5.0, 2.5, 3),
    ForecastLaw(40.0, 30.0, 1.1, 20),
    ForecastLaw(1.0, 0.0, 0.7, 2),
    ForecastLaw(0.5, 1.5, 3.0, 200),
    ForecastLaw(12.0, 0.3, 1.0, 2),
]


def chi_density(v, dof, across):
    return chi.pdf(v, dof) if across == 0 else 2 * v * ncx2.pdf(v * v, dof, across**2)


@pytest.mark.parametrize("law", LAWS)
def test_cdf_is_an_integral_over_a_noncentral_chi(law):
    centre = np.hypot(np.sqrt(law.d - 1), law.across)
    for cosine in (-0.95, -0.3, 0.0, 0.4, 0.9, 0.999, 0.99999):
        slope = cosine / np.sqrt(1 - cosine**2)

        def below(v, slope=slope):
            return ndtr(slope * v - law.along) * chi_density(v, law.d - 1, law.across)

        low, high = max(0.0, centre - 9), centre + 9
        ends = sorted({low, *np.clip([centre, law.along / slope if slope else centre], low, high), high})
        obvious = sum(quad(below, *pair, epsabs=1e-12, limit=400)[0] for pair in pairwise(ends))
        assert law.cdf(ndtr(law.signal * cosine)) == pytest.approx(obvious, abs=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_mean_is_the_integral_of_the_survival_function(law):
    angles = np.linspace(-np.pi / 2, np.pi / 2, 20_001)[1:-1]
    accuracy = ndtr(law.signal * np.sin(angles))
    slope = norm.pdf(law.signal * np.sin(angles)) * law.signal * np.cos(angles)
    integral = 1 - law.best + np.sum((1 - law.cdf(accuracy)) * slope) * (angles[1] - angles[0])
    assert law.mean() == pytest.approx(integral, abs=1e-6)


@given(
    st.integers(1, 300),
    st.integers(0, 100).map(lambda percent: percent / 100),
    st.floats(0.1, 5),
    st.floats(0.3, 3),
    st.integers(1, 60),
    st.floats(0.02, 0.98),
)
@settings(max_examples=40, deadline=None)
def test_of_one_domain_that_stays_it_is_the_overlap_law(n, accuracy, t, sigma, d, level):
    # The overlap law is a mixture of conditional ones over the number of right labels.
    target = np.full(d, t / np.sqrt(d))
    right = np.arange(n + 1)
    weights = binom.pmf(right, n, accuracy)
    laws = [
        forecast_law([1.0], means=[target], counts=[n], target=target, sigma=sigma, agreements=[(2 * r - n) / n])
        for r in right[weights > 1e-14]
    ]
    kept = weights[weights > 1e-14]
    whole = hard_law(n, accuracy=accuracy, t=t, sigma=sigma, d_hard=d)
    assert kept @ [law.mean() for law in laws] == pytest.approx(whole.mean(), abs=1e-9)
    x = float(ndtr(t / sigma * (2 * level - 1)))
    if n <= 30:
        assert kept @ [float(law.cdf(x)) for law in laws] == pytest.approx(float(whole.cdf(x)), abs=1e-8)


@given(st.data(), domain_sequences(min_length=3, max_length=6))
@settings(max_examples=40, deadline=None)
def test_no_rotation_of_the_world_changes_the_law(data, sequence):
    M = data.draw(rotations(sequence.d))
    # In thousandths: the limit goes by the direction alone, which weights near the least float no longer have.
    thousandths = st.lists(st.integers(-2000, 2000), min_size=len(sequence) - 1, max_size=len(sequence) - 1)
    a = np.array(data.draw(thousandths.filter(any))) / 1000
    means, counts = np.asarray(sequence.means), np.arange(1, len(a) + 1)
    rest = {"counts": counts, "sigma": sequence.sigma}
    law = forecast_law(a, means=means[:-1], target=means[-1], **rest)
    turned = forecast_law(a, means=means[:-1] @ M.T, target=means[-1] @ M.T, **rest)
    scaled = forecast_law(3 * np.asarray(a), means=means[:-1], target=means[-1], **rest)
    for other in (turned, scaled):
        assert other.mean() == pytest.approx(law.mean(), abs=1e-8)
        assert other.limit == pytest.approx(law.limit, abs=1e-7)


@pytest.mark.parametrize("law", LAWS)
def test_sampler_quantiles_and_mean_agree(law):
    draws = law.sample(400_000, rng=1)
    assert abs(draws.mean() - law.mean()) < 5 * draws.std() / np.sqrt(draws.size)
    levels = np.array([0.02, 0.3, 0.5, 0.9])
    quantiles = law.quantile(levels)
    np.testing.assert_allclose(law.cdf(quantiles), levels, atol=1e-9)
    seen = (draws[:, None] <= quantiles).mean(axis=0)
    assert np.all(np.abs(seen - levels) < 5 * np.sqrt(levels * (1 - levels) / draws.size))


def test_students_that_were_really_averaged_follow_it():
    moving = DomainSequence.turning([2.5, 0.0, 1.0, 0.0, 0.0], degrees=9, length=9, sigma=1.5)
    counts, a = [5, 10, 20, 10, 5], forecast_weights("trend", 5, horizon=3)
    means = np.asarray(moving.means)
    law = forecast_law(a, means=means[:5], counts=counts, target=means[7], sigma=1.5)
    rng = np.random.default_rng(3)
    seen = np.array(
        [
            moving.accuracy(
                sum(w * (y @ X) / len(y) for w, (X, y) in zip(a, moving[:5].sample(counts, rng), strict=True))
            )[7]
            for _ in range(2000)
        ]
    )
    assert abs(seen.mean() - law.mean()) < 4.5 * seen.std() / np.sqrt(2000)
    uniform = np.sort(law.cdf(seen))
    steps = np.arange(1, 2001) / 2000
    assert np.max(np.maximum(steps - uniform, uniform - steps + 1 / 2000)) < np.sqrt(np.log(2e4) / 4000)


def test_many_points_tend_to_the_limit_and_the_lag_says_where():
    moving = DomainSequence.turning([2.0, 0.0, 0.0], degrees=6, length=40, sigma=1.0)
    means = np.asarray(moving.means)
    rules = {
        "pooled": 5 + 7,
        "last": 5,
        "window": 5 + 1.5,
    }
    for kind, late in rules.items():
        a = forecast_weights(kind, 15, 5, window=4)
        assert lag(a, 5, 6.0) == pytest.approx(late)
        law = forecast_law(a, means=means[:15], counts=[10**7] * 15, target=means[19], sigma=1.0)
        assert law.mean() == pytest.approx(law.limit, abs=1e-5)
        assert law.limit == pytest.approx(float(ndtr(2 * np.cos(np.deg2rad(6 * late)))), abs=1e-12)
    assert lag(forecast_weights("harmonic", 15, 5, degrees=6.0), 5, 6.0) == pytest.approx(0, abs=1e-9)
    assert lag(forecast_weights("trend", 15, 5), 5, 0.0) == pytest.approx(0, abs=1e-9)
    discounts = 0.8 ** np.arange(14, -1, -1)
    late = np.sum(discounts * np.exp(1j * np.deg2rad(6) * np.arange(14, -1, -1)))
    assert lag(forecast_weights("discount", 15, 5, discount=0.8), 5, 6.0) == pytest.approx(
        5 + np.angle(late) / np.deg2rad(6)
    )
    with pytest.raises(UndefinedError, match="cancel"):
        lag([1.0, 1.0], 1, 180.0)


def test_degenerate_laws():
    nothing = forecast_law([1.0], means=[[1.0]], counts=[3], target=[0.0], sigma=1.0)
    assert (nothing.mean(), nothing.cdf([0.4, 0.5]).tolist(), nothing.quantile(0.3).item()) == (0.5, [0.0, 1.0], 0.5)
    line = forecast_law([1.0], means=[[0.3]], counts=[4], target=[2.0], sigma=1.0)
    wrong = float(ndtr(-0.6))
    assert line.cdf([0.02, 0.03, 0.9, 0.98]).tolist() == pytest.approx([0, wrong, wrong, 1])
    assert line.mean() == pytest.approx(wrong * (1 - line.best) + (1 - wrong) * line.best, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"weights": [np.nan, 1.0]}, ValueError, "weights has nan at index 0"),
        ({"means": [[1.0, 2.0]]}, ValueError, r"means has shape \(1, 2\)"),
        ({"means": [[1.0, np.inf], [0.0, 0.0]]}, ValueError, r"means has inf at index \(0, 1\)"),
        ({"counts": [5, 0]}, ValueError, "counts has 0 at index 1"),
        ({"counts": [5.0, 1.0]}, ValueError, "expected 2 integers"),
        ({"agreements": [0.5, 1.5]}, ValueError, "agreements has 1.5 at index 1"),
        ({"agreements": [0.5]}, ValueError, "agreements has 1 entries"),
        ({"sigma": 0.0}, ValueError, "sigma is 0"),
        ({"weights": [0.0, 0.0]}, UndefinedError, "every weight is 0"),
    ],
)
def test_bad_input_is_named(change, error, message):
    good = {"weights": [0.5, 0.5], "means": np.eye(2), "counts": [5, 5], "target": [0.0, 1.0], "sigma": 1.0}
    with pytest.raises(error, match=message):
        forecast_law(**(good | change))


@pytest.mark.parametrize("law", LAWS)
def test_an_accuracy_has_the_same_probability_to_the_last_bit_beside_any_others(law):
    many = ndtr(law.signal * np.linspace(-0.9999, 0.9999, 60))
    np.testing.assert_array_equal(law.cdf(many), [float(law.cdf(x)) for x in many])
