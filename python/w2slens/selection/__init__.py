"""Choosing among data sources, batch by batch (Shin, Cooper, Sala 2025, section 3).

.. code-block:: text

    sources ── Source.draw ──► select_sources ──► SelectionHistory
                               campaign           history
    policy.select ──► batch ──► detector ──► overlap fraction ──► policy.observe
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from .campaign import select_sources as select_sources
    from .history import SelectionHistory as SelectionHistory
    from .sources import ArraySource as ArraySource
    from .sources import Batch as Batch
    from .sources import MixtureSource as MixtureSource
    from .sources import Source as Source
    from .sources import StreamSource as StreamSource
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "campaign": ("select_sources",),
            "sources": (
                "ArraySource",
                "Batch",
                "MixtureSource",
                "Source",
                "StreamSource",
            ),
            "history": ("SelectionHistory",),
        },
    )
