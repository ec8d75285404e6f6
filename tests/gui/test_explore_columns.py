"""A column of the attribute table describes itself in one entry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from small_birds import ATTRIBUTES

from msdn_core.domain.evidence import MapKind
from msdn_core.domain.scoring import Fusion
from msdn_gui.explore.attributes.attributes_panel import AttributesPanel
from msdn_gui.explore.attributes.columns import COLUMNS, NumberColumn, TextColumn
from msdn_gui.explore.attributes.overrides import Overrides
from msdn_gui.explore.maps.map_subject import MapSubject, MapSubjects
from msdn_gui.explore.maps.region_selection import RegionSelection
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE
from msdn_gui.widgets.tables.table_delegates import BarDelegate

DIFFERENCE = NumberColumn(
    name="difference",
    heading="Difference",
    tip="Attribute score of A→V minus that of V→A",
    width=90,
    values=lambda data: None if data.scores_av is None or data.scores_va is None else data.scores_av - data.scores_va,
    colour="accent",
)


def test_one_entry_adds_a_column(session, explained, qtbot) -> None:
    explained()
    regions = RegionSelection()
    panel = AttributesPanel(
        session, regions, Overrides(session, regions), MapSubjects(session), columns=(*COLUMNS, DIFFERENCE)
    )
    qtbot.addWidget(panel)
    model, table, column = panel.model, panel.table, len(COLUMNS)
    scores = session.inference.explanation.scores_av - session.inference.explanation.scores_va
    assert model.headerData(column, Qt.Orientation.Horizontal) == "Difference"
    assert model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == DIFFERENCE.tip
    assert table.columnWidth(column) == 90
    assert isinstance(table.itemDelegateForColumn(column), BarDelegate)
    table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    order = np.argsort(-scores, kind="stable")
    assert [model.item_at(row) for row in range(model.rowCount())] == order.tolist()
    best = model.index(0, column)
    assert best.data() == f"{scores.max():.2f}"
    assert best.data(BAR_ROLE)[2] == "accent"
    assert best.data(Qt.ItemDataRole.ToolTipRole) == f"{ATTRIBUTES[order[0]].full_name}\nDifference: {scores.max():.6g}"


def test_the_global_branch_has_a_column_only_where_there_is_one(session, explained, qtbot) -> None:
    explained()
    regions = RegionSelection()
    panel = AttributesPanel(session, regions, Overrides(session, regions), MapSubjects(session))
    qtbot.addWidget(panel)
    column = panel.model.column_number("pooled")
    assert panel.table.isColumnHidden(column)
    plain = session.inference.explanation
    scores = np.linspace(-3, 3, len(ATTRIBUTES), dtype=np.float32)
    with_branch = replace(plain, scores_pooled=scores, fusion=Fusion(0.9, 0.1, 0.5))
    session.inference._requester.explanation = with_branch
    session.inference.explanation_changed.emit(with_branch)
    qtbot.waitUntil(lambda: not panel.table.isColumnHidden(column))
    shown = {panel.model.item_at(row): panel.model.index(row, column).data() for row in range(panel.model.rowCount())}
    assert shown[0] == panel.model.columns[column].text(-3, 3)
    np.testing.assert_allclose(session.inference.fused_scores(), plain.scores + 0.5 * scores, atol=1e-5)
    note = MapSubject(MapKind.EVIDENCE).pooled_note(with_branch, 0)
    assert "-1.5 to the fused score" in note
    assert not MapSubject(MapKind.EVIDENCE).pooled_note(plain, 0)
    prediction = session.inference.prediction()
    best = prediction.table.classes[int(prediction.ranking()[0][0])]
    unit = prediction.table.unit_vectors(clip_negative=prediction.clip_negative)[prediction.table.class_index[best]]
    np.testing.assert_allclose(
        prediction.contributions(best).sum(), unit @ (plain.scores + 0.5 * scores), rtol=1e-4, atol=1e-4
    )


def test_columns_have_unique_names_headings_and_tips() -> None:
    names = [column.name for column in COLUMNS]
    assert len(set(names)) == len(names)
    assert all(column.heading and column.tip for column in COLUMNS)
    stretched = [column for column in COLUMNS if isinstance(column, TextColumn) and column.width is None]
    assert len(stretched) == 1, "one column takes the remaining width"


def test_names_are_readable_in_cells_and_raw_in_copies_and_tooltips(session, explained, qtbot) -> None:
    explained()
    regions = RegionSelection()
    panel = AttributesPanel(session, regions, Overrides(session, regions), MapSubjects(session))
    qtbot.addWidget(panel)
    row = panel.model.row_of(0)
    copied = panel.model.row_text(row).split("\t")
    assert copied[:2] == [ATTRIBUTES[0].group, ATTRIBUTES[0].name]
    assert panel.model.index(row, 1).data(Qt.ItemDataRole.ToolTipRole).startswith(ATTRIBUTES[0].full_name)
