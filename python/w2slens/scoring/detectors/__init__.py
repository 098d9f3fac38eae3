"""Detectors: which points are easy, hard and overlap points; each in a file of its own, found here.

.. code-block:: text

    weak_proba ── confidence ──► hard: a Cut ──► hard rows ──┐
                                                             ├──► score: a Score ──► cut: a Cut ──► labels_
    X ── rows ───────────────────────────────────────────────┘

    contract   Detector: fit; labels_, confidence_, scores_, nearest_hard_, partition_, density_
    overlap    OverlapDetector, the published one          incremental   IncrementalDetector, batch by batch
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .contract import UNDETECTED as UNDETECTED
    from .contract import Detector as Detector
    from .incremental import BatchDetection as BatchDetection
    from .incremental import IncrementalDetector as IncrementalDetector
    from .kinds import detector_kind as detector_kind
    from .kinds import detector_kinds as detector_kinds
    from .overlap import OverlapDetector as OverlapDetector
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "contract": ("UNDETECTED", "Detector"),
            "kinds": ("detector_kind", "detector_kinds"),
            "overlap": ("OverlapDetector",),
            "incremental": ("BatchDetection", "IncrementalDetector"),
        },
    )
