"""Which detectors there are."""

from __future__ import annotations

from ..._family import member, members
from .contract import Detector

__all__ = ["detector_kind", "detector_kinds"]


def detector_kinds() -> dict[str, type[Detector]]:
    """Return every detector by its name.

    Examples
    --------
    >>> sorted(detector_kinds())
    ['incremental', 'overlap']
    """
    return members(__package__, Detector)  # type: ignore[type-abstract]


def detector_kind(kind: str) -> type[Detector]:
    """Return the detector of this name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.

    Examples
    --------
    >>> detector_kind("overlap")().get_params()["metric"]
    'cosine'
    """
    return member(detector_kinds(), kind, "kind")
