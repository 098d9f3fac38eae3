//! `overlap_scores`: borrows two matrices of any layout, runs the kernel, reports progress.

use numpy::{PyArray1, PyArrayDescrMethods, PyReadonlyArray1, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use w2slens_kernels::Call;
use w2slens_kernels::similarity::{Kind, Matrix, Metric, Options, Path, Progress, Values, overlap_scores};

use crate::arrays;
use crate::attend::attend_reporting;
use crate::errors::to_python;

/// The memory of a NumPy array, described by a format such as `<f4`; `bf16` is its bits as two-byte numbers.
fn borrow<'a>(argument: &str, array: &'a Bound<'_, PyUntypedArray>, format: &str) -> PyResult<Matrix<'a>> {
    let wrong = |problem: &str| PyValueError::new_err(format!("{argument} {problem}"));
    let (order, name) = format.split_at_checked(1).ok_or_else(|| wrong("has an empty format"))?;
    let kind = match name {
        "f2" => Kind::F16,
        "bf16" => Kind::Bf16,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        "i1" => Kind::I8,
        "i2" => Kind::I16,
        "i4" => Kind::I32,
        "i8" => Kind::I64,
        "u1" => Kind::U8,
        "u2" => Kind::U16,
        "u4" => Kind::U32,
        "u8" => Kind::U64,
        _ => return Err(wrong(&format!("has the unknown format {format}"))),
    };
    let swapped = match order {
        "<" => cfg!(target_endian = "big"),
        ">" => cfg!(target_endian = "little"),
        _ => return Err(wrong(&format!("has the unknown byte order {order}"))),
    };
    let (&[rows, columns], &[row_stride, column_stride]) = (array.shape(), array.strides()) else {
        return Err(wrong(&format!("has {} dimensions, expected 2", array.ndim())));
    };
    if array.dtype().itemsize() != kind.size() {
        return Err(wrong(&format!("has entries of {} bytes, not {format}", array.dtype().itemsize())));
    }
    // SAFETY: `array` is a live NumPy object, so its header can be read.
    let data = unsafe { (*array.as_array_ptr()).fields.data };
    // SAFETY: NumPy guarantees that shape, strides and item size (checked against `kind`) stay inside the array's
    // memory, which lives as long as `array` is borrowed. As with every buffer that is shared with Python, the caller
    // must not write to it from another thread meanwhile.
    Ok(unsafe { Matrix::from_raw(data.cast::<u8>(), [rows, columns], [row_stride, column_stride], kind, swapped) })
}

/// The rows of one side of the comparison: those of an array, or the chosen ones of them.
#[derive(FromPyObject)]
struct Side<'py> {
    array: Bound<'py, PyUntypedArray>,
    format: String,
    rows: Option<PyReadonlyArray1<'py, usize>>,
}

impl Side<'_> {
    fn matrix(&self, argument: &str, rows_argument: &'static str) -> PyResult<Matrix<'_>> {
        let whole = borrow(argument, &self.array, &self.format)?;
        let Some(rows) = &self.rows else { return Ok(whole) };
        whole.select(arrays::slice(rows_argument, rows)?, rows_argument).map_err(to_python)
    }
}

/// Scores (n,), float32 or float64, and nearest rows (n,) of the hard points' array where they were asked for.
#[pyclass(frozen, get_all, module = "w2slens._kernels")]
struct OverlapScores {
    values: Py<PyAny>,
    nearest: Option<Py<PyArray1<i64>>>,
}

fn path_of(name: Option<&str>) -> PyResult<Path> {
    let Some(name) = name else { return Ok(Path::detect()) };
    let unknown = || format!("path is {name:?}, but must be one of {}", similarity_paths().join(", "));
    Path::named(name).ok_or_else(|| PyValueError::new_err(unknown()))
}

/// Names of the paths that this processor can run, slowest first; the last one is taken unless another is named.
#[pyfunction]
fn similarity_paths() -> Vec<&'static str> {
    Path::here().map(Path::name).collect()
}

/// Scores of the points and, with `return_index`, the rows that are nearest to them.
#[pyfunction]
#[pyo3(name = "overlap_scores")]
#[pyo3(signature = (
    points, hard, *, hard_name, cosine, absolute, return_index, progress=None, path=None, n_threads=None
))]
#[expect(clippy::too_many_arguments, reason = "the private seam to one Python function")]
fn scores<'py>(
    py: Python<'py>,
    points: Side<'py>,
    hard: Side<'py>,
    hard_name: &str,
    cosine: bool,
    absolute: bool,
    return_index: bool,
    progress: Option<&Bound<'py, PyAny>>,
    path: Option<&str>,
    n_threads: Option<usize>,
) -> PyResult<OverlapScores> {
    let x = points.matrix("X", "rows")?;
    let hard_name = match hard_name {
        "X" => "X",
        "X_hard" => "X_hard",
        _ => return Err(PyValueError::new_err(format!("hard_name is {hard_name:?}, but must be X or X_hard"))),
    };
    let hard = hard.matrix(hard_name, "hard_rows")?;
    let metric = if cosine { Metric::Cosine } else { Metric::InnerProduct };
    let options = Options { metric, absolute, index: return_index, path: path_of(path)?, hard_name };

    let done = Progress::default();
    let (rows, hard_rows) = (x.rows(), hard.rows());
    let mut reported = 0;
    let report = |_: Python<'_>| -> PyResult<()> {
        let done = usize::try_from(done.pairs() / hard_rows.max(1) as u64).unwrap_or(rows).min(rows);
        if let Some(callback) = progress.filter(|_| done > reported) {
            reported = done;
            callback.call1((done, rows))?;
        }
        Ok(())
    };
    let steps = rows as f64 * (hard_rows * x.columns()) as f64;
    let work = |call: Call<'_>| overlap_scores(&x, &hard, &options, &done, call);
    let scores = attend_reporting(py, steps, n_threads, work, report)?;
    let values = match scores.values {
        Values::F32(values) => PyArray1::from_vec(py, values).into_any().unbind(),
        Values::F64(values) => PyArray1::from_vec(py, values).into_any().unbind(),
    };
    let nearest = scores.nearest.map(|nearest| PyArray1::from_vec(py, nearest).unbind());
    Ok(OverlapScores { values, nearest })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<OverlapScores>()?;
    module.add_function(wrap_pyfunction!(similarity_paths, module)?)?;
    module.add_function(wrap_pyfunction!(scores, module)?)
}
