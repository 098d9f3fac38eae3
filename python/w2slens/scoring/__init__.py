"""From activations and a weak model's probabilities to overlap points (Shin, Cooper, Sala 2025, Algorithm 2).

.. code-block:: text

    OverlapDetector ── confidence ──► hard: Cut ──► score: Score ──► cut: Cut ──► labels, density, Partition
       detectors      probabilities     cuts          scores          cuts
          │                              │              └── overlap_scores (similarity), or one's own
          │                              └── change_point (changepoint), a fraction, a fixed value
          └── IncrementalDetector: the same, batch by batch, scoring no pair twice

    rows ── open_rows: arrays in memory and in files, behind one contract
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from . import detectors as detectors
    from . import rows as rows
    from .changepoint import ChangePoint as ChangePoint
    from .changepoint import change_point as change_point
    from .cuts import ChangePointCut as ChangePointCut
    from .cuts import Cut as Cut
    from .cuts import FixedCut as FixedCut
    from .cuts import FractionCut as FractionCut
    from .detectors import BatchDetection as BatchDetection
    from .detectors import Detector as Detector
    from .detectors import IncrementalDetector as IncrementalDetector
    from .detectors import OverlapDetector as OverlapDetector
    from .probabilities import confidence as confidence
    from .rows import Rows as Rows
    from .rows import open_rows as open_rows
    from .scores import NearestScore as NearestScore
    from .scores import Score as Score
    from .similarity import Progress as Progress
    from .similarity import overlap_scores as overlap_scores
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "probabilities": ("confidence",),
            "changepoint": ("ChangePoint", "change_point"),
            "similarity": ("Progress", "overlap_scores"),
            "cuts": ("ChangePointCut", "Cut", "FixedCut", "FractionCut"),
            "scores": ("NearestScore", "Score"),
            "detectors": ("BatchDetection", "Detector", "IncrementalDetector", "OverlapDetector"),
            "rows": ("Rows", "open_rows"),
        },
    )
