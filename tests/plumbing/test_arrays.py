"""Intake of arrays: what is read as it lies, and what is refused by name."""

import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2slens import overlap_scores
from w2slens._arrays import as_matrix, as_vector, kernel_view

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 37)).astype(np.float32)
HARD = RNG.standard_normal((9, 37)).astype(np.float32)
SCORES = overlap_scores(X, HARD)


class HasArray:
    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self.array, dtype=dtype, copy=copy)


class HasDLPack:
    """A tensor of another library, as far as NumPy can see it."""

    def __init__(self, array, device=None):
        self.array, self.device = array, device

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device or self.array.__dlpack_device__()


def on_disk(array, path):
    np.save(path, array)
    return np.load(path, mmap_mode="r")


def read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


def unaligned(array):
    memory = bytearray(array.nbytes + 1)
    view = np.frombuffer(memory, array.dtype, offset=1).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


def every_other(array):
    wide = np.zeros((array.shape[0] * 2, array.shape[1] * 3), array.dtype)
    wide[::2, 1::3] = array
    return wide[::2, 1::3]


def backwards(array):
    return np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1]


LAYOUTS = {
    "fortran": np.asfortranarray,
    "strided": every_other,
    "negative stride": backwards,
    "big-endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "big-endian, strided": lambda array: every_other(array.astype(array.dtype.newbyteorder(">"))),
    "read-only": read_only,
    "unaligned": unaligned,
    "__array__": HasArray,
    "DLPack": HasDLPack,
    "list": lambda array: [list(row) for row in array],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_bits(layout):
    points, hard = (LAYOUTS[layout](array) for array in (X, HARD))
    np.testing.assert_array_equal(overlap_scores(points, HARD), SCORES)
    np.testing.assert_array_equal(overlap_scores(X, hard), SCORES)


def test_a_memory_map_is_read_as_it_lies(tmp_path):
    points = on_disk(X, tmp_path / "x.npy")
    assert isinstance(points, np.memmap)
    assert np.shares_memory(as_matrix(points, "X"), points)
    np.testing.assert_array_equal(overlap_scores(points, on_disk(HARD, tmp_path / "hard.npy")), SCORES)


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name not in ("__array__", "list")])
def test_no_layout_is_copied(layout):
    array = LAYOUTS[layout](X)
    matrix = as_matrix(array, "X")
    assert np.shares_memory(matrix, array.array if isinstance(array, HasDLPack) else array)
    assert np.shares_memory(kernel_view(matrix)[0], matrix)


def test_broadcast_rows_are_read_with_stride_zero():
    repeated = np.broadcast_to(X[3], (50, 37))
    np.testing.assert_array_equal(overlap_scores(repeated, HARD), np.full(50, SCORES[3]))


