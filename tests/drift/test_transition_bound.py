"""Bounds for a mechanism against random worlds, divergences against integrals, and what breaks the printed theorem."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm

from w2slens.errors import DoesNotApply
from w2slens.testing.drift import domain_sequences, rotations
from w2slens.theory.drift import (
    jensen_shannon,
    memorised,
    pham_lemma_1,
    pham_theorem_1,
    rollout_bound,
    rollout_variations,
    total_variation,
)

TERMS = {"empirical_error": 0.1, "source_divergence": 0.2, "divergence_gap": 0.03, "error_gap": 0.05}
SIZES = {"n": 400, "sources": 10, "targets": 5, "rademacher": 1.2, "delta": 0.05}


def error_of(w, theta, sigma):
    return ndtr(-(theta @ w) / (sigma * np.linalg.norm(w)))


@pytest.mark.parametrize("gap", [0.01, 0.5, 2.0, 6.0])
def test_divergences_are_the_integrals_that_define_them(gap):
    sigma = 1.7
    p, q = (norm(m, sigma).pdf for m in (0.0, gap * sigma))
    ends = (-9 * sigma, (gap + 9) * sigma)

    def share(x):
        return p(x) * np.log(2 * p(x) / (p(x) + q(x))) + q(x) * np.log(2 * q(x) / (p(x) + q(x)))

    with np.errstate(all="ignore"):
        js = quad(lambda x: 0.5 * np.nan_to_num(share(x)), *ends, epsabs=1e-13, limit=200)[0]
    tv = quad(lambda x: 0.5 * abs(p(x) - q(x)), *ends, epsabs=1e-13, limit=200, points=[gap * sigma / 2])[0]
    assert jensen_shannon(gap * sigma, sigma).item() == pytest.approx(js, abs=1e-11)
    assert total_variation(gap * sigma, sigma).item() == pytest.approx(tv, abs=1e-11)


@given(st.floats(0, 50))
def test_total_variation_is_below_the_root_of_twice_jensen_shannon(gap):
    tv, js = total_variation(gap, 1.0), jensen_shannon(gap, 1.0)
    assert tv <= np.sqrt(2 * js) + 1e-15
    assert js <= np.log(2) * tv + 1e-12  # Lin 1991


@given(st.data(), domain_sequences(min_length=2, max_length=6))
@settings(max_examples=200, deadline=None)
def test_telescoped_is_above_direct_is_above_the_gap(data, sequence):
    M = data.draw(rotations(sequence.d))
    w = np.array(data.draw(st.lists(st.floats(-2, 2), min_size=sequence.d, max_size=sequence.d)))
    if np.linalg.norm(w) < 1e-3:
        return
    means, sigma = np.asarray(sequence.means), sequence.sigma
    variations = rollout_variations(means, M, sigma)
    rolled = [means[0]]
    for _ in range(len(means) - 1):
        rolled.append(M @ rolled[-1])
    source = np.array([error_of(w, theta, sigma) for theta in rolled[1:]])
    target = np.array([error_of(w, theta, sigma) for theta in means[1:]])
    direct = total_variation(np.linalg.norm(means[1:] - np.array(rolled[1:]), axis=1), sigma)
    bound = rollout_bound(source, variations)
    assert np.all(np.abs(target - source) <= direct + 1e-12)
    assert np.all(source + direct <= bound + 1e-12)
    assert np.all(target <= bound + 1e-12)
    for one, error, theta, other in zip(target, source, means[1:], rolled[1:], strict=True):
        js = jensen_shannon(np.linalg.norm(theta - other), sigma).item()
        assert one <= pham_lemma_1(error, js) + 1e-9


def test_the_roll_out_bound_is_attained():
    # The likelihood ratio test of two domains one step apart, standing still as the mechanism.
    gap, sigma = 1.5, 1.0
    means = np.array([[2.0, 0.0], [2.0, gap]])
    w = np.array([0.0, -1.0])
    bound = rollout_bound(error_of(w, means[0], sigma), rollout_variations(means, np.eye(2), sigma))
    assert error_of(w, means[1], sigma) <= bound[0]
    assert error_of(w, means[1], sigma) == pytest.approx(ndtr(gap))
    half = np.array([[0.0, -gap / 2], [0.0, gap / 2]])
    tight = rollout_bound(error_of(w, half[0], sigma), rollout_variations(half, np.eye(2), sigma))
    assert tight[0] == pytest.approx(error_of(w, half[1], sigma), abs=1e-12)


def test_forms_of_theorem_1_term_by_term():
    root = np.sqrt(2)
    for C in (1.0, 3.0):
        deviation = [3 * np.sqrt(np.log(events / 0.05) / 800) for events in (15, 20)]
        complexity = 1.2 / 20
        expected = {
            "printed": 0.1 + 5 * root * C * 0.2 + 0.03 + 2 * root * C * 0.05 + 6 * complexity + deviation[0],
            "proved": 0.1 + 5 * root * C * 0.2 + 2 * root * C * 0.03 + 0.05 + 6 * complexity + C * deviation[1],
            "improved": 0.1 + 3 * root * C * 0.2 + 2 * root * C * 0.03 + 0.05 + 4 * complexity + C * deviation[1],
        }
        for form, value in expected.items():
            assert pham_theorem_1(**TERMS, **SIZES, loss_bound=C, form=form) == pytest.approx(value)


def test_a_memorising_mechanism_breaks_the_printed_form_and_no_other_applies():
    found = memorised(10_000, sources=3, targets=1)
    assert round(found.bound, 3) == 0.115
    assert found.error == 0.5
    with pytest.raises(DoesNotApply, match="independent of the samples"):
        pham_theorem_1(**TERMS, **SIZES, form="improved", independent=False)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: total_variation([-1.0], 1.0), ValueError, "distance has -1.0"),
        (lambda: jensen_shannon([np.nan], 1.0), ValueError, "distance has nan at index 0"),
        (lambda: jensen_shannon([1.0], 0.0), ValueError, "sigma is 0"),
        (lambda: rollout_variations([[1.0, 0.0]], np.eye(2), 1.0), ValueError, "at least two domains"),
        (lambda: rollout_variations(np.eye(2), np.eye(3), 1.0), ValueError, r"mechanism has shape \(3, 3\)"),
        (lambda: rollout_variations(np.eye(2), 2 * np.eye(2), 1.0), DoesNotApply, "orthogonal"),
        (lambda: rollout_bound(1.5, [0.1]), ValueError, "error has 1.5"),
        (lambda: rollout_bound(0.1, [0.1, 1.5]), ValueError, "variations has 1.5 at index 1"),
        (lambda: pham_lemma_1(0.1, 0.8), ValueError, "divergence has 0.8"),
        (lambda: pham_theorem_1(**TERMS, **(SIZES | {"n": 0})), ValueError, "n is 0"),
        (lambda: pham_theorem_1(**TERMS, **(SIZES | {"delta": 1.0})), ValueError, "delta is 1"),
        (lambda: pham_theorem_1(**TERMS, **SIZES, form="new"), ValueError, "form is 'new'"),
        (lambda: pham_theorem_1(**TERMS, **(SIZES | {"rademacher": -1.0})), ValueError, "rademacher is -1"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
