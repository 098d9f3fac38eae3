"""Domains that move: how good a forecast is, exactly, and how good the mechanism behind it has to be.

.. code-block:: text

    forecast ── forecast_law ── ForecastLaw: the accuracy of any linear forecaster
        └── lag: by how many steps it is late
    transition ── rollout_bound, total_variation, jensen_shannon: a mechanism that is rolled out
        └── pham_lemma_1, pham_theorem_1: as printed, as proved, and improved; memorised: what breaks the first
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .forecast import ForecastLaw as ForecastLaw
    from .forecast import forecast_law as forecast_law
    from .forecast import lag as lag
    from .transition import jensen_shannon as jensen_shannon
    from .transition import memorised as memorised
    from .transition import pham_lemma_1 as pham_lemma_1
    from .transition import pham_theorem_1 as pham_theorem_1
    from .transition import rollout_bound as rollout_bound
    from .transition import rollout_variations as rollout_variations
    from .transition import total_variation as total_variation
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "forecast": ("ForecastLaw", "forecast_law", "lag"),
            "transition": (
                "jensen_shannon",
                "memorised",
                "pham_lemma_1",
                "pham_theorem_1",
                "rollout_bound",
                "rollout_variations",
                "total_variation",
            ),
        },
    )
