"""What choosing among sources costs (counterpart of Theorem 4.3).

.. code-block:: text

    regret ── gap_regret, high_probability_regret, lai_robbins_floor, ...
      └── detected ── the true regret behind the one that a detector shows
    two_sources ── the exact law of the draws from two sources
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .detected import common_error_regret as common_error_regret
    from .detected import source_error_regret as source_error_regret
    from .regret import anytime_regret as anytime_regret
    from .regret import bernoulli_kl as bernoulli_kl
    from .regret import failure_probability as failure_probability
    from .regret import gap_regret as gap_regret
    from .regret import high_probability_regret as high_probability_regret
    from .regret import lai_robbins_floor as lai_robbins_floor
    from .regret import noiseless_regret as noiseless_regret
    from .regret import sub_gaussian_variance as sub_gaussian_variance
    from .two_sources import drawn_at_most as drawn_at_most
    from .two_sources import majority_probability as majority_probability
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "regret": (
                "anytime_regret",
                "bernoulli_kl",
                "failure_probability",
                "gap_regret",
                "high_probability_regret",
                "lai_robbins_floor",
                "noiseless_regret",
                "sub_gaussian_variance",
            ),
            "detected": (
                "common_error_regret",
                "source_error_regret",
            ),
            "two_sources": (
                "drawn_at_most",
                "majority_probability",
            ),
        },
    )
