"""Weak models, students and ceilings, and the mixture they learn from (Shin, Cooper, Sala 2025, section 4).

.. code-block:: text

    mixture ── GaussianMixture.sample ──┐
    logistic ── fit_logistic ── students ── train_weak, train_weak_to_strong, train_ceiling, pgr
    trials ── mixture_trials: sample, fits and accuracies of the published experiment in one call
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from .logistic import LinearModel as LinearModel
    from .logistic import fit_logistic as fit_logistic
    from .logistic import fit_logistic_batch as fit_logistic_batch
    from .mixture import GaussianMixture as GaussianMixture
    from .mixture import Sample as Sample
    from .students import pgr as pgr
    from .students import train_ceiling as train_ceiling
    from .students import train_weak as train_weak
    from .students import train_weak_to_strong as train_weak_to_strong
    from .trials import PUBLISHED_STUDENT as PUBLISHED_STUDENT
    from .trials import Student as Student
    from .trials import mixture_trials as mixture_trials
    from .trials import trial_draws as trial_draws
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "mixture": (
                "GaussianMixture",
                "Sample",
            ),
            "logistic": (
                "LinearModel",
                "fit_logistic",
                "fit_logistic_batch",
            ),
            "students": (
                "pgr",
                "train_ceiling",
                "train_weak",
                "train_weak_to_strong",
            ),
            "trials": (
                "PUBLISHED_STUDENT",
                "Student",
                "mixture_trials",
                "trial_draws",
            ),
        },
    )
