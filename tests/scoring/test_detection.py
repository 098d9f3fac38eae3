"""`confidence` and `OverlapDetector`: closed forms, twins, scikit-learn's checks, every kind of bad input."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from w2slens import OverlapDetector, Region, UndefinedError, confidence
from w2slens.testing.scoring import change_point_twin, overlap_scores_twin

# --- confidence


def test_confidence_of_two_classes():
    assert confidence([0.0, 0.25, 0.5, 1.0]).tolist() == [1, 0.5, 0, 1]
    assert confidence([[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]]).tolist() == [0.5, 1, 0]


def test_confidence_of_many_classes_is_the_margin_of_the_first_over_the_second():
    assert confidence([[0.125, 0.625, 0.25], [0.25, 0.5, 0.25], [0.5, 0.5, 0.0]]).tolist() == [0.375, 0.25, 0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_both_shapes_agree_at_two_classes(p):
    p = np.array(p)
    np.testing.assert_allclose(confidence(np.column_stack((p, 1 - p))), confidence(p), rtol=0, atol=2e-16)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=30))
def test_logits_agree_with_their_probabilities(z):
    z = np.array(z)
    p = 1 / (1 + np.exp(-z))
    np.testing.assert_allclose(confidence(z, logits=True), confidence(p), rtol=0, atol=4e-16)
    two_columns = np.column_stack((np.full_like(z, 3.0), 3.0 + z))
    np.testing.assert_allclose(confidence(two_columns, logits=True), confidence(z, logits=True), rtol=0, atol=4e-15)


def test_large_logits_keep_their_order_where_probabilities_do_not():
    z = np.array([20.0, 25.0])
    assert np.diff(confidence(z, logits=True)) > 0
    p = (1 / (1 + np.exp(-z))).astype(np.float32)
    assert np.diff(confidence(p)) == 0
    assert confidence([1e300, -1e300], logits=True).tolist() == [1, 1]


def test_many_rows_go_through_in_blocks(monkeypatch):
    monkeypatch.setattr("w2slens.scoring.probabilities._BLOCK", 7)
    p = np.random.default_rng(0).dirichlet(np.ones(3), size=50)
    top = np.sort(p, axis=1)
    np.testing.assert_array_equal(confidence(p), top[:, -1] - top[:, -2])
    p[40, 1] = -0.5
    with pytest.raises(ValueError, match=r"proba has -0\.5 at row 40, column 1"):
        confidence(p)


@pytest.mark.parametrize(
    ("proba", "error", "message"),
    [
        ([0.5, 1.5], ValueError, r"proba has 1\.5 at index 1; probabilities lie in \[0, 1\]"),
        ([-0.1], ValueError, r"proba has -0\.1 at index 0"),
        ([0.5, np.nan], ValueError, "proba has NaN at index 1"),
        ([[0.5, 0.5], [0.5, np.inf]], ValueError, "proba has inf at row 1, column 1"),
        ([[0.5, 0.5], [0.5, 0.4]], ValueError, r"proba sums to 0\.9 at row 1"),
        (np.zeros((2, 0)), ValueError, r"proba has shape \(2, 0\)"),
        (0.5, ValueError, r"proba has shape \(\)"),
        (np.zeros((1, 2, 3)), ValueError, r"proba has shape \(1, 2, 3\)"),
        ([True, False], TypeError, "proba has dtype bool"),
        ([0.5j], TypeError, "proba has dtype complex128"),
        (np.array([0.5], dtype=object), TypeError, "proba has dtype object"),
    ],
)
def test_bad_probabilities_are_named(proba, error, message):
    with pytest.raises(error, match=message):
        confidence(proba)


def test_bad_logits_are_named():
    with pytest.raises(ValueError, match="proba has inf at index 0; every logit must be finite"):
        confidence([np.inf, 0.0], logits=True)
    with pytest.raises(ValueError, match="proba has NaN at row 1, column 0"):
        confidence([[0.0, 1.0], [np.nan, 0.0]], logits=True)


@pytest.mark.parametrize(("dtype", "accepted", "refused"), [("f2", 0.01, 0.05), ("f4", 1e-4, 6e-3), ("f8", 1e-4, 6e-3)])
def test_rows_sum_to_one_within_what_rounding_leaves(dtype, accepted, refused):
    assert confidence(np.array([[0.5, 0.5 - accepted]], dtype=dtype)).shape == (1,)
    with pytest.raises(ValueError, match="to within"):
        confidence(np.array([[0.5, 0.5 - refused]], dtype=dtype))


# --- the detector


def example(seed=0, n=120, d=8, dtype=np.float64):
    """Clusters: easy pattern in the first half of the columns, hard pattern in the second, and both."""
    rng = np.random.default_rng(seed)
    truth = rng.permutation(np.arange(n) % 3)
    X = 0.2 * rng.standard_normal((n, d))
    X[truth != Region.HARD, : d // 2] += 1
    X[truth != Region.EASY, d // 2 :] += 1
    proba = np.where(truth == Region.HARD, 0.5, rng.choice([0.05, 0.95], n)) + rng.uniform(-0.04, 0.04, n)
    return X.astype(dtype), proba, truth


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_regions_that_stand_apart_are_found(dtype):
    X, proba, truth = example(dtype=dtype)
    detector = OverlapDetector().fit(X, proba)
    np.testing.assert_array_equal(detector.labels_, truth)
    assert detector.labels_.dtype == np.int8
    assert detector.density_ == 1 / 3
    assert detector.scores_.dtype == dtype
    np.testing.assert_array_equal(detector.partition_.overlap, np.flatnonzero(truth == Region.OVERLAP))


@pytest.mark.parametrize("metric", ["cosine", "inner_product"])
@pytest.mark.parametrize("absolute", [True, False])
@pytest.mark.parametrize("hard_rule", ["below", "at_or_below"])
@pytest.mark.parametrize("compat", [None, "ruptures"])
def test_equals_the_steps_done_one_by_one(metric, absolute, hard_rule, compat):
    rng = np.random.default_rng(5)
    X, proba = rng.standard_normal((60, 5)), rng.random(60)
    detector = OverlapDetector(metric=metric, absolute=absolute, hard_rule=hard_rule, compat=compat).fit(X, proba)

    margin = 2 * np.abs(proba - 0.5)
    threshold = np.sort(margin)[change_point_twin(margin.tolist(), compat=compat)[0]]
    is_hard = margin < threshold if hard_rule == "below" else margin <= threshold
    scores, nearest = overlap_scores_twin(X[~is_hard], X[is_hard], metric=metric, absolute=absolute)
    cut = np.sort(scores)[change_point_twin(scores.tolist(), compat=compat)[0]]

    np.testing.assert_array_equal(detector.confidence_, margin)
    assert detector.hard_threshold_ == threshold
    np.testing.assert_allclose(detector.overlap_threshold_, cut, rtol=1e-12)
    np.testing.assert_allclose(detector.scores_[~is_hard], scores, rtol=1e-12)
    assert np.isnan(detector.scores_[is_hard]).all()
    np.testing.assert_array_equal(detector.nearest_hard_[~is_hard], np.flatnonzero(is_hard)[nearest])
    assert (detector.nearest_hard_[is_hard] == -1).all()
    expected = np.full(60, Region.HARD)
    expected[~is_hard] = np.where(scores >= cut * (1 - 1e-12), Region.OVERLAP, Region.EASY)
    np.testing.assert_array_equal(detector.labels_, expected)


def test_published_rule_also_takes_the_threshold_itself():
    X, proba, _ = example()
    exact, published = (OverlapDetector(hard_rule=rule).fit(X, proba) for rule in ("below", "at_or_below"))
    assert published.partition_.hard.size == exact.partition_.hard.size + 1


def test_threads_do_not_change_a_bit():
    X, proba, _ = example(dtype=np.float32)
    whole = OverlapDetector().fit(X, proba)
    seen = []
    for n_threads in (1, 2, 7):
        again = OverlapDetector(n_threads=n_threads).fit(X, proba, progress=lambda *done: seen.append(done))
        np.testing.assert_array_equal(again.scores_, whole.scores_)
        np.testing.assert_array_equal(again.nearest_hard_, whole.nearest_hard_)
        np.testing.assert_array_equal(again.labels_, whole.labels_)
        assert seen[-1] == (80, 80)


def test_probabilities_of_each_class_and_logits_give_the_same_regions():
    X, proba, truth = example()
    matrix = np.column_stack((1 - proba, proba))
    np.testing.assert_array_equal(OverlapDetector().fit_predict(X, matrix), truth)
    logits = np.log(proba / (1 - proba))
    np.testing.assert_array_equal(OverlapDetector(logits=True).fit_predict(X, logits), truth)
    three = np.column_stack((1 - proba, proba / 2, proba / 2 + 1e-17))
    assert OverlapDetector().fit(X, three).confidence_.shape == (120,)


@pytest.mark.parametrize(
    "kind", ["strided", "reversed", "fortran", "big_endian", "read_only", "memory_map", "f2", "i2"]
)
def test_every_kind_of_array(kind, tmp_path):
    X, proba, truth = example()
    if kind == "strided":
        X, proba = np.repeat(X, 2, axis=0)[::2], np.repeat(proba, 2)[::2]
    elif kind == "reversed":
        X, proba = X[::-1].copy()[::-1], proba[::-1].copy()[::-1]
    elif kind == "fortran":
        X = np.asfortranarray(X)
    elif kind == "big_endian":
        X, proba = X.astype(">f4"), proba.astype(">f8")
    elif kind == "read_only":
        X.flags.writeable = proba.flags.writeable = False
    elif kind == "memory_map":
        np.save(tmp_path / "X.npy", X)
        X = np.load(tmp_path / "X.npy", mmap_mode="r")
    elif kind == "f2":
        X, proba = X.astype("f2"), proba.astype("f2")
    else:
        X = np.rint(100 * X).astype("i2")
    np.testing.assert_array_equal(OverlapDetector().fit_predict(X, proba), truth)


def test_column_names_are_kept_and_a_pipeline_passes_the_probabilities_on():
    X, proba, _ = example()
    pipeline = make_pipeline(StandardScaler(), OverlapDetector(metric="inner_product"))
    labels = pipeline.fit_predict(X, proba)
    np.testing.assert_array_equal(labels, pipeline[-1].labels_)
    assert pipeline[-1].n_features_in_ == 8


def test_features_are_never_copied_whole(tmp_path):
    """Of 16 MiB of mapped features, Python holds none beside its results: the kernel reads rows where they lie."""
    n, d = 2**14, 256
    X = np.lib.format.open_memmap(tmp_path / "X.npy", mode="w+", dtype=np.float32, shape=(n, d))
    X[:] = np.random.default_rng(0).standard_normal((n, d), dtype=np.float32)
    proba = np.full(n, 0.9)
    proba[::256] = 0.5
    tracemalloc.start()
    OverlapDetector().fit(X, proba)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    per_point = 100 * n  # confidences, masks, row numbers, scores and labels
    assert peak < per_point
    assert peak < X.nbytes / 4


def test_a_failed_fit_changes_no_result():
    X, proba, _ = example()
    detector = OverlapDetector().fit(X, proba)
    before = detector.confidence_, detector.labels_
    with pytest.raises(UndefinedError):
        detector.fit(np.ones_like(X), 1 - proba)
    assert detector.confidence_ is before[0]
    assert detector.labels_ is before[1]


HALVES = [0.5, 0.5, 0.9, 0.9]


@pytest.mark.parametrize(
    ("X", "weak_proba", "error", "message"),
    [
        (np.eye(4), [0.5, 0.9, 1.2, 0.1], ValueError, r"weak_proba has 1\.2 at index 2"),
        (np.eye(4), [[0.5, 0.5]] * 3 + [[0.5, 0.6]], ValueError, r"weak_proba sums to 1\.1 at row 3"),
        (np.eye(4), [0.5, 0.9], ValueError, "weak_proba has 2 rows, but X has 4"),
        (np.eye(4), [0.9] * 4, UndefinedError, "weak_proba.*values is constant"),
        (np.eye(4), None, ValueError, "weak_proba is None"),
        (np.eye(4), [True] * 4, TypeError, "weak_proba has dtype bool"),
        (np.eye(1), [0.9], UndefinedError, "X has n_samples = 1"),
        (np.zeros((0, 3)), [], UndefinedError, "X has n_samples = 0"),
        (np.zeros((4, 0)), HALVES, ValueError, r"X has 0 feature"),
        (np.ones(4), HALVES, ValueError, r"X has shape \(4,\)"),
        (np.ones((4, 2, 2)), HALVES, ValueError, r"X has shape \(4, 2, 2\)"),
        (np.float64(1), HALVES, ValueError, r"X has shape \(\)"),
        (np.ones((4, 2), bool), HALVES, TypeError, "X has dtype bool"),
        (np.ones((4, 2), complex), HALVES, TypeError, "X has dtype complex128"),
        (np.ones((4, 2), object), HALVES, TypeError, "X has dtype object"),
        (np.ones((4, 2)), HALVES, UndefinedError, "scores of the rows not hard.*values is constant"),
        (np.ones((4, 1)), HALVES, UndefinedError, "X has n_features = 1"),
        (np.eye(3), [0.5, 0.5, 0.9], UndefinedError, "scores of the rows not hard.*length 1"),
        ([[1.0, 2], [1, 2], [1, np.nan], [2, 3]], HALVES, ValueError, "X has NaN at row 2, column 1"),
        ([[1.0, 2], [np.inf, 2], [1, 2], [2, 3]], HALVES, ValueError, "X has inf at row 1, column 0"),
        ([[1.0, 2], [0, 0], [1, 2], [2, 3]], HALVES, UndefinedError, "X has zero norm at row 1"),
        ([[1.0, 2], [1, 1], [1, 2], [0, 0]], HALVES, UndefinedError, "X has zero norm at row 3"),
    ],
)
def test_bad_input_is_named(X, weak_proba, error, message):
    with pytest.raises(error, match=message):
        OverlapDetector().fit(X, weak_proba)


def test_when_every_point_is_hard_the_detector_says_so():
    with pytest.raises(UndefinedError, match=r"all 4 points are hard.*weak_proba"):
        OverlapDetector(hard_rule="at_or_below").fit(np.eye(4), HALVES)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"metric": "euclidean"}, ValueError, "metric is 'euclidean'"),
        ({"hard_rule": "<"}, ValueError, "hard_rule is '<'"),
        ({"compat": "binseg"}, ValueError, "compat is 'binseg'"),
        ({"n_threads": 0}, ValueError, "n_threads is 0"),
        ({"n_threads": 1.5}, TypeError, "n_threads must be an integer"),
    ],
)
def test_bad_parameters_are_named_by_fit_and_not_before(parameters, error, message):
    X, proba, _ = example()
    detector = OverlapDetector(**parameters)
    with pytest.raises(error, match=message):
        detector.fit(X, proba)
    with pytest.raises(TypeError, match="progress must be callable"):
        OverlapDetector().fit(X, proba, progress=1)


# --- scikit-learn

#: What every detector fails; `tests/contracts/test_detectors.py` says why.
EXPECTED = {"check_fit_score_takes_y", "check_complex_data", "check_dtype_object"}


def test_cosine_fails_one_more_check_because_a_row_of_its_integer_data_is_zero():
    results = check_estimator(OverlapDetector(logits=True), on_fail=None, on_skip=None)
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"}
    assert failed.keys() - EXPECTED == {"check_estimators_dtypes"}
    assert "zero norm" in str(failed["check_estimators_dtypes"])


def test_with_probabilities_every_failed_check_passed_something_else_as_weak_proba():
    results = check_estimator(OverlapDetector(metric="inner_product"), on_fail=None, on_skip=None)
    failed = [r for r in results if r["status"] == "failed" and r["check_name"] not in EXPECTED]
    for result in failed:
        chain, error = [], result["exception"]
        while error is not None:
            chain.append(str(error))
            error = error.__cause__ or error.__context__
        assert any("weak_proba" in message for message in chain), result


def test_clones_and_repeated_fits_are_independent():
    X, proba, truth = example()
    detector = OverlapDetector(hard_rule="at_or_below").fit(X, proba)
    fresh = clone(detector)
    assert not hasattr(fresh, "labels_")
    assert fresh.get_params() == detector.get_params()
    detector.set_params(hard_rule="below").fit(X[:, ::-1], proba)
    np.testing.assert_array_equal(detector.labels_, truth)


def test_scoring_needs_numpy_only():
    code = """
import sys
import w2slens as wl
wl.change_point([0.0, 1.0]), wl.confidence([0.5]), wl.overlap_scores([[1.0]], [[1.0]])
wl.ChangePoint, wl.Region, wl.Partition, wl.overlap_density, wl.UndefinedError
heavy = {"sklearn", "scipy", "joblib", "matplotlib", "pyarrow", "hypothesis"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)
