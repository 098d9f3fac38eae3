"""From activations and a weak model's probabilities to overlap points (Shin, Cooper, Sala 2025, Algorithm 2).

.. code-block:: text

    OverlapDetector ── confidence ── change_point ── overlap_scores ── change_point ── Partition
          │            probabilities  changepoint      similarity      changepoint
          └── IncrementalDetector: the same, batch by batch, scoring no pair twice
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from .changepoint import ChangePoint as ChangePoint
    from .changepoint import change_point as change_point
    from .detection import OverlapDetector as OverlapDetector
    from .incremental import BatchDetection as BatchDetection
    from .incremental import IncrementalDetector as IncrementalDetector
    from .probabilities import confidence as confidence
    from .similarity import Metric as Metric
    from .similarity import Progress as Progress
    from .similarity import overlap_scores as overlap_scores
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "probabilities": ("confidence",),
            "changepoint": (
                "ChangePoint",
                "change_point",
            ),
            "similarity": (
                "Metric",
                "Progress",
                "overlap_scores",
            ),
            "detection": ("OverlapDetector",),
            "incremental": (
                "BatchDetection",
                "IncrementalDetector",
            ),
        },
    )
