"""Scores and confidences: exact laws against simulation, golden values, limits and bounds."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit, ndtr

from w2slens import UndefinedError
from w2slens.learning import GaussianMixture
from w2slens.regions import Region
from w2slens.theory import quadrature
from w2slens.theory.detection import ScoreLaw, confidence_cdf, log_product_moment, score_law

GEOMETRIES = [  # m, t_easy, t_hard, sigma, d_easy, d_hard
    (20, 2.0, 2.0, 1.0, 6, 14),
    (1, 1.0, 3.0, 0.8, 4, 16),
    (60, 3.0, 1.0, 2.0, 15, 13),
    (5, 0.0, 4.0, 1.0, 1, 20),
]


@st.composite
def score_laws(draw, metrics=("inner_product",)):
    return ScoreLaw(
        draw(st.integers(1, 500)),
        draw(st.floats(0, 5)),
        draw(st.floats(0, 5)),
        draw(st.floats(0.3, 3)),
        draw(st.integers(1, 60)),
        draw(st.integers(12, 60)),
        draw(st.sampled_from(["zeroed", "full"])),
        draw(st.sampled_from(metrics)),
    )


def scores(law, region, size, seed):
    """Scores of fresh points, each against fresh hard-only points."""
    random, d = np.random.default_rng(seed), law.d_easy + law.d_hard
    theta = np.zeros(d)
    theta[0], theta[law.d_easy] = law.t_easy, law.t_hard
    present = {Region.EASY: (1, 0), Region.HARD: (0, 1), Region.OVERLAP: (1, 1), Region.NEITHER: (0, 0)}

    def points(kind, shape):
        blocks = np.repeat(present[kind], [law.d_easy, law.d_hard])
        noise = law.sigma * random.standard_normal((*shape, d)) * (blocks if law.noise == "zeroed" else 1)
        return random.choice([-1, 1], (*shape, 1)) * theta * blocks + noise

    x, hard = points(region, (size,)), points(Region.HARD, (size, law.m))
    products = np.abs(np.einsum("sd,smd->sm", x, hard))
    if law.metric == "cosine":
        products /= np.linalg.norm(x, axis=-1)[:, None] * np.linalg.norm(hard, axis=-1)
    return products.max(axis=1)


@pytest.mark.parametrize("metric", ["inner_product", "cosine"])
@pytest.mark.parametrize("noise", ["zeroed", "full"])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_law_against_simulated_scores(geometry, noise, metric):
    law = ScoreLaw(*geometry, noise, metric)
    size, checked = 3000, 4 * 4 * len(GEOMETRIES)
    band = np.sqrt(np.log(2 * checked / 0.001) / 2)  # DKW, 99.9 % simultaneously
    for region in Region:
        if noise == "zeroed" and metric == "cosine" and region == Region.NEITHER:
            continue  # undefined
        if noise == "zeroed" and region in (Region.EASY, Region.NEITHER):
            assert law.cdf([-0.1, 0.0, 3.0], region).tolist() == [0, 1, 1]
            continue
        drawn = scores(law, region, size, seed=geometry[0] + region)
        at = np.quantile(drawn, (np.arange(20) + 0.5) / 20)
        empirical = np.mean(drawn[:, None] <= at, axis=0)
        assert np.max(np.abs(empirical - law.cdf(at, region))) * np.sqrt(size) < band


def test_golden_values():
    # σ = 1, ‖θ_e‖ = ‖θ_h‖ = 2.5, d = 40, m = 50, noise everywhere
    law = score_law(50, theta=[2.5, *[0] * 19, 2.5, *[0] * 19], sigma=1.0, d_easy=20, noise="full")
    assert law.cdf([14, 18, 22], Region.EASY) == pytest.approx([0.140, 0.558, 0.866], abs=5e-4)
    assert law.cdf([14, 18, 22], Region.OVERLAP) == pytest.approx([0.022, 0.175, 0.487], abs=5e-4)


def test_the_law_is_the_mean_over_points_of_a_power():
    law, draws = ScoreLaw(50, 2.5, 2.5, 1.0, 20, 20, "full"), 200_000
    random = np.random.default_rng(8)
    x = random.standard_normal((draws, 40))
    x[:, 0] += 2.5
    x[:, 20] += 2.5
    mean, deviation = 2.5 * np.abs(x[:, 20]), np.linalg.norm(x, axis=1)
    for tau in (14, 18, 22):
        below = (ndtr((tau - mean) / deviation) - ndtr((-tau - mean) / deviation)) ** 50
        error = 3.5 * below.std() / np.sqrt(draws)
        assert law.cdf(tau, Region.OVERLAP) == pytest.approx(below.mean(), abs=error)


def test_one_coordinate_by_hand():
    # x = ±N(t, 1), h = ±N(t, 1): P(|xh| <= τ) by the obvious double sum
    law = ScoreLaw(1, 0.0, 1.5, 1.0, 0, 1)
    grid = np.linspace(-8, 11, 200_001)
    density = np.exp(-((grid - 1.5) ** 2) / 2) / np.sqrt(2 * np.pi) * (grid[1] - grid[0])
    for tau in (0.5, 2.0, 6.0):
        limit = tau / np.abs(np.where(grid == 0, 1e-9, grid))
        expected = density @ (ndtr(limit - 1.5) - ndtr(-limit - 1.5))
        assert law.cdf(tau, Region.HARD) == pytest.approx(expected, abs=3e-5)


@given(score_laws(metrics=("inner_product", "cosine")), st.sampled_from(Region))
@settings(max_examples=30)
def test_sf_is_monotone_and_goes_from_one_to_zero(law, region):
    assume((law.noise, law.metric, region) != ("zeroed", "cosine", Region.NEITHER))  # undefined
    top = 1.0 if law.metric == "cosine" else law.sigma**2 * 500
    values = law.sf(np.linspace(0, top, 12), region)
    assert np.all(np.diff(values) <= 1e-6)
    assert law.sf(-1.0, region) == 1
    assert values[-1] < 1e-3
    assert np.all((values >= -1e-12) & (values <= 1 + 1e-9))


@given(score_laws(metrics=("inner_product", "cosine")))
@settings(max_examples=15)
def test_more_hard_points_never_lower_a_score(law):
    more = ScoreLaw(law.m + 1, *(getattr(law, name) for name in list(law.__dataclass_fields__)[1:]))
    tau = 0.5 if law.metric == "cosine" else 5 * law.sigma**2
    assert more.sf(tau, Region.OVERLAP) >= law.sf(tau, Region.OVERLAP) - 1e-12


@pytest.mark.parametrize("metric", ["inner_product", "cosine"])
def test_auc_is_the_probability_of_a_right_order(metric):
    law = ScoreLaw(20, 1.0, 2.5, 1.0, 6, 14, "full", metric)
    easy, overlap = scores(law, Region.EASY, 4000, 1), scores(law, Region.OVERLAP, 4000, 2)
    wins = np.searchsorted(np.sort(easy), overlap).mean() / len(easy)
    # The variance of the Mann–Whitney statistic is at most A(1 − A)/min(sizes).
    assert law.auc() == pytest.approx(wins, abs=3.3 * np.sqrt(wins * (1 - wins) / 4000))


def test_auc_at_its_ends():
    assert ScoreLaw(20, 2.0, 0.0, 1.0, 20, 20, "full").auc() == pytest.approx(0.5, abs=1e-9)
    assert ScoreLaw(20, 2.0, 9.0, 1.0, 20, 20, "full").auc() > 0.9999
    assert ScoreLaw(20, 2.0, 0.1, 1.0, 20, 20).auc() == 1
    # Without a hard signal, and with a cosine that does not see the easy signal, nothing tells the regions apart.
    assert ScoreLaw(20, 2.0, 0.0, 1.0, 20, 20, "full", "cosine").auc() == pytest.approx(0.5, abs=1e-9)


def test_rates():
    law = ScoreLaw(20, 1.0, 2.5, 1.0, 6, 14, "full")
    tau = np.array([5.0, 10.0, 15.0])
    rates = law.rates(tau, {"easy": 30, "hard": 99, "overlap": 10, "neither": 5})
    flagged = [law.sf(tau, region) for region in (Region.EASY, Region.OVERLAP, Region.NEITHER)]
    np.testing.assert_allclose(rates.precision, 10 * flagged[1] / (30 * flagged[0] + 10 * flagged[1] + 5 * flagged[2]))
    np.testing.assert_array_equal(rates.recall, flagged[1])
    zeroed = ScoreLaw(20, 1.0, 2.5, 1.0, 6, 14)
    assert np.isnan(zeroed.rates(1.0, (10, 0, 0, 0)).precision)
    assert zeroed.rates(1.0, (10, 0, 5, 0)).precision == 1


# The guarantee


@pytest.mark.parametrize("rate", [-0.3, 0.1, 0.45])
def test_moment_generating_function_of_a_product(rate):
    # One coordinate with a mean and d − 1 without, sigma = 1.1; E over u of a normal's, by quadrature
    a, b, sigma, d = 0.7, -0.4, 1.1, 3
    nodes, weights = quadrature.legendre(-14 * sigma, 14 * sigma, 400)

    def one(first, second):
        density = np.exp(-((nodes - first) ** 2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
        return weights @ (density * np.exp(rate * nodes * second + (rate * nodes * sigma) ** 2 / 2))

    expected = np.log(one(a, b)) + (d - 1) * np.log(one(0.0, 0.0))
    assert log_product_moment(rate, a * b, a * a, b * b, sigma=sigma, d=d) == pytest.approx(expected, abs=1e-9)


def test_moment_generating_function_ends_at_the_inverse_variance():
    assert log_product_moment(0.25, 0.0, 1.0, 1.0, sigma=2.0, d=3) == np.inf
    assert log_product_moment(0.0, 1.0, 1.0, 1.0, sigma=2.0, d=3) == 0


@given(score_laws(), st.floats(0.1, 200))
@settings(max_examples=60)
def test_bounds_lie_above_the_law(law, tau):
    threshold = tau * law.sigma**2
    assert law.false_alarm_bound(threshold) >= law.sf(threshold, Region.EASY) - 1e-9
    assert law.miss_bound(threshold) >= law.cdf(threshold, Region.OVERLAP) - 1e-9


def test_bounds_use_the_best_rate():
    law = ScoreLaw(50, 2.5, 2.5, 1.3, 20, 20, "full")
    alarms, misses = law.false_alarm_bound([60, 90]), law.miss_bound([0.5, 2])
    assert np.all(alarms < [1, 1e-2])
    for rate in np.linspace(0.001, 0.95, 60) / 1.69:
        moment = log_product_moment(rate, 0.0, 6.25, 6.25, sigma=1.3, d=40)
        assert np.all(alarms <= 100 * np.exp(moment - rate * np.array([60, 90])) * (1 + 1e-9))
        moment = log_product_moment(-rate, 6.25, 12.5, 6.25, sigma=1.3, d=40)
        assert np.all(misses <= np.exp(moment + rate * np.array([0.5, 2])) * (1 + 1e-9))


def test_bounds_with_zeroed_noise():
    law = ScoreLaw(50, 2.5, 6.0, 1.0, 20, 20)
    assert law.false_alarm_bound([-1, 0, 5]).tolist() == [1, 0, 0]
    assert law.miss_bound(5.0) < 0.1
    with pytest.raises(ValueError, match="inner products"):
        ScoreLaw(50, 2.5, 6.0, 1.0, 20, 20, metric="cosine").miss_bound(1.0)


# Confidence


@pytest.mark.parametrize("noise", ["zeroed", "full"])
@pytest.mark.parametrize("intercept", [0.0, 0.7])
def test_confidence_against_simulation(noise, intercept):
    theta, coef = np.array([0.5, 0.8, 1.0, -1.0]), np.array([0.6, 0.4])
    size, checked = 4000, 16
    sample = GaussianMixture(theta, 1.2, 2, noise).sample((size,) * 4, 5)
    confidence = np.abs(2 * expit(sample.X[:, :2] @ coef + intercept) - 1)
    mixture = {"theta": theta, "sigma": 1.2, "d_easy": 2, "noise": noise}
    for region in Region:
        drawn = confidence[sample.regions == region]
        if noise == "zeroed" and region in (Region.HARD, Region.NEITHER):
            at = [np.tanh(intercept / 2) - 1e-9, np.tanh(intercept / 2) + 1e-9]
            law = confidence_cdf(at, region, coef=coef, intercept=intercept, **mixture)
            assert law.tolist() == [0, 1]
            assert np.ptp(drawn) < 1e-12
            continue
        at = np.linspace(0.01, 0.99, 30)
        law = confidence_cdf(at, region, coef=coef, intercept=intercept, **mixture)
        empirical = np.mean(drawn[:, None] <= at, axis=0)
        assert np.max(np.abs(empirical - law)) < np.sqrt(np.log(2 * checked / 0.001) / (2 * size))


def test_confidence_at_its_ends():
    setting = {"theta": [1.0, 1.0], "sigma": 1.0, "d_easy": 1, "coef": [2.0]}
    assert confidence_cdf([-0.5, 0.0, 1.0, 2.0], Region.EASY, **setting).tolist() == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="coef has 2 coefficients"):
        confidence_cdf([0.5], Region.EASY, **(setting | {"coef": [1.0, 2.0]}))


# Bad input


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"m": 0}, "m is 0"),
        ({"d_easy": 5}, "d_easy is 5"),
        ({"sigma": -1.0}, "sigma"),
        ({"noise": "some"}, "noise is 'some'"),
        ({"metric": "dot"}, "metric is 'dot'"),
        ({"theta": [[1.0]]}, "theta has shape"),
    ],
)
def test_parameters_out_of_range(changes, message):
    setting = {"m": 3, "theta": [1.0, 2.0], "sigma": 1.0, "d_easy": 1} | changes
    with pytest.raises(ValueError, match=message):
        score_law(setting.pop("m"), **setting)


def test_nan_threshold():
    with pytest.raises(ValueError, match="tau has nan at index 0"):
        ScoreLaw(3, 1.0, 1.0, 1.0, 2, 2).sf([np.nan], Region.OVERLAP)


@pytest.mark.parametrize("noise", ["zeroed", "full"])
@pytest.mark.parametrize("bound", ["false_alarm_bound", "miss_bound"])
def test_bounds_refuse_what_is_no_number_and_take_infinity(noise, bound):
    law = score_law(5, theta=[1.0] * 4, sigma=1.0, d_easy=2, noise=noise)
    with pytest.raises(ValueError, match="tau has nan at index 1"):
        getattr(law, bound)([1.0, np.nan])
    with pytest.raises(TypeError, match="tau has dtype"):
        getattr(law, bound)("a")
    ends = getattr(law, bound)([-np.inf, np.inf])
    assert ends.tolist() == ([1.0, 0.0] if bound == "false_alarm_bound" else [0.0, 1.0])


def test_distribution_functions_are_never_negative():
    law = score_law(50, theta=[0.5] * 40, sigma=1.0, d_easy=20, noise="full")
    assert np.all(law.cdf(np.linspace(0, 5, 40), Region.EASY) >= 0)


@pytest.mark.parametrize("region", [5, "EASY", None, True, 1.0])
def test_regions_are_named_when_refused(region):
    law = score_law(5, theta=[1.0] * 4, sigma=1.0, d_easy=2)
    with pytest.raises(ValueError, match=r"region is .*, but must be one of EASY"):
        law.sf(1.0, region)
    with pytest.raises(ValueError, match="region is"):
        confidence_cdf(0.5, region, theta=[1.0] * 4, sigma=1.0, d_easy=2, coef=[1.0, 1.0])


def test_confidences_and_moments_refuse_bad_numbers():
    with pytest.raises(ValueError, match="c has nan"):
        confidence_cdf(np.nan, Region.EASY, theta=[1.0, 1.0], sigma=1.0, d_easy=1, coef=[1.0])
    for changed, message in (
        ({"rate": np.nan}, "rate is nan"),
        ({"sigma": -1.0}, "sigma is"),
        ({"d": -2}, "d is"),
        ({"inner": 10.0}, "no vectors have inner"),
        ({"first": -1.0}, "no vectors have inner"),
    ):
        good = {"rate": 0.5, "inner": 0.0, "first": 1.0, "second": 1.0, "sigma": 1.0, "d": 2}
        with pytest.raises(ValueError, match=message):
            log_product_moment(**(good | changed))


def test_cosines_with_points_that_are_zero_are_undefined():
    def law(d_easy, noise="zeroed"):
        return score_law(5, theta=[1.0, 1.0], sigma=1.0, d_easy=d_easy, noise=noise, metric="cosine")

    with pytest.raises(UndefinedError, match="neither points are 0"):
        law(1).sf(0.5, Region.NEITHER)
    with pytest.raises(UndefinedError, match="neither points are 0"):
        law(1).rates(0.5, (1, 1, 1, 1))
    with pytest.raises(UndefinedError, match="hard-only points are 0"):
        law(2).auc()
    with pytest.raises(UndefinedError, match="easy points are 0"):
        law(0).sf(0.5, Region.EASY)
    assert law(1).rates(0.5, (1, 1, 1, 0)).precision == 1
    assert law(1).sf(0.5, Region.EASY) == 0
    assert 0 < law(1, "full").sf(0.5, Region.NEITHER) < 1
