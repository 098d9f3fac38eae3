"""Dominoes and splits: disjoint, blank where they must be, labelled consistently."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulations.worlds import strong
from simulations.worlds.images import PIXELS, coarse, digits, dominoes, splits
from w2slens import Region


@given(st.integers(3, 200), st.integers(0, 1000))
def test_splits_are_disjoint_and_complete(n, seed):
    parts = splits(np.arange(n), np.random.default_rng(seed), (0.3, 0.4, 0.3))
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert abs(len(parts[1]) - 0.4 * n) <= 1


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_dominoes_share_no_image_between_splits_and_are_blank_where_a_pattern_is_absent(seed):
    counts = ((30, 30, 20), (10, 5, 30), (20, 20, 20))
    composed = dominoes(np.random.default_rng(seed), counts, (0, 1), (7, 9))
    images, target = digits()
    number = {image.tobytes(): digit for image, digit in zip(images, target, strict=True)}
    seen = []
    for points, split in zip(composed, counts, strict=True):
        assert np.bincount(points.regions, minlength=3).tolist() == list(split)
        easy, hard = points.X[:, :PIXELS], points.X[:, PIXELS:]
        assert not easy[points.regions == Region.HARD].any()
        assert not hard[points.regions == Region.EASY].any()
        used = set()
        for block, pair, absent in ((easy, (0, 1), Region.HARD), (hard, (7, 9), Region.EASY)):
            for image, y in zip(block[points.regions != absent], points.y[points.regions != absent], strict=True):
                assert number[image.tobytes()] == pair[(y + 1) // 2]
                used.add(image.tobytes())
        seen.append(used)
    assert sum(map(len, seen)) == len(set.union(*seen))


def test_coarse_images_keep_the_mean():
    images, _ = digits()
    for side in (1, 2, 4, 8):
        small = coarse(images[:50], side)
        assert small.shape == (50, side * side)
        np.testing.assert_allclose(small.mean(axis=1), images[:50].mean(axis=1))
    np.testing.assert_array_equal(coarse(images[:50], 8), images[:50])


def test_random_features_approximate_the_kernel():
    X, _ = digits()
    features = strong.RandomFeatures.draw(PIXELS, 20_000, 0.02, np.random.default_rng(0))(X[:20])
    distances = ((X[:20, None] - X[None, :20]) ** 2).sum(axis=2)
    # Each entry is a mean of 20,000 bounded terms: six standard errors of at most 1/√20,000.
    assert np.abs(features @ features.T - np.exp(-0.02 * distances)).max() < 6 / np.sqrt(20_000)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 100))
def test_mixes_are_nested_and_of_one_size(n_overlap, n_others, seed):
    overlap, others = np.arange(n_overlap), 100 + np.arange(n_others)
    rng = np.random.default_rng(seed)
    chosen = strong.mix(overlap, others, (0.0, 0.5, 1.0), rng)
    size = min(n_overlap, n_others)
    assert [len(rows) for rows in chosen] == [size] * 3
    assert not np.isin(chosen[0], overlap).any()
    assert np.isin(chosen[2], overlap).all()
    assert set(chosen[1][chosen[1] < 100]) <= set(chosen[2])


@pytest.mark.parametrize(("labels", "status"), [([], 2), ([1, 1], 1), ([1, -1], 0)])
def test_students_that_cannot_be_trained_have_a_status(labels, status):
    student = strong.learn(np.ones((len(labels), 3)) * np.arange(3), np.array(labels, int), 1.0)
    assert student.status == status
    assert np.isnan(student.accuracy(np.ones((2, 3)), np.ones(2))) == (status == 2)


def test_undefined_detection_has_a_status():
    status, detector = strong.detect(np.eye(4), np.full(4, 0.5))
    assert (status, detector) == (strong.DETECTION_UNDEFINED, None)
