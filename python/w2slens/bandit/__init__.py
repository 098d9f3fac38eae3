"""Which source to draw from: policies of one interface, and their regret (Shin, Cooper, Sala 2025, section 3).

.. code-block:: text

    policy ── Policy: select, observe, save, load
      ├── indices ── UCB, PublishedUCB, KLUCB, MOSS ── drifting ── SlidingWindowUCB, DiscountedUCB
      └── baselines ── ThompsonSampling, EpsilonGreedy, RoundRobin, UniformPolicy, Oracle
    trials ── bandit_trials: replicates of any of them, played in the kernel
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

if TYPE_CHECKING:
    from .baselines import EpsilonGreedy as EpsilonGreedy
    from .baselines import Oracle as Oracle
    from .baselines import RoundRobin as RoundRobin
    from .baselines import ThompsonSampling as ThompsonSampling
    from .baselines import UniformPolicy as UniformPolicy
    from .drifting import DiscountedUCB as DiscountedUCB
    from .drifting import SlidingWindowUCB as SlidingWindowUCB
    from .indices import KLUCB as KLUCB
    from .indices import MOSS as MOSS
    from .indices import UCB as UCB
    from .indices import PublishedUCB as PublishedUCB
    from .policy import Policy as Policy
    from .policy import load_policy as load_policy
    from .trials import BanditTrials as BanditTrials
    from .trials import bandit_trials as bandit_trials
    from .trials import log_spaced as log_spaced
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "policy": (
                "Policy",
                "load_policy",
            ),
            "indices": (
                "KLUCB",
                "MOSS",
                "UCB",
                "PublishedUCB",
            ),
            "drifting": (
                "DiscountedUCB",
                "SlidingWindowUCB",
            ),
            "baselines": (
                "EpsilonGreedy",
                "Oracle",
                "RoundRobin",
                "ThompsonSampling",
                "UniformPolicy",
            ),
            "trials": (
                "BanditTrials",
                "bandit_trials",
                "log_spaced",
            ),
        },
    )
