"""Domains that move: learn from those seen, in order, for one that comes later (Pham, Zhang, Zhang 2024).

.. code-block:: text

    domains ── DomainSequence.sample ──┬── weights ── forecast_weights: ŵ = Σ a_t w_t, a weight per domain
                                       └── transition ── TransitionForecaster: how each domain becomes the next
    trials ── forecast_trials: sample, both kinds of students and their accuracies in one call
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from .domains import Domain as Domain
    from .domains import DomainSequence as DomainSequence
    from .transition import TransitionForecaster as TransitionForecaster
    from .trials import ForecastTrials as ForecastTrials
    from .trials import forecast_draws as forecast_draws
    from .trials import forecast_trials as forecast_trials
    from .weights import RULES as RULES
    from .weights import forecast_weights as forecast_weights
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "domains": ("Domain", "DomainSequence"),
            "transition": ("TransitionForecaster",),
            "trials": ("ForecastTrials", "forecast_draws", "forecast_trials"),
            "weights": ("RULES", "forecast_weights"),
        },
    )
