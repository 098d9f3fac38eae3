"""Reading rows from files: what is no array of numbers is refused by name, and nothing is unpickled."""

import io
import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from w2slens.errors import FileError
from w2slens.scoring.rows import open_rows

MATRIX = np.arange(12, dtype=np.float32).reshape(4, 3)


def read(path, **options):
    return open_rows(path, **options).array()


def npy(array, **options) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def parquet(path: Path, columns, **options) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f8", "u1", "i8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_is_mapped_and_equal(tmp_path, dtype, order):
    path = tmp_path / "a"  # the name does not matter
    path.write_bytes(npy(np.asarray(MATRIX, dtype=dtype, order=order)))
    array = read(path)
    assert isinstance(array, np.memmap)
    assert array.dtype == np.dtype(dtype)
    assert np.array_equal(array, MATRIX)
    assert not array.flags.writeable


def test_npy_is_not_read_into_memory(tmp_path):
    path = tmp_path / "sparse.npy"
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": "<f4", "fortran_order": False, "shape": (1 << 20, 1 << 20)}
        )
        try:
            file.truncate(file.tell() + (4 << 40))  # a hole of 4 TiB
        except OSError:
            pytest.skip("the file system has no files of 4 TiB")
    assert read(path)[-1, -1] == 0


@pytest.mark.parametrize("cut", [1, 7, 9, 40, 127, 128, 150, len(npy(MATRIX)) - 1])
def test_npy_cut_anywhere_is_refused(tmp_path, cut):
    path = tmp_path / "cut.npy"
    path.write_bytes(npy(MATRIX)[:cut])
    with pytest.raises(FileError, match=r"cut\.npy"):
        read(path)


def test_truncated_npy_says_by_how_much(tmp_path):
    path = tmp_path / "cut.npy"
    path.write_bytes(npy(MATRIX)[:-5])
    with pytest.raises(FileError, match=r"cut\.npy is truncated: shape \(4, 3\) of float32 takes 176 bytes.* has 171"):
        read(path)


class Bomb:
    """Unpickling it makes a file."""

    def __reduce__(self):
        return (Path.touch, (Path("exploded"),))


@pytest.mark.parametrize("content", [npy(np.array([Bomb()]), allow_pickle=True), pickle.dumps(Bomb())])
def test_a_pickle_is_refused_and_never_loaded(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    Path("bad.npy").write_bytes(content)
    with pytest.raises(FileError, match=r"bad\.npy holds .*pickle.* never loaded"):
        read(Path("bad.npy"))
    assert not Path("exploded").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"1,2\n3,4\n", "another format"),
        (b"PK\x03\x04 and so on", "archive"),
        (npy(np.array([True])), "dtype bool"),
        (npy(np.array(["a"])), "dtype <U1"),
        (npy(np.array([1j])), "dtype complex128"),
        (npy(np.array([(1, 2.0)], dtype="i4,f4")), "dtype"),
        (npy(np.float64(1)), r"shape \(\), expected \(n,\) or \(n, d\)"),
        (npy(np.zeros((2, 2, 2))), r"shape \(2, 2, 2\), expected \(n,\) or \(n, d\)"),
        (npy(np.zeros((0, 3))), r"shape \(0, 3\): there is nothing"),
        (b"PAR1 and nothing of the kind", "cannot be read as Parquet"),
    ],
)
def test_other_contents_are_refused(tmp_path, content, message):
    path = tmp_path / "other.npy"
    path.write_bytes(content)
    with pytest.raises(FileError, match=rf"other\.npy.*{message}"):
        read(path)


def test_a_vector_is_no_matrix_of_embeddings(tmp_path):
    path = tmp_path / "v.npy"
    path.write_bytes(npy(np.arange(3.0)))
    with pytest.raises(FileError, match=r"v\.npy has shape \(3,\), expected \(n, d\)"):
        read(path, dimensions=(2,))


@pytest.mark.parametrize("path", ["missing.npy", "."])
def test_a_path_without_a_file_is_refused(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError, match="cannot be read: "):
        read(Path(path))


def lists(rows, kind):
    return pa.array([list(row) for row in rows], kind)


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.float32()), pa.large_list(pa.float32()), pa.list_(pa.float32(), 3)], ids=str
)
@pytest.mark.parametrize("n", [4, 4096, 10_001])
def test_lists_of_any_kind_make_a_matrix(tmp_path, kind, n):
    rows = np.arange(3 * n, dtype=np.float32).reshape(n, 3)
    path = parquet(tmp_path / "a.parquet", {"id": np.arange(n), "e": lists(rows, kind)}, row_group_size=1000)
    array = read(path, dimensions=(2,))
    assert array.dtype == np.float32
    assert np.array_equal(array, rows)


