"""The maps that ``explain`` writes: attention and evidence of attributes, evidence of a class and of a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from msdn_core.domain.evidence import MapKind, class_evidence
from msdn_core.domain.scoring import calibrated, class_scores
from msdn_core.domain.variants import SubNets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

    from msdn_core.domain.attributes import ClassTable
    from msdn_core.domain.explanation import Explanation

_FILES = {"av": "A-to-V", "va": "V-to-A", "fused": "fused"}


@dataclass(frozen=True, eq=False, slots=True)
class ExplainedMap:
    """A map of one sub-net, ``av`` or ``va``, or of both fused; what it is of is in ``labels``."""

    kind: MapKind
    side: str
    labels: dict[str, str]
    stem: str
    """The name of its picture, without the extension."""
    values: NDArray[np.floating]
    """(H, W)."""
    pooled: float | None = None
    """What a global branch adds to the sum, without a map; None without such a branch, or of a single sub-net."""

    def facts(self) -> dict[str, Any]:
        """Return what it shows, with the sum and the range of its values."""
        return {
            "show": self.kind.value,
            "side": self.side,
            **self.labels,
            "sum": float(self.values.sum(dtype=np.float64)),
            "lowest": float(self.values.min()),
            "highest": float(self.values.max()),
            **({} if self.pooled is None else {"pooled": self.pooled}),
        }

    def save(self, folder: Path, image: Image.Image, made_by: str) -> str:
        """Write the map over an image, and return the file's name; the sum of a signed map is in its metadata."""
        from PIL.PngImagePlugin import PngInfo

        from msdn_core.vision.overlay import overlay, signed_overlay
        from msdn_core.vision.transform import viewed_box

        # A picture beyond the budget for decoding is opened at a smaller size.
        viewed = viewed_box(*image.size)
        facts, name = self.facts(), f"{self.stem}.png"
        metadata = PngInfo()
        note = f", {self.kind} {self.side}, sum {facts['sum']:.6g}" if self.kind.is_signed else ""
        metadata.add_itxt("Comment", made_by + note)
        picture = (
            signed_overlay(image, self.values, viewed)
            if self.kind.is_signed
            else overlay(image, np.asarray(self.values, np.float32), viewed)
        )
        picture.save(folder / name, pnginfo=metadata)
        return name


def two_classes(
    explanation: Explanation, table: ClassTable, gamma: float, row: int | None, other: int | None
) -> tuple[int, int | None]:
    """Return the rows of a class and of another one: those given, the predicted class, and the best besides it.

    There is no other one in a table of one class.
    """
    scores = class_scores(explanation.scores, table.unit_vectors(clip_negative=explanation.clip_negative))
    order = [int(rank) for rank in np.argsort(-calibrated(scores, table.seen, gamma), kind="stable")]
    first = order[0] if row is None else row
    return first, next((rank for rank in order if rank != first), None) if other is None else other


def attribute_maps(
    explanation: Explanation, table: ClassTable, kind: MapKind, columns: Sequence[int]
) -> list[ExplainedMap]:
    """Return the maps of some attributes by each sub-net that attends and, of evidence, by both together."""
    stacks = (
        {"av": explanation.attention_av, "va": explanation.attention_va}
        if kind is MapKind.ATTENTION
        else _evidence_by_side(explanation)
    )
    note = "" if kind is MapKind.ATTENTION else f" {kind}"
    maps = []
    for side, stack in stacks.items():
        for column in [] if side != "fused" and explanation.sub_nets.absence(side) else columns:
            name = table.attributes[column].full_name
            stem = f"{_FILES[side]}{note} {column:03} {_safe(name)}"
            has_pooled = side == "fused" and explanation.fusion.pooled
            pooled = float(explanation.pooled[column]) if has_pooled else None
            maps.append(ExplainedMap(kind, side, {"attribute": name}, stem, stack[column], pooled))
    return maps


def class_maps(
    explanation: Explanation, table: ClassTable, kind: MapKind, row: int, other: int | None = None
) -> list[ExplainedMap]:
    """Return the evidence of a class or, with another one, of their difference, by each sub-net and by both fused."""
    unit = table.unit_vectors(clip_negative=explanation.clip_negative)
    labels, vector = {"class": table.classes[row]}, unit[row]
    words = _safe(table.classes[row])
    if other is not None:
        labels, vector = {**labels, "other": table.classes[other]}, vector - unit[other]
        words += f" not {_safe(table.classes[other])}"
    pooled = float(vector @ explanation.pooled) if explanation.fusion.pooled else None
    return [
        ExplainedMap(
            kind,
            side,
            labels,
            f"{_FILES[side]} {kind} {words}",
            class_evidence(stack, vector),
            pooled if side == "fused" else None,
        )
        for side, stack in _evidence_by_side(explanation).items()
        if side == "fused" or not explanation.sub_nets.absence(side)
    ]


def map_arrays(explanation: Explanation, maps: Sequence[ExplainedMap]) -> dict[str, Any]:
    """Return scores and maps of the existing sub-nets and of both fused, and the chosen maps of classes.

    The baseline has only scores and evidence, in place of attribute→visual.
    """
    sub_nets = explanation.sub_nets
    arrays: dict[str, Any] = {"evidence": explanation.evidence}
    if explanation.fusion.pooled:
        arrays["scores_pooled"] = explanation.scores_pooled
    if sub_nets is not SubNets.VA:
        arrays |= {"scores_av": explanation.scores_av, "evidence_av": explanation.evidence_av}
    if sub_nets.has_av:
        arrays["attention_av"] = explanation.attention_av
    if sub_nets.has_va:
        arrays |= {
            "scores_va": explanation.scores_va,
            "attention_va": explanation.attention_va,
            "evidence_va": explanation.evidence_va,
        }
    for shown in maps:
        if shown.kind.is_of_class:
            arrays[f"{shown.kind}_{shown.side}"] = shown.values
            arrays |= {f"{shown.kind}_{key}": np.array(name) for key, name in shown.labels.items()}
    return arrays


def _evidence_by_side(explanation: Explanation) -> dict[str, NDArray[np.float32]]:
    return {"av": explanation.evidence_av, "va": explanation.evidence_va, "fused": explanation.evidence}


def _safe(name: str) -> str:
    """Return a name as part of a file name."""
    return "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")[:80]
