"""The attributes of the chosen image: searchable, sorted by what the sub-net in focus finds."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_core.domain.attention import attributes_of_regions
from msdn_core.domain.variants import SubNets
from msdn_gui.explore.attributes.attribute_model import AV, FUSED, GROUP, HIT, NAME, VA, WANTED, AttributeModel
from msdn_gui.explore.attributes.overridden_bar import OverriddenBar
from msdn_gui.explore.attributes.overrides import Overrides
from msdn_gui.explore.attributes.score_delegate import ScoreDelegate
from msdn_gui.explore.maps.region_choice import RegionChoice
from msdn_gui.explore.picture.truth import attribute_hits, known_truth
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_label, make_line_edit, make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.item_table import ItemTable
from msdn_gui.widgets.table_delegates import BarDelegate, TextDelegate


class AttributesPanel(QWidget):
    """Choosing a row chooses the attribute everywhere."""

    def __init__(self, session: Session, regions: RegionChoice, overrides: Overrides) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._regions, self._overrides = session, regions, overrides
        self.model = AttributeModel()
        widths = {GROUP: 120, AV: 74, VA: 74, HIT: 52, FUSED: 78, WANTED: 82}
        self.table = ItemTable(self.model, "attributes", widths=widths, stretch=NAME)
        self.table.setAccessibleName("Attributes")
        bars = BarDelegate(self.table)
        for column in (AV, VA, WANTED):
            self.table.setItemDelegateForColumn(column, bars)
        self.table.setItemDelegateForColumn(HIT, TextDelegate(self.table))
        self.table.setItemDelegateForColumn(FUSED, ScoreDelegate(self.table))
        self.table.setEditTriggers(ItemTable.EditTrigger.DoubleClicked)
        self.table.setItemDelegateForColumn(NAME, TextDelegate(self.table))
        self.table.setItemDelegateForColumn(GROUP, TextDelegate(self.table, "muted"))
        self.search = make_line_edit(name="attribute_search", placeholder="Search attributes", clearable=True)
        self.search.setMaximumWidth(260)
        self.title = make_label(name="attributes_title")
        self.title.setProperty("look", "heading")
        self.leave_regions = make_tool_button(name="leave_regions")
        self.leave_regions.setAccessibleName("Back to the whole image")
        bind_icon(self.leave_regions, "close", "muted")
        self.leave_regions.clicked.connect(regions.clear)
        self.overridden = OverriddenBar(overrides)
        self.wanted = ElidedLabel(name="wanted_by")
        self.wanted.setProperty("look", "muted")
        self.wanted.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.empty = make_label(parent=self.table.viewport(), name="attributes_empty")
        self.empty.setProperty("look", "muted")

        top = QHBoxLayout()
        top.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        top.setSpacing(SPACING)
        top.addWidget(self.title)
        top.addWidget(self.leave_regions)
        top.addWidget(self.search, 1)
        top.addWidget(self.overridden)
        top.addWidget(self.wanted, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)

        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._choose_first)
        self.table.chosen.connect(session.selection.set_attribute)
        session.selection.attribute_changed.connect(self.table.show_item)
        session.document.table_changed.connect(self._take_table)
        session.inference.explanation_changed.connect(self._take_scores)
        session.inference.explanation_changed.connect(self._take_hits)
        session.document.table_changed.connect(self._take_hits)
        session.inference.explaining_changed.connect(self._take_state)
        regions.changed.connect(self._take_scores)
        self.model.overridden.connect(overrides.put)
        overrides.changed.connect(self._take_scores)
        session.selection.class_changed.connect(self._take_class)
        self._take_table()
        self._take_scores()
        self._take_hits()
        self.table.show_item(session.selection.attribute)

    def rank_by(self, subnet: str) -> None:
        """Sort by the scores of ``av`` or ``va``, the highest first."""
        self.table.sortByColumn(AV if subnet == "av" else VA, Qt.SortOrder.DescendingOrder)

    def override(self) -> None:
        """Open the chosen attribute's score for typing another one."""
        row = self.model.row_of(self._session.selection.attribute)
        if row >= 0:
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
            index = self.model.index(row, FUSED)
            self.table.scrollTo(index)
            self.table.edit(index)

    def focus_search(self) -> None:
        """Put the cursor into the search line."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _take_table(self) -> None:
        self.model.set_table(self._session.document.table)
        self._take_class()
        self._narrow()

    def _take_scores(self, *_: object) -> None:
        explanation, count = self._session.inference.explanation, self._regions.count
        self.title.setText(f"Attributes of {count} region{'s' if count > 1 else ''}" if count else "Attributes")
        self.leave_regions.setVisible(count > 0)
        # While the next image is looked at, the order stays: a table that empties and fills again flickers.
        if explanation is not None:
            there = explanation.sub_nets
            of_regions = attributes_of_regions(explanation, self._regions.mask) if count else None
            av, va = of_regions or (explanation.scores_av, explanation.scores_va)
            self.model.set_scores(
                None if there is SubNets.VA else av, va if there.has_va else None, of_regions=of_regions is not None
            )
            self.model.set_fused(self._session.inference.fused_scores(), self._overrides.values)
        elif self._session.selection.image is None or self._session.inference.checkpoint is None:
            self._forget_scores()

    def _take_hits(self, *_: object) -> None:
        session = self._session
        if session.inference.explanation is not None:
            known = known_truth(session.document.project, session.selection.image)
            hits = attribute_hits(
                known,
                session.document.project,
                session.selection.image,
                session.document.table,
                session.inference.explanation,
            )
            self.model.set_hits(hits)
            self.table.setColumnHidden(HIT, not known.parts)

    def _forget_scores(self) -> None:
        self.model.set_scores(None, None)
        self.model.set_fused(None, {})
        self.model.set_hits(np.zeros((0, 2), dtype=np.int8))

    def _take_state(self, state: ExplainState) -> None:
        if state.phase is ExplainPhase.FAILED:
            self._forget_scores()

    def _take_class(self, *_: object) -> None:
        session = self._session
        name = self.expected_class()
        row = session.document.table.class_index.get(name) if name else None
        self.model.set_wanted(name or "", None if row is None else session.document.table.vectors[row])
        self.wanted.setText(f"Wanted by {name}" if row is not None else "")
        self.wanted.setToolTip(f"The column “Wanted” shows the class vector of {name}, as given" if name else "")

    def expected_class(self) -> str | None:
        """The class whose values are shown: the chosen one, or else the best of the ranking."""
        session = self._session
        if session.selection.class_name is not None:
            return session.selection.class_name
        reading = self._overrides.reading()
        if reading is None or not session.document.table.classes:
            return None
        return session.document.table.classes[int(reading.ranking()[0][0])]

    def follow_ranking(self) -> None:
        """The best class may be another one now."""
        if self._session.selection.class_name is None:
            self._take_class()

    def _narrow(self) -> None:
        self.model.search(self.search.text())
        if not self.model.item_count():
            text = "The attributes stand here once the project or a checkpoint has some."
        else:
            text = "" if self.model.rowCount() else "No attribute matches; clear the search."
        self.empty.setText(text)
        self.empty.setVisible(bool(text))
        self.empty.adjustSize()
        self.empty.move(SPACING, SPACING)

    def _choose_first(self) -> None:
        if self.model.rowCount():
            self._session.selection.set_attribute(self.model.item_at(0))
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
