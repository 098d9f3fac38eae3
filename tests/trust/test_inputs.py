"""Every common holder of numbers works, or gets a message with the line to write."""

import os
import subprocess
import sys

import ml_dtypes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import w2slens as wl
from w2slens.scoring.rows import open_rows

RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((30, 4)).astype(np.float32)
SCORES = wl.overlap_scores(X, X[:5])


def stacked(rows):
    """Rows as a column of arrays has them, such as one of pandas or polars."""
    column = np.empty(len(rows), object)
    column[:] = list(rows)
    return column


@pytest.mark.parametrize(
    ("holder", "line"),
    [
        (stacked, r"its rows are arrays of their own: give numpy.stack\(X\)"),
        (lambda rows: pa.array(rows.tolist()).to_numpy(zero_copy_only=False), r"give numpy.stack\(X\)"),
        (lambda rows: rows.astype(object), r"if it holds numbers, give X.astype\(float\)"),
        (lambda rows: rows > 0, r"give X.astype\(float\)"),
        (lambda rows: rows.astype(ml_dtypes.bfloat16).view("V2"), r"give X.view\(ml_dtypes.bfloat16\)"),
        (lambda rows: rows.astype(np.longdouble), r"use astype\(numpy.float64\)"),
    ],
)
def test_other_holders_are_refused_with_the_line_to_write(holder, line):
    with pytest.raises(TypeError, match=line):
        wl.overlap_scores(holder(X), X)
    np.testing.assert_array_equal(wl.overlap_scores(np.stack(stacked(X)), X[:5]), SCORES)


class Recording:
    """What torch's tensors that record gradients do."""

    def __init__(self, error):
        self.error = error

    def __array__(self, dtype=None, copy=None):
        raise self.error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()"),
            "X cannot .*detach",
        ),
        (TypeError("Got unsupported ScalarType BFloat16"), r"X.view\(torch.uint16\).*ml_dtypes.bfloat16"),
        (RuntimeError("Can't call numpy() on Tensor that has negative bit set."), "X cannot be read as an array"),
    ],
)
def test_what_another_library_raises_gets_the_name_of_the_argument(error, said):
    with pytest.raises(TypeError, match=said):
        wl.overlap_scores(Recording(error), X)


def test_a_file_of_bfloat16_is_read_as_such(tmp_path):
    narrow = X.astype(ml_dtypes.bfloat16)
    np.save(tmp_path / "X.npy", narrow)
    rows = open_rows(tmp_path / "X.npy")
    np.testing.assert_array_equal(wl.overlap_scores(rows.array(), narrow[:5]), wl.overlap_scores(narrow, narrow[:5]))
    code = (
        "import sys; sys.modules['ml_dtypes'] = None\n"
        "from w2slens.scoring.rows import open_rows\n"
        f"rows = open_rows({str(tmp_path / 'X.npy')!r}).array()\n"
        "print(rows.dtype, rows.astype('f8').sum())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["float32", str(narrow.astype(float).sum())]


NUMBERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64")


def test_parquet_needs_no_pandas(tmp_path):
    columns = {name: np.arange(6).astype(name) for name in NUMBERS if name != "float16"}
    pq.write_table(pa.table(columns), tmp_path / "all.parquet")
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "from w2slens.scoring.rows import open_rows\n"
        f"path = {str(tmp_path / 'all.parquet')!r}\n"
        f"for name in {list(columns)!r}:\n"
        "    rows = open_rows(path, columns=[name])\n"
        "    assert rows.dtype == name and rows.array().tolist() == list(range(6)), name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def lists(kind):
    return pa.array(np.round(10 * X).astype(int).tolist(), pa.list_(kind))


@pytest.mark.parametrize(
    "column",
    [
        lists(pa.int8()),
        lists(pa.float64()),
        pa.ExtensionArray.from_storage(
            pa.fixed_shape_tensor(pa.float32(), (4,)), pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 4)
        ),
    ],
    ids=["int8", "float64", "tensor"],
)
def test_the_only_column_of_lists_is_meant(tmp_path, column):
    pq.write_table(pa.table({"embedding": column, "id": np.arange(30)}), tmp_path / "X.parquet")
    assert open_rows(tmp_path / "X.parquet").array().shape == (30, 4)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"text": ["a", "b"]}, "type string in column 'text', expected numbers or lists of equally many"),
        ({"e": [[[1.0]], [[2.0]]]}, "type list<.*> in column 'e'"),
        ({"e": [{"x": 1.0}, {"x": 2.0}]}, "type struct<.*> in column 'e'"),
        ({"a": [1, 2], "b": [1.0, 2.0]}, r"choose among a \(int64\), b \(double\)"),
    ],
)
def test_columns_that_are_none_of_numbers_are_named_with_their_types(tmp_path, table, said):
    pq.write_table(pa.table(table), tmp_path / "X.parquet")
    with pytest.raises(wl.errors.FileError, match=said):
        open_rows(tmp_path / "X.parquet").array()


def test_a_folder_of_shards_gets_the_line_that_joins_them(tmp_path):
    with pytest.raises(
        wl.errors.FileError, match="cannot be read: it is a folder; join the files in it first: pyarrow"
    ):
        open_rows(tmp_path)


def test_a_refused_fit_leaves_a_detector_as_it_was():
    p = RANDOM.random(30)
    detector = wl.OverlapDetector().fit(X, p)
    before = {name: np.copy(value) for name, value in vars(detector).items() if name.endswith("_")}
    with pytest.raises(wl.UndefinedError):
        detector.fit(X[:, :2], np.full(30, 0.5))
    for name, value in before.items():
        np.testing.assert_array_equal(getattr(detector, name), value)
    assert sorted(before) == sorted(name for name in vars(detector) if name.endswith("_"))


def test_policies_and_histories_say_what_they_are():
    policy = wl.bandit.UCB(2, horizon=9, rng=0)
    pools = [wl.selection.ArraySource(X, np.linspace(0, 1, 30), name=name, rng=0) for name in ("web", "books")]
    history = wl.selection.select_sources(pools, policy, 3, 8, wl.OverlapDetector())
    assert repr(policy).startswith("UCB(2, horizon=9")
    assert repr(policy).endswith(") after 3 rounds")
    assert repr(history) == "SelectionHistory of 3 rounds and 24 points from web, books"


FORBIDDEN = ("import pickle", "allow_pickle=True", "joblib.load", "marshal", "shelve", " eval(", " exec(")


def test_no_module_can_unpickle():
    root = os.path.dirname(wl.__file__)
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    text = file.read()
                for word in (
                    "import pickle",
                    "allow_pickle=True",
                    "joblib.load",
                    "marshal",
                    "shelve",
                    "eval(",
                    "exec(",
                ):
                    assert word not in text, f"{name}: {word}"
