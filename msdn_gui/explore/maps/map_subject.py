"""What the maps show: attention or evidence of an attribute, evidence of a class, or of the difference of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from msdn_core.domain.display_names import class_text
from msdn_core.domain.evidence import MapKind, class_evidence, contributions_of_regions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import BoolArray
    from msdn_core.domain.explanation import Explanation
    from msdn_core.domain.image_prediction import ImagePrediction
    from msdn_gui.session import Session


@dataclass(frozen=True, eq=False, slots=True)
class MapSubject:
    """What the maps of one image show."""

    kind: MapKind = MapKind.ATTENTION
    class_name: str = ""
    other: str = ""
    """The class that ``class_name`` is compared with."""
    vector: NDArray[np.float64] | None = None
    """(K,) the unit class vector, or the difference of two; None for maps of an attribute, or without classes."""

    @property
    def is_known(self) -> bool:
        """Whether there is something to show: maps of classes need classes."""
        return not self.kind.is_of_class or self.vector is not None

    @property
    def title(self) -> str:
        """The classes in words; empty for maps of an attribute."""
        if not self.class_name:
            return ""
        name = class_text(self.class_name)
        return f"{name} and not {class_text(self.other)}" if self.other else name

    def absence(self, explanation: Explanation, side: str) -> str:
        """Return why there is no map of ``av`` or ``va``; the baseline has evidence, in place of attribute→visual."""
        sub_nets = explanation.sub_nets
        has_evidence = self.kind.is_signed and side == "av" and not sub_nets.has_va
        return "" if has_evidence else sub_nets.absence(side)

    def stack(self, explanation: Explanation, side: str) -> NDArray[np.float32]:
        """Return the (n, H, W) maps of ``av``, ``va`` or, if signed, ``fused``: one per attribute, or of the class."""
        if self.kind is MapKind.ATTENTION:
            return explanation.attention_av if side == "av" else explanation.attention_va
        evidence = explanation.evidence_av if side == "av" else explanation.evidence_va
        if side == "fused":
            evidence = explanation.evidence
        if self.vector is None or not self.kind.is_of_class:
            return evidence
        return np.asarray(class_evidence(evidence, self.vector)[None], np.float32)

    def pooled_note(self, explanation: Explanation, attribute: int) -> str:
        """Return what the global branch adds to the fused score, which has no map; empty without such a branch."""
        if not explanation.fusion.pooled:
            return ""
        pooled = float(explanation.pooled[attribute] if self.vector is None else self.vector @ explanation.pooled)
        return f"\nThe global branch adds {pooled:.6g} to the fused score; this part has no map"

    def contributions(self, explanation: Explanation, regions: BoolArray) -> tuple[NDArray[np.floating], ...]:
        """Return what some regions add to the scores, (K,) each, by A→V and V→A; of classes times the class vector."""
        return tuple(
            contributions_of_regions(evidence, regions, self.vector)
            for evidence in (explanation.evidence_av, explanation.evidence_va)
        )


class MapSubjects(QObject):
    """Which maps are chosen, and of which classes: the selected one or the predicted, and its rival or the next best.

    They are of the network's own scores: a score that a person overrides has no place in the image.
    """

    changed = Signal()
    """Other maps are chosen, or of other classes."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.kind = MapKind.ATTENTION
        self._session = session
        selection = session.selection
        for changed in (selection.class_changed, selection.rival_changed, session.inference.gamma_changed):
            changed.connect(self._on_classes_changed)

    def set_kind(self, kind: MapKind) -> None:
        """Choose other maps."""
        if kind is not self.kind:
            self.kind = kind
            self.changed.emit()

    def of(self, prediction: ImagePrediction | None) -> MapSubject:
        """Return what is shown of an image with this prediction."""
        if not self.kind.is_of_class or prediction is None or not prediction.table.classes:
            return MapSubject(self.kind)
        table, selection = prediction.table, self._session.selection
        order = [table.classes[int(row)] for row in prediction.ranking()[0]]
        name = selection.class_name if selection.class_name in table.class_index else order[0]
        unit = table.unit_vectors(clip_negative=prediction.clip_negative)
        vector = unit[table.class_index[name]]
        if self.kind is MapKind.CLASS:
            return MapSubject(self.kind, name, "", vector)
        rival = selection.rival if selection.rival in table.class_index and selection.rival != name else None
        rival = next((other for other in order if other != name), None) if rival is None else rival
        if rival is None:
            return MapSubject(self.kind)
        return MapSubject(self.kind, name, rival, vector - unit[table.class_index[rival]])

    def _on_classes_changed(self) -> None:
        if self.kind.is_of_class:
            self.changed.emit()
