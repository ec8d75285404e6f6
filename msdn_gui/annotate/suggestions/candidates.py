"""The images for which one annotation of many is proposed; a person checks each, and nothing is saved here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.image_similarity import image_similarity
from msdn_core.domain.suggestions import strengths
from msdn_core.project import ImageRecord, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_core.domain.attributes import FloatArray
    from msdn_gui.session.collection import Collection

_MAX_SIMILAR = 120


@dataclass(frozen=True, slots=True)
class Candidate:
    """One image, and what would be annotated in it."""

    record: ImageRecord
    value: float
    """What it is sorted and ticked by: the strength of the suggestion, or the similarity."""
    columns: tuple[int, ...] = ()
    """The attributes that would be judged; none for a class."""
    note: str = ""
    """What a person should know before ticking it."""


def suggestions(
    project: Path, collection: Collection, records: Sequence[ImageRecord], columns: Sequence[int], threshold: float
) -> list[Candidate]:
    """Return the images in which the model suggests unjudged attributes of these, the strongest first."""
    records, rows = _scored(collection, records)
    present = _present(project, records)
    strength = np.full(present.shape, -np.inf)
    strength[:, list(columns)] = strengths(collection.fused[rows])[:, list(columns)]
    is_suggested = (strength >= threshold) & (present < 0)
    best = np.where(is_suggested, strength, -np.inf).max(axis=1, initial=-np.inf)
    count = int(is_suggested.any(axis=1).sum())
    return [
        Candidate(records[row], float(best[row]), tuple(np.flatnonzero(is_suggested[row]).tolist()))
        for row in np.argsort(-best, kind="stable")[:count].tolist()
    ]


def similar_images(
    collection: Collection,
    records: Sequence[ImageRecord],
    image: ImageRecord,
    make_candidate: Callable[[ImageRecord, float], Candidate | None],
) -> list[Candidate]:
    """Return candidates for the images most similar to one, the most similar first; None leaves an image out."""
    records, rows = _scored(collection, records)
    own = np.flatnonzero(collection.image_ids == image.id)
    if not len(own):
        return []
    similarity: FloatArray = image_similarity(collection.fused, int(own[0]))[rows].astype(np.float64)
    found: list[Candidate] = []
    for row in np.argsort(-similarity, kind="stable").tolist():
        if len(found) == _MAX_SIMILAR:
            break
        is_other = records[row].id != image.id
        candidate = make_candidate(records[row], float(similarity[row])) if is_other else None
        if candidate is not None:
            found.append(candidate)
    return found


def unjudged(project: Path, records: Sequence[ImageRecord], columns: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return, by image id, which of the attributes nobody has judged; images with all judged are left out."""
    is_free = _present(project, records)[:, list(columns)] < 0
    picked = np.array(columns)
    return {
        record.id: tuple(picked[row].tolist()) for record, row in zip(records, is_free, strict=True) if row.any()
    }  # fmt: skip


def _scored(collection: Collection, records: Sequence[ImageRecord]) -> tuple[list[ImageRecord], list[int]]:
    """Return the images that have scores, and their rows in the collection."""
    row_of = {number: row for row, number in enumerate(collection.image_ids.tolist())}
    found = [record for record in records if record.id in row_of]
    return found, [row_of[record.id] for record in found]


def _present(project: Path, records: Sequence[ImageRecord]) -> NDArray[np.int8]:
    with Project.open(project, read_only=True) as opened:
        return opened.annotations.effective_judgements([record.id for record in records])[0]
