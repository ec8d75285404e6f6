"""How far two annotators, or an annotator and the model, say the same of the same attributes in the same images."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Said = NDArray[np.int8]


class Verdict(IntEnum):
    """What is said of an attribute, whatever the certainty."""

    ABSENT = 0
    PRESENT = 1
    NOT_VISIBLE = 2


@dataclass(frozen=True, eq=False, slots=True)
class Verdicts:
    """What one annotator says: n verdicts, each of an image and an attribute's column, none of them twice."""

    image_ids: Whole
    attributes: Whole
    said: Said
    """(n,) ``Verdict``."""


@dataclass(frozen=True, eq=False, slots=True)
class Agreement:
    """What two annotators both judged."""

    image_ids: Whole
    attributes: Whole
    first: Said
    second: Said
    """(n,) each: ``Verdict`` of the one and of the other."""

    @property
    def agreed(self) -> NDArray[np.bool_]:
        """(n,) where both say the same."""
        return np.asarray(self.first == self.second)

    @property
    def share(self) -> float | None:
        """How often both say the same, 0 to 1; None where they judged nothing in common."""
        return float(self.agreed.mean()) if len(self.first) else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: what they agree beyond chance, 1 for always; None where chance alone makes them agree."""
        if not len(self.first):
            return None
        kinds = len(Verdict)
        table = np.bincount(self.first.astype(np.int64) * kinds + self.second, minlength=kinds * kinds)
        shares = table.reshape(kinds, kinds) / len(self.first)
        chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
        return None if chance >= 1 else (float(np.trace(shares)) - chance) / (1 - chance)

    def of_attribute(self, column: int) -> Agreement:
        """The part that is about one attribute."""
        here = self.attributes == column
        return Agreement(self.image_ids[here], self.attributes[here], self.first[here], self.second[here])


def compare(first: Verdicts, second: Verdicts) -> Agreement:
    """What both judged, in the order of images and then attributes."""
    width = int(max(first.attributes.max(initial=0), second.attributes.max(initial=0))) + 1
    one, other = (said.image_ids * width + said.attributes for said in (first, second))
    shared, at_first, at_second = np.intersect1d(one, other, assume_unique=True, return_indices=True)
    return Agreement(shared // width, shared % width, first.said[at_first], second.said[at_second])


def verdicts_of(image_ids: Whole, present: NDArray[np.int8], certainty: NDArray[np.int8]) -> Verdicts:
    """From (N, K) presence (−1: not judged) and (N, K) certainty, as they are kept."""
    rows, columns = np.nonzero(present >= 0)
    said = np.where(certainty[rows, columns] == 1, Verdict.NOT_VISIBLE, present[rows, columns]).astype(np.int8)
    return Verdicts(np.asarray(image_ids[rows], dtype=np.int64), columns.astype(np.int64), said)