# ml_dtypes has no big-endian bfloat16.
@pytest.mark.parametrize(
    ("dtype", "order"),
    [(ml_dtypes.bfloat16, "<"), *((dtype, order) for dtype in (np.float16, np.float32, np.float64) for order in "<>")],
)
def test_every_float_type_scores_as_its_values(dtype, order):
    points, hard = (array.astype(dtype) for array in (X, HARD))
    points = points.astype(points.dtype.newbyteorder(order))
    expected = overlap_scores(points.astype(np.float64), hard.astype(np.float64))
    scores = overlap_scores(points, hard)
    assert scores.dtype == (np.float64 if dtype is np.float64 else np.float32)
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-15 if dtype is np.float64 else 2e-6)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    dtypes=st.tuples(*[st.sampled_from(["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])] * 2),
    orders=st.tuples(*[st.sampled_from("<>")] * 2),
)
def test_mixed_types_compute_in_the_wider(seed, dtypes, orders):
    rng = np.random.default_rng(seed)
    points = rng.integers(1, 100, (12, 5)).astype(orders[0] + dtypes[0])
    hard = rng.integers(1, 100, (7, 5)).astype(orders[1] + dtypes[1])
    scores = overlap_scores(points, hard, metric="inner_product")
    narrow = set(dtypes) <= {"f2", "f4"}
    assert scores.dtype == (np.float32 if narrow else np.float64)
    # Sums of whole numbers below 2**24: exact in both precisions.
    np.testing.assert_array_equal(scores, (points.astype(float) @ hard.astype(float).T).max(axis=1))


@pytest.mark.parametrize(
    "dtype", [bool, np.complex64, complex, object, "U3", "M8[s]", [("a", "f4")], ml_dtypes.float8_e4m3fn]
)
def test_other_types_are_refused(dtype):
    wrong = np.ones((3, 37)).astype(dtype) if dtype != "M8[s]" else np.zeros((3, 37), dtype)
    for arguments in ((wrong, HARD), (X, wrong)):
        name = "X" if arguments[0] is wrong else "X_hard"
        with pytest.raises(TypeError, match=rf"^{name} has dtype .*expected real numbers"):
            overlap_scores(*arguments)


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="long double is float64 here")
def test_extended_precision_is_refused_rather_than_narrowed():
    with pytest.raises(TypeError, match=r"^X has dtype .*use astype\(numpy.float64\)"):
        overlap_scores(X.astype(np.longdouble), HARD)


@pytest.mark.parametrize("shape", [(), (37,), (3, 4, 37)])
def test_other_dimensions_are_refused(shape):
    for arguments in ((np.ones(shape), HARD), (X, np.ones(shape))):
        name = "X" if arguments[1] is HARD else "X_hard"
        with pytest.raises(
            ValueError, match=rf"^{name} has shape \({', '.join(map(str, shape))},?\), expected \(n, d\)"
        ):
            overlap_scores(*arguments)


def test_matrices_need_columns_and_vectors_one_dimension():
    with pytest.raises(ValueError, match=r"^X has shape \(5, 0\), expected at least one column"):
        as_matrix(np.ones((5, 0)), "X")
    with pytest.raises(ValueError, match=r"^proba has shape \(5, 1\), expected \(n,\)"):
        as_vector(np.ones((5, 1)), "proba")
    with pytest.raises(TypeError, match=r"^proba has dtype complex128"):
        as_vector(np.ones(5, complex), "proba")
    assert as_vector([1, 2], "proba").tolist() == [1, 2]


def test_masked_sparse_ragged_and_foreign_are_refused():
    with pytest.raises(TypeError, match=r"^X is a masked array"):
        overlap_scores(np.ma.masked_greater(X, 0), HARD)
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"^X is a sparse matrix"):
        overlap_scores(sparse.csr_matrix(X), HARD)
    with pytest.raises(ValueError, match=r"^X_hard cannot be read as an array"):
        overlap_scores(X, [[1.0, 2.0], [3.0]])
    with pytest.raises(TypeError, match=r"^X lies on another device"):
        overlap_scores(HasDLPack(X, device=(2, 0)), HARD)


def peak_beyond(n, m, d, prepare):
    """Bytes of resident memory beyond inputs and result, at the peak of one call in a process of its own."""
    code = f"""
import numpy as np
from w2slens import overlap_scores

def status(key):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))

rng = np.random.default_rng(0)
X = rng.standard_normal(({n}, {d}), dtype=np.float32)
hard = X[:{m}].copy()
X = {prepare}
overlap_scores(X[:2], hard[:2], n_threads=2)
with open("/proc/self/clear_refs", "w") as peak:
    peak.write("5")
before = status("VmRSS")
scores = overlap_scores(X, hard, n_threads=2)
print(status("VmHWM") - before - scores.nbytes)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("shape", "prepare"),
    [((12_000, 3000, 2048), "X"), ((40_000, 6000, 384), "X"), ((12_000, 3000, 2048), "X.astype('>f4')[::-1]")],
)
def test_memory_beyond_inputs_and_result_stays_below_64_mib(shape, prepare):
    n, m, d = shape
    beyond = peak_beyond(n, m, d, prepare)
    assert beyond <= 64 * 2**20
    # The product is larger than what was allowed: it cannot have been stored.
    assert n * m * 4 > 64 * 2**20
