import itertools

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import w2slens as wl
from w2slens.scoring.detectors import UNDETECTED
from w2slens.testing.selection import batches, incremental_twin

SCOPES = ("hard_threshold", "hard_pool", "overlap_threshold")
SCOPE = st.sampled_from(["history", "batch"])


@settings(max_examples=250)
@given(
    st.lists(batches(), min_size=1, max_size=5),
    st.fixed_dictionaries(dict.fromkeys(SCOPES, SCOPE)),
    st.booleans(),
    st.sampled_from(["below", "at_or_below"]),
)
def test_every_choice_gives_what_the_definition_gives(seen, scopes, absolute, rule):
    # Small whole numbers: inner products are exact, so ties are the same on both sides.
    detector = wl.OverlapDetector(metric="inner_product", absolute=absolute, hard_rule=rule)
    incremental = wl.IncrementalDetector(detector, **scopes)
    for k, batch in enumerate(seen):
        found = incremental.add(batch.X, batch.weak_proba)
        labels, scores = incremental_twin(seen[: k + 1], detector, **scopes)
        np.testing.assert_array_equal(incremental.labels_, labels)
        np.testing.assert_array_equal(incremental.scores_, scores)
        newest = labels[labels.size - len(batch.X) :]
        np.testing.assert_array_equal(found.labels, newest)
        share = np.nan if UNDETECTED in newest else np.mean(newest == wl.Region.OVERLAP)
        np.testing.assert_equal(found.fraction, share)
    event(f"undetected points: {UNDETECTED in incremental.labels_}")


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from([np.float32, np.float64]), st.sampled_from(["cosine", "inner_product"]))
def test_with_all_history_it_is_the_detector_of_all_points_to_the_bit(seed, dtype, metric):
    rng = np.random.default_rng(seed)
    detector = wl.OverlapDetector(metric=metric)
    incremental = wl.IncrementalDetector(detector)
    points, probabilities = [], []
    for _ in range(4):
        b = int(rng.integers(5, 30))
        points.append(rng.standard_normal((b, 7)).astype(dtype))
        probabilities.append(rng.random(b))
        incremental.add(points[-1], probabilities[-1])
    whole = wl.OverlapDetector(metric=metric).fit(np.concatenate(points), np.concatenate(probabilities))
    for name in ("labels_", "scores_", "nearest_hard_", "confidence_", "density_"):
        np.testing.assert_array_equal(getattr(incremental, name), getattr(whole, name))
    assert incremental.scores_.dtype == dtype


@settings(max_examples=150)
@given(st.lists(batches(), min_size=2, max_size=6))
def test_among_equal_hard_points_the_first_is_the_nearest(seen):
    detector = wl.OverlapDetector(metric="inner_product")
    incremental = wl.IncrementalDetector(detector)
    for batch in seen:
        incremental.add(batch.X, batch.weak_proba)
    rows = np.flatnonzero(incremental.nearest_hard_ >= 0)
    hard = np.flatnonzero(incremental.labels_ == wl.Region.HARD)
    if rows.size:
        products = np.abs(incremental.points[rows] @ incremental.points[hard].T)
        np.testing.assert_array_equal(incremental.nearest_hard_[rows], hard[products.argmax(axis=1)])


def test_no_pair_is_scored_twice_while_thresholds_hold():
    rng = np.random.default_rng(0)
    incremental = wl.IncrementalDetector()
    for _ in range(10):
        # Confidence 0 or 1: the hard threshold never moves a point.
        incremental.add(rng.standard_normal((40, 6)), rng.choice([0.0, 0.5, 1.0], 40))
    hard = (incremental.labels_ == wl.Region.HARD).sum()
    assert incremental.n_scored_ == hard * (400 - hard)


@pytest.mark.parametrize("scopes", list(itertools.product(["history", "batch"], repeat=3)))
def test_a_point_that_ceases_to_be_hard_is_scored(scopes):
    incremental = wl.IncrementalDetector(**dict(zip(SCOPES, scopes, strict=True)))
    incremental.add([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 2.0]], [0.8, 0.9, 1.0, 0.95])
    before = incremental.labels_.copy()
    incremental.add([[1.0, 0.1], [0.2, 1.0], [0.3, 1.0]], [0.5, 0.55, 1.0])
    moved = (before == wl.Region.HARD) & (incremental.labels_[:4] != wl.Region.HARD)
    assert moved.any() == (scopes[0] == "history")
    if scopes[1] == "history":
        assert not np.isnan(incremental.scores_[:4][moved]).any()


