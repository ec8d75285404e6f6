"""The attributes of the selected image: searchable, and sorted by the sub-net in focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from msdn_core.domain.attention import attributes_of_regions
from msdn_core.domain.display_names import class_text
from msdn_core.domain.scoring import Floats, fused_evidence
from msdn_core.domain.variants import SubNets
from msdn_gui.actions.bind import ActionSet, bind_button, follow_keys, set_reason
from msdn_gui.explore.attributes.attribute_model import AttributeModel
from msdn_gui.explore.attributes.columns import COLUMNS, Column
from msdn_gui.explore.attributes.overridden_bar import OverriddenBar
from msdn_gui.explore.picture.truth import attribute_hits, read_truth
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.widgets.build import make_column, make_label, make_line_edit, make_row, make_tool_button
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.refresh import Refresher
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.ordered_table import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.explore.attributes.overrides import Overrides
    from msdn_gui.explore.maps.map_subject import MapSubjects
    from msdn_gui.explore.maps.region_selection import RegionSelection
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange


class AttributesPanel(QWidget):
    """Selecting a row selects the attribute everywhere."""

    def __init__(
        self,
        session: Session,
        regions: RegionSelection,
        overrides: Overrides,
        subjects: MapSubjects,
        columns: Sequence[Column] = COLUMNS,
    ) -> None:
        """``subjects`` decides what is listed of selected regions: shares of attention, or evidence."""
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._regions, self._overrides, self._subjects = session, regions, overrides, subjects
        self.model = AttributeModel(columns)
        self.table = self._make_table()
        layout = make_column(self._make_top(), self.table, spacing=SPACING // 2)
        layout.setStretchFactor(self.table, 1)
        self.setLayout(layout)
        self.empty = make_label(parent=self.table.viewport(), name="attributes_empty")
        self.empty.setProperty("look", "muted")
        self._refresher = Refresher(self, self._refresh, self._apply_change)
        self._connect()
        self._refresh()

    def use_actions(self, actions: ActionSet) -> None:
        """Bind search line and buttons to their actions."""
        search = actions["explore.search_attributes"]
        follow_keys(search, lambda keys: self.search.setPlaceholderText(f"Search attributes{keys}"))
        bind_button(self.leave_regions, actions["explore.clear_regions"], "Clear region selection")
        self.overridden.use_action(actions["explore.remove_overrides"])

        def on_overrides_changed() -> None:
            for name in ("explore.remove_override", "explore.remove_overrides"):
                set_reason(actions[name], "" if self._overrides.values else "No score is overridden.")

        self._overrides.changed.connect(on_overrides_changed)
        on_overrides_changed()

    def sort_by(self, subnet: str) -> None:
        """Sort by the scores of ``av`` or ``va``, the highest first."""
        self.table.sortByColumn(self.model.column_number(subnet), Qt.SortOrder.DescendingOrder)

    def override(self) -> None:
        """Edit the selected attribute's score."""
        row = self.model.row_of(self._session.selection.attribute)
        if row >= 0:
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
            index = self.model.index(row, self.model.column_number("fused"))
            self.table.scrollTo(index)
            self.table.edit(index)

    def compared_class(self) -> str | None:
        """Return the class whose values are shown: the selected one, or else the best of the ranking."""
        if self._session.selection.class_name is not None:
            return self._session.selection.class_name
        prediction, classes = self._overrides.prediction(), self._session.document.table.classes
        if prediction is None or not classes:
            return None
        return classes[int(prediction.ranking()[0][0])]

    def on_ranking_changed(self) -> None:
        """Show the values of the best class if no class is selected."""
        if self._session.selection.class_name is None:
            self._update_class()

    # Widgets

    def _make_table(self) -> ItemTable:
        columns = self.model.columns
        widths = {index: column.width for index, column in enumerate(columns) if column.width is not None}
        stretch = next(index for index, column in enumerate(columns) if column.width is None)
        table = ItemTable(self.model, "attributes", widths=widths, stretch=stretch)
        table.setAccessibleName("Attributes")
        table.setEditTriggers(ItemTable.EditTrigger.DoubleClicked)
        for index, column in enumerate(columns):
            table.setItemDelegateForColumn(index, column.delegate(table))
            table.setColumnHidden(index, column.name == "pooled")
        return table

    def _make_top(self) -> QHBoxLayout:
        self.search = make_line_edit(name="attribute_search", placeholder="Search attributes", clearable=True)
        self.search.setMaximumWidth(260)
        self.title = make_label(name="attributes_title")
        self.title.setProperty("look", "heading")
        self.leave_regions = make_tool_button(name="leave_regions", accessible="Clear region selection")
        bind_icon(self.leave_regions, "close", "muted")
        self.overridden = OverriddenBar(self._overrides)
        self.class_label = ElidedLabel(name="class_of_values")
        self.class_label.setProperty("look", "muted")
        self.class_label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = make_row(self.title, self.leave_regions, self.search, self.overridden, self.class_label, spacing=SPACING)
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        row.setStretchFactor(self.search, 1)
        row.setStretchFactor(self.class_label, 1)
        return row

    def _connect(self) -> None:
        selection, inference, document = self._session.selection, self._session.inference, self._session.document
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._select_first)
        self.table.chosen.connect(selection.set_attribute)
        self.model.overridden.connect(self._overrides.set)
        selection.attribute_changed.connect(Refresher(self, self._show_attribute).request)
        selection.class_changed.connect(Refresher(self, self._update_class).request)
        document.table_changed.connect(self._refresher.on_table_changed)
        inference.explanation_changed.connect(self._refresher.request)
        inference.explaining_changed.connect(self._on_explaining_changed)
        self._regions.changed.connect(self._update_scores)
        self._subjects.changed.connect(self._update_scores)
        self._overrides.changed.connect(self._update_scores)

    # Contents

    def _refresh(self) -> None:
        self.model.set_table(self._session.document.table)
        self._update_scores()
        self._update_hits()
        self._update_class()
        self._filter()
        self.table.show_item(self._session.selection.attribute)

    def _apply_change(self, change: TableChange) -> bool:
        if not change.is_values_only:
            return False
        # Which attributes a class has depends on the table's highest value, so any edit may change the hits.
        self._update_hits()
        if self._regions.count and self._subjects.kind.is_of_class:
            self._update_scores()
        name = self.compared_class()
        row = self._session.document.table.class_index.get(name) if name is not None else None
        if row is None or change.touches_row(row) or name != self.model.attribute_data.class_name:
            self._update_class()
        return True

    def _update_scores(self) -> None:
        explanation, count = self._session.inference.explanation, self._regions.count
        subject = self._subjects.of(self._session.inference.prediction())
        total: float | None = None
        self.leave_regions.setVisible(count > 0)
        # The old scores stay until the next explanation: a table that empties and fills again flickers.
        if explanation is not None:
            av: Floats = explanation.scores_av
            va: Floats = explanation.scores_va
            if count and subject.kind.is_signed:
                av, va = subject.contributions(explanation, self._regions.mask)
                if subject.kind.is_of_class:
                    total = float(fused_evidence(av, va, explanation.fusion).sum())
            elif count:
                av, va = attributes_of_regions(explanation, self._regions.mask)
            sub_nets = explanation.sub_nets
            self.model.set_scores(
                None if sub_nets is SubNets.VA else av,
                va if sub_nets.has_va else None,
                of_regions=subject.kind if count else None,
            )
            self.model.set_pooled(explanation.scores_pooled if explanation.fusion.pooled else None)
            self.model.set_fused(self._session.inference.fused_scores(), self._overrides.values)
        elif self._session.selection.image is None or self._session.inference.checkpoint is None:
            self._clear_scores()
        regions = f"{count} region{'s' if count > 1 else ''}"
        what = "Evidence" if count and subject.kind.is_signed else "Attributes"
        added = "" if total is None else f", sum {number(total, abs(total))}"
        self.title.setText(f"{what} of {regions}{added}" if count else "Attributes")
        self.title.setToolTip("" if total is None else f"The selected regions add {total:.6g} to {subject.title}")

    def _update_hits(self) -> None:
        document, image = self._session.document, self._session.selection.image
        explanation = self._session.inference.explanation
        if explanation is not None:
            known = read_truth(document.project, image)
            hits = attribute_hits(known, document.project, image, document.table, explanation)
            self.model.set_hits(hits if known.parts else None)
            self._show_columns()

    def _show_columns(self) -> None:
        for column in range(len(self.model.columns)):
            self.table.setColumnHidden(column, not self.model.is_shown(column))

    def _clear_scores(self) -> None:
        self.model.set_scores(None, None)
        self.model.set_pooled(None)
        self.model.set_fused(None, {})
        self.model.set_hits(None)

    def _on_explaining_changed(self, state: ExplainState) -> None:
        if state.phase is ExplainPhase.FAILED:
            self._clear_scores()

    def _show_attribute(self) -> None:
        self.table.show_item(self._session.selection.attribute)

    def _update_class(self) -> None:
        table, name = self._session.document.table, self.compared_class()
        row = table.class_index.get(name) if name is not None else None
        self.model.set_class(name or "", None if row is None else table.vectors[row])
        if name is None or row is None:
            self.class_label.setText("")
        else:
            self.class_label.setText(f"Class value: {class_text(name)}")
            self.class_label.setToolTip(f"The column “Class value” shows the class vector of {name}")

    def _filter(self) -> None:
        self.model.search(self.search.text())
        if not self.model.item_count():
            text = "Attributes appear here once the project or the checkpoint has some."
        else:
            text = "" if self.model.rowCount() else "No matches. Clear the search to see all attributes."
        self.empty.setText(text)
        self.empty.setVisible(bool(text))
        self.empty.adjustSize()
        self.empty.move(SPACING, SPACING)

    def _select_first(self) -> None:
        if self.model.rowCount():
            self._session.selection.set_attribute(self.model.item_at(0))
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
