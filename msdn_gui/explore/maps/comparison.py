"""What stands at the left while two things are compared; at the right stands whatever is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.explanation import Explanation
from msdn_core.domain.image_prediction import ImagePrediction
from msdn_core.project import ImageRecord
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.session import Session
from msdn_gui.session.checkpoints import Checkpoint
from msdn_gui.session.explanation_requester import ExplanationRequester

if TYPE_CHECKING:
    from msdn_gui.services.explaining import ExplainerService

PARTS = ("image", "attribute", "checkpoint")


class Comparison(QObject):
    """Image, attribute and checkpoint at the left: each is held, or else it follows what is chosen.

    So two images are compared in one attribute after another, or two checkpoints in one image after another.
    """

    changed = Signal()
    """Something else stands at the left, or it is known now what the network says of it."""

    def __init__(self, session: Session, explainer: ExplainerService, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._held: dict[str, Any] = {}
        self._asked: tuple[object, object] = (None, None)
        self._swaps = False
        self.is_on = False
        self._looking = ExplanationRequester(explainer, self, lane="compared")
        self._looking.explained.connect(lambda _: self.changed.emit())
        self._looking.state_changed.connect(lambda _: self.changed.emit())
        for changed in (
            session.selection.image_changed,
            session.selection.attribute_changed,
            session.inference.checkpoint_changed,
            session.inference.explanation_changed,
            session.inference.gamma_changed,
            session.document.table_changed,
        ):
            changed.connect(self._follow)
        session.document.project_changed.connect(self.end)

    # What stands there

    @property
    def image(self) -> ImageRecord | None:
        """The left side's image."""
        image: ImageRecord | None = self._held.get("image", self._session.selection.image)
        return image

    @property
    def attribute(self) -> int:
        """The left side's attribute, by its column."""
        return int(self._held.get("attribute", self._session.selection.attribute))

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What the left side is looked at through."""
        checkpoint: Checkpoint | None = self._held.get("checkpoint", self._session.inference.checkpoint)
        return checkpoint

    @property
    def explanation(self) -> Explanation | None:
        """What the network says of the left side, None while it is waited for."""
        return self._session.inference.explanation if self._is_the_chosen_one() else self._looking.explanation

    @property
    def state(self) -> ExplainState:
        """How the left side's explanation stands."""
        return self._session.inference.explaining if self._is_the_chosen_one() else self._looking.state

    @property
    def settled(self) -> bool:
        """Whether nothing is waited for."""
        return not self.is_on or self.state.phase not in (ExplainPhase.STARTING, ExplainPhase.WORKING)

    def reading(self) -> ImagePrediction | None:
        """What the left side's scores mean for the classes."""
        return self._session.inference.prediction_of(self.explanation, self.checkpoint)

    def holds(self, part: str) -> bool:
        """Whether one of ``PARTS`` is held."""
        return part in self._held

    def difference(self) -> str:
        """What is compared, in words."""
        session = self._session
        found = []
        if (
            self.image is not None
            and session.selection.image is not None
            and self.image.id != session.selection.image.id
        ):
            names = [short_name(self.image), short_name(session.selection.image)]
            if names[0] == names[1]:
                names = [self.image.name, session.selection.image.name]
            found.append(f"Two images: {names[0]} and {names[1]}")
        if self.attribute != session.selection.attribute:
            names = [self.attribute_name(column) for column in (self.attribute, session.selection.attribute)]
            found.append(f"{'two' if found else 'Two'} attributes: {names[0]} and {names[1]}")
        if not _same(self.checkpoint, session.inference.checkpoint):
            both = (self.checkpoint, session.inference.checkpoint)
            labels = [one.label if one is not None else "none" for one in both]
            if labels[0] == labels[1]:
                labels = ["/".join(one.path.parts[-3:]) if one is not None else "none" for one in both]
            found.append(f"{'two' if found else 'Two'} checkpoints: {labels[0]} and {labels[1]}")
        return "; ".join(found) or "Both sides are the same yet: choose another image, attribute or checkpoint"

    def attribute_name(self, column: int) -> str:
        """An attribute's full name, or that there is none."""
        attributes = self._session.document.table.attributes
        return attributes[column].full_name if 0 <= column < len(attributes) else "no attribute"

    # What changes it

    def begin(self) -> None:
        """What is chosen now stands at the left from now on."""
        session = self._session
        if session.selection.image is not None:
            self._held = {
                "image": session.selection.image,
                "attribute": session.selection.attribute,
                "checkpoint": session.inference.checkpoint,
            }
            self.is_on = True
            self._follow()

    def end(self, *_: object) -> None:
        """Compares no longer."""
        if self.is_on:
            self.is_on, self._held = False, {}
            self._follow()

    def hold(self, part: str, held: bool) -> None:
        """Holds one of ``PARTS`` as it is at the left, or lets it follow what is chosen."""
        if held != self.holds(part):
            if held:
                self._held[part] = getattr(self, part)
            else:
                del self._held[part]
            self._follow()

    def look_ahead(self, records: Sequence[ImageRecord]) -> None:
        """These images may be chosen next, and be looked at through the checkpoint that is held."""
        if self.holds("checkpoint") and not self.holds("image"):
            self._looking.prefetch([record.path for record in records])

    def _selected(self, part: str) -> Any:
        """Return the selected image, attribute or checkpoint."""
        owner = self._session.inference if part == "checkpoint" else self._session.selection
        return getattr(owner, part)

    def swap(self) -> None:
        """What is held at the left is chosen, and what was chosen is held."""
        if not self.is_on:
            return
        session, held = self._session, dict(self._held)
        self._swaps = True
        self._held = {part: self._selected(part) for part in held}
        if "checkpoint" in held:
            session.inference.use_checkpoint(held["checkpoint"])
        if "image" in held:
            session.selection.set_image(held["image"])
        if "attribute" in held:
            session.selection.set_attribute(held["attribute"])
        self._swaps = False
        self._follow()

    # Inside

    def _is_the_chosen_one(self) -> bool:
        image, chosen = self.image, self._session.selection.image
        same = image is chosen or (image is not None and chosen is not None and image.id == chosen.id)
        return same and _same(self.checkpoint, self._session.inference.checkpoint)

    def _follow(self, *_: object) -> None:
        if self._swaps:
            return
        if self.is_on and not self._fits():
            self.end()
            return
        image, checkpoint = self.image, self.checkpoint
        needs = self.is_on and not self._is_the_chosen_one() and image is not None and checkpoint is not None
        asked = (
            (checkpoint.path, image.path) if needs and image is not None and checkpoint is not None else (None, None)
        )
        if asked != self._asked:
            self._asked = asked
            self._looking.request(*asked)
        self.changed.emit()

    def _fits(self) -> bool:
        """Whether what is held is still there: attributes may have been added or taken away meanwhile."""
        names = tuple(attribute.full_name for attribute in self._session.document.table.attributes)
        held = self._held.get("checkpoint")
        return self.attribute < len(names) and (held is None or held.header.attributes == names)


def short_name(record: ImageRecord) -> str:
    """An image's file name."""
    return record.name.rsplit("/", 1)[-1]


def _same(one: Checkpoint | None, other: Checkpoint | None) -> bool:
    """Whether they are of one file, which may have been chosen twice."""
    return (None if one is None else one.path) == (None if other is None else other.path)
