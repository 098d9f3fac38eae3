"""What a student learns from the difference of two weak teachers, in closed form.

.. code-block:: text

    law ── delta_law ── DeltaLaw: mean, cdf, quantile, sample
     ├── pair ── teacher_pair, Pair: gap and disagreement of two teachers, what a pair is worth
     ├── rule ── how many points they disagree on, and which of them was right
     └── cosine ── how a normal vector lies to an axis
    direction ── delta_direction, first_order_gain, best_step, supervised_threshold: a student that is tuned
    success ── pair_success, pair_success_bound: how many random pairs improve it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .direction import BestStep as BestStep
    from .direction import best_step as best_step
    from .direction import delta_direction as delta_direction
    from .direction import first_order_gain as first_order_gain
    from .direction import supervised_threshold as supervised_threshold
    from .law import DeltaLaw as DeltaLaw
    from .law import delta_law as delta_law
    from .law import hard_part as hard_part
    from .pair import Pair as Pair
    from .pair import labels_worth as labels_worth
    from .pair import pair_worth as pair_worth
    from .pair import teacher_pair as teacher_pair
    from .success import pair_success as pair_success
    from .success import pair_success_bound as pair_success_bound
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "pair": ("Pair", "labels_worth", "pair_worth", "teacher_pair"),
            "law": ("DeltaLaw", "delta_law", "hard_part"),
            "direction": ("BestStep", "best_step", "delta_direction", "first_order_gain", "supervised_threshold"),
            "success": ("pair_success", "pair_success_bound"),
        },
    )
