"""The classes of the chosen image from the best down, seen and unseen told apart, under a gamma of one's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.domain.scoring import Floats
from msdn_gui.explore.attributes.overrides import Overrides
from msdn_gui.explore.ranking.calibration import Calibration
from msdn_gui.explore.ranking.ranking_model import CLASS, RANK, SCORE, TRUE_SIGN, RankingModel
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_button, make_label, make_line_edit, make_slider, make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.mark import Mark
from msdn_gui.widgets.table_delegates import BarDelegate, ClassDelegate, TextDelegate

if TYPE_CHECKING:
    from msdn_gui.services import Services

_STEPS = 200
"""Positions of the gamma slider."""


class RankingPanel(QWidget):
    """Choosing a row chooses the class everywhere."""

    ranked = Signal()
    """The ranking is another one."""

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
        self.title = ElidedLabel("Classes", name="ranking_title")
        self.search = make_line_edit(name="class_search", placeholder="Search classes", clearable=True)
        self.search.setToolTip("Part of a class's name, or “seen” or “unseen”")
        self.true_class = make_button(name="true_class", flat=True)
        self.true_class.setProperty("look", "quiet")
        self.true_class.setStyleSheet("text-align: left; padding: 2px 0;")
        self.true_class.setMinimumWidth(60)
        self.gamma = make_slider(0, _STEPS, name="gamma")
        self.gamma.setAccessibleName("Gamma")
        self.gamma_value = make_label(name="gamma_value")
        self.gamma_value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.gamma_value.setMinimumWidth(self.gamma_value.fontMetrics().horizontalAdvance("00.00"))
        self.gamma_reset = make_tool_button(name="gamma_reset", accessible="Back to the checkpoint's own gamma")
        bind_icon(self.gamma_reset, "undo", "muted")
        self.calibration = Calibration(session, services)
        self._arrange()

        self.search.textChanged.connect(self.model.search)
        self.search.returnPressed.connect(self._choose_first)
        self.table.chosen.connect(lambda item: session.selection.set_class(session.document.table.classes[item]))
        self.true_class.clicked.connect(self._show_true_class)
        self.gamma.valueChanged.connect(lambda step: session.inference.set_gamma(step / _STEPS * self._greatest_gamma))
        self.gamma_reset.clicked.connect(self._reset_gamma)
        session.inference.explanation_changed.connect(self._rank)
        overrides.changed.connect(self._rank)
        session.inference.explaining_changed.connect(self._take_state)
        session.document.table_changed.connect(self._rank)
        session.inference.gamma_changed.connect(self._take_gamma)
        session.inference.checkpoint_changed.connect(self._take_checkpoint)
        session.selection.image_changed.connect(self._take_image)
        session.document.images_changed.connect(self._take_image)
        session.selection.class_changed.connect(self._show_chosen)
        self._take_checkpoint()
        self._take_image()
        self._rank()

    def choose_rank(self, rank: int) -> None:
        """Choose the class of that rank, 1 for the best one."""
        ranking = self._ranking()
        if ranking is not None and 1 <= rank <= len(ranking[0]):
            self._session.selection.set_class(self._session.document.table.classes[int(ranking[0][rank - 1])])

    def _arrange(self) -> None:
        self.title.setProperty("look", "heading")
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        for mark in ("seen", "unseen"):
            top.addWidget(Mark(mark))
            word = QLabel(mark)
            word.setFont(small_font())
            word.setProperty("look", "muted")
            top.addWidget(word)
        slider = QHBoxLayout()
        label = QLabel("Gamma")
        label.setToolTip("What calibrated stacking takes off the scores of seen classes")
        slider.setSpacing(SPACING)
        slider.addWidget(label)
        slider.addWidget(self.gamma, 1)
        slider.addWidget(self.gamma_value)
        slider.addWidget(self.gamma_reset)
        head, foot = QVBoxLayout(), QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(SPACING // 2)
        head.addLayout(top)
        head.addWidget(self.search)
        foot.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        foot.setSpacing(0)
        foot.addWidget(self.true_class)
        foot.addLayout(slider)
        foot.addWidget(self.calibration)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)

    def _ranking(self) -> tuple[NDArray[np.intp], Floats] | None:
        reading = self._overrides.reading()
        return None if reading is None else reading.ranking()

    def _rank(self, *_: object) -> None:
        session = self._session
        ranking = self._ranking()
        failed = session.inference.explaining.phase is ExplainPhase.FAILED
        # While the next image is looked at, the ranking stays: a table that empties and fills again flickers.
        waiting = session.selection.image is not None and session.inference.checkpoint is not None and not failed
        if ranking is not None:
            self.model.show_ranking(session.document.table, *ranking)
        elif not waiting or session.document.table.classes != self.model.table.classes:
            self.model.show_ranking(session.document.table, None, None)
        overridden = bool(self._overrides.values)
        self.title.setText("Classes (overridden)" if overridden else "Classes")
        if overridden:
            self.title.setToolTip("Ranked by scores of which some are overridden")
        self._show_chosen()
        self._tell_true_class()
        self.ranked.emit()

    def _take_state(self, state: ExplainState) -> None:
        if state.phase is ExplainPhase.FAILED:
            self._rank()

    def _show_chosen(self, *_: object) -> None:
        name = self._session.selection.class_name
        self.table.show_item(self._session.document.table.class_index.get(name, -1) if name is not None else -1)

    def _take_image(self, *_: object) -> None:
        self.model.set_true_class(
            self._session.selection.image.class_name if self._session.selection.image is not None else None
        )
        self._tell_true_class()

    def _tell_true_class(self) -> None:
        image = self._session.selection.image
        name = image.class_name if image is not None else None
        rank = self.model.rank_of(name) if self._session.inference.explanation is not None else None
        where = "" if rank is None else f"Rank {rank} of {self.model.item_count()}: "
        text = f"{TRUE_SIGN} {where}{name}" if name is not None else ""
        room = self.width() - 2 * SPACING
        self.true_class.setText(self.true_class.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
        self.true_class.setToolTip(f"{name}\nShow the true class in the ranking")
        self.true_class.setVisible(name is not None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_true_class()

    def _show_true_class(self) -> None:
        self.search.clear()
        name = self._session.selection.image.class_name if self._session.selection.image is not None else None
        row = self.model.row_of_class(name)
        if row >= 0:
            self.table.scrollTo(self.model.index(row, 0), ItemTable.ScrollHint.PositionAtCenter)
            self._session.selection.set_class(name)

    def _choose_first(self) -> None:
        if self.model.rowCount():
            self._session.selection.set_class(self.model.name_at(0))

    # Gamma

    def _take_checkpoint(self, *_: object) -> None:
        checkpoint = self._session.inference.checkpoint
        own = checkpoint.header.gamma if checkpoint is not None else 0.0
        self._greatest_gamma = max(2.0, 2.0 * own)
        self.gamma_reset.setToolTip(f"Back to the checkpoint's own gamma, {own:g}")
        self.gamma.setEnabled(checkpoint is not None)
        self._take_gamma()

    def _take_gamma(self, *_: object) -> None:
        value = self._session.inference.gamma
        with QSignalBlocker(self.gamma):
            self.gamma.setValue(round(value / self._greatest_gamma * _STEPS))
        self.gamma_value.setText(f"{value:.2f}")
        self.gamma.setToolTip(f"Taken off the scores of seen classes: {value:.6g}")
        checkpoint = self._session.inference.checkpoint
        self.gamma_reset.setEnabled(checkpoint is not None and checkpoint.header.gamma != value)
        self._rank()

    def _reset_gamma(self) -> None:
        if self._session.inference.checkpoint is not None:
            self._session.inference.set_gamma(self._session.inference.checkpoint.header.gamma)
