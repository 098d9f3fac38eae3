"""`change_point`: closed forms, then exact rational arithmetic, then ruptures."""

from fractions import Fraction

import numpy as np
import pytest
import ruptures
from hypothesis import given
from hypothesis import strategies as st
from ruptures.exceptions import BadSegmentationParameters

from w2slens import ChangePoint, UndefinedError, change_point
from w2slens.testing.scoring import change_point_twin, score_vectors, split_gains

#: Gains closer than this, relatively, are ties to the kernel; twice that after rounding the comparison itself.
TIE = 2**-47


def ruptures_index(values, **options):
    """The first breakpoint of ruptures on the sorted values."""
    return ruptures.Binseg(model="l2", **options).fit(np.sort(values)).predict(n_bkps=1)[0]


def split_cost(values, index):
    """Sum of squares about the means of the two groups, exactly."""
    squares = Fraction(0)
    exact = [Fraction(v) for v in np.sort(values).tolist()]
    for group in (exact[:index], exact[index:]):
        mean = sum(group) / len(group)
        squares += sum((v - mean) ** 2 for v in group)
    return squares


# --- closed forms


def test_two_plateaus():
    found = change_point([3.0] * 6 + [5.0] * 2)
    assert found == ChangePoint(threshold=5.0, index=6, gain=4 * 6 * 2 / 8)


