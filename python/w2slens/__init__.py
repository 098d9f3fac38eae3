"""w2slens: which data makes a strong model learn from a weak one.

Overlap points hold an easy pattern, which the weak model labels well, and a hard one, which only the strong model can
learn. This package scores them, selects by them, and checks the laws and bounds about them.

Names are loaded when first used, so that scoring needs numpy only.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOM = {
    "Region": "regions",
    "Partition": "regions",
    "overlap_density": "regions",
    "confidence": "_confidence",
    "change_point": "changepoint",
    "ChangePoint": "changepoint",
    "overlap_scores": "similarity",
    "OverlapDetector": "detection",
    "GaussianMixture": "mixture",
    "LinearModel": "students",
    "fit_logistic": "students",
    "fit_logistic_batch": "students",
    "train_weak": "students",
    "train_ceiling": "students",
    "train_weak_to_strong": "students",
    "pgr": "students",
    "Student": "trials",
    "mixture_trials": "trials",
    "trial_draws": "trials",
    "Policy": "policies",
    "load_policy": "policies",
    "UCB": "policies",
    "PublishedUCB": "policies",
    "KLUCB": "policies",
    "MOSS": "policies",
    "ThompsonSampling": "policies",
    "EpsilonGreedy": "policies",
    "RoundRobin": "policies",
    "UniformPolicy": "policies",
    "Oracle": "policies",
    "SlidingWindowUCB": "policies",
    "DiscountedUCB": "policies",
    "bandit_trials": "bandit",
    "BanditTrials": "bandit",
    "Source": "sources",
    "Batch": "sources",
    "ArraySource": "sources",
    "MixtureSource": "sources",
    "StreamSource": "sources",
    "IncrementalDetector": "incremental",
    "select_sources": "selection",
    "SelectionHistory": "selection",
    "SelectionError": "selection",
    "UndefinedError": "errors",
}

__all__ = [*_ROOM, "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from ._kernels import __version__

        return __version__
    if name in _ROOM:
        value = getattr(import_module(f".{_ROOM[name]}", __name__), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
