"""The vocabulary: codes, partitions, density."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2slens import Partition, Region, overlap_density

codes = st.lists(st.sampled_from(list(Region)), max_size=60)
DTYPES = st.sampled_from(["i1", "u1", ">i4", "i8"])


def test_codes_are_part_of_the_file_format():
    assert [(region.name, region.value) for region in Region] == [
        ("EASY", 0),
        ("HARD", 1),
        ("OVERLAP", 2),
        ("NEITHER", 3),
    ]


@given(codes, DTYPES)
def test_a_partition_divides_all_rows_but_neither(labels, dtype):
    partition = Partition.from_labels(np.array(labels, dtype=dtype))
    for rows, region in (
        (partition.easy, Region.EASY),
        (partition.hard, Region.HARD),
        (partition.overlap, Region.OVERLAP),
    ):
        assert rows.tolist() == [i for i, label in enumerate(labels) if label == region]


@given(codes)
def test_density_is_the_share_of_overlap_points(labels):
    counts = {region: labels.count(region) for region in Region}
    assert sum(counts.values()) == len(labels)
    partition = Partition.from_labels(labels)
    placed = len(labels) - counts[Region.NEITHER]
    if placed:
        assert partition.density == counts[Region.OVERLAP] / placed
    else:
        assert math.isnan(partition.density)
    if labels:
        assert overlap_density(labels) == counts[Region.OVERLAP] / len(labels)


@given(codes.filter(bool), st.randoms())
def test_density_does_not_depend_on_order(labels, random):
    shuffled = list(labels)
    random.shuffle(shuffled)
    assert overlap_density(shuffled) == overlap_density(labels)


@given(codes, codes)
def test_density_of_two_sets_is_the_weighted_mean(first, second):
    if first and second:
        weighted = len(first) * overlap_density(first) + len(second) * overlap_density(second)
        assert overlap_density(first + second) == pytest.approx(weighted / (len(first) + len(second)), rel=1e-14)


def test_results_cannot_be_reassigned():
    partition = Partition.from_labels([0, 1, 2])
    with pytest.raises(AttributeError):
        partition.easy = np.array([])


@pytest.mark.parametrize("function", [overlap_density, Partition.from_labels])
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0, 1, 4], ValueError, "labels has 4 at index 2, which is no Region"),
        ([0, -1], ValueError, "labels has -1 at index 1"),
        ([0.0, 1.0], TypeError, "labels has dtype float64, expected integers"),
        ([True, False], TypeError, "labels has dtype bool"),
        ([[0, 1]], ValueError, r"labels has shape \(1, 2\)"),
        (0, ValueError, r"labels has shape \(\)"),
    ],
)
def test_bad_labels_are_named(function, labels, error, message):
    with pytest.raises(error, match=message):
        function(labels)


def test_density_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="labels is empty"):
        overlap_density([])