def test_a_lone_point_that_ceases_to_be_hard_is_undetected():
    incremental = wl.IncrementalDetector(hard_pool="batch", overlap_threshold="batch")
    incremental.add([[1.0, 2.0]], [1.0])
    assert incremental.add([[2.0, 1.0]], [0.95]).labels.tolist() == [wl.Region.HARD]
    incremental.add([[1.0, 1.0], [1.0, 3.0]], [0.5, 1.0])
    assert incremental.labels_.tolist() == [UNDETECTED, UNDETECTED, wl.Region.HARD, UNDETECTED]


def test_one_point_is_undetected_until_there_are_more():
    incremental = wl.IncrementalDetector()
    found = incremental.add([[1.0, 2.0]], [0.7])
    assert found.labels.tolist() == [UNDETECTED]
    assert np.isnan(found.fraction)
    assert np.isnan(incremental.density_)
    incremental.add([[1.0, 1.0], [2.0, 0.5]], [0.5, 0.9])
    assert UNDETECTED not in incremental.labels_


@pytest.mark.parametrize(
    ("X", "proba", "message"),
    [
        (np.zeros((0, 2)), [], "a batch needs at least one row"),
        ([[1.0, 2.0, 3.0]], [0.5], "X has 3 columns of float64, but earlier batches have 2 of float64"),
        (np.ones((1, 2), np.float32), [0.5], "X has 2 columns of float32"),
        ([[1.0, np.nan]], [0.5], "X has NaN at row 0, column 1"),
        ([[0.0, 0.0]], [0.5], "X has zero norm at row 0"),
        ([[1.0, 2.0]], [1.5], "weak_proba has 1.5 at index 0"),
        ([[1.0, 2.0]], [0.5, 0.5], "weak_proba has 2 rows, but X has 1"),
    ],
)
def test_a_malformed_batch_is_named_and_nothing_is_taken_in(X, proba, message):
    incremental = wl.IncrementalDetector()
    incremental.add([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [0.5, 0.9, 1.0])
    labels, scored = incremental.labels_.copy(), incremental.n_scored_
    with pytest.raises(ValueError, match=message):
        incremental.add(X, proba)
    np.testing.assert_array_equal(incremental.labels_, labels)
    assert (incremental.n_scored_, incremental.points.shape) == (scored, (3, 2))


@pytest.mark.parametrize("scopes", list(itertools.product(["history", "batch"], repeat=3)))
def test_a_similarity_that_overflows_leaves_the_detector_as_it_was(scopes):
    rng = np.random.default_rng(0)
    options = dict(zip(SCOPES, scopes, strict=True))
    hurt, whole = (wl.IncrementalDetector(wl.OverlapDetector(metric="inner_product"), **options) for _ in range(2))
    for _ in range(5):
        batch = rng.standard_normal((12, 3)), rng.random(12)
        with pytest.raises(ValueError, match="inf"):
            hurt.add(batch[0] * 1e200, batch[1])
        for detector in (hurt, whole):
            detector.add(*batch)
    for name in ("labels_", "scores_", "nearest_hard_", "confidence_", "batch_", "n_scored_", "points"):
        np.testing.assert_array_equal(getattr(hurt, name), getattr(whole, name))


def test_an_interrupt_leaves_the_detector_as_it_was(monkeypatch):
    rng = np.random.default_rng(1)
    detector = wl.IncrementalDetector()
    detector.add(rng.standard_normal((12, 3)), rng.random(12))
    before = {name: np.copy(value) for name, value in vars(detector).items() if isinstance(value, np.ndarray)}

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("w2slens.scoring.scores.overlap_scores", interrupt)
        with pytest.raises(KeyboardInterrupt):
            detector.add(rng.standard_normal((12, 3)), rng.random(12))
    for name, value in before.items():
        if name != "_X":
            np.testing.assert_array_equal(getattr(detector, name), value)
    assert detector.points.shape == (12, 3)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"hard_pool": "all"}, ValueError, "hard_pool is 'all', but must be one of 'history', 'batch'"),
        ({"detector": "cosine"}, TypeError, "detector must be an OverlapDetector, not str"),
        ({"detector": wl.OverlapDetector(hard_rule="under")}, ValueError, "hard_rule is 'under'"),
    ],
)
def test_bad_parameters_are_named_when_data_come_and_by_select_sources_before(parameters, error, message):
    detector = wl.IncrementalDetector(**parameters)
    with pytest.raises(error, match=message):
        detector.add([[1.0, 0.0]], [0.5])
    pool = wl.selection.ArraySource([[1.0, 0.0]], [0.5], rng=0)
    with pytest.raises(error, match=message):
        wl.selection.select_sources([pool], wl.bandit.RoundRobin(1), rounds=1, batch=1, detector=detector)
