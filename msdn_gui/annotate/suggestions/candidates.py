"""What may be said of many images at once, each for a person to look at first; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from msdn_core.domain.attributes import FloatArray
from msdn_core.domain.image_similarity import image_similarity
from msdn_core.domain.suggestions import strengths
from msdn_core.project import ImageRecord, Project
from msdn_gui.session.collection import Collection

_MOST_ALIKE = 120


@dataclass(frozen=True, slots=True)
class Proposal:
    """One image, and what would be said of it."""

    record: ImageRecord
    value: float
    """By what it is ordered and ticked: its strength, or its likeness."""
    columns: tuple[int, ...] = ()
    """The attributes that would be judged; none where a class is meant."""
    note: str = ""
    """What a person should know before it is ticked."""


def suggestions(
    project: Path, collection: Collection, records: Sequence[ImageRecord], columns: Sequence[int], threshold: float
) -> list[Proposal]:
    """The images of which the model suggests some of these attributes and nobody judged them, the strongest first."""
    records, rows = _scored(collection, records)
    present = _present(project, records)
    strong = np.full(present.shape, -np.inf)
    strong[:, list(columns)] = strengths(collection.fused[rows])[:, list(columns)]
    fits = (strong >= threshold) & (present < 0)
    best = np.where(fits, strong, -np.inf).max(axis=1, initial=-np.inf)
    found = []
    for row in np.argsort(-best, kind="stable")[: int(fits.any(axis=1).sum())].tolist():
        meant = tuple(np.flatnonzero(fits[row]).tolist())
        found.append(Proposal(records[row], float(best[row]), meant))
    return found


def look_alikes(
    collection: Collection,
    records: Sequence[ImageRecord],
    image: ImageRecord,
    proposal: Callable[[ImageRecord, float], Proposal | None],
) -> list[Proposal]:
    """What is proposed for the images that are most like one, the most alike first; images of None are left out."""
    records, rows = _scored(collection, records)
    own = np.flatnonzero(collection.image_ids == image.id)
    if not len(own):
        return []
    alike: FloatArray = image_similarity(collection.fused, int(own[0]))[rows].astype(np.float64)
    found: list[Proposal] = []
    for row in np.argsort(-alike, kind="stable").tolist():
        if len(found) == _MOST_ALIKE:
            break
        made = proposal(records[row], float(alike[row])) if records[row].id != image.id else None
        if made is not None:
            found.append(made)
    return found


def unjudged(project: Path, records: Sequence[ImageRecord], columns: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Image to those of the attributes that nobody has judged in it; images where all are judged are left out."""
    free = _present(project, records)[:, list(columns)] < 0
    picked = np.array(columns)
    return {
        record.id: tuple(picked[row].tolist()) for record, row in zip(records, free, strict=True) if row.any()
    }  # fmt: skip


def _scored(collection: Collection, records: Sequence[ImageRecord]) -> tuple[list[ImageRecord], list[int]]:
    """The images that the model has looked at, and their rows in the collection."""
    place = {number: row for row, number in enumerate(collection.image_ids.tolist())}
    found = [record for record in records if record.id in place]
    return found, [place[record.id] for record in found]


def _present(project: Path, records: Sequence[ImageRecord]) -> np.ndarray:
    with Project.open(project, read_only=True) as opened:
        return opened.annotations.effective_judgements([record.id for record in records])[0]
