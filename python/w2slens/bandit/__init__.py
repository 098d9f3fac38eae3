"""Which source to draw from: policies of one interface, and their regret (Shin, Cooper, Sala 2025, section 3).

.. code-block:: text

    policy ── Policy: what a policy says of itself, select, observe, save, load
      └── indices ── means, horizons
            └── policies/ ── one file each: UCB, KLUCB, ThompsonSampling, ...; `policies.table()` lists them
    segments ── densities that change with the rounds
    trials ── bandit_trials: replicates of any of them, played in the kernel
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._lazy import attach

# A policy is exported by its file; type checkers know it once it is named here.
if TYPE_CHECKING:
    from . import policies as policies
    from .policies.discounted_ucb import DiscountedUCB as DiscountedUCB
    from .policies.epsilon_greedy import EpsilonGreedy as EpsilonGreedy
    from .policies.kl_ucb import KLUCB as KLUCB
    from .policies.moss import MOSS as MOSS
    from .policies.oracle import Oracle as Oracle
    from .policies.published_ucb import PublishedUCB as PublishedUCB
    from .policies.round_robin import RoundRobin as RoundRobin
    from .policies.sliding_window_ucb import SlidingWindowUCB as SlidingWindowUCB
    from .policies.thompson import ThompsonSampling as ThompsonSampling
    from .policies.ucb import UCB as UCB
    from .policies.uniform import UniformPolicy as UniformPolicy
    from .policy import Policy as Policy
    from .policy import load_policy as load_policy
    from .trials import BanditTrials as BanditTrials
    from .trials import bandit_trials as bandit_trials
    from .trials import log_spaced as log_spaced
else:
    from .policies import FILES

    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "policy": ("Policy", "load_policy"),
            **{f"policies.{file}": (kind.__name__,) for file, kind in FILES.items()},
            "trials": ("BanditTrials", "bandit_trials", "log_spaced"),
        },
    )
    del FILES
