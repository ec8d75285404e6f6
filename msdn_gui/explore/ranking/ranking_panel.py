"""The classes of the selected image from best to worst, with gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_core.domain.display_names import class_text
from msdn_gui.explore.ranking.calibration import Calibration
from msdn_gui.explore.ranking.ranking_model import CLASS, RANK, SCORE, RankingModel
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.widgets.build import (
    make_button,
    make_column,
    make_label,
    make_line_edit,
    make_row,
    make_slider,
    make_tool_button,
)
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.mark import Mark
from msdn_gui.widgets.refresh import Refresher
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.ordered_table import TRUE_SIGN
from msdn_gui.widgets.tables.table_delegates import BarDelegate, ClassDelegate, TextDelegate

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from msdn_gui.explore.attributes.overrides import Overrides
    from msdn_gui.services import Services
    from msdn_gui.session import Session

_STEPS = 200
"""Positions of the gamma slider."""


class RankingPanel(QWidget):
    """Selecting a row selects the class everywhere."""

    ranked = Signal()
    """The ranking changed."""

    def __init__(self, session: Session, services: Services, overrides: Overrides) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._overrides = session, overrides
        self._greatest_gamma = 2.0
        self.model = RankingModel()
        self.table = ItemTable(self.model, "ranking", widths={RANK: 40, SCORE: 72}, stretch=CLASS)
        self.table.setAccessibleName("Classes")
        self.table.setItemDelegateForColumn(RANK, TextDelegate(self.table, "muted"))
        self.table.setItemDelegateForColumn(CLASS, ClassDelegate(self.table))
        self.table.setItemDelegateForColumn(SCORE, BarDelegate(self.table))
        self.calibration = Calibration(session, services)
        layout = make_column(self._make_head(), self.table, self._make_foot(), spacing=SPACING // 2)
        layout.setStretchFactor(self.table, 1)
        self.setLayout(layout)
        self._refresher = Refresher(self, self._update_ranking)
        self._connect()
        self._on_checkpoint_changed()
        self._on_image_changed()
        self._update_ranking()

    def select_rank(self, rank: int) -> None:
        """Select the class at a rank, 1 for the best."""
        prediction = self._overrides.prediction()
        if prediction is None:
            return
        order, _ = prediction.ranking()
        if 1 <= rank <= len(order):
            self._session.selection.set_class(self._session.document.table.classes[int(order[rank - 1])])

    # Widgets

    def _make_head(self) -> QVBoxLayout:
        self.title = ElidedLabel("Classes", name="ranking_title")
        self.title.setProperty("look", "heading")
        self.search = make_line_edit(name="class_search", placeholder="Search classes", clearable=True)
        self.search.setToolTip("Part of a class name, or “seen” or “unseen”")
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        for kind in ("seen", "unseen"):
            label = make_label(kind)
            label.setFont(small_font())
            label.setProperty("look", "muted")
            top.addWidget(Mark(kind))
            top.addWidget(label)
        head = make_column(top, self.search, spacing=SPACING // 2)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        return head

    def _make_foot(self) -> QVBoxLayout:
        self.true_class = make_button(name="true_class", flat=True)
        self.true_class.setProperty("look", "quiet")
        self.true_class.setStyleSheet("text-align: left; padding: 2px 0;")
        self.true_class.setMinimumWidth(60)
        self.gamma = make_slider(0, _STEPS, name="gamma", accessible="Gamma")
        self.gamma_value = make_label(name="gamma_value")
        self.gamma_value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.gamma_value.setMinimumWidth(self.gamma_value.fontMetrics().horizontalAdvance("00.00"))
        self.gamma_reset = make_tool_button(name="gamma_reset", accessible="Reset gamma")
        bind_icon(self.gamma_reset, "undo", "muted")
        label = make_label("Gamma")
        label.setToolTip("What calibrated stacking subtracts from the scores of seen classes")
        slider = make_row(label, self.gamma, self.gamma_value, self.gamma_reset, spacing=SPACING)
        slider.setStretchFactor(self.gamma, 1)
        foot = make_column(self.true_class, slider, self.calibration, spacing=0)
        foot.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        return foot

    def _connect(self) -> None:
        selection, inference, document = self._session.selection, self._session.inference, self._session.document
        self.search.textChanged.connect(self.model.search)
        self.search.returnPressed.connect(self._select_first)
        self.table.chosen.connect(lambda item: selection.set_class(document.table.classes[item]))
        self.true_class.clicked.connect(self._show_true_class)
        self.gamma.valueChanged.connect(lambda step: inference.set_gamma(step / _STEPS * self._greatest_gamma))
        self.gamma_reset.clicked.connect(self._reset_gamma)
        inference.explanation_changed.connect(self._refresher.request)
        inference.explaining_changed.connect(self._on_explaining_changed)
        inference.gamma_changed.connect(self._on_gamma_changed)
        inference.checkpoint_changed.connect(self._on_checkpoint_changed)
        self._overrides.changed.connect(self._refresher.request)
        document.table_changed.connect(self._refresher.on_table_changed)
        document.images_changed.connect(self._on_image_changed)
        selection.image_changed.connect(self._on_image_changed)
        selection.class_changed.connect(Refresher(self, self._show_selected_class).request)

    # Ranking

    def _update_ranking(self) -> None:
        table, prediction = self._session.document.table, self._overrides.prediction()
        if prediction is not None:
            self.model.show_ranking(table, *prediction.ranking())
        elif not self._is_waiting() or table.classes != self.model.table.classes:
            self.model.show_ranking(table, None, None)
        is_overridden = bool(self._overrides.values)
        self.title.setText("Classes (overridden)" if is_overridden else "Classes")
        if is_overridden:
            self.title.setToolTip("Some of the scores behind this ranking are overridden")
        self._show_selected_class()
        self._update_true_class()
        self.ranked.emit()

    def _is_waiting(self) -> bool:
        """Return whether an explanation is coming; the old ranking stays until then, so that nothing flickers."""
        inference = self._session.inference
        has_failed = inference.explaining.phase is ExplainPhase.FAILED
        return self._session.selection.image is not None and inference.checkpoint is not None and not has_failed

    def _on_explaining_changed(self, state: ExplainState) -> None:
        if state.phase is ExplainPhase.FAILED:
            self._refresher.request()

    def _show_selected_class(self) -> None:
        name = self._session.selection.class_name
        self.table.show_item(self._session.document.table.class_index.get(name, -1) if name is not None else -1)

    def _select_first(self) -> None:
        if self.model.rowCount():
            self._session.selection.set_class(self.model.name_at(0))

    # The true class

    def _true_class_name(self) -> str | None:
        image = self._session.selection.image
        return image.class_name if image is not None else None

    def _on_image_changed(self) -> None:
        self.model.set_true_class(self._true_class_name())
        self._update_true_class()

    def _update_true_class(self) -> None:
        name = self._true_class_name()
        self.true_class.setVisible(name is not None)
        if name is None:
            return
        rank = self.model.rank_of(name) if self._session.inference.explanation is not None else None
        place = "" if rank is None else f"Rank {rank} of {self.model.item_count()}: "
        text, room = f"{TRUE_SIGN} {place}{class_text(name)}", self.width() - 2 * SPACING
        self.true_class.setText(self.true_class.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
        self.true_class.setToolTip(f"{name}\nShow the image's class in the ranking")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_true_class()

    def _show_true_class(self) -> None:
        self.search.clear()
        name = self._true_class_name()
        row = self.model.row_of_class(name)
        if row >= 0:
            self.table.scrollTo(self.model.index(row, 0), ItemTable.ScrollHint.PositionAtCenter)
            self._session.selection.set_class(name)

    # Gamma

    def _on_checkpoint_changed(self) -> None:
        checkpoint = self._session.inference.checkpoint
        gamma = checkpoint.header.gamma if checkpoint is not None else 0.0
        self._greatest_gamma = max(2.0, 2.0 * gamma)
        self.gamma_reset.setToolTip(f"Reset gamma to the checkpoint's, {gamma:g}")
        self.gamma.setEnabled(checkpoint is not None)
        self._on_gamma_changed(self._session.inference.gamma)

    def _on_gamma_changed(self, gamma: float) -> None:
        with QSignalBlocker(self.gamma):
            self.gamma.setValue(round(gamma / self._greatest_gamma * _STEPS))
        self.gamma_value.setText(f"{gamma:.2f}")
        self.gamma.setToolTip(f"Subtracted from the scores of seen classes: {gamma:.6g}")
        checkpoint = self._session.inference.checkpoint
        self.gamma_reset.setEnabled(checkpoint is not None and checkpoint.header.gamma != gamma)
        self._refresher.request()

    def _reset_gamma(self) -> None:
        checkpoint = self._session.inference.checkpoint
        if checkpoint is not None:
            self._session.inference.set_gamma(checkpoint.header.gamma)
