"""Rows: an array of numbers wherever it lies, behind one contract, so that no reader asks what kind it is.

.. code-block:: text

    open_rows(path) ── the content tells the kind ──┐
    ArrayRows(X) ── an array in memory ─────────────┴─ Rows: shape, dtype, blocks(n), take(rows), array()
                                                         kinds: array, npy, parquet (one file each, found here)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .array import ArrayRows as ArrayRows
    from .contract import FileRows as FileRows
    from .contract import Rows as Rows
    from .kinds import open_rows as open_rows
    from .kinds import row_kinds as row_kinds
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "array": ("ArrayRows",),
            "contract": ("FileRows", "Rows"),
            "kinds": ("open_rows", "row_kinds"),
        },
    )
