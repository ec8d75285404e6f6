"""Explore by clicks and keys: images, attributes, classes and reasons follow one selection."""

from __future__ import annotations

import numpy as np
import pytest
from explore_kit import AV, CLASS_VALUE, NAME, VA, action, choose_image, click_row, in_pages, shown_workspace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from small_birds import ATTRIBUTES, CLASSES

from msdn_gui.explore.ranking.ranking_model import CLASS, MARK_ROLE
from msdn_gui.explore.workspace import ExploreWorkspace
from msdn_gui.look.theme import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    return shown_workspace(session, services, qtbot)


def test_the_first_image_is_selected_and_its_maps_cover_the_viewed_part(workspace, session) -> None:
    assert session.selection.image == session.document.images[0]
    for side in (workspace.maps.av, workspace.maps.va):
        place = side.view.heat.mapRectToParent(side.view.heat.boundingRect())
        viewed = session.inference.explanation.viewed
        assert (place.x(), place.y(), place.width(), place.height()) == pytest.approx(
            (viewed.x, viewed.y, viewed.width, viewed.height)
        )
        assert side.view.size_in_pixels == (240, 180)
        assert side.notice.isHidden()
    assert session.selection.attribute == int(np.argmax(session.inference.explanation.scores_av))


def test_a_click_selects_an_image_and_arrow_keys_step_on(workspace, session, qtbot) -> None:
    choose_image(workspace, qtbot, 2)
    assert session.selection.image == session.document.images[2]
    qtbot.keyClick(workspace.gallery.view, Qt.Key.Key_Left)
    assert session.selection.image == session.document.images[1]


def test_neighbouring_images_are_prefetched(workspace, session, fake_explainer, qtbot) -> None:
    choose_image(workspace, qtbot, 2)
    beside = [session.document.images[place].path for place in (3, 4, 1)]
    assert fake_explainer.ahead == [(session.inference.checkpoint.path, path) for path in beside]
    qtbot.waitUntil(lambda: all(map(workspace.maps.pair.loader.knows, beside)))
    qtbot.keyClick(workspace.gallery.view, Qt.Key.Key_Right)
    assert workspace.maps.picture.path == beside[0], "shown immediately"


def test_a_space_can_be_typed_in_a_search(workspace, qtbot) -> None:
    qtbot.keyClicks(workspace.attributes.search, "wing pattern o/s")
    assert workspace.attributes.search.text() == "wing pattern o/s"
    assert workspace.maps.av.view.heat.isVisible()


def test_slash_focuses_the_attribute_search_and_return_selects(workspace, session, qtbot) -> None:
    workspace.activateWindow()
    workspace.gallery.view.setFocus()
    qtbot.keyClick(workspace.gallery.view, Qt.Key.Key_Slash)
    qtbot.waitUntil(workspace.attributes.search.hasFocus)
    qtbot.keyClicks(workspace.attributes.search, "crest yes")
    qtbot.keyClick(workspace.attributes.search, Qt.Key.Key_Return)
    assert ATTRIBUTES[session.selection.attribute].full_name == "crest::yes"
    qtbot.keyClicks(workspace.attributes.search, " nonsense")
    assert workspace.attributes.empty.isVisible()


def test_the_ranking_is_the_sessions_with_seen_and_unseen_marked(workspace, session) -> None:
    order, _ = session.inference.class_ranking()
    model = workspace.ranking.model
    assert [model.name_at(row) for row in range(3)] == [CLASSES[row] for row in order]
    assert [model.index(row, 0).data(MARK_ROLE) == "seen" for row in range(3)] == session.document.table.seen[
        order
    ].tolist()
    true = session.selection.image.class_name
    assert f"Rank {[CLASSES[row] for row in order].index(true) + 1} of 3" in workspace.ranking.true_class.text()
    assert "✓" in model.index(model.row_of_class(true), CLASS).data()


def test_gamma_updates_the_ranking_and_is_reset(workspace, session, qtbot) -> None:
    panel = workspace.ranking
    panel.gamma.setValue(panel.gamma.maximum())
    assert session.inference.gamma == 2.0
    assert panel.gamma_value.text() == "2.00"
    assert panel.model.name_at(0) == "Blue-crested tern", "a large gamma ranks the unseen class first"
    qtbot.mouseClick(panel.gamma_reset, LEFT)
    assert session.inference.gamma == 0.5


def test_contributions_sum_to_the_score_that_is_shown(workspace, session, qtbot) -> None:
    why = workspace.why
    assert why.class_name == workspace.ranking.model.name_at(0), "the best class if none is selected"
    click_row(qtbot, workspace.ranking.table, 2, CLASS)
    assert session.selection.class_name == workspace.ranking.model.name_at(2) == why.class_name
    row = session.document.table.class_index[session.selection.class_name]
    score = session.inference.class_ranking()[1][row]
    taken_off = session.inference.gamma if session.document.table.seen[row] else 0.0
    assert why.model.total - taken_off == pytest.approx(float(score))
    assert f"{why.model.total:.3f}".replace("-", "−") in why.sum.text()
    assert workspace.attributes.class_label.text() == f"Class value: {session.selection.class_name}"


