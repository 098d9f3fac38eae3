"""Types of the compiled kernels; checked against the extension by stubtest."""

from collections.abc import Callable
from typing import Any, Protocol, final

import numpy as np
import numpy.typing as npt

from ._arrays import KernelMatrix
from .bandit.policy import PolicyRecord
from .bandit.segments import Segments
from .delta.trials import DeltaSettingRecord, DeltaStudentRecord
from .learning.trials import SettingRecord, StudentRecord
from .regions import Counts
from .theory.expansion.pools import PoolRecord
from .theory.overlap.linear import MixtureParameters

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

@final
class Split:
    @property
    def index(self) -> int: ...
    @property
    def threshold(self) -> float: ...
    @property
    def gain(self) -> float: ...

def change_point(values: npt.NDArray[np.float64], ruptures: bool) -> Split: ...

# --- delta

@final
class DeltaTable:
    @property
    def taught(self) -> npt.NDArray[np.bool_]: ...
    @property
    def size(self) -> npt.NDArray[np.int64]: ...
    @property
    def balance(self) -> npt.NDArray[np.int64]: ...
    @property
    def accuracy(self) -> npt.NDArray[np.float64]: ...

@final
class DeltaDraws:
    @property
    def x(self) -> npt.NDArray[np.float64]: ...
    @property
    def y(self) -> npt.NDArray[np.int8]: ...
    @property
    def flipped(self) -> npt.NDArray[np.bool_]: ...

def delta_trials(
    setting: DeltaSettingRecord,
    students: list[DeltaStudentRecord],
    key: bytes,
    replicates: npt.NDArray[np.uint64],
    n_threads: int | None = None,
) -> DeltaTable: ...
def delta_draws(setting: DeltaSettingRecord, key: bytes, replicate: int) -> DeltaDraws: ...

# --- drift

class _Forecast(Protocol):
    @property
    def d(self) -> int: ...
    @property
    def sources(self) -> list[float]: ...
    @property
    def counts(self) -> list[int]: ...
    @property
    def targets(self) -> list[float]: ...
    @property
    def horizons(self) -> list[int]: ...
    @property
    def weights(self) -> list[float]: ...
    @property
    def sigma(self) -> float: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def rank(self) -> int | None: ...

def forecast_trials(
    setting: _Forecast,
    key: bytes,
    replicates: npt.NDArray[np.uint64],
    n_threads: int | None = None,
) -> tuple[
    npt.NDArray[np.float64],
    npt.NDArray[np.float64],
    npt.NDArray[np.int64],
    npt.NDArray[np.float64],
]: ...
def forecast_draws(
    setting: _Forecast, key: bytes, replicate: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8], npt.NDArray[np.int8]]: ...

# --- expansion

@final
class PoolConstant:
    @property
    def value(self) -> float: ...
    @property
    def set(self) -> npt.NDArray[np.uintp]: ...

@final
class PoolBlocks:
    @property
    def hard(self) -> npt.NDArray[np.uint64]: ...
    @property
    def overlap(self) -> npt.NDArray[np.uint64]: ...
    @property
    def block_of(self) -> npt.NDArray[np.uintp]: ...

def expansion_constant(pool: PoolRecord) -> PoolConstant: ...
def expansion_enumerated(pool: PoolRecord, q: float) -> PoolConstant: ...
def expansion_profile(pool: PoolRecord) -> PoolBlocks: ...
def optimal_coupling(pool: PoolRecord) -> npt.NDArray[np.float64]: ...

# --- instances

@final
class StatementTally:
    @property
    def statement(self) -> str: ...
    @property
    def held(self) -> int: ...
    @property
    def informative(self) -> int: ...
    @property
    def tight(self) -> int: ...
    @property
    def violations(self) -> int: ...
    @property
    def first_violation(self) -> int | None: ...

@final
class InstanceSide:
    @property
    def weights(self) -> list[int]: ...
    @property
    def student(self) -> list[int]: ...

@final
class WeakToStrongInstance:
    @property
    def hard(self) -> InstanceSide: ...
    @property
    def good(self) -> InstanceSide: ...
    @property
    def bad(self) -> InstanceSide: ...
    @property
    def hard_good(self) -> list[int]: ...
    @property
    def hard_bad(self) -> list[int]: ...
    @property
    def good_bad(self) -> list[int]: ...
    @property
    def sixteenths(self) -> int: ...

def check_instances(key: bytes, first: int, last: int, n_threads: int | None = None) -> list[StatementTally]: ...
def weak_to_strong_instance(key: bytes, item: int) -> WeakToStrongInstance: ...

# --- logistic

@final
class LogisticFit:
    @property
    def coef(self) -> npt.NDArray[np.float64]: ...
    @property
    def intercept(self) -> float: ...
    @property
    def steps(self) -> int: ...

def fit_logistic(
    xs: list[npt.NDArray[np.float64]],
    labels: list[npt.NDArray[np.float64]],
    weights: list[npt.NDArray[np.float64]] | None,
    cs: list[float],
    intercept: bool,
    n_threads: int | None = None,
) -> list[LogisticFit]: ...

# --- mixture

def sample_mixture(
    mixture: MixtureParameters,
    counts: Counts,
    key: bytes,
    x: npt.NDArray[np.float64] | npt.NDArray[np.float32],
    y: npt.NDArray[np.int8],
    regions: npt.NDArray[np.int8],
    n_threads: int | None = None,
) -> None: ...
def mixture_accuracy(
    mixture: MixtureParameters, coef: npt.NDArray[np.float64], intercept: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]: ...

# --- similarity

@final
class OverlapScores:
    @property
    def values(self) -> npt.NDArray[Any]: ...
    @property
    def nearest(self) -> npt.NDArray[np.int64] | None: ...

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
) -> OverlapScores: ...

# --- faults

def explain_bus_errors() -> None: ...

# --- threads

def default_threads() -> int: ...
def most_threads() -> int: ...

# --- trials

@final
class TrialTable:
    @property
    def status(self) -> npt.NDArray[np.int8]: ...
    @property
    def size(self) -> npt.NDArray[np.int64]: ...
    @property
    def alpha(self) -> npt.NDArray[np.float64]: ...
    @property
    def test(self) -> npt.NDArray[np.float64]: ...
    @property
    def population(self) -> npt.NDArray[np.float64]: ...

@final
class LabelledSample:
    @property
    def x(self) -> npt.NDArray[np.float64]: ...
    @property
    def y(self) -> npt.NDArray[np.int8]: ...

@final
class TrialDraws:
    @property
    def theta(self) -> npt.NDArray[np.float64]: ...
    @property
    def train(self) -> LabelledSample: ...
    @property
    def pseudo(self) -> LabelledSample: ...
    @property
    def test(self) -> LabelledSample: ...
    @property
    def order_overlap(self) -> npt.NDArray[np.uintp]: ...
    @property
    def order_others(self) -> npt.NDArray[np.uintp]: ...

def mixture_trials(
    setting: SettingRecord,
    students: list[StudentRecord],
    key: bytes,
    replicates: npt.NDArray[np.uint64],
    n_threads: int | None = None,
) -> TrialTable: ...
def trial_draws(setting: SettingRecord, key: bytes, replicate: int) -> TrialDraws: ...
