"""Variants of the model: its equations and its sub-nets."""

from __future__ import annotations

from enum import StrEnum

from msdn_core.domain.scoring import Fusion


class Variant(StrEnum):
    """The equations of the network and its losses."""

    OFFICIAL = "official"
    """The published code, which produced the published results."""
    PAPER = "paper"
    """Our reading of the paper where it differs from the code; see ``msdn_core.msdn.paper``."""


class SubNets(StrEnum):
    """The sub-nets of a network; the rows of an ablation differ in this."""

    BOTH = "both"
    AV = "av"
    """Only attribute→visual (AVA)."""
    VA = "va"
    """Only visual→attribute (VAA)."""
    NONE = "none"
    """The baseline: average-pooled features and one linear map, without attention."""

    @property
    def has_av(self) -> bool:
        """Whether there is an attribute→visual sub-net."""
        return self in (SubNets.BOTH, SubNets.AV)

    @property
    def has_va(self) -> bool:
        """Whether there is a visual→attribute sub-net."""
        return self in (SubNets.BOTH, SubNets.VA)

    def fusion(self, given: Fusion) -> Fusion:
        """Return the fusion weights: the given ones for both sub-nets, otherwise all weight on the only one.

        The baseline's scores are those of attribute→visual. The weight of a global branch stays.
        """
        if self is SubNets.BOTH:
            return given
        av, va = (0.0, 1.0) if self is SubNets.VA else (1.0, 0.0)
        return Fusion(av, va, given.pooled)

    def absence(self, side: str) -> str:
        """Return why there is no map of ``av`` or ``va``, as a sentence; empty if there is one."""
        if self is SubNets.NONE:
            return "This run is the baseline: it averages over the regions and has no attention."
        if side == "av" and not self.has_av:
            return "This run has no attribute→visual sub-net."
        if side == "va" and not self.has_va:
            return "This run has no visual→attribute sub-net."
        return ""


class Distillation(StrEnum):
    """The terms of the distillation loss between the two sub-nets."""

    BOTH = "both"
    DIVERGENCE = "divergence"
    """Only the divergence of their predictions: Jensen-Shannon, or the symmetrised one of variant ``paper``."""
    L2 = "l2"
    """Only the distance of their logits, or of their probabilities in variant ``paper``."""
    NONE = "none"