def test_digits_select_classes_by_rank(workspace, session, qtbot) -> None:
    workspace.activateWindow()
    workspace.gallery.view.setFocus()
    qtbot.keyClick(workspace.gallery.view, Qt.Key.Key_2)
    assert session.selection.class_name == workspace.ranking.model.name_at(1)


def test_an_edited_class_is_ranked_again_without_the_network(workspace, session, fake_explainer) -> None:
    asked = len(fake_explainer.requests)
    session.edits.add_classes({"New bird": np.maximum(session.inference.fused_scores(), 0)})
    assert workspace.ranking.model.rowCount() == 4
    assert workspace.ranking.model.name_at(0) == "New bird"
    assert len(fake_explainer.requests) == asked


def test_attributes_are_sorted_by_the_sub_net_in_focus(workspace, qtbot) -> None:
    model = workspace.attributes.model
    action(workspace, "explore.switch_subnet").trigger()
    assert model.sort_column == VA
    qtbot.mouseClick(workspace.maps.av.view.viewport(), LEFT, pos=QPoint(20, 20))
    assert model.sort_column == AV
    qtbot.keyClick(workspace.maps.av.view, Qt.Key.Key_Tab)
    assert model.sort_column == VA


def test_a_click_on_a_heading_sorts_numbers_from_the_highest_down(workspace, qtbot) -> None:
    table = workspace.attributes.table
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(CLASS_VALUE) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    values = [float(table.model().index(row, CLASS_VALUE).data()) for row in range(6)]
    assert values == sorted(values, reverse=True)
    assert table.model().headerData(CLASS_VALUE, Qt.Orientation.Horizontal) == "Class value ▾"
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    assert float(table.model().index(0, CLASS_VALUE).data()) == min(values)


def test_the_selected_row_is_copied_as_text(workspace, qtbot) -> None:
    table = workspace.attributes.table
    click_row(qtbot, table, 1)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().split("\t")
    assert copied[NAME] == table.model().index(1, NAME).data()
    assert copied[AV] == table.model().index(1, AV).data()


def test_empty_states_say_what_will_appear(empty_session, services, qtbot) -> None:
    workspace = ExploreWorkspace(empty_session, services)
    qtbot.addWidget(workspace)
    workspace.show()
    assert workspace.settled()
    assert "Open one" in workspace.gallery.empty.text()
    assert "Select an image" in workspace.why.sum.text()
    assert workspace.attributes.empty.text()


def test_closing_the_project_empties_everything(workspace, session) -> None:
    session.close_project()
    assert workspace.gallery.model.rowCount() == 0
    assert workspace.maps.picture is None
    assert workspace.attributes.model.rowCount() == 0
    assert workspace.ranking.model.rowCount() == 0
    assert workspace.why.model.rowCount() == 0


def test_both_themes_paint_and_nothing_is_cut_off(workspace) -> None:
    for mode in ("dark", "light"):
        theme().set_mode(mode)
        assert not workspace.grab().isNull()
        canvas = theme().colours.q("canvas")
        assert workspace.maps.av.view.backgroundBrush().color() == canvas
    for widget in workspace.findChildren(QWidget):
        if widget.isVisible() and type(widget).__name__ in ("QLabel", "QCheckBox", "QComboBox", "QToolButton"):
            hint = widget.minimumSizeHint()
            assert widget.width() >= hint.width(), f"{widget.objectName() or widget.text()} is cut off"
            assert widget.height() >= min(hint.height(), widget.sizeHint().height()) - 1


def test_each_action_has_a_shortcut_of_its_own(workspace) -> None:
    keys = [one.shortcut().toString() for one in workspace.actions()]
    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_actions_step_through_attributes(workspace) -> None:
    before = workspace.attributes.table.currentIndex().row()
    action(workspace, "explore.next_attribute").trigger()
    assert workspace.attributes.table.currentIndex().row() == before + 1


def test_a_hidden_workspace_updates_when_it_is_shown(workspace, session) -> None:
    ranked = []
    session.selection.set_class("Red wader")
    table = workspace.attributes.model
    with in_pages(workspace) as pages:
        workspace.ranking.ranked.connect(lambda: ranked.append(True))
        pages.setCurrentIndex(1)
        session.edits.set_values([("Red wader", 0, 0.25)])
        assert not ranked
        pages.setCurrentIndex(0)
        assert ranked
        assert table.index(table.row_of(0), CLASS_VALUE).data() == "0.25"


def test_a_visible_workspace_shows_an_edited_value(workspace, session) -> None:
    session.selection.set_class("Red wader")
    session.edits.set_values([("Red wader", 0, 0.25)])
    table = workspace.attributes.model
    assert table.index(table.row_of(0), CLASS_VALUE).data() == "0.25"
