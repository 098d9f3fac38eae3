"""`overlap_scores`: closed forms, then the float64 twin, then faiss."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2slens import UndefinedError, _kernels, overlap_scores
from w2slens._arrays import kernel_view
from w2slens.testing.scoring import overlap_scores_twin, similarity_matrix

#: float32 sums against the float64 twin: the bound the package promises.
F32_BOUND = 2e-6
F64_BOUND = 1e-13

PATHS = _kernels.similarity_paths()


def gaussian(seed, n, m, d, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)).astype(dtype), rng.standard_normal((m, d)).astype(dtype)


def assert_nearest(index, similarities, bound):
    """The index attains the maximum, up to what rounding can exchange."""
    rows = np.arange(len(index))
    assert np.all(similarities.max(axis=1) - similarities[rows, index] <= bound)


# --- closed forms


def test_a_hard_point_among_the_points_scores_one_and_finds_itself():
    X, _ = gaussian(0, 90, 1, 17)
    scores, index = overlap_scores(X, X, return_index=True)
    assert index.tolist() == list(range(90))
    np.testing.assert_allclose(scores, 1, rtol=0, atol=F32_BOUND)
    assert scores.max() <= 1


def test_axes_and_signs():
    hard = np.array([[-2.0, 0.0], [0.0, 5.0]])
    X = np.array([[3.0, -4.0], [-8.0, -6.0]])
    scores, index = overlap_scores(X, hard, return_index=True)
    assert scores.tolist() == [0.8, 0.8]
    assert index.tolist() == [1, 0]
    scores, index = overlap_scores(X, hard, absolute=False, return_index=True)
    np.testing.assert_allclose(scores, [-0.6, 0.8], atol=1e-15)
    assert index.tolist() == [0, 0]
    assert overlap_scores(X, hard, metric="inner_product").tolist() == [20, 30]
    assert overlap_scores(X, hard, metric="inner_product", absolute=False).tolist() == [-6, 16]


@pytest.mark.parametrize("m", [1, 31, 32, 33, 64, 65])
def test_all_negative_similarities_stay_negative(m):
    """Padding of the last panel must not enter the maximum."""
    scores = overlap_scores(np.ones((5, 3), np.float32), -np.ones((m, 3), np.float32), absolute=False)
    np.testing.assert_allclose(scores, -1, atol=1e-6)


@pytest.mark.parametrize("copies", [2, 40, 3000])
def test_ties_take_the_smallest_index(copies):
    X, hard = gaussian(1, 30, 3, 900)
    _, once = overlap_scores(X, hard, return_index=True)
    _, repeated = overlap_scores(X, np.tile(hard, (copies, 1)), return_index=True)
    np.testing.assert_array_equal(repeated, once)


# --- the twin


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 200),
    m=st.integers(1, 80),
    d=st.one_of(st.integers(1, 40), st.integers(370, 400), st.integers(760, 800)),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
    metric=st.sampled_from(["cosine", "inner_product"]),
    absolute=st.booleans(),
    path=st.sampled_from(PATHS),
)
def test_agrees_with_the_twin_on_every_path(seed, n, m, d, dtype, metric, absolute, path):
    X, hard = gaussian(seed, n, m, d, dtype)
    found = _kernels.overlap_scores(
        kernel_view(X),
        kernel_view(hard),
        hard_name="X_hard",
        cosine=metric == "cosine",
        absolute=absolute,
        return_index=True,
        path=path,
    )
    scores, index = found.values, found.nearest
    assert scores.dtype == (np.float64 if dtype is np.float64 else np.float32)
    similarities = similarity_matrix(X, hard, metric=metric, absolute=absolute)
    # Rounding errors of an inner product are relative to the product of the norms.
    scale = 1.0
    if metric == "inner_product":
        norms = (np.linalg.norm(rows.astype(float), axis=1).max() for rows in (X, hard))
        scale = np.prod(list(norms))
    bound = scale * (F64_BOUND if dtype is np.float64 else F32_BOUND)
    np.testing.assert_allclose(scores, similarities.max(axis=1), rtol=0, atol=bound)
    assert_nearest(index, similarities, 2 * bound)


def test_the_fastest_path_is_taken():
    """A test that never reaches the fast path guards nothing."""
    flags = np._core._multiarray_umath.__cpu_features__
    if flags.get("AVX512F"):
        expected = "avx512"
    elif flags.get("AVX2") and flags.get("FMA3"):
        expected = "avx2"
    else:
        expected = "portable"
    assert PATHS[-1] == expected
    assert PATHS[0] == "portable"


def test_an_unknown_path_names_what_there_is():
    view = kernel_view(np.ones((2, 2)))
    with pytest.raises(ValueError, match=f'path is "abacus", but must be one of {", ".join(PATHS)}'):
        _kernels.overlap_scores(
            view, view, hard_name="X", cosine=True, absolute=True, return_index=False, path="abacus"
        )


def test_several_blocks_in_every_direction_agree_with_the_twin():
    X, hard = gaussian(2, 400, 3000, 1000)
    scores, index = overlap_scores(X, hard, return_index=True)
    similarities = similarity_matrix(X, hard)
    np.testing.assert_allclose(scores, similarities.max(axis=1), rtol=0, atol=F32_BOUND)
    assert_nearest(index, similarities, 2 * F32_BOUND)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_same_bits_for_any_threads_subset_and_order(dtype):
    X, hard = gaussian(3, 500, 1500, 800, dtype)
    scores, index = overlap_scores(X, hard, return_index=True, n_threads=1)
    for n_threads in (2, 7, None):
        again, again_index = overlap_scores(X, hard, return_index=True, n_threads=n_threads)
        np.testing.assert_array_equal(again, scores)
        np.testing.assert_array_equal(again_index, index)
    rng = np.random.default_rng(4)
    rows = rng.permutation(500)[:77]
    np.testing.assert_array_equal(overlap_scores(X[rows], hard), scores[rows])
    order = rng.permutation(1500)
    np.testing.assert_array_equal(overlap_scores(X, hard[order]), scores)
    halves = [overlap_scores(X, part) for part in (hard[:200], hard[200:])]
    np.testing.assert_array_equal(np.maximum(*halves), scores)


@pytest.mark.parametrize(
    ("dtype", "powers"), [(np.float32, [-149, -130, -70, 0, 70, 120]), (np.float64, [-1070, -700, 0, 700, 1010])]
)
def test_any_magnitude_has_a_direction(dtype, powers):
    X, hard = gaussian(5, 40, 20, 50)
    X, hard = np.rint(X * 8).astype(dtype), np.rint(hard * 8).astype(dtype)
    X[:, 0], hard[:, 0] = 1, 1  # no zero rows, whatever the rounding
    scores = overlap_scores(X, hard)
    for power in powers:
        np.testing.assert_allclose(overlap_scores(np.ldexp(X, power), hard), scores, rtol=0, atol=F32_BOUND)
        np.testing.assert_allclose(overlap_scores(X, np.ldexp(hard, power)), scores, rtol=0, atol=F32_BOUND)


def test_rows_of_1e200_score_as_unit_rows():
    X, hard = gaussian(6, 10, 10, 30, np.float64)
    np.testing.assert_allclose(
        overlap_scores(X * 1e200, hard * 1e-200), overlap_scores(X, hard), rtol=0, atol=F64_BOUND
    )


def test_inner_products_leave_the_range_only_when_their_value_does():
    huge = np.array([[3e38, 3e38, 1.0], [-3e38, 3e38, 1.0], [1e10, 0.0, 0.0]], np.float32)
    hard = np.array([[2.0, -2.0, 5.0]], np.float32)
    scores = overlap_scores(huge, hard, metric="inner_product")
    # The first product is 6e38 - 6e38 + 5: the terms overflow, the sum does not, and 5 is below their rounding.
    assert np.isfinite(scores[0])
    assert scores[1] == np.inf
    np.testing.assert_allclose(scores[2], 2e10, rtol=1e-6)
    assert overlap_scores(huge, hard, metric="inner_product", absolute=False)[1] == -np.inf


# --- rows of a matrix


@settings(max_examples=80)
@given(
    data=st.data(),
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 120),
    d=st.one_of(st.integers(1, 40), st.integers(370, 400)),
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
    metric=st.sampled_from(["cosine", "inner_product"]),
    own=st.booleans(),
)
def test_selected_rows_score_as_gathered_ones(data, seed, n, d, dtype, metric, own):
    X, other = gaussian(seed, n, n, d, dtype)
    X[:, 0], other[:, 0] = 1, 1  # no zero rows, whatever the rounding
    hard = X if own else other
    any_rows = st.lists(st.integers(0, n - 1), max_size=200)
    rows, hard_rows = data.draw(any_rows), data.draw(any_rows.filter(len))
    form = data.draw(st.sampled_from([list, np.array, lambda rows: np.array(rows, np.int8), np.asfortranarray]))
    options = {"metric": metric, "return_index": True, "absolute": data.draw(st.booleans())}
    rows_given = form(rows) if rows else []
    scores, index = overlap_scores(
        X, None if own else other, rows=rows_given, hard_rows=form(hard_rows), n_threads=2, **options
    )
    gathered, place = overlap_scores(X[np.array(rows, int)], hard[hard_rows], **options)
    assert scores.dtype == gathered.dtype
    np.testing.assert_array_equal(scores, gathered)
    np.testing.assert_array_equal(index, np.array(hard_rows)[place])
    masks = [np.isin(np.arange(n), chosen) for chosen in (rows, hard_rows)]
    np.testing.assert_array_equal(
        overlap_scores(X, hard, rows=masks[0], hard_rows=masks[1], **options)[1],
        overlap_scores(X, hard, rows=np.unique(np.array(rows, int)), hard_rows=np.unique(hard_rows), **options)[1],
    )


def test_progress_and_errors_speak_of_selected_rows_as_of_the_array():
    X, _ = gaussian(13, 40, 1, 6)
    X[33, 4], X[12] = np.nan, 0
    calls = []
    overlap_scores(X, rows=[3, 39, 3], hard_rows=range(5), progress=lambda *call: calls.append(call))
    assert calls[-1] == (3, 3)
    with pytest.raises(ValueError, match="X has NaN at row 33, column 4"):
        overlap_scores(X, rows=[0, 33], hard_rows=[1])
    with pytest.raises(ValueError, match="X has NaN at row 33, column 4"):
        overlap_scores(X, rows=[0], hard_rows=[1, 33])
    with pytest.raises(ValueError, match="X_hard has NaN at row 33, column 4"):
        overlap_scores(X, X, rows=[0], hard_rows=[1, 33])
    with pytest.raises(UndefinedError, match="X has zero norm at row 12"):
        overlap_scores(X, rows=np.arange(40) == 12, hard_rows=[1])
    with pytest.raises(UndefinedError, match="X has no selected rows"):
        overlap_scores(X, rows=[0], hard_rows=[])


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([0, 3], ValueError, "rows has 3 at index 1, but there are 3 rows"),
        ([-1], ValueError, "rows has -1 at index 0"),
        (np.array([2**63], np.uint64), ValueError, "rows has 9223372036854775808 at index 0"),
        ([[0]], ValueError, r"rows has shape \(1, 1\)"),
        ([True, False], ValueError, "rows is a mask of 2 entries, but there are 3 rows"),
        ([0.0], TypeError, "rows has dtype float64"),
        (np.zeros(0), TypeError, "rows has dtype float64"),
        ("all", TypeError, "rows has dtype"),
    ],
)
def test_rows_that_do_not_exist_are_refused(rows, error, message):
    with pytest.raises(error, match=message):
        overlap_scores(np.ones((3, 2)), np.ones((3, 2)), rows=rows)
    with pytest.raises(error, match=f"hard_{message}"):
        overlap_scores(np.ones((3, 2)), hard_rows=rows)


def test_hard_points_must_be_given_somehow():
    with pytest.raises(TypeError, match="X_hard or hard_rows must be given"):
        overlap_scores(np.ones((3, 2)))


# --- faiss


@pytest.mark.parametrize("absolute", [False, True])
def test_agrees_with_faiss_flat(absolute):
    faiss = pytest.importorskip("faiss")
    X, hard = gaussian(7, 600, 250, 96)
    index = faiss.IndexFlatIP(96)
    index.add(hard / np.linalg.norm(hard, axis=1, keepdims=True))
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    value, nearest = (found[:, 0] for found in index.search(unit, 1))
    if absolute:
        other, other_nearest = (found[:, 0] for found in index.search(-unit, 1))
        value, nearest = np.maximum(value, other), np.where(other > value, other_nearest, nearest)
    scores, ours = overlap_scores(X, hard, absolute=absolute, return_index=True)
    np.testing.assert_allclose(scores, value, rtol=0, atol=F32_BOUND)
    exchanged = ours != nearest
    similarities = similarity_matrix(X, hard, absolute=absolute)
    two_best = np.sort(similarities, axis=1)[:, -2:]
    assert np.all(np.diff(two_best[exchanged], axis=1) <= 2 * F32_BOUND)


# --- errors, progress


def test_no_hard_points_is_undefined():
    with pytest.raises(UndefinedError, match="X_hard has no rows"):
        overlap_scores(np.ones((3, 2)), np.ones((0, 2)))


def test_no_points_gives_no_scores():
    scores, index = overlap_scores(np.ones((0, 2)), np.ones((3, 2)), return_index=True)
    assert scores.shape == index.shape == (0,)


def test_mismatched_columns_show_both_shapes():
    with pytest.raises(ValueError, match=r"X has shape \(3, 2\) and X_hard has shape \(4, 5\)"):
        overlap_scores(np.ones((3, 2)), np.ones((4, 5)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("metric", ["cosine", "inner_product"])
def test_the_first_entry_that_is_not_finite_is_named(value, dtype, metric):
    X, hard = gaussian(8, 700, 600, 20, dtype)
    spoiled = X.copy()
    spoiled[[650, 401, 401], [0, 13, 7]] = value
    with pytest.raises(ValueError, match=r"X has (NaN|-?inf) at row 401, column 7;"):
        overlap_scores(spoiled, hard, metric=metric)
    spoiled = hard.copy()
    spoiled[[599, 5], [3, 19]] = value
    with pytest.raises(ValueError, match=r"X_hard has (NaN|-?inf) at row 5, column 19;"):
        overlap_scores(X, spoiled, metric=metric)


def test_a_row_without_direction_is_named_for_the_cosine_only():
    X, hard = gaussian(9, 40, 30, 6)
    X[[33, 12]] = 0
    with pytest.raises(UndefinedError, match="X has zero norm at row 12"):
        overlap_scores(X, hard)
    assert overlap_scores(X, hard, metric="inner_product")[12] == 0
    with pytest.raises(UndefinedError, match="X_hard has zero norm at row 12"):
        overlap_scores(hard, X)


@pytest.mark.parametrize(
    ("n_threads", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_bad_thread_counts(n_threads, error):
    with pytest.raises(error, match="n_threads"):
        overlap_scores(np.ones((3, 2)), np.ones((3, 2)), n_threads=n_threads)


def test_bad_options():
    with pytest.raises(ValueError, match="metric is 'euclidean'"):
        overlap_scores(np.ones((3, 2)), np.ones((3, 2)), metric="euclidean")
    with pytest.raises(TypeError, match="progress must be callable"):
        overlap_scores(np.ones((3, 2)), np.ones((3, 2)), progress=3)


def test_progress_rises_to_the_total():
    X, hard = gaussian(10, 3000, 2000, 768)
    calls = []
    silent = overlap_scores(X, hard)
    np.testing.assert_array_equal(overlap_scores(X, hard, progress=lambda *call: calls.append(call)), silent)
    assert calls[-1] == (3000, 3000)
    assert all(total == 3000 for _, total in calls)
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})


def test_an_exception_in_progress_ends_the_computation():
    def stop(done, total):
        raise KeyboardInterrupt

    X, hard = gaussian(11, 3000, 500, 64)
    with pytest.raises(KeyboardInterrupt):
        overlap_scores(X, hard, progress=stop)


def test_the_twin_itself():
    X, hard = gaussian(12, 20, 10, 5, np.float64)
    expected = [
        max(abs(x @ h) / (np.linalg.norm(x) * np.linalg.norm(h)) for h in hard)  # the definition, in words of the paper
        for x in X
    ]
    np.testing.assert_allclose(overlap_scores_twin(X, hard)[0], expected, rtol=0, atol=1e-14)
