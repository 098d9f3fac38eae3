"""Frames of pandas, in all their types, are numbers or are refused with the place."""

import numpy as np
import pyarrow as pa
import pytest

import w2slens as wl
from w2slens.scoring.rows import open_rows

pd = pytest.importorskip("pandas")

RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((30, 4)).astype(np.float32)
SCORES = wl.overlap_scores(X, X[:5])
FRAME = pd.DataFrame(X, columns=list("abcd"))


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.convert_dtypes(),
        FRAME.astype("Float32"),
        FRAME.astype({"a": "Float32"}),
        FRAME.astype(pd.ArrowDtype(pa.float32())),
    ],
    ids=["numpy", "convert_dtypes", "Float32", "mixed", "arrow"],
)
def test_nullable_frames_of_pandas_are_numbers(frame):
    np.testing.assert_array_equal(wl.overlap_scores(frame, X[:5]), SCORES)
    integers = pd.DataFrame({"a": [1, 2, 3], "b": [0, 1, 5]})
    np.testing.assert_array_equal(
        wl.overlap_scores(integers.convert_dtypes(), integers), wl.overlap_scores(integers, integers)
    )


def test_missing_values_and_other_columns_of_a_frame_are_named():
    holed = FRAME.astype("Float32").copy()
    holed.loc[7, "c"] = pd.NA
    with pytest.raises(ValueError, match="X has a missing value at row 7, column 'c'; fill or drop it first"):
        wl.overlap_scores(holed, X)
    with pytest.raises(TypeError, match="X has dtype object, expected real numbers"):
        wl.overlap_scores(FRAME.astype("Float32").assign(name="x"), X)


def test_the_index_of_a_shuffled_frame_is_no_column(tmp_path):
    FRAME.sample(frac=1, random_state=0).to_parquet(tmp_path / "X.parquet")
    assert open_rows(tmp_path / "X.parquet").array().shape == (30, 4)
