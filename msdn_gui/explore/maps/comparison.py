"""What is held on the left of a comparison; the right side is the session's selection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.display_names import attribute_text
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.session.explanation_requester import ExplanationRequester

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from msdn_core.domain.explanation import Explanation
    from msdn_core.domain.image_prediction import ImagePrediction
    from msdn_core.project import ImageRecord
    from msdn_gui.services.explaining import ExplainerService
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange
    from msdn_gui.session.checkpoints import Checkpoint

PARTS = ("image", "attribute", "checkpoint")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison; the fields are ``PARTS``."""

    image: ImageRecord | None = None
    attribute: int = -1
    """Column of the class table, −1 for none."""
    checkpoint: Checkpoint | None = None


class Comparison(QObject):
    """The left side: each of image, attribute and checkpoint is held, or follows the selection.

    So two images can be compared in one attribute after another, or two checkpoints in one image after another.
    """

    changed = Signal()
    """The left side is another one, or its explanation has arrived."""

    def __init__(self, session: Session, explainer: ExplainerService, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._held = Side()
        self._held_parts: frozenset[str] = frozenset()
        self._requested: tuple[object, object] = (None, None)
        self._is_swapping = False
        self.is_on = False
        self._requester = ExplanationRequester(explainer, self, lane="compared")
        self._requester.explained.connect(lambda _: self.changed.emit())
        self._requester.state_changed.connect(lambda _: self.changed.emit())
        for changed in (
            session.selection.image_changed,
            session.selection.attribute_changed,
            session.inference.checkpoint_changed,
            session.inference.explanation_changed,
            session.inference.gamma_changed,
        ):
            changed.connect(self._on_session_changed)
        session.document.table_changed.connect(self._on_table_changed)
        session.document.project_changed.connect(lambda _: self.end())

    # The left side

    @property
    def image(self) -> ImageRecord | None:
        """The left side's image."""
        return self._held.image if self.holds("image") else self._session.selection.image

    @property
    def attribute(self) -> int:
        """The left side's attribute, by its column."""
        return self._held.attribute if self.holds("attribute") else self._session.selection.attribute

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The left side's checkpoint."""
        return self._held.checkpoint if self.holds("checkpoint") else self._session.inference.checkpoint

    @property
    def explanation(self) -> Explanation | None:
        """The left side's explanation, None while it is being computed."""
        return self._session.inference.explanation if self._is_selection() else self._requester.explanation

    @property
    def state(self) -> ExplainState:
        """The state of the left side's explanation."""
        return self._session.inference.explaining if self._is_selection() else self._requester.state

    @property
    def is_settled(self) -> bool:
        """Whether nothing is being computed."""
        return not self.is_on or self.state.phase not in (ExplainPhase.STARTING, ExplainPhase.WORKING)

    def prediction(self) -> ImagePrediction | None:
        """Return the left side's prediction."""
        return self._session.inference.prediction_of(self.explanation, self.checkpoint)

    def holds(self, part: str) -> bool:
        """Return whether one of ``PARTS`` is held."""
        return part in self._held_parts

    def difference(self) -> str:
        """Return what differs between the sides, in words."""
        left, right = Side(self.image, self.attribute, self.checkpoint), self._selected()
        found = []
        if left.image is not None and right.image is not None and left.image.id != right.image.id:
            names = _different((short_name(left.image), short_name(right.image)), (left.image.name, right.image.name))
            found.append(f"two images: {names}")
        if left.attribute != right.attribute:
            names = f"{self.attribute_name(left.attribute)} and {self.attribute_name(right.attribute)}"
            found.append(f"two attributes: {names}")
        if not _is_same(left.checkpoint, right.checkpoint):
            both = (left.checkpoint, right.checkpoint)
            names = _different(
                [one.label if one is not None else "none" for one in both],
                ["/".join(one.path.parts[-3:]) if one is not None else "none" for one in both],
            )
            found.append(f"two checkpoints: {names}")
        if not found:
            return "Both sides are the same"
        text = "; ".join(found)
        return text[0].upper() + text[1:]

    def attribute_name(self, column: int) -> str:
        """Return an attribute's name for display, or that there is none."""
        attributes = self._session.document.table.attributes
        return attribute_text(attributes[column]) if 0 <= column < len(attributes) else "no attribute"

    # Changes

    def begin(self) -> None:
        """Hold the selection on the left."""
        if self._session.selection.image is not None:
            self._held, self._held_parts = self._selected(), frozenset(PARTS)
            self.is_on = True
            self._update()

    def end(self) -> None:
        """End the comparison."""
        if self.is_on:
            self.is_on = False
            self._held, self._held_parts = Side(), frozenset()
            self._update()

    def hold(self, part: str, is_held: bool) -> None:
        """Hold one of ``PARTS`` as it is on the left, or let it follow the selection."""
        if is_held == self.holds(part):
            return
        if is_held:
            self._held = replace(self._held, **{part: getattr(self, part)})
            self._held_parts |= {part}
        else:
            self._held_parts -= {part}
        self._update()

    def prefetch(self, records: Sequence[ImageRecord]) -> None:
        """Compute explanations of images that may be selected next, with the checkpoint that is held."""
        if self.holds("checkpoint") and not self.holds("image"):
            self._requester.prefetch([record.path for record in records])

    def swap(self) -> None:
        """Select what is held on the left, and hold what was selected."""
        if not self.is_on:
            return
        session, held = self._session, self._held
        self._is_swapping = True
        self._held = self._selected()
        if self.holds("checkpoint"):
            session.inference.use_checkpoint(held.checkpoint)
        if self.holds("image"):
            session.selection.set_image(held.image)
        if self.holds("attribute"):
            session.selection.set_attribute(held.attribute)
        self._is_swapping = False
        self._update()

    # Inside

    def _selected(self) -> Side:
        selection = self._session.selection
        return Side(selection.image, selection.attribute, self._session.inference.checkpoint)

    def _is_selection(self) -> bool:
        """Return whether the left side's explanation is that of the selection."""
        image, selected = self.image, self._session.selection.image
        same = image is selected or (image is not None and selected is not None and image.id == selected.id)
        return same and _is_same(self.checkpoint, self._session.inference.checkpoint)

    def _on_session_changed(self) -> None:
        if self.is_on and not self._is_swapping:
            self._update()

    def _on_table_changed(self, change: TableChange) -> None:
        # Other values change neither what is held nor its explanation.
        if not change.is_values_only:
            self._on_session_changed()

    def _update(self) -> None:
        if self.is_on and not self._fits():
            self.end()
            return
        requested: tuple[Path | None, Path | None] = (None, None)
        if self.is_on and not self._is_selection() and self.image is not None and self.checkpoint is not None:
            requested = (self.checkpoint.path, self.image.path)
        if requested != self._requested:
            self._requested = requested
            self._requester.request(*requested)
        self.changed.emit()

    def _fits(self) -> bool:
        """Return whether what is held still exists: attributes may have been added or removed."""
        names = tuple(attribute.full_name for attribute in self._session.document.table.attributes)
        checkpoint = self._held.checkpoint if self.holds("checkpoint") else None
        return self.attribute < len(names) and (checkpoint is None or checkpoint.header.attributes == names)


def short_name(record: ImageRecord) -> str:
    """Return an image's file name."""
    return record.name.rsplit("/", 1)[-1]


def _different(short: Sequence[str], full: Sequence[str]) -> str:
    """Return two short names, or the full ones if the short ones are the same."""
    return " and ".join(full if short[0] == short[1] else short)


def _is_same(one: Checkpoint | None, other: Checkpoint | None) -> bool:
    """Return whether two checkpoints are of the same file, which may have been loaded twice."""
    return (None if one is None else one.path) == (None if other is None else other.path)
