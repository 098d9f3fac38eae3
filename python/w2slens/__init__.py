"""w2slens: which data makes a strong model learn from a weak one.

Overlap points hold an easy pattern, which the weak model labels well, and a hard one, which only the strong model can
learn. This package scores them, selects by them, and checks the laws and bounds about them.

What a user who scores activations needs is here; the rest is in chapters, such as ``w2slens.bandit`` and
``w2slens.theory.overlap``. All is loaded when first used, so that scoring needs numpy only.

.. code-block:: text

    scoring ── similarity, change point, detectors      theory ── expansion, overlap, detection, selection, drift
    learning ── mixture, students, trials               testing ── strategies and slow, obvious twins
    bandit ── policies ── selection ── campaigns        plotting, errors, regions
    drift ── domains that move, and their forecast
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._lazy import attach

if TYPE_CHECKING:
    from . import bandit as bandit
    from . import cli as cli
    from . import delta as delta
    from . import drift as drift
    from . import errors as errors
    from . import learning as learning
    from . import plotting as plotting
    from . import regions as regions
    from . import scoring as scoring
    from . import selection as selection
    from . import testing as testing
    from . import theory as theory
    from .errors import UndefinedError as UndefinedError
    from .learning import GaussianMixture as GaussianMixture
    from .learning import train_weak as train_weak
    from .regions import Partition as Partition
    from .regions import Region as Region
    from .regions import overlap_density as overlap_density
    from .scoring import ChangePoint as ChangePoint
    from .scoring import IncrementalDetector as IncrementalDetector
    from .scoring import OverlapDetector as OverlapDetector
    from .scoring import change_point as change_point
    from .scoring import confidence as confidence
    from .scoring import overlap_scores as overlap_scores

    __version__: str
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "scoring": (
                "ChangePoint",
                "IncrementalDetector",
                "OverlapDetector",
                "change_point",
                "confidence",
                "overlap_scores",
            ),
            "learning": ("GaussianMixture", "train_weak"),
            "regions": ("Partition", "Region", "overlap_density"),
            "errors": ("UndefinedError",),
            "_kernels": ("__version__",),
            "plotting": (),
        },
    )
