"""Overriding an attribute score updates everything that depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from explore_kit import FUSED, action, choose_image, click_row, shown_workspace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from small_birds import CLASSES

from msdn_gui.explore.ranking.contribution_model import SHARE
from msdn_gui.explore.ranking.ranking_model import CLASS

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    made = shown_workspace(session, services, qtbot)
    choose_image(made, qtbot, 1)
    return made


def fused(workspace, attribute: int) -> str:
    model = workspace.attributes.model
    return model.index(model.row_of(attribute), FUSED).data()


def type_score(workspace, qtbot, text: str, end=Qt.Key.Key_Return) -> None:
    editor = workspace.attributes.table.findChild(QLineEdit, "score_editor")
    assert editor.isVisible()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, end)
    qtbot.waitUntil(lambda: workspace.attributes.table.findChild(QLineEdit, "score_editor") is None)


def override(workspace, session, qtbot, attribute: int, text: str) -> None:
    session.selection.set_attribute(attribute)
    workspace.attributes.table.setFocus()
    qtbot.keyClick(workspace.attributes.table, Qt.Key.Key_F2)
    type_score(workspace, qtbot, text)


def first_class(workspace) -> str:
    return workspace.ranking.model.index(0, CLASS).data()


def test_an_override_updates_everything_that_depends_on_it(workspace, session, fake_explainer, qtbot) -> None:
    asked = len(fake_explainer.requests)
    session.inference.set_gamma(0.0)
    network = session.inference.prediction()
    override(workspace, session, qtbot, 4, "9,5")
    changed = np.array(network.scores, dtype=float)
    changed[4] = 9.5
    scores = changed @ session.document.table.unit_vectors().T
    assert fused(workspace, 4) == "9.50*", "and it is marked"
    assert CLASSES[int(scores.argmax())] in first_class(workspace)
    assert CLASSES[int(scores.argmax())] == CLASSES[2], "the class with a crest"
    assert workspace.ranking.title.text() == "Classes (overridden)"
    session.selection.set_class(CLASSES[2])
    why = workspace.why
    why.rival.setCurrentIndex(why.rival.findData(CLASSES[0]))
    units = session.document.table.unit_vectors()
    lead = changed @ (units[2] - units[0])
    assert f"{lead:.3f}, with 1 overridden score" in why.sum.text()
    row = why.model.row_of(4)
    assert why.model.index(row, SHARE).data() == f"{9.5 * (units[2] - units[0])[4]:+.3f}*"
    assert "Red wader would win without crest: yes" in why.reversal.text()
    assert len(fake_explainer.requests) == asked, "all from the cache"
    assert np.array_equal(session.inference.prediction().scores, network.scores), (
        "other workspaces do not use overrides"
    )


def test_a_double_click_overrides_and_delete_removes_the_override(workspace, qtbot) -> None:
    table, model = workspace.attributes.table, workspace.attributes.model
    before, ranked = fused(workspace, 2), first_class(workspace)
    click_row(qtbot, table, model.row_of(2), FUSED)
    place = table.visualRect(model.index(model.row_of(2), FUSED)).center()
    qtbot.mouseDClick(table.viewport(), LEFT, pos=place)
    type_score(workspace, qtbot, "-30")
    assert fused(workspace, 2) == "−30.00*"
    assert workspace.attributes.overridden.remove.text() == "1 overridden"
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert fused(workspace, 2) == before
    assert first_class(workspace) == ranked
    assert not workspace.attributes.overridden.isVisible()


def test_invalid_numbers_and_escape_change_nothing(workspace, session, qtbot) -> None:
    before = fused(workspace, 0)
    session.selection.set_attribute(0)
    for text, end in (("many", Qt.Key.Key_Return), ("7", Qt.Key.Key_Escape), ("nan", Qt.Key.Key_Return)):
        action(workspace, "explore.override").trigger()
        type_score(workspace, qtbot, text, end)
        assert fused(workspace, 0) == before


def test_overrides_end_with_the_image_unless_kept(workspace, session, qtbot) -> None:
    override(workspace, session, qtbot, 0, "5")
    override(workspace, session, qtbot, 3, "4")
    assert workspace.attributes.overridden.remove.text() == "2 overridden"
    choose_image(workspace, qtbot, 2)
    assert "*" not in fused(workspace, 0)
    override(workspace, session, qtbot, 0, "5")
    qtbot.keyClick(workspace.attributes.overridden.keep, Qt.Key.Key_Space)
    choose_image(workspace, qtbot, 3)
    assert fused(workspace, 0) == "5.00*"
    qtbot.mouseClick(workspace.attributes.overridden.remove, LEFT)
    assert "*" not in fused(workspace, 0)
    override(workspace, session, qtbot, 0, "5")
    choose_image(workspace, qtbot, 4)
    assert "*" not in fused(workspace, 0), "Keep does not last"