@given(
    hnp.arrays(
        st.sampled_from(["f4", "f8"]), hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e9, 1e9, width=32)
    )
)
def test_parquet_gives_back_what_was_written(tmp_path_factory, matrix):
    folder = tmp_path_factory.mktemp("parquet")
    wide = parquet(folder / "wide", {f"c{i}": column for i, column in enumerate(matrix.T)})
    tall = parquet(folder / "tall", {"e": pa.FixedSizeListArray.from_arrays(matrix.ravel(), matrix.shape[1])})
    for path in (wide, tall):
        array = read(path, dimensions=(2,))
        assert array.dtype == matrix.dtype
        assert np.array_equal(array, matrix)


def test_one_column_is_a_vector_where_that_is_wanted(tmp_path):
    path = parquet(tmp_path / "p", {"p": [0.25, 0.5]})
    assert read(path).shape == (2,)
    assert read(path, dimensions=(2,)).shape == (2, 1)


def test_columns_are_chosen_by_name_and_by_pattern(tmp_path):
    path = parquet(
        tmp_path / "t", {"id": [7, 8], "e0": [0.0, 1.0], "e1": [2, 3], "p.x": [4.0, 5.0], "text": ["a", "b"]}
    )
    assert read(path, columns=["e*"]).tolist() == [[0.0, 2.0], [1.0, 3.0]]
    assert read(path, columns=["e1", "e0"]).tolist() == [[2.0, 0.0], [3.0, 1.0]]
    assert read(path, columns=["p.x"]).tolist() == [4.0, 5.0]
    assert read(path, columns=["id"]).tolist() == [7, 8]


@pytest.mark.parametrize(
    ("columns", "chosen", "message"),
    [
        ({"a": [1.0, 2.0], "b": [3.0, None]}, (), "null in column 'b' at row 1$"),
        ({"e": [[1.0, 2.0], None]}, (), "null in column 'e' at row 1$"),
        ({"e": [[1.0, 2.0], [3.0, None]]}, (), "null in column 'e' at row 1, entry 1"),
        ({"e": pa.array([[1.0, 2.0], [None, 1.0]], pa.list_(pa.float32(), 2))}, (), "null in column 'e' at row 1, ent"),
        ({"e": [[1.0, 2.0], [3.0]]}, (), "1 entries in column 'e' at row 1, but 2"),
        ({"e": pa.array([[], []], pa.list_(pa.float32()))}, (), "empty lists in column 'e'"),
        ({"e": pa.array([], pa.list_(pa.float32()))}, (), "no rows"),
        (
            {"id": [1, 2], "a": [1.0, 2.0]},
            (),
            r"does not tell which columns are meant; choose among id \(int64\), a \(double\)",
        ),
        ({"e": [[1.0], [2.0]], "f": [[1.0], [2.0]]}, (), "does not tell"),
        ({"e": [[1.0], [2.0]], "a": [1.0, 2.0]}, ("e", "a"), "cannot be joined"),
        ({"a": ["x", "y"]}, ("a",), "type string in column 'a'"),
        ({"a": [True, False]}, ("a",), "type bool in column 'a'"),
        ({"e": [["x"], ["y"]]}, ("e",), "column 'e', expected numbers or lists"),
        ({f"c{i}": [1.0] for i in range(12)}, ("d",), r"no column 'd'; its columns are c0, .*, \.\.\. \(12 in all\)"),
    ],
)
def test_tables_that_are_no_array_are_refused(tmp_path, columns, chosen, message):
    path = parquet(tmp_path / "bad.parquet", columns)
    with pytest.raises(FileError, match=rf"bad\.parquet.*{message}"):
        read(path, columns=chosen)


def test_a_null_is_placed_in_the_file_not_in_its_batch(tmp_path):
    values = [float(i) for i in range(10_000)]
    values[9_000] = None
    with pytest.raises(FileError, match="at row 9000"):
        read(parquet(tmp_path / "a", {"p": values}))
    rows = [[1.0, 2.0]] * 10_000
    rows[9_001] = [1.0]
    with pytest.raises(FileError, match="at row 9001"):
        read(parquet(tmp_path / "b", {"e": rows}))


def test_truncated_parquet_is_refused(tmp_path):
    path = parquet(tmp_path / "cut.parquet", {"p": [0.1, 0.2]})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileError, match=r"cut\.parquet cannot be read as Parquet"):
        read(path)


def test_columns_of_npy_are_refused(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(npy(MATRIX))
    with pytest.raises(FileError, match="no columns"):
        read(path, columns=["e"])
