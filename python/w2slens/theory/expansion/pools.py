"""Expansion: how much of the overlap points the neighbours of any set of hard-only points cover, and what follows.

Formulas of the bounds; and for finite pools, exactly: expansion constant, expansion profile, optimal coupling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ... import _kernels
from ..._arrays import Floats, as_floats, as_matrix, as_shares, as_vector
from ..._checks import as_integer, as_real
from ...errors import UndefinedError

__all__ = [
    "ExpansionConstant",
    "ExpansionProfile",
    "expansion_constant",
    "expansion_profile",
    "neighbor_graph",
    "optimal_coupling",
]

#: Largest total of the integer weights; products of weights stay exact in 128 bits.
TOTAL = 2**40
#: Entries of one block of similarities.
BLOCK = 1 << 23


@dataclass(frozen=True)
class ExpansionConstant:
    """An expansion constant and a set of hard-only points that attains it.

    Attributes
    ----------
    value : float
        c(q), in [0, 1].
    hard_set : (k,) array of intp
        The minimising set U, ascending: the certificate.
    share, covered : float
        P(U|H) and P(N(U)|G); ``value`` is ``covered / share``.
    q : float
        Sets up to this share were left out.
    """

    value: float
    hard_set: npt.NDArray[np.intp]
    share: float
    covered: float
    q: float


@dataclass(frozen=True)
class ExpansionProfile:
    """The least overload κ(q) with which all but a mass q of the hard-only points can be coupled, for every q at once.

    Attributes
    ----------
    kappa_breaks : (b,) array
        κ at the corners of the profile, ascending.
    uncoupled_breaks : (b,) array
        Mass that stays uncoupled there, descending; the last is the mass without neighbours. Between corners the
        profile is linear.
    block_of : (n,) array of intp
        Block of each hard-only point; block 0 needs the greatest κ.
    """

    kappa_breaks: Floats
    uncoupled_breaks: Floats
    block_of: npt.NDArray[np.intp]

    def kappa(self, q: npt.ArrayLike = 0.0) -> Any:
        """Return κ(q) for masses q in [0, 1]; infinite below the mass without neighbours."""
        mass = as_shares(q, "q")
        found = np.interp(mass, self.uncoupled_breaks[::-1], self.kappa_breaks[::-1])
        return np.where(mass < self.uncoupled_breaks[-1], np.inf, found)[()]

    def uncoupled(self, kappa: npt.ArrayLike) -> Any:
        """Return the least uncoupled mass at an overload κ ≥ 0."""
        overload = as_floats(kappa, "kappa", infinite=True)
        if (bad := overload[overload < 0]).size:
            raise ValueError(f"kappa has {bad[0]}, but must be at least 0")
        return np.interp(overload, self.kappa_breaks, self.uncoupled_breaks)[()]


def neighbor_graph(
    X_hard: Any, X_overlap: Any, *, threshold: float | None = None, k: int | None = None
) -> sparse.csr_array:
    """Return which overlap points are neighbours of which hard-only points, by cosine similarity.

    Parameters
    ----------
    X_hard : (n, d) array
        Hard-only points; no row may be zero.
    X_overlap : (m, d) array
        Overlap points, in the same features (a strong model's, or the hard block of the mixture).
    threshold : float, optional
        Neighbours are the pairs with a cosine of at least this.
    k : int, optional
        Neighbours are the ``k`` overlap points of the largest cosine; among equal ones the smaller index.
        Exactly one of ``threshold`` and ``k`` must be given.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, m)
        True at neighbours, columns ascending in each row.

    Raises
    ------
    UndefinedError
        If a row has norm zero.
    ValueError
        If shapes do not match, or an entry is not finite.

    Notes
    -----
    Cosines are computed in float64 and in blocks of rows, so no n × m matrix is held.

    Examples
    --------
    >>> neighbor_graph([[1.0, 0.0]], [[2.0, 0.1], [0.0, 1.0]], threshold=0.5).toarray()
    array([[ True, False]])
    """
    hard, overlap = _directions(X_hard, "X_hard"), _directions(X_overlap, "X_overlap")
    n, m = len(hard), len(overlap)
    if hard.shape[1] != overlap.shape[1]:
        raise ValueError(f"X_overlap has shape {overlap.shape}, expected (m, {hard.shape[1]})")
    if (threshold is None) == (k is None):
        raise ValueError(f"threshold is {threshold} and k is {k}, but exactly one must be given")
    level = 0.0 if threshold is None else as_real(threshold, "threshold")
    most = None if k is None else as_integer(k, "k", least=1, most=m)
    columns, sizes = [np.zeros(0, np.intp)], [np.zeros(1, np.intp)]
    step = max(1, BLOCK // max(1, m))
    for first in range(0, n, step):
        cosines = hard[first : first + step] @ overlap.T
        near = cosines >= level if most is None else _largest(cosines, most)
        rows, found = np.nonzero(near)
        columns.append(found)
        sizes.append(np.bincount(rows, minlength=len(near)))
    indices, indptr = np.concatenate(columns), np.cumsum(np.concatenate(sizes))
    return sparse.csr_array((np.ones(indices.size, bool), indices, indptr), shape=(n, m))


def _directions(X: Any, name: str) -> Floats:
    matrix = np.ascontiguousarray(as_matrix(X, name), np.float64)
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise ValueError(f"{name} has {matrix[row, column]} at row {row}, column {column}; every entry must be finite")
    # Scaled first, so that no square over- or underflows.
    scale = np.abs(matrix).max(axis=1, keepdims=True, initial=0.0)
    if (zero := np.flatnonzero(scale == 0)).size:
        raise UndefinedError(f"{name} has zero norm at row {zero[0]}; the cosine with it is undefined")
    matrix = matrix / scale
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def _largest(values: Floats, k: int) -> npt.NDArray[np.bool_]:
    """Mark the k largest of each row; of equal ones the first."""
    least = np.partition(values, -k, axis=1)[:, -k, None]
    above, equal = values > least, values == least
    room = k - above.sum(axis=1, keepdims=True)
    return above | (equal & (np.cumsum(equal, axis=1) <= room))


def expansion_constant(
    graph: Any, hard_weights: Any = None, overlap_weights: Any = None, q: float = 0.0
) -> ExpansionConstant:
    """Return c(q) = min over U ⊆ H with P(U|H) > q of P(N(U)|G)/P(U|H), exactly, with a set that attains it.

    For q = 0 this is a handful of maximum flows; by Hall–Strassen duality 1/c(0) is the least κ of a full coupling. For
    q > 0 every set is tried, so at most 20 hard-only points are allowed; for large pools use `expansion_profile`, which
    gives the coupling form for every q.

    Parameters
    ----------
    graph : (n, m) sparse matrix or array
        Neighbours: nonzero entries. See `neighbor_graph`.
    hard_weights : (n,) array, optional
        Weights of the hard-only points, not negative; 1 each by default. P(·|H) is their share of the total.
    overlap_weights : (m,) array, optional
        Weights of the overlap points.
    q : float in [0, 1)
        Sets up to this share are left out.

    Returns
    -------
    ExpansionConstant

    Raises
    ------
    UndefinedError
        If the weights of a side sum to 0.
    ValueError
        If weights are negative or not finite, shapes do not match, or q > 0 with more than 20 hard-only points.

    Notes
    -----
    Integer weights up to 2⁴⁰ in all are exact. Other weights are rounded up to integers of total about 2⁴⁰, so that a
    probability in a pool of n points moves by less than n·2⁻³⁹; positive weights stay positive. The package has a
    maximum flow of its own because `scipy.sparse.csgraph.maximum_flow` reads capacities as 32-bit integers: an int64
    capacity of 2⁴⁰ is cut to 0 without a word.

    Examples
    --------
    >>> found = expansion_constant([[1, 0, 0], [1, 1, 1]])
    >>> found.value, found.hard_set.tolist()
    (0.6666666666666666, [0])
    """
    pool = _pool(graph, hard_weights, overlap_weights)
    threshold = as_real(q, "q")
    enumerated = threshold != 0
    found = _kernels.expansion_enumerated(pool, threshold) if enumerated else _kernels.expansion_constant(pool)
    indptr, indices, hard, overlap = pool
    members = found.set.astype(np.intp)
    reached = np.zeros(overlap.size, bool)
    for i in members:
        reached[indices[indptr[i] : indptr[i + 1]]] = True
    share = int(hard[members].sum()) / int(hard.sum())
    return ExpansionConstant(found.value, members, share, int(overlap[reached].sum()) / int(overlap.sum()), threshold)


def expansion_profile(graph: Any, hard_weights: Any = None, overlap_weights: Any = None) -> ExpansionProfile:
    """Return the least κ(q) of a coupling that leaves a mass q uncoupled, exact for every q.

    The minimum cuts of the parametric flow are nested. Divide and conquer over them splits the pool into blocks B, and
    at overload κ the mass Σ_B min(P(B|H), κ·P(B|G)) can be coupled: a piecewise linear curve. κ(0) = 1/c(0).

    Parameters
    ----------
    graph, hard_weights, overlap_weights
        As in `expansion_constant`.

    Returns
    -------
    ExpansionProfile

    Raises
    ------
    UndefinedError, ValueError
        As `expansion_constant`.

    Examples
    --------
    >>> profile = expansion_profile([[1, 0, 0], [1, 1, 1]])
    >>> float(profile.kappa(0.0)), float(profile.kappa(0.5))
    (1.5, 0.5)
    """
    pool = _pool(graph, hard_weights, overlap_weights)
    blocks = _kernels.expansion_profile(pool)
    hard, overlap, block_of = blocks.hard, blocks.overlap, blocks.block_of
    total_hard, total_overlap = int(pool.hard_weights.sum()), int(pool.overlap_weights.sum())
    # From the block that saturates first; blocks without hard mass saturate at once, blocks without overlap never.
    order = [b for b in range(hard.size - 1, -1, -1) if hard[b] > 0 and overlap[b] > 0]
    kappas, masses = [0.0], [1.0]
    full, open_overlap = 0, sum(int(overlap[b]) for b in order)
    for b in order:
        kappa = int(hard[b]) * total_overlap / (int(overlap[b]) * total_hard)
        full, open_overlap = full + int(hard[b]), open_overlap - int(overlap[b])
        kappas.append(kappa)
        masses.append((total_hard - full) / total_hard - kappa * (open_overlap / total_overlap))
    # Equal corners differ by rounding at most; a profile never turns back.
    uncoupled = np.minimum.accumulate(np.array(masses))
    return ExpansionProfile(np.maximum.accumulate(np.array(kappas)), uncoupled, block_of.astype(np.intp))


def optimal_coupling(graph: Any, hard_weights: Any = None, overlap_weights: Any = None) -> sparse.csr_array:
    """Return a coupling of all of P(·|H) with a law at most P(·|G)/c(0), along neighbours only.

    Parameters
    ----------
    graph, hard_weights, overlap_weights
        As in `expansion_constant`.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, m)
        Mass of each pair; row sums are P(·|H), column sums at most P(·|G)/c(0). For π(f(X) ≠ f(X')) sum the entries
        on whose two points f differs.

    Raises
    ------
    UndefinedError
        If c(0) = 0: some hard-only points have no neighbours. Also as `expansion_constant`.

    Examples
    --------
    >>> optimal_coupling([[1, 0, 0], [1, 1, 1]]).toarray()
    array([[0.5, 0. , 0. ],
           [0. , 0.5, 0. ]])
    """
    pool = _pool(graph, hard_weights, overlap_weights)
    mass = _kernels.optimal_coupling(pool)
    indptr, indices, hard, overlap = pool
    found = sparse.csr_array((mass, indices.astype(np.intp), indptr.astype(np.intp)), shape=(hard.size, overlap.size))
    found.eliminate_zeros()
    return found


class PoolRecord(NamedTuple):
    """A pool in compressed rows, as the kernel takes it."""

    indptr: npt.NDArray[np.uintp]
    indices: npt.NDArray[np.uintp]
    hard_weights: npt.NDArray[np.uint64]
    overlap_weights: npt.NDArray[np.uint64]


def _pool(graph: Any, hard_weights: Any, overlap_weights: Any) -> PoolRecord:
    matrix = graph if sparse.issparse(graph) else np.asarray(graph)
    if matrix.ndim != 2:
        raise ValueError(f"graph has shape {matrix.shape}, expected (n, m)")
    if matrix.dtype.kind not in "biuf":
        raise TypeError(f"graph has dtype {matrix.dtype}, expected boolean or real numbers")
    edges = sparse.csr_array(matrix, copy=True)
    edges.sum_duplicates()
    edges.eliminate_zeros()
    n, m = edges.shape
    if (bad := np.flatnonzero(np.isnan(edges.data))).size:
        row = int(np.searchsorted(edges.indptr, bad[0], side="right")) - 1
        raise ValueError(f"graph has nan at row {row}, column {edges.indices[bad[0]]}; every entry must be a number")
    hard = _integers(hard_weights, "hard_weights", n)
    overlap = _integers(overlap_weights, "overlap_weights", m)
    return PoolRecord(edges.indptr.astype(np.uintp), edges.indices.astype(np.uintp), hard, overlap)


def _integers(weights: Any, name: str, size: int) -> npt.NDArray[np.uint64]:
    if weights is None:
        return np.ones(size, np.uint64)
    vector = as_vector(weights, name)
    if vector.shape != (size,):
        raise ValueError(f"{name} has shape {vector.shape}, expected ({size},)")
    bad = np.flatnonzero(~((vector >= 0) & np.isfinite(vector)))
    if bad.size:
        raise ValueError(f"{name} has {vector[bad[0]]} at index {bad[0]}; every weight must be finite and at least 0")
    if vector.dtype.kind in "iu" and sum(map(int, vector)) <= TOTAL:
        return vector.astype(np.uint64)
    if size >= TOTAL >> 10:
        raise ValueError(f"{name} has {size} entries, too many to be rounded to integers of total 2^40")
    shares = vector.astype(np.float64)
    if not (largest := shares.max(initial=0.0)) > 0:
        return np.zeros(size, np.uint64)
    shares /= largest
    # One unit of slack per entry, so that rounding up keeps the total within 2^40.
    return np.ceil(shares / shares.sum() * (TOTAL - 2 * size)).astype(np.uint64)
