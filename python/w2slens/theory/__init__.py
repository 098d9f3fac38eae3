"""Bounds and laws as functions, by chapter; each stands on `quadrature` and on no other chapter.

.. code-block:: text

    expansion   overlap   detection   selection   drift
        └──────────┴──── quadrature ────┴───────────┘
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from . import delta as delta
    from . import detection as detection
    from . import drift as drift
    from . import expansion as expansion
    from . import overlap as overlap
    from . import selection as selection
else:
    __getattr__, __dir__, __all__ = attach(__name__, {})
