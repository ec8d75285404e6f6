"""The outputs of the network for one image: scores, attention and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from msdn_core.domain.attributes import unit_rows
from msdn_core.domain.evidence import class_evidence
from msdn_core.domain.scoring import Floats, Fusion, fused_attribute_scores, fused_evidence
from msdn_core.domain.variants import SubNets
from msdn_core.errors import MsdnError

if TYPE_CHECKING:
    from msdn_core.domain.annotation import Box
    from msdn_core.domain.attributes import ClassTable

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Explanation:
    """One forward pass over one image (reference, section 2).

    ``av`` is attribute→visual (AVA), ``va`` is visual→attribute (VAA). For a sub-net that the network does not have,
    scores and evidence are 0 and attention is uniform; see ``sub_nets``.

    Attention is where a sub-net looks, evidence is what a score takes from there (``domain.evidence``)::

        explanation.evidence[k].sum()                    # the fused score of attribute k
        explanation.class_evidence("Gull")               # (H, W); sums to the class score before gamma
        explanation.difference("Gull", "Tern")           # (H, W); why a gull and not a tern, where

    The part that a global branch has in a score comes from the image as a whole and has no map. With such a branch,
    maps sum to the score without that part, which is a number of its own::

        explanation.pooled[k]                            # of the fused score of attribute k
        explanation.pooled_part("Gull")                  # of the class score
    """

    scores_av: Float32Array
    """s1, (K,): the attribute scores of the attribute→visual sub-net, or the baseline's."""
    scores_va: Float32Array
    """s2, (K,): the attribute scores of the visual→attribute sub-net."""
    scores_pooled: Float32Array
    """s_g, (K,): the attribute scores of the global branch; 0 without one."""
    attention_av: Float32Array
    """A1, (K, H, W): each attribute's map sums to 1 over its regions."""
    attention_va: Float32Array
    """A2, (K, H, W): the attributes of each region sum to 1, so the two stacks have different scales."""
    evidence_av: Float32Array
    """E1, (K, H, W): signed; each attribute's map sums to its score s1."""
    evidence_va: Float32Array
    """E2, (K, H, W): signed; each attribute's map sums to its score s2."""
    viewed: Box
    """The part of the upright image that the regions cover, in pixels."""
    image_size: tuple[int, int]
    """Width and height of the upright image in pixels."""
    fusion: Fusion
    """The weights of the two sub-nets in fused scores and evidence, and of the global branch in scores."""
    sub_nets: SubNets = SubNets.BOTH
    """Which sub-nets the network has."""
    table: ClassTable | None = None
    """The classes that can be named in ``class_evidence``: those of the checkpoint."""
    clip_negative: bool = False
    """Whether negative values of class vectors count as 0, as in the checkpoint's training."""

    @property
    def scores(self) -> Float32Array:
        """The fused attribute scores, (K,)."""
        fused = fused_attribute_scores(self.scores_av, self.scores_va, self.scores_pooled, self.fusion)
        return np.asarray(fused, np.float32)

    @property
    def pooled(self) -> Float32Array:
        """The part of the global branch in the fused attribute scores, (K,); 0 without one."""
        return np.asarray(self.fusion.pooled * self.scores_pooled, np.float32)

    @property
    def evidence(self) -> Float32Array:
        """E, (K, H, W): the fused evidence; each attribute's map sums to its fused score without ``pooled``."""
        return np.asarray(fused_evidence(self.evidence_av, self.evidence_va, self.fusion), np.float32)

    def pooled_part(self, class_: str | Floats) -> float:
        """Return the part of the global branch in a class score; with the sum of ``class_evidence`` it is the score.

        Classes are given as in ``class_evidence``.
        """
        return float(self._unit_vector(class_) @ self.pooled.astype(np.float64))

    def class_evidence(self, class_: str | Floats) -> NDArray[np.float64]:
        """Return the fused evidence of a class, (H, W), which sums to its score before calibrated stacking.

        With a global branch it sums to the score without ``pooled_part``.

        ``class_`` is the name of a class of ``table``, or the (K,) class vector of any class, an edited or new one
        too; it is scaled to length 1. Raises MsdnError if there is no such class or the vector has another length.
        """
        return np.asarray(class_evidence(self.evidence, self._unit_vector(class_)), np.float64)

    def difference(self, class_: str | Floats, other: str | Floats) -> NDArray[np.float64]:
        """Return the evidence of a class minus that of another one, (H, W); it sums to the difference of their scores.

        Classes are given as in ``class_evidence``.
        """
        return self.class_evidence(class_) - self.class_evidence(other)

    def _unit_vector(self, class_: str | Floats) -> NDArray[np.float64]:
        count = len(self.scores_av)
        if isinstance(class_, str):
            row = None if self.table is None else self.table.class_index.get(class_)
            if self.table is None or row is None:
                raise MsdnError(
                    f"The checkpoint has no class “{class_}”; give the name of one of its classes, or a class vector."
                )
            vector = self.table.vectors[row]
        else:
            vector = np.asarray(class_, np.float64)
        if vector.shape != (count,):
            raise MsdnError(
                f"A class vector needs {count} values, one per attribute, but this one has the shape {vector.shape}."
            )
        return np.asarray(unit_rows(vector[None], self.clip_negative)[0])
