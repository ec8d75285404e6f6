"""Agreement of two annotators, or of an annotator and the model, on the same attributes in the same images."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

_Integers = NDArray[np.int64]
_VerdictCodes = NDArray[np.int8]


class Verdict(IntEnum):
    """A judgement of an attribute without its certainty."""

    ABSENT = 0
    PRESENT = 1
    NOT_VISIBLE = 2


@dataclass(frozen=True, eq=False, slots=True)
class Verdicts:
    """The n verdicts of one annotator; an image and an attribute occur together at most once."""

    image_ids: _Integers
    attributes: _Integers
    """(n,) columns of the class table."""
    verdicts: _VerdictCodes
    """(n,) ``Verdict``."""


@dataclass(frozen=True, eq=False, slots=True)
class Agreement:
    """The n verdicts that two annotators have in common."""

    image_ids: _Integers
    attributes: _Integers
    first: _VerdictCodes
    second: _VerdictCodes
    """(n,) each: ``Verdict`` of the two annotators."""

    @property
    def agreed(self) -> NDArray[np.bool_]:
        """(n,) whether both verdicts are equal."""
        return np.asarray(self.first == self.second)

    @property
    def share(self) -> float | None:
        """The share of equal verdicts, 0 to 1; None without any."""
        return float(self.agreed.mean()) if len(self.first) else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa, the agreement beyond chance, at most 1; None if chance alone explains the agreement."""
        if not len(self.first):
            return None
        kinds = len(Verdict)
        table = np.bincount(self.first.astype(np.int64) * kinds + self.second, minlength=kinds * kinds)
        shares = table.reshape(kinds, kinds) / len(self.first)
        chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
        return None if chance >= 1 else (float(np.trace(shares)) - chance) / (1 - chance)

    def of_attribute(self, column: int) -> Agreement:
        """Return the agreement on one attribute."""
        rows = self.attributes == column
        return Agreement(self.image_ids[rows], self.attributes[rows], self.first[rows], self.second[rows])


def compare(first: Verdicts, second: Verdicts) -> Agreement:
    """Return the verdicts that both have, by image and then attribute."""
    width = int(max(first.attributes.max(initial=0), second.attributes.max(initial=0))) + 1
    keys_1, keys_2 = (one.image_ids * width + one.attributes for one in (first, second))
    shared, rows_1, rows_2 = np.intersect1d(keys_1, keys_2, assume_unique=True, return_indices=True)
    return Agreement(shared // width, shared % width, first.verdicts[rows_1], second.verdicts[rows_2])


def verdicts_of(image_ids: NDArray[np.int64], present: NDArray[np.int8], certainty: NDArray[np.int8]) -> Verdicts:
    """Return verdicts from (N, K) presence, −1 without a judgement, and (N, K) certainty."""
    rows, columns = np.nonzero(present >= 0)
    verdicts = np.where(certainty[rows, columns] == 1, Verdict.NOT_VISIBLE, present[rows, columns]).astype(np.int8)
    return Verdicts(np.asarray(image_ids[rows], dtype=np.int64), columns.astype(np.int64), verdicts)
