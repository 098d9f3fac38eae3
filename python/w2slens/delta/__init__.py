"""Learning from the difference of two weak teachers, each possibly worse than the student (Geng et al. 2025).

.. code-block:: text

    pairs ── disagreements ── train_delta: average, or the logistic form of preference tuning; ClassModel
    trials ── delta_trials: samples, teachers, students and accuracies in the Gaussian mixture in one call
    (laws of both: w2slens.theory.delta)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from .pairs import ClassModel as ClassModel
    from .pairs import disagreements as disagreements
    from .pairs import train_delta as train_delta
    from .trials import DeltaStudent as DeltaStudent
    from .trials import delta_draws as delta_draws
    from .trials import delta_trials as delta_trials
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "pairs": ("ClassModel", "disagreements", "train_delta"),
            "trials": ("DeltaStudent", "delta_draws", "delta_trials"),
        },
    )
