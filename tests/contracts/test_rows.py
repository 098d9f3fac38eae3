"""What every kind of rows must do: shape, type, blocks, selected rows, one file each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import w2slens as wl
from w2slens.errors import FileError
from w2slens.scoring.rows import ArrayRows, FileRows, Rows, open_rows, row_kinds

KINDS = row_kinds()
every_kind = pytest.mark.parametrize("kind", KINDS)


def stored(kind, array, folder):
    """Rows of this kind that hold the array."""
    member = KINDS[kind]
    if not issubclass(member, FileRows):
        return member(array)
    path = folder / f"rows of {kind}"
    member.write(path, array)
    rows = open_rows(path)
    assert type(rows) is member
    return rows


def test_every_kind_is_found_by_its_file():
    assert list(KINDS) == ["array", "npy", "parquet"]
    assert all(issubclass(member, Rows) and member.kind == kind for kind, member in KINDS.items())


@every_kind
@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("shape", [(1,), (1, 1), (7,), (7, 3), (5_000, 2)])
def test_shape_type_and_the_whole(kind, dtype, shape, tmp_path):
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    rows = stored(kind, array, tmp_path)
    assert (rows.shape, rows.ndim, len(rows), rows.dtype) == (shape, len(shape), shape[0], np.dtype(dtype))
    np.testing.assert_array_equal(rows.array(), array)
    np.testing.assert_array_equal(np.asarray(rows), array)
    assert rows.array().dtype == np.asarray(rows, "f8").astype(dtype).dtype == dtype
    assert str(shape) in repr(rows)


@pytest.mark.parametrize("dtype", ["i4", "u1"])
def test_whole_numbers_are_kept(dtype, tmp_path):
    array = np.arange(6).reshape(3, 2).astype(dtype)
    # In a table they have to be asked for by name: they may be numbers of rows.
    KINDS["parquet"].write(tmp_path / "table", array)
    table = open_rows(tmp_path / "table", columns=["values"])
    for rows in (stored("array", array, tmp_path), stored("npy", array, tmp_path), table):
        assert rows.dtype == dtype
        np.testing.assert_array_equal(rows.array(), array)


@every_kind
@pytest.mark.parametrize("n", [1, 3, 4096, 10_000])
def test_blocks_are_all_rows_in_order(kind, n, tmp_path):
    array = np.random.default_rng(0).random((9_000 if n > 3 else 20, 2))
    rows = stored(kind, array, tmp_path)
    for _ in range(2):  # again from the start
        blocks = list(rows.blocks(n))
        assert max(map(len, blocks)) <= n
        np.testing.assert_array_equal(np.concatenate(blocks), array)


@every_kind
@given(data=st.data())
@settings(max_examples=30)
def test_selected_rows_come_in_the_order_asked_for(kind, data, tmp_path_factory):
    n = data.draw(st.integers(1, 60))
    array = np.random.default_rng(n).random((n, 3), np.float32)
    rows = stored(kind, array, tmp_path_factory.mktemp("rows"))
    chosen = data.draw(st.lists(st.integers(0, n - 1), max_size=80))
    np.testing.assert_array_equal(rows.take(chosen), array[np.array(chosen, int)])
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    np.testing.assert_array_equal(rows.take(mask), array[mask])


@every_kind
def test_selected_rows_may_lie_in_any_block_and_are_a_copy(kind, tmp_path):
    array = np.random.default_rng(0).random((10_000, 2))
    rows = stored(kind, array, tmp_path)
    chosen = np.random.default_rng(1).integers(0, 10_000, 500)
    taken = rows.take(chosen)
    np.testing.assert_array_equal(taken, array[chosen])
    taken[:] = 0
    np.testing.assert_array_equal(rows.array(), array)


@every_kind
@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        ([4], ValueError, "rows has 4 at index 0, but there are 4 rows"),
        ([0, -1], ValueError, "rows has -1 at index 1"),
        ([0.0], TypeError, "rows has dtype float64"),
        ([[0]], ValueError, r"rows has shape \(1, 1\)"),
        ([True], ValueError, "rows is a mask of 1 entries, but there are 4 rows"),
    ],
)
def test_rows_that_are_not_there_are_named(kind, chosen, error, message, tmp_path):
    with pytest.raises(error, match=message):
        stored(kind, np.eye(4), tmp_path).take(chosen)


@every_kind
@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (2.0, TypeError)])
def test_the_size_of_blocks_is_checked_at_once(kind, n, error, tmp_path):
    with pytest.raises(error, match=r"n (is 0|must be an integer)"):
        stored(kind, np.eye(4), tmp_path).blocks(n)


@every_kind
def test_scoring_takes_rows_of_every_kind(kind, tmp_path):
    rng = np.random.default_rng(0)
    X, proba = rng.standard_normal((50, 4)), rng.random(50)
    (tmp_path / "p").mkdir()
    rows, probabilities = stored(kind, X, tmp_path), stored(kind, proba, tmp_path / "p")
    found, expected = wl.OverlapDetector().fit(rows, probabilities), wl.OverlapDetector().fit(X, proba)
    np.testing.assert_array_equal(found.scores_, expected.scores_)
    np.testing.assert_array_equal(found.labels_, expected.labels_)
    np.testing.assert_array_equal(wl.overlap_scores(rows, X[:3]), wl.overlap_scores(X, X[:3]))


@pytest.mark.parametrize("kind", [kind for kind, member in KINDS.items() if issubclass(member, FileRows)])
def test_a_file_of_each_kind_is_known_by_its_content_and_by_no_other_kind(kind, tmp_path):
    stored(kind, np.eye(3), tmp_path)
    start = (tmp_path / f"rows of {kind}").read_bytes()[:8]
    files = {name: member for name, member in KINDS.items() if issubclass(member, FileRows)}
    assert [name for name, member in files.items() if member.recognises(start)] == [kind]


def test_a_file_of_no_kind_is_refused_with_a_list_of_what_there_is(tmp_path):
    (tmp_path / "x.csv").write_text("1,2\n")
    with pytest.raises(FileError, match=r"x\.csv is of another format; expected a \.npy or Parquet file"):
        open_rows(tmp_path / "x.csv")


def test_arrays_of_three_dimensions_are_no_rows():
    with pytest.raises(ValueError, match=r"X has shape \(1, 1, 1\), expected \(n,\) or \(n, d\)"):
        ArrayRows(np.ones((1, 1, 1)))


def test_views_are_not_copied():
    array = np.eye(4)
    rows = ArrayRows(array)
    assert rows.array() is array
    assert all(np.shares_memory(block, array) for block in rows.blocks(2))
    assert not np.shares_memory(np.array(rows), array)
