"""Every search, filter and completion of the window finds a name in any Unicode form, case, and without accents."""

from __future__ import annotations

import numpy as np
import pytest
from annotate_kit import press, shown_workspace
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.domain.query import Term
from msdn_core.domain.query_matching import Facet
from msdn_gui.classes.class_names import name_fault
from msdn_gui.classes.class_pickers import add_class_completer, make_class_combo
from msdn_gui.classes.new_class.blend import Blend
from msdn_gui.classes.new_class.starts import OtherClass
from msdn_gui.classes.table.model import ClassTableModel
from msdn_gui.classes.what_if.slider_model import SliderModel
from msdn_gui.explore.finding.facet_panel import FacetPanel
from msdn_gui.explore.ranking.contribution_model import ContributionModel
from msdn_gui.explore.ranking.ranking_model import RankingModel
from msdn_gui.shell.palette.fuzzy import match

COMPOSED, APART = "Blauh\u00e4her", "Blauha\u0308her"
SPELLINGS = [COMPOSED, APART, COMPOSED.upper(), "blauhaher"]


def table(name: str) -> ClassTable:
    attributes = (Attribute(name, "x"), Attribute("wing", "red"))
    return ClassTable(attributes, (name, "Uhu"), np.eye(2), np.array([True, False]))


@pytest.mark.parametrize("stored", [COMPOSED, APART])
@pytest.mark.parametrize("typed", SPELLINGS)
@pytest.mark.usefixtures("qapp")
def test_lists_are_filtered_in_any_spelling(stored: str, typed: str) -> None:
    classes = ClassTableModel()
    classes.set_table(table(stored))
    classes.filter_classes(typed)
    classes.filter_attributes(typed)
    assert (classes.rowCount(), classes.columnCount()) == (1, 1)
    sliders = SliderModel()
    sliders.show_class(table(stored), "Uhu", editable=True)
    sliders.filter(typed)
    assert (sliders.row_of(0) >= 0, sliders.row_of(1)) == (True, -1)
    ranking = RankingModel()
    ranking.show_ranking(table(stored), None, None)
    ranking.search(f"{typed} seen")
    assert [ranking.name_at(row) for row in range(ranking.rowCount())] == [stored]
    contributions = ContributionModel()
    contributions.show_contributions(table(stored).attributes, np.ones(2))
    contributions.search(typed)
    assert contributions.rowCount() == 1


@pytest.mark.parametrize("stored", [COMPOSED, APART])
@pytest.mark.parametrize("typed", SPELLINGS)
def test_the_palette_finds_and_marks_letters_of_the_text(stored: str, typed: str) -> None:
    found = match(typed, f"Der {stored}")
    assert found is not None
    assert "".join(f"Der {stored}"[place] for place in sorted(found.places)) in (COMPOSED, "Blauhaher")


@pytest.mark.parametrize("stored", [COMPOSED, APART])
@pytest.mark.parametrize("typed", SPELLINGS)
def test_class_pickers_complete_and_take_any_spelling(qtbot, stored: str, typed: str) -> None:
    combo, line = make_class_combo("combo", "Class")
    qtbot.addWidget(combo)
    combo.addItems(["Uhu", stored])
    completer = combo.completer()
    completer.setCompletionPrefix(typed[2:])
    assert (completer.completionCount(), completer.currentCompletion()) == (1, stored)
    names, line = QStringListModel(["Uhu", stored]), QLineEdit()
    qtbot.addWidget(line)
    add_class_completer(line, names)
    line.completer().setCompletionPrefix(typed[2:])
    assert line.completer().currentCompletion() == stored
    if typed != "blauhaher":
        blend = Blend()
        qtbot.addWidget(blend)
        blend.begin(table(stored), None)
        blend.lines[0][0].setText(typed)
        other = OtherClass()
        qtbot.addWidget(other)
        other.begin(table(stored), None)
        other.source.setEditText(typed)
        assert blend.vector().tolist() == other.vector().tolist() == [1, 0]


def test_labels_are_searched_and_assigned_in_any_spelling(session, services, qtbot) -> None:
    workspace = shown_workspace(session, services, qtbot)
    workspace.labels.search.setText(APART)
    press(workspace, qtbot, "label_add")
    for typed in SPELLINGS:
        workspace.labels.search.setText(typed)
        if typed != "blauhaher":
            assert not workspace.labels.add.isVisible(), "the class is there already"
        qtbot.keyClick(workspace.labels.search, Qt.Key.Key_Return)
    assert [image.class_name for image in session.document.images[: len(SPELLINGS)]] == [APART] * len(SPELLINGS)
    workspace.queue.search.setText(COMPOSED)
    qtbot.waitUntil(lambda: workspace.queue.model.rowCount() == len(SPELLINGS) + 1)
    qtbot.waitUntil(workspace.settled, timeout=10_000)


@pytest.mark.parametrize(("stored", "typed"), [(COMPOSED, APART), (APART, COMPOSED)])
def test_a_second_class_of_the_same_look_is_refused(stored: str, typed: str) -> None:
    assert "already exists" in name_fault(table(stored), typed)
    assert not name_fault(table(stored), typed, old=stored)
    assert not name_fault(table(stored), f"{typed} 2")


@pytest.mark.parametrize("stored", [COMPOSED, APART])
@pytest.mark.parametrize("typed", SPELLINGS)
def test_letters_typed_in_the_filter_list_jump_to_a_name(qtbot, stored: str, typed: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    panel = FacetPanel(parent)
    panel.show_facets([Facet("Class", Term("class", (name,)), 3, False) for name in ("Uhu", stored)], can_score=False)
    panel.table.setCurrentIndex(panel.model.index(1, 0))
    panel.table.keyboardSearch(typed)
    assert panel.model.term_at(panel.table.currentIndex().row()) == Term("class", (stored,))
