"""How hard-only points expand into overlap points bounds the student's error (counterpart of Theorem 4.1).

.. code-block:: text

    pools ── neighbor_graph ── expansion_constant, expansion_profile, optimal_coupling
    mixture ── the coupling of the Gaussian mixture, exactly          instances ── all bounds on random instances
    bounds ── coupling_bound, expansion_bound, label_free_certificate    lang ── Lang et al. 2024
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._lazy import attach

if TYPE_CHECKING:
    from .bounds import coupling_bound as coupling_bound
    from .bounds import detected_overlap_correction as detected_overlap_correction
    from .bounds import expansion_bound as expansion_bound
    from .bounds import label_free_certificate as label_free_certificate
    from .instances import InstanceTally as InstanceTally
    from .instances import check_instances as check_instances
    from .lang import lang_4_1 as lang_4_1
    from .lang import lang_4_2 as lang_4_2
    from .lang import lang_b_1 as lang_b_1
    from .lang import lang_b_2 as lang_b_2
    from .lang import lang_b_3 as lang_b_3
    from .mixture import MixtureCoupling as MixtureCoupling
    from .mixture import mixture_coupling as mixture_coupling
    from .pools import ExpansionConstant as ExpansionConstant
    from .pools import ExpansionProfile as ExpansionProfile
    from .pools import expansion_constant as expansion_constant
    from .pools import expansion_profile as expansion_profile
    from .pools import neighbor_graph as neighbor_graph
    from .pools import optimal_coupling as optimal_coupling
else:
    __getattr__, __dir__, __all__ = attach(
        __name__,
        {
            "bounds": (
                "coupling_bound",
                "detected_overlap_correction",
                "expansion_bound",
                "label_free_certificate",
            ),
            "lang": (
                "lang_4_1",
                "lang_4_2",
                "lang_b_1",
                "lang_b_2",
                "lang_b_3",
            ),
            "pools": (
                "ExpansionConstant",
                "ExpansionProfile",
                "expansion_constant",
                "expansion_profile",
                "neighbor_graph",
                "optimal_coupling",
            ),
            "instances": (
                "InstanceTally",
                "check_instances",
            ),
            "mixture": (
                "MixtureCoupling",
                "mixture_coupling",
            ),
        },
    )
