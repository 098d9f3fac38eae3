"""Types of the compiled kernels; checked against the extension by stubtest."""

from collections.abc import Callable
from typing import Any, final

import numpy as np
import numpy.typing as npt

from ._arrays import KernelMatrix
from .bandit.policy import PolicyRecord
from .bandit.segments import Segments

__version__: str

class UndefinedError(ValueError): ...

# --- bandit

@final
class BanditStream:
    def __new__(cls, key: bytes, replicate: int) -> BanditStream: ...
    def random(self) -> float: ...
    def integers(self, n: int) -> int: ...
    def beta(self, a: float, b: float) -> float: ...

@final
class BanditDraws:
    @property
    def order(self) -> npt.NDArray[np.uintp]: ...
    @property
    def uniforms(self) -> npt.NDArray[np.float64]: ...

def bandit_policies() -> list[str]: ...
def bandit_trials(
    policy: PolicyRecord,
    segments: Segments,
    batch: int,
    checkpoints: npt.NDArray[np.uint64],
    key: bytes,
    replicates: npt.NDArray[np.uint64],
    regret: npt.NDArray[np.float64],
    pulls: npt.NDArray[np.int64],
    n_threads: int | None = None,
) -> None: ...
def bandit_draws(key: bytes, replicate: int, sources: int, rounds: int) -> BanditDraws: ...

# --- changepoint

def change_point(values: npt.NDArray[np.float64], ruptures: bool) -> tuple[int, float, float]: ...

# --- expansion

_Ids = npt.NDArray[np.uintp]
_Weights = npt.NDArray[np.uint64]
_Pool = tuple[_Ids, _Ids, _Weights, _Weights]

def expansion_constant(pool: _Pool) -> tuple[int, int, _Ids, float]: ...
def expansion_enumerated(pool: _Pool, q: float) -> tuple[float, _Ids]: ...
def expansion_profile(pool: _Pool) -> tuple[_Weights, _Weights, _Ids]: ...
def optimal_coupling(pool: _Pool) -> npt.NDArray[np.float64]: ...
def check_instances(
    key: bytes, first: int, last: int, n_threads: int | None = None
) -> list[tuple[str, int, int, int, int, int | None]]: ...
def weak_to_strong_instance(key: bytes, item: int) -> tuple[list[tuple[list[int], bytes]], list[bytes], int]: ...

# --- logistic

def fit_logistic(
    xs: list[npt.NDArray[np.float64]],
    labels: list[npt.NDArray[np.float64]],
    weights: list[npt.NDArray[np.float64]] | None,
    cs: list[float],
    intercept: bool,
    n_threads: int | None = None,
) -> list[tuple[npt.NDArray[np.float64], float, int]]: ...

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

def similarity_paths() -> list[str]: ...
def overlap_scores(
    points: KernelMatrix,
    hard: KernelMatrix,
    *,
    hard_name: str,
    cosine: bool,
    absolute: bool,
    return_index: bool,
    progress: Callable[[int, int], object] | None = None,
    path: str | None = None,
    n_threads: int | None = None,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64] | None]: ...

# --- threads

def default_threads() -> int: ...
def most_threads() -> int: ...

# --- trials

_Setting = tuple[tuple[int, int, int, int], int, int, float, bool, list[float] | None, float, float]
_Student = tuple[float | None, bool, tuple[bool, bool, bool, bool], float | None]

def mixture_trials(
    setting: _Setting,
    students: list[_Student],
    key: bytes,
    replicates: npt.NDArray[np.uint64],
    n_threads: int | None = None,
) -> tuple[
    npt.NDArray[np.int8],
    npt.NDArray[np.int64],
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
]: ...
def trial_draws(
    setting: _Setting, key: bytes, replicate: int
) -> tuple[
    npt.NDArray[np.float64],
    list[tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]],
    tuple[list[int], list[int]],
]: ...
