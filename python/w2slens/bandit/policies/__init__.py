"""The policies, one file each: which source to draw the next batch from (Shin, Cooper, Sala 2025, section 3; peers).

.. code-block:: text

    policies/<name>.py ── a class: formula, parameters, kernel name, looks, strategy
      └── found here ── export (`w2slens.bandit`), `bandit_trials`, figures, tests, the table of docs/bandit/bandit.md

All have one interface: ``select()`` gives the source, ``observe(source, fraction, n)`` takes what its batch held. The
kernel plays the same policies, operation by operation. A new policy is a file here and one of the same name among the
kernel's; nothing else lists them but the kernel's `policies.rs` and, for type checkers, `w2slens.bandit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ..._random import RandomSource
from ..policy import Policy, Variant

__all__ = ["FILES", "POLICIES", "VARIANTS", "make", "table"]


def _found() -> dict[str, type[Policy]]:
    found = {}
    for module in sorted(m.name for m in iter_modules(__path__)):
        room = import_module(f"{__name__}.{module}")
        kinds = [getattr(room, name) for name in room.__all__]
        (found[module],) = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Policy)]
    return found


FILES: Mapping[str, type[Policy]] = MappingProxyType(_found())
"""The policy of each file."""

POLICIES: Mapping[str, type[Policy]] = MappingProxyType({kind.__name__: kind for kind in FILES.values()})
"""Every policy by the name of its class."""

VARIANTS: Mapping[str, tuple[type[Policy], Variant]] = MappingProxyType(
    {variant.label: (kind, variant) for kind in FILES.values() for variant in kind.variants}
)
"""Every way to use a policy by its label, the name that it has in figures and tables."""


def make(label: str, densities: npt.ArrayLike, horizon: int, *, rng: RandomSource = None) -> Policy:
    """Return the policy that figures and tables call ``label``, for sources of these densities.

    Parameters
    ----------
    label : str
        A key of `VARIANTS`.
    densities : (K,) numbers in [0, 1]
        Densities of the sources; all but the oracle only count them.
    horizon : int >= 1
        Number of rounds.
    rng : seed, SeedSequence or Generator

    Returns
    -------
    Policy

    Raises
    ------
    ValueError
        If there is no such label; the message lists what there is. Also as the policy's own constructor.

    Examples
    --------
    >>> make("UCB, points", [0.1, 0.9], horizon=100).parameters
    {'horizon': 100, 'xi': 2.0, 'unit': 'points'}
    """
    if label not in VARIANTS:
        raise ValueError(f"there is no policy {label!r}; there are {', '.join(VARIANTS)}")
    kind, variant = VARIANTS[label]
    return kind.on(np.atleast_2d(np.asarray(densities)).tolist(), **variant.parameters(horizon), rng=rng)


def table() -> str:
    """Return the table of all policies, in Markdown.

    Examples
    --------
    >>> print(table().splitlines()[0])
    | policy | in figures | chooses the source with the largest | source |
    """
    head = ["| policy | in figures | chooses the source with the largest | source |", "|---|---|---|---|"]
    rows = [f"| `{v.call}` | {v.label} | {v.chooses} | {v.source} |" for _, v in VARIANTS.values()]
    return "\n".join([*head, *rows]) + "\n"
