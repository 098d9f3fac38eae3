"""What every detector of the registry must do, and that each of its steps can be replaced."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

import w2slens as wl
from w2slens.errors import UndefinedError
from w2slens.regions import Region
from w2slens.scoring import ChangePointCut, FixedCut, FractionCut, NearestScore, Score
from w2slens.scoring.cuts import CUTS
from w2slens.scoring.detectors import UNDETECTED, detector_kind, detector_kinds
from w2slens.testing.scoring import similarity_matrix

KINDS = detector_kinds()
every_detector = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())

#: What this package's own rules forbid, with the reason; everything else must pass.
EXPECTED = {
    "check_fit_score_takes_y": "the second argument is named weak_proba, because it is no label",
    "check_complex_data": "complex features are a TypeError here; scikit-learn wants a ValueError",
    "check_dtype_object": "features of dtype object are refused, never converted",
}


def data(seed=0, n=60, d=5, dtype=np.float64):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)).astype(dtype), rng.random(n)


def results(detector):
    return detector.labels_, detector.confidence_, detector.scores_, detector.nearest_hard_


def test_both_detectors_are_found_by_their_files():
    assert {"incremental": wl.IncrementalDetector, "overlap": wl.OverlapDetector} == KINDS
    assert detector_kind("overlap") is wl.OverlapDetector
    with pytest.raises(ValueError, match="kind is 'cca', but must be one of 'incremental', 'overlap'"):
        detector_kind("cca")


@every_detector
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_follows_the_contract_of_scikit_learn(kind):
    """The checks fit arbitrary numbers as targets: logits may be any numbers, probabilities may not."""
    found = check_estimator(kind.for_any_numbers(), expected_failed_checks=EXPECTED, on_skip=None)
    assert {r["check_name"] for r in found if r["status"] == "xfail"} == set(EXPECTED)


@every_detector
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_results_fit_together(kind, dtype):
    X, proba = data(dtype=dtype)
    detector = kind()
    assert detector.fit(X, proba) is detector
    labels, confidence, scores, nearest = results(detector)
    assert (labels.dtype, confidence.dtype, scores.dtype, nearest.dtype) == (np.int8, np.float64, dtype, np.intp)
    assert all(values.shape == (60,) for values in results(detector))
    np.testing.assert_array_equal(confidence, wl.confidence(proba))
    assert set(labels.tolist()) <= {UNDETECTED, Region.EASY, Region.HARD, Region.OVERLAP}
    unscored = (labels == Region.HARD) | (labels == UNDETECTED)
    np.testing.assert_array_equal(np.isnan(scores), unscored)
    np.testing.assert_array_equal(nearest == -1, unscored)
    assert (labels[nearest[~unscored]] == Region.HARD).all()
    assert scores[labels == Region.OVERLAP].min() >= scores[labels == Region.EASY].max()
    assert confidence[labels == Region.HARD].max() <= confidence[~unscored].min()
    partition = detector.partition_
    for region, rows in (
        (Region.EASY, partition.easy),
        (Region.HARD, partition.hard),
        (Region.OVERLAP, partition.overlap),
    ):
        np.testing.assert_array_equal(rows, np.flatnonzero(labels == region))
    assert detector.density_ == partition.density == np.mean(labels[labels != UNDETECTED] == Region.OVERLAP)


@every_detector
@given(seed=st.integers(0, 2**32), n=st.integers(8, 40))
def test_order_of_rows_does_not_matter(kind, seed, n):
    X, proba = data(seed, n)
    proba[:3] = 0.5, 0.0, 1.0  # a hard point, and two that are not
    order = np.random.default_rng(seed).permutation(n)
    first, second = kind().fit(X, proba), kind().fit(X[order], proba[order])
    np.testing.assert_array_equal(first.labels_[order], second.labels_)
    np.testing.assert_array_equal(first.scores_[order], second.scores_)


@every_detector
def test_a_fit_forgets_the_one_before_and_a_clone_knows_nothing(kind):
    detector = kind().fit(*data(1))
    again = detector.fit(*data(2))
    for one, other in zip(results(again), results(kind().fit(*data(2))), strict=True):
        np.testing.assert_array_equal(one, other)
    assert "n_features_in_" not in vars(clone(detector))
    assert vars(clone(detector)).keys() == detector.get_params(deep=False).keys()


@every_detector
def test_a_failed_fit_changes_no_result(kind):
    X, proba = data()
    detector = kind().fit(X, proba)
    before = results(detector)
    broken = X.copy()
    broken[7, 2] = np.nan
    with pytest.raises(ValueError, match="X has NaN at row 7, column 2"):
        detector.fit(broken, 1 - proba)
    assert all(one is other for one, other in zip(before, results(detector), strict=True))


@every_detector
@pytest.mark.parametrize(
    ("X", "weak_proba", "error", "message"),
    [
        ([[1.0, 2], [np.inf, 2], [1, 2], [2, 3]], [0.5, 0.5, 0.9, 0.9], ValueError, "X has inf at row 1, column 0"),
        ([[1.0, 2], [1, 1], [1, 2], [0, 0]], [0.5, 0.5, 0.9, 0.9], UndefinedError, "X has zero norm at row 3"),
        (np.eye(4), [0.5, 0.9, 1.2, 0.1], ValueError, r"weak_proba has 1\.2 at index 2"),
        (np.eye(4), [0.5, 0.9], ValueError, "weak_proba has 2 rows, but X has 4"),
        (np.eye(4), None, ValueError, "weak_proba is None"),
        (np.zeros((4, 0)), [0.5] * 4, ValueError, "X has 0 feature"),
        (np.ones(4), [0.5] * 4, ValueError, r"X has shape \(4,\)"),
        (np.ones((4, 2), complex), [0.5] * 4, TypeError, "X has dtype complex128"),
    ],
)
def test_bad_input_is_named(kind, X, weak_proba, error, message):
    with pytest.raises(error, match=message):
        kind().fit(X, weak_proba)


@every_detector
def test_the_constructor_only_stores_and_checked_refuses(kind):
    detector = kind()
    assert detector.checked() is detector
    name = next(name for name, value in detector.get_params(deep=False).items() if isinstance(value, str))
    wrong = kind(**{name: "nothing of the kind"})
    with pytest.raises(ValueError, match=f"{name} is 'nothing of the kind', but must be one of "):
        wrong.checked()
    with pytest.raises(ValueError, match=f"{name} is 'nothing of the kind'"):
        wrong.fit(*data())


# --- each step of a detector can be replaced


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"hard": "otsu"}, "hard is 'otsu', but must be one of 'change_point', 'fraction', 'fixed'"),
        ({"cut": "quantile"}, "cut is 'quantile', but must be one of 'change_point', 'fraction', 'fixed'"),
        ({"scoring": "mean"}, "scoring is 'mean', but must be one of 'nearest'"),
        ({"hard": "fraction"}, r"hard is 'fraction', which needs its number; give it as FractionCut\(number\)"),
        ({"hard": 0.5}, r"hard is 0\.5, but must be one of"),
        (
            {"compat": "ruptures", "hard": FixedCut(0.5), "cut": FractionCut(0.5)},
            "compat is 'ruptures', but neither hard nor cut is 'change_point'",
        ),
    ],
)
def test_an_unknown_step_is_refused_with_a_list_of_what_there_is(parameters, message):
    with pytest.raises(ValueError, match=message):
        wl.OverlapDetector(**parameters).fit(*data())


def test_named_steps_are_those_of_the_same_parameters():
    X, proba = data()
    named = wl.OverlapDetector(metric="inner_product", absolute=False, compat="ruptures").fit(X, proba)
    cut = ChangePointCut("ruptures")
    given = wl.OverlapDetector(hard=cut, cut=cut, scoring=NearestScore("inner_product", False)).fit(X, proba)
    for one, other in zip(results(named), results(given), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_fixed_cut_at_the_change_point_gives_the_same_regions():
    X, proba = data()
    found = wl.OverlapDetector().fit(X, proba)
    fixed = wl.OverlapDetector(hard=FixedCut(found.hard_threshold_), cut=FixedCut(found.overlap_threshold_)).fit(
        X, proba
    )
    for one, other in zip(results(found), results(fixed), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("lower", [0.0, 0.2, 0.25, 0.5, 0.9])
def test_fractions_of_points_are_hard_and_easy(lower):
    X, proba = data()
    found = wl.OverlapDetector(hard=FractionCut(lower), cut=FractionCut(0.5)).fit(X, proba).partition_
    hard = max(int(np.ceil(60 * lower)), 1)
    assert (found.hard.size, found.easy.size) == (hard, int(np.ceil((60 - hard) / 2)))


def test_fractions_work_batch_by_batch_to_the_bit():
    X, proba = data()
    steps = wl.OverlapDetector(hard=FractionCut(0.3), cut=FractionCut(0.75))
    incremental = wl.IncrementalDetector(steps)
    for rows in np.array_split(np.arange(60), 4):
        incremental.add(X[rows], proba[rows])
    for one, other in zip(results(incremental), results(clone(steps).fit(X, proba)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("hard", "message"),
    [
        (FixedCut(-1.0), r"no point is hard, no confidence of weak_proba lies below -1\.0"),
        (FixedCut(2.0), r"all 60 points are hard, no confidence of weak_proba lies above 2\.0"),
    ],
)
def test_a_fixed_cut_that_leaves_nothing_to_compare_says_so(hard, message):
    with pytest.raises(UndefinedError, match=message):
        wl.OverlapDetector(hard=hard).fit(*data())


def test_a_fraction_never_parts_equal_values():
    assert FractionCut(0.5).threshold(np.array([1.0, 2.0, 2.0, 2.0])) == 2.0
    with pytest.raises(UndefinedError, match=r"no value lies below 1\.0"):
        FractionCut(0.5).threshold(np.array([1.0, 1.0, 1.0, 2.0]))
    with pytest.raises(UndefinedError, match="length 1"):
        FractionCut(0.5).threshold(np.array([1.0]))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: FractionCut(1.5), ValueError, r"lower is 1\.5, but must be in \[0, 1\]"),
        (lambda: FixedCut("low"), TypeError, "value must be a real number, not str"),
        (lambda: ChangePointCut("binseg"), ValueError, "compat is 'binseg', but must be one of None, 'ruptures'"),
        (lambda: NearestScore("euclidean"), ValueError, "metric is 'euclidean'"),
    ],
)
def test_wrong_numbers_of_steps_are_named(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()


def test_every_cut_is_listed_by_its_name():
    assert {name: cut.kind for name, cut in CUTS.items()} == {name: name for name in CUTS}


class MeanScore(Score):
    """The mean similarity to all hard points: a score of one's own."""

    kind = "mean"

    def score(self, X, rows, hard_rows, *, n_threads=None, progress=None):
        return similarity_matrix(X[rows], X[hard_rows]).mean(axis=1), np.full(rows.size, hard_rows[0])


def test_a_score_of_ones_own_replaces_the_published_one_but_not_batch_by_batch():
    X, proba = data()
    detector = wl.OverlapDetector(scoring=MeanScore()).fit(X, proba)
    is_hard = detector.labels_ == Region.HARD
    np.testing.assert_array_equal(is_hard, wl.OverlapDetector().fit(X, proba).labels_ == Region.HARD)
    expected = similarity_matrix(X[~is_hard], X[is_hard]).mean(axis=1)
    np.testing.assert_array_equal(detector.scores_[~is_hard], expected)
    assert detector.overlap_threshold_ == wl.change_point(expected).threshold
    with pytest.raises(ValueError, match="batch by batch only a largest value of hard rows can be kept"):
        wl.IncrementalDetector(detector).fit(X, proba)
