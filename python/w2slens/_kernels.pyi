"""Types of the compiled kernels; checked against the extension by stubtest."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

__version__: str

class UndefinedError(ValueError): ...

# --- bandit

# --- changepoint

def change_point(values: npt.NDArray[np.float64], ruptures: bool) -> tuple[int, float, float]: ...

# --- logistic

# --- mixture

def sample_mixture(
    theta: npt.NDArray[np.float64],
    sigma: float,
    d_easy: int,
    counts: tuple[int, int, int, int],
    full: bool,
    key: bytes,
    x: npt.NDArray[np.float64] | npt.NDArray[np.float32],
    y: npt.NDArray[np.int8],
    regions: npt.NDArray[np.int8],
    n_threads: int | None = None,
) -> None: ...
def mixture_accuracy(
    theta: npt.NDArray[np.float64],
    sigma: float,
    d_easy: int,
    full: bool,
    coef: npt.NDArray[np.float64],
    intercept: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]: ...

# --- similarity

def similarity_path() -> str: ...
def overlap_scores(
    x: np.ndarray[Any, Any],
    x_format: str,
    hard: np.ndarray[Any, Any],
    hard_format: str,
    *,
    cosine: bool,
    absolute: bool,
    return_index: bool,
    progress: Callable[[int, int], object] | None = None,
    path: str | None = None,
    n_threads: int | None = None,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64] | None]: ...

# --- students
