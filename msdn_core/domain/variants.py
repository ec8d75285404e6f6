"""Which model it is: whose equations it computes, and which of its sub-nets it has."""

from __future__ import annotations

from enum import StrEnum

from msdn_core.domain.scoring import Fusion


class Variant(StrEnum):
    """Whose equations a network and its losses follow."""

    OFFICIAL = "official"
    """What the published code computes; it made the published figures."""
    PAPER = "paper"
    """Our reading of the equations in the paper, where they differ from the code; see ``msdn_core.msdn.paper``."""


class SubNets(StrEnum):
    """Which sub-nets a network has; the rows of an ablation differ in this."""

    BOTH = "both"
    AV = "av"
    """Attribute→visual (AVA) alone."""
    VA = "va"
    """Visual→attribute (VAA) alone."""
    NONE = "none"
    """The baseline: the average-pooled feature and one linear map, without attention."""

    @property
    def has_av(self) -> bool:
        """Whether there is an attribute→visual sub-net."""
        return self in (SubNets.BOTH, SubNets.AV)

    @property
    def has_va(self) -> bool:
        """Whether there is a visual→attribute sub-net."""
        return self in (SubNets.BOTH, SubNets.VA)

    def fusion(self, given: Fusion) -> Fusion:
        """The weights in a prediction: the given ones where both sub-nets are there, else all on what is there.

        The baseline's scores stand in the place of attribute→visual.
        """
        if self is SubNets.BOTH:
            return given
        return Fusion(0.0, 1.0) if self is SubNets.VA else Fusion(1.0, 0.0)

    def absence(self, side: str) -> str:
        """Why there is no map of ``av`` or ``va``, in a sentence; empty where there is one."""
        if self is SubNets.NONE:
            return "This run is the baseline: it averages over the regions and has no attention."
        if side == "av" and not self.has_av:
            return "This run has no attribute→visual sub-net."
        if side == "va" and not self.has_va:
            return "This run has no visual→attribute sub-net."
        return ""


class Distillation(StrEnum):
    """What the two sub-nets teach each other by; it takes both of them."""

    BOTH = "both"
    DIVERGENCE = "divergence"
    """Only the divergence of their predictions: Jensen-Shannon's, or the symmetrised one of variant ``paper``."""
    L2 = "l2"
    """Only the distance of their logits, or of their probabilities in variant ``paper``."""
    NONE = "none"