@pytest.mark.parametrize("n", [2, 10, 1000])
def test_a_ramp_parts_in_the_middle(n):
    found = change_point(np.arange(n)[::-1])
    assert found == ChangePoint(threshold=n / 2, index=n // 2, gain=n**3 / 16)


def test_among_equal_gains_the_smallest_index_wins():
    assert change_point([0.0, 0.1, 0.2]).index == 1
    assert change_point([0.1, 0.1, 0.3, 0.3, 0.5, 0.5]).index == 2


# --- exact arithmetic


@given(score_vectors())
def test_equals_exact_arithmetic(values):
    twin = change_point_twin(values)
    if twin is None:
        with pytest.raises(UndefinedError):
            change_point(values)
        return
    found = change_point(values)
    gains = split_gains(values)
    near_ties = [k for k in range(1, len(values)) if gains[k - 1] >= twin[1] * (1 - Fraction(TIE))]
    assert found.index in near_ties
    if len(near_ties) == 1 or all(gains[k - 1] == twin[1] for k in near_ties):
        assert found.index == twin[0]
    assert found.threshold == sorted(values)[found.index]
    assert np.sum(np.asarray(values) < found.threshold) == found.index
    # Squares of tiny values round to the nearest subnormal number.
    assert abs(Fraction(found.gain) - twin[1]) <= TIE * twin[1] + Fraction(5e-324)


@given(score_vectors(min_size=7))
def test_compat_equals_exact_arithmetic_on_the_candidates_of_ruptures(values):
    twin = change_point_twin(values, compat="ruptures")
    if twin is None:
        with pytest.raises(UndefinedError):
            change_point(values, compat="ruptures")
        return
    found = change_point(values, compat="ruptures")
    assert found.index % 5 == 0
    assert len(values) - found.index >= 2
    assert abs(split_gains(values)[found.index - 1] / twin[1] - 1) <= TIE
    assert found.threshold == sorted(values)[found.index]


@given(score_vectors(), st.randoms())
def test_order_does_not_matter(values, random):
    shuffled = list(values)
    random.shuffle(shuffled)
    if len(set(values)) > 1:
        assert change_point(values) == change_point(shuffled)


# --- ruptures


def random_vectors(count):
    """Inputs with ties, plateaus, offsets of ±1e9 and constants, by turns."""
    rng = np.random.default_rng(0)
    for i in range(count):
        n = int(rng.integers(2, 14))
        values = [
            lambda n: rng.random(n),
            lambda n: rng.integers(0, 4, n) / 10,
            lambda n: rng.choice([0.2, 0.8], n) + rng.integers(0, 2, n) / 64,
            lambda n: np.full(n, rng.random()),
            lambda n: rng.standard_normal(n) * 10.0 ** rng.integers(-3, 4),
        ][i % 5](n)
        yield values + (0.0, 1e9, -1e9)[i // 5 % 3]


def test_splits_cost_what_ruptures_splits_cost():
    """10,000 inputs: never more than ruptures' split, and no less than its rounding explains.

    ruptures subtracts variances taken with NumPy: a rounded mean adds at most n·(ε·max|v|)² to a sum of squares S, and
    the remaining operations at most (n + 4)·ε·S, for each of three segments.
    """
    eps = np.finfo(np.float64).eps
    constants = 0
    for values in random_vectors(10_000):
        n = len(values)
        index = ruptures_index(values, jump=1, min_size=1)
        if np.ptp(values) == 0:
            # There is nothing to split; ruptures returns whatever index its rounding prefers.
            constants += 1
            assert split_cost(values, index) == 0
            with pytest.raises(UndefinedError, match="values is constant"):
                change_point(values)
            continue
        ours, theirs = split_cost(values, change_point(values).index), split_cost(values, index)
        total = float(np.sum((values - values.mean()) ** 2))
        rounding = 6 * ((n + 4) * eps * total + n * (n * eps * np.abs(values).max()) ** 2)
        assert ours - theirs <= TIE * total
        assert theirs - ours <= rounding
    assert constants >= 2_000


@given(st.lists(st.floats(0, 1), min_size=7, max_size=80), st.sampled_from((1.0, 1e-3, 1e6)))
def test_compat_is_the_default_of_ruptures(values, scale):
    values = np.array(values) * scale
    if len(set(values)) == 1:
        return
    found = change_point(values, compat="ruptures").index
    theirs = ruptures_index(values)
    if found != theirs:  # only where rounding decides
        gains = split_gains(values)
        best = gains[found - 1]
        total = float(sum((Fraction(v) - Fraction(values[0])) ** 2 for v in values))
        assert float(best - gains[theirs - 1]) <= 6 * (len(values) + 4) * np.finfo(np.float64).eps * total


@pytest.mark.parametrize("seed", range(20))
def test_compat_is_the_default_of_ruptures_on_continuous_scores(seed):
    rng = np.random.default_rng(seed)
    values = rng.beta(0.5, 0.8, size=int(rng.integers(7, 600)))
    found = change_point(values, compat="ruptures")
    assert found.index == ruptures_index(values)
    assert found.threshold == np.sort(values)[found.index]


@pytest.mark.parametrize("n", range(1, 8))
def test_compat_is_undefined_where_ruptures_fails(n):
    values = np.arange(float(n))
    if n < 7:
        with pytest.raises(BadSegmentationParameters):
            ruptures_index(values)
        with pytest.raises(UndefinedError, match=f"length {n}.*at least 7"):
            change_point(values, compat="ruptures")
    else:
        assert change_point(values, compat="ruptures").index == ruptures_index(values) == 5


def test_compat_prefers_the_largest_index_and_may_part_ties():
    assert change_point([0.0] * 5 + [1.0] * 5 + [2.0] * 5, compat="ruptures").index == 10
    assert change_point([0.0] * 3 + [1.0] * 5, compat="ruptures") == ChangePoint(1.0, 5, 0.675)


# --- bad input, and every kind of array


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ([], UndefinedError, "values has length 0"),
        ([1.0], UndefinedError, "values has length 1"),
        ([0.5, 0.5, 0.5], UndefinedError, "values is constant, all 3 are 0.5"),
        ([0.0, -0.0], UndefinedError, "values is constant"),
        ([0.0, 1.0, np.nan], ValueError, "values has NaN at index 2"),
        ([0.0, -np.inf], ValueError, "values has -inf at index 1"),
        (0.5, ValueError, r"values has shape \(\)"),
        ([[0.0, 1.0]], ValueError, r"values has shape \(1, 2\)"),
        (np.zeros((2, 2, 2)), ValueError, r"values has shape \(2, 2, 2\)"),
        (["a", "b"], TypeError, "values has dtype <U1"),
        ([True, False], TypeError, "values has dtype bool"),
        ([1j, 2.0], TypeError, "values has dtype complex128"),
        (np.array([1.0, 2.0], dtype=object), TypeError, "values has dtype object"),
    ],
)
def test_bad_values_are_named(values, error, message):
    with pytest.raises(error, match=message):
        change_point(values)


def test_unknown_compat_is_named():
    with pytest.raises(ValueError, match="compat is 'rupture'"):
        change_point([0.0, 1.0], compat="rupture")


@pytest.mark.parametrize("kind", ["f2", "f4", ">f4", "f8", ">f8", "i1", "u2", ">i8"])
def test_every_type_stride_and_byte_order(kind):
    values = np.array([9, 1, 8, 2, 1, 9, 7], dtype=kind)
    expected = change_point(values.astype(np.float64))
    values.flags.writeable = False
    assert change_point(values) == expected
    assert change_point(values[::-1]) == expected
    assert change_point(np.repeat(values, 2)[::2]) == expected


def test_memory_map(tmp_path):
    values = np.array([0.1, 0.9, 0.2, 0.8])
    np.save(tmp_path / "values.npy", values)
    assert change_point(np.load(tmp_path / "values.npy", mmap_mode="r")) == change_point(values)
    assert values.tolist() == [0.1, 0.9, 0.2, 0.8]
