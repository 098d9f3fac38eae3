"""From the regret that a detector shows to the true one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..._arrays import Floats, as_numbers
from ..._checks import as_share
from ...errors import DoesNotApply
from .regret import _plain

__all__ = ["common_error_regret", "source_error_regret"]


def common_error_regret(observed_regret: npt.ArrayLike, tpr: float, fpr: float) -> Any:
    """Return the true regret behind the observed one, if the detector errs alike on all sources.

    It calls an overlap point overlap with probability TPR, and any other with probability FPR, so that source k shows
    the density FPR + (TPR − FPR)·ρ_k. Exactly, round by round and for every policy: true = observed / (TPR − FPR).

    Parameters
    ----------
    observed_regret : float or array, at least 0
        Cumulative or average, against the largest observed density; or a bound on it.
    tpr, fpr : float in [0, 1]
        TPR > FPR.

    Returns
    -------
    float or array
        In the units of ``observed_regret``.

    Raises
    ------
    DoesNotApply
        Unless TPR > FPR: otherwise what is observed says nothing, or the opposite.

    Examples
    --------
    >>> round(common_error_regret(12.0, tpr=0.8, fpr=0.2), 12)
    20.0
    """
    right, wrong = as_share(tpr, "tpr"), as_share(fpr, "fpr")
    if right <= wrong:
        raise DoesNotApply("the correction for a common detector error", "TPR > FPR", tpr=right, fpr=wrong)
    return _plain(_regret(observed_regret, "observed_regret") / (right - wrong))


def source_error_regret(observed_average_regret: npt.ArrayLike, epsilon: float) -> Any:
    """Bound the true average regret, if the detector errs on each source in its own way: observed + 2ε.

    Parameters
    ----------
    observed_average_regret : float or array, at least 0
        Per round, against the largest observed density; or a bound on it.
    epsilon : float in [0, 1]
        |observed density of source k − ρ_k| ≤ ε for all k.

    Returns
    -------
    float or array
        In overlap density, per round. Attained: two sources 2ε apart may look alike, and no data tell them apart.

    Examples
    --------
    >>> round(source_error_regret(0.05, epsilon=0.02), 12)
    0.09
    """
    return _plain(_regret(observed_average_regret, "observed_average_regret") + 2 * as_share(epsilon, "epsilon"))


def _regret(values: npt.ArrayLike, name: str) -> Floats:
    array = as_numbers(values, name).astype(np.float64)
    bad = np.argwhere(~(array >= 0))
    if len(bad):
        where = f" at index {', '.join(map(str, bad[0]))}" if array.ndim else ""
        raise ValueError(f"{name} has {array[tuple(bad[0])]}{where}, but must be at least 0")
    return array
