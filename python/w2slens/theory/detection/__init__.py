"""Where the detector tells overlap points from others, and how well (counterpart of Theorem 4.2).

.. code-block:: text

    calls ── detector_law: precision, recall and density of both steps at given thresholds
      ├── confidence ── confidence_cdf: the first step
      └── scores ── score_law: the second, with rates, area under the ROC, and the guarantee's moments
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .calls import Calls as Calls
    from .calls import DetectorLaw as DetectorLaw
    from .calls import Sensitivity as Sensitivity
    from .calls import detector_law as detector_law
    from .confidence import confidence_cdf as confidence_cdf
    from .guarantee import log_product_moment as log_product_moment
    from .scores import Rates as Rates
    from .scores import ScoreLaw as ScoreLaw
    from .scores import score_law as score_law
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "scores": (
                "Rates",
                "ScoreLaw",
                "score_law",
            ),
            "calls": (
                "Calls",
                "DetectorLaw",
                "Sensitivity",
                "detector_law",
            ),
            "confidence": ("confidence_cdf",),
            "guarantee": ("log_product_moment",),
        },
    )
