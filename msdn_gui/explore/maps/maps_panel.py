"""The selected image with the maps of the selected attribute, alone or beside a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_gui.actions.bind import ActionSet, bind_button, set_reason
from msdn_gui.explore.maps.captioned_pair import CaptionedPair
from msdn_gui.explore.maps.compare_bar import CompareBar
from msdn_gui.explore.maps.comparison import Comparison, short_name
from msdn_gui.explore.maps.held_pair import HeldPair
from msdn_gui.explore.maps.linked_pairs import LinkedPairs
from msdn_gui.explore.maps.map_subject import MapSubject, MapSubjects
from msdn_gui.explore.maps.region_selection import RegionSelection
from msdn_gui.explore.picture.truth import Truth, attribute_truth, read_truth
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.widgets.build import make_column, make_row, make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.maps.map_controls import Display, MapControls
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QPixmap, QShowEvent

    from msdn_core.project import ImageRecord
    from msdn_gui.explore.maps.map_pair import MapPair
    from msdn_gui.explore.maps.map_side import MapSide
    from msdn_gui.services import Services
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange
    from msdn_gui.widgets.maps.picture_loader import Picture


_NO_CLASSES = "There are too few classes for these maps. Add classes in Classes, or show evidence."


class MapsPanel(QWidget):
    """One or two pairs of maps, below a title or the bar of a comparison, above the controls."""

    shown = Signal()
    """The image, its maps or their display changed."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._known = Truth()
        self.comparison = Comparison(session, services.explainer, self)
        self.pairs = LinkedPairs()
        self.selected = CaptionedPair()
        self.held: HeldPair | None = None
        """The left side of a comparison, made for the first one."""
        self.regions = RegionSelection(self)
        self.subjects = MapSubjects(session, self)
        self.controls = MapControls(services.settings)
        self.compare_bar = CompareBar(self.comparison)
        self._top = self._make_top()
        layout = make_column(self._top, self.compare_bar, self.pairs, self.controls, spacing=SPACING // 2)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING)
        layout.setStretchFactor(self.pairs, 1)
        self.setLayout(layout)
        self.pairs.add_left(self.selected)
        self._refresher = Refresher(self, self._update_maps, self._apply_change)
        self._connect(services)
        self.regions.set_explanation(session.inference.explanation)
        self._on_image_changed(session.selection.image)

    def use_actions(self, actions: ActionSet) -> None:
        """Bind the buttons to their actions."""
        compare, swap, clear = (actions[f"explore.{name}"] for name in ("compare", "swap_sides", "clear_regions"))
        self.pin.setDefaultAction(actions["explore.pin"])
        bind_button(self.compare, compare)
        bind_button(self.compare_bar.leave, compare, "End comparison")
        bind_button(self.compare_bar.swap, swap)

        def on_comparison_changed() -> None:
            compare.setChecked(self.comparison.is_on)
            set_reason(swap, "" if self.comparison.is_on else "Compare two images, attributes or checkpoints first.")

        def on_image_changed() -> None:
            set_reason(compare, "" if self._session.selection.image is not None else "Select an image first.")

        def on_regions_changed() -> None:
            # Without a selection, Escape is left to other widgets.
            set_reason(clear, "" if self.regions.count else "No region is selected.")

        self.comparison.changed.connect(on_comparison_changed)
        self.regions.changed.connect(on_regions_changed)
        self._session.selection.image_changed.connect(on_image_changed)
        on_comparison_changed()
        on_image_changed()
        on_regions_changed()

    @property
    def pair(self) -> MapPair:
        """The maps of the selection."""
        return self.selected.pair

    @property
    def av(self) -> MapSide:
        """The attribute → visual side of the selection."""
        return self.pair.av

    @property
    def va(self) -> MapSide:
        """The visual → attribute side of the selection."""
        return self.pair.va

    @property
    def sides(self) -> dict[str, MapSide]:
        """Both sides by ``av`` and ``va``."""
        return self.pair.sides

    @property
    def display(self) -> Display:
        """How the maps are displayed."""
        return self.controls.display

    @property
    def picture(self) -> Picture | None:
        """The image on the screen, None while it is being read."""
        return self.pair.picture

    @property
    def picture_failed(self) -> bool:
        """Whether the selected image's file exists and cannot be shown; a missing file may appear."""
        return bool(self.pair.error) and not self.pair.is_missing

    @property
    def complete(self) -> bool:
        """Whether there is a map from every sub-net of the network, also on the left of a comparison."""
        return self.pair.is_complete(self._session.inference.explanation) and (
            self.held is None or self.held.is_complete
        )

    def subject(self) -> MapSubject:
        """Return what the maps of the selection show."""
        return self.subjects.of(self._session.inference.prediction())

    def step_divider(self, by: int) -> None:
        """Move the divider to the right by a number of steps; start to wipe if that is off."""
        self.controls.wipe.setChecked(True)
        self.pairs.step_divider(by)

    def prefetch(self, records: Sequence[ImageRecord]) -> None:
        """Read images that may be selected next while nothing else is requested."""
        self.pair.prefetch([record.path for record in records])

    def grab_maps(self) -> QPixmap:
        """Return the maps as they are on the screen, with headings and scales, and with the comparison."""
        return self.pairs.grab()

    def toggle_comparison(self) -> None:
        """Compare the selection with what is selected next, or end the comparison."""
        if self.comparison.is_on:
            self.comparison.end()
        else:
            self.comparison.begin()

    # Inside

    def _make_top(self) -> QWidget:
        self.attribute_title = ElidedLabel(name="attribute_title")
        self.attribute_title.setProperty("look", "heading")
        self.title = ElidedLabel(name="image_title", middle=True)
        self.title.setProperty("look", "muted")
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.pin = make_tool_button(name="pin_for_films")
        self.pin.setAutoRaise(True)
        self.pin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.compare = make_tool_button(name="compare", accessible="Compare")
        bind_icon(self.compare, "compare", "muted")
        top = QWidget()
        row = make_row(self.attribute_title, self.pin, self.title, self.compare, spacing=SPACING)
        row.setStretchFactor(self.title, 1)
        top.setLayout(row)
        return top

    def _connect(self, services: Services) -> None:
        selection, inference, document = self._session.selection, self._session.inference, self._session.document
        for side in self.sides.values():
            side.view.clicked.connect(self.regions.click)
            side.view.swept.connect(self.regions.sweep)
            side.view.double_clicked.connect(self.regions.clear)
        self.comparison.changed.connect(self._on_comparison_changed)
        # The attributes beside the maps follow the subject, and the maps follow both.
        self.controls.changed.connect(lambda display: self.subjects.set_kind(display.show))
        self.controls.changed.connect(self._update_maps)
        self.subjects.changed.connect(self._refresher.request)
        self.controls.wipe.toggled.connect(self._on_wipe_toggled)
        self.pair.picture_changed.connect(self._on_picture_changed)
        services.thumbnails.ready.connect(self._on_thumbnail_ready)
        selection.image_changed.connect(self._on_image_changed)
        selection.attribute_changed.connect(self._refresher.request)
        document.images_changed.connect(self._update_title)
        document.table_changed.connect(self._refresher.on_table_changed)
        inference.explanation_changed.connect(self.regions.set_explanation)
        inference.explanation_changed.connect(self._refresher.request)
        inference.explaining_changed.connect(self._on_explaining_changed)
        inference.checkpoint_changed.connect(self._update_state)
        self.regions.changed.connect(self._outline_regions)
        theme().changed.connect(self._update_state)

    # The comparison

    def _on_comparison_changed(self) -> None:
        is_on = self.comparison.is_on
        if is_on and self.held is None:
            self.held = HeldPair(self._session, self.comparison)
            self.held.hide()
            self.pairs.add_left(self.held)
            self.held.pair.picture_changed.connect(self._update_sides)
        if self.held is not None and is_on == self.held.isHidden():
            self.held.setVisible(is_on)
            self.pairs.show_captions(is_on)
            self._top.setVisible(not is_on)
        self._update_sides()

    def _update_sides(self) -> None:
        """Update the held side, and the caption of the selected one."""
        if self.held is not None:
            self.held.refresh(self.display, self.subjects)
        if self.comparison.is_on:
            selection, inference = self._session.selection, self._session.inference
            name = self.subject().title or self.comparison.attribute_name(selection.attribute)
            self.selected.set_caption(selection.image, name, inference.checkpoint, inference.prediction())

    # The image

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # A person may have drawn marks in Annotate meanwhile.
        known = read_truth(self._session.document.project, self._session.selection.image)
        if known != self._known:
            self._known = known
            self._update_maps()

    def _on_image_changed(self, record: ImageRecord | None) -> None:
        self._known = read_truth(self._session.document.project, record)
        self._update_title()
        self.pair.show_image(record)
        self._refresher.request()

    def _update_title(self) -> None:
        record = self._session.selection.image
        if record is None:
            self.title.setText("No image selected")
            self.title.setToolTip("")
            return
        name = class_text(record.class_name) if record.class_name is not None else "no class"
        self.title.setText(f"{short_name(record)}, {name}")
        self.title.setToolTip("\n".join(part for part in (str(record.path), record.class_name) if part))

    def _on_picture_changed(self) -> None:
        if self.picture is not None:
            self.pairs.show_whole()
        self._update_maps()

    def _on_thumbnail_ready(self, path: Path) -> None:
        """Read the image again: its file may have appeared."""
        record = self._session.selection.image
        if record is not None and record.path == path and path.exists():
            self.pair.try_again()

    def _on_explaining_changed(self, state: ExplainState) -> None:
        if state.phase is not ExplainPhase.FAILED:
            # The file may have been missing before, and is being read now.
            self.pair.try_again()
        self._update_state()

    # The maps

    def _update_maps(self) -> None:
        document, attribute = self._session.document, self._session.selection.attribute
        attributes = document.table.attributes
        is_selected = 0 <= attribute < len(attributes)
        subject = self.subject()
        title = attribute_text(attributes[attribute]) if is_selected else ""
        tip = attributes[attribute].full_name if is_selected else ""
        self.attribute_title.setText(subject.title if subject.kind.is_of_class else title)
        self.attribute_title.setToolTip(subject.title if subject.kind.is_of_class else tip)
        self.pair.show_maps(self._session.inference.explanation, attribute, self._truth(), self.display, subject)
        self._update_sides()
        self._outline_regions()
        self._update_state()
        self.shown.emit()

    def _truth(self) -> Truth:
        document, selection = self._session.document, self._session.selection
        return attribute_truth(self._known, document.project, selection.image, document.table, selection.attribute)

    def _apply_change(self, change: TableChange) -> bool:
        if not change.is_values_only:
            return False
        if self.subjects.kind.is_of_class:
            self._update_maps()
            return True
        # The maps stay; whether the image's class has the attribute, and what is predicted, may have changed.
        self.pair.show_truth(self._truth())
        self._update_sides()
        return True

    def _on_wipe_toggled(self, is_wiped: bool) -> None:
        self.pairs.wipe(is_wiped)
        self._update_maps()

    def _outline_regions(self) -> None:
        self.pair.outline_regions(self.regions.rectangles())

    def _update_state(self) -> None:
        selection, inference = self._session.selection, self._session.inference
        self.selected.show_state(
            selection.image,
            inference.explaining,
            inference.checkpoint,
            inference.explanation,
            selection.attribute,
            without_image="Select an image on the left." if self._session.document.images else "",
            without_subject="" if inference.explanation is None or self.subject().is_known else _NO_CLASSES,
        )
