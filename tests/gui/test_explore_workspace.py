"""Explore through clicks and keys: images, maps, attributes, classes and reasons hang together."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from small_birds import ATTRIBUTES, CLASSES

from msdn_core.domain.attention import peak_regions
from msdn_gui.explore import ExploreWorkspace
from msdn_gui.explore.attribute_model import AV, NAME, VA, WANTED
from msdn_gui.explore.heat import short_number
from msdn_gui.explore.ranking_model import CLASS, MARK_ROLE, SCORE
from msdn_gui.theme import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    made = ExploreWorkspace(session, services)
    qtbot.addWidget(made)
    made.resize(1208, 640)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(made.settled, timeout=10_000)
    return made


def click_row(qtbot, table, row: int, column: int = 0) -> None:
    place = table.visualRect(table.model().index(row, column)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=place)


def choose_image(workspace, qtbot, row: int) -> None:
    view = workspace.gallery.view
    place = view.visualRect(view.model().index(row)).center()
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    qtbot.waitUntil(lambda: workspace.settled() and workspace.maps.picture.path == workspace._session.image.path)


def test_the_first_image_is_chosen_by_itself_and_its_maps_stand_where_the_network_looked(workspace, session) -> None:
    assert session.image == session.images[0]
    for side in (workspace.maps.av, workspace.maps.va):
        place = side.view.heat.mapRectToParent(side.view.heat.boundingRect())
        viewed = session.explanation.viewed
        assert (place.x(), place.y(), place.width(), place.height()) == pytest.approx(
            (viewed.x, viewed.y, viewed.width, viewed.height)
        )
        assert side.view.size_in_pixels == (240, 180)
        assert side.notice.isHidden()
    assert session.attribute == int(np.argmax(session.explanation.scores_av))


def test_a_click_on_a_thumbnail_chooses_the_image_and_arrow_keys_go_on(workspace, session, qtbot) -> None:
    choose_image(workspace, qtbot, 2)
    assert session.image == session.images[2]
    qtbot.keyClick(workspace.gallery.view, Qt.Key.Key_Left)
    assert session.image == session.images[1]


def test_images_are_narrowed_down_by_text_class_and_split(workspace, qtbot) -> None:
    gallery = workspace.gallery
    assert gallery.count.text() == "6 images"
    qtbot.keyClicks(gallery.search, "heron")
    assert gallery.count.text() == "2 of 6 images"
    qtbot.keyClicks(gallery.search, " nothing")
    assert gallery.empty.isVisible()
    assert "No image matches" in gallery.empty.text()
    gallery.search.clear()
    gallery.class_box.setCurrentIndex(gallery.class_box.findData("Blue-crested tern"))
    assert gallery.class_box.currentText().startswith("◆")
    assert gallery.count.text() == "2 of 6 images"
    gallery.split_box.setCurrentIndex(gallery.split_box.findData("train"))
    assert gallery.count.text() == "0 of 6 images"


def test_choosing_an_attribute_changes_both_maps(workspace, session, qtbot) -> None:
    table = workspace.attributes.table
    click_row(qtbot, table, 0)
    before = [side.view.heat.image.copy() for side in workspace.maps.sides.values()]
    click_row(qtbot, table, 3)
    chosen = session.attribute
    assert table.model().item_at(3) == chosen
    assert workspace.maps.attribute_title.text() == ATTRIBUTES[chosen].full_name
    for side, old, stack in zip(
        workspace.maps.sides.values(),
        before,
        (session.explanation.attention_av, session.explanation.attention_va),
        strict=True,
    ):
        assert not np.array_equal(side.view.heat.image, old)
        row, column = peak_regions(stack)[chosen]
        side_length = 180 / 7
        assert side.view.peak_point() == pytest.approx((30 + (column + 0.5) * side_length, (row + 0.5) * side_length))
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert session.attribute == table.model().item_at(4)


def test_the_colour_bar_says_the_numbers_of_the_chosen_range(workspace, session) -> None:
    maps, column = workspace.maps, session.attribute
    one = session.explanation.attention_va[column]
    assert (maps.va.bar.low_text, maps.va.bar.high_text) == (short_number(one.min()), short_number(one.max()))
    assert maps.va.readout.text() == "per map"
    maps.controls.policy.setCurrentIndex(maps.controls.policy.findData("per sub-net"))
    whole = session.explanation.attention_va
    assert maps.va.value_range == (float(whole.min()), float(whole.max()))
    assert maps.va.readout.text() == "per sub-net"
    maps.controls.policy.setCurrentIndex(maps.controls.policy.findData("fixed"))
    assert (maps.va.bar.low_text, maps.va.bar.high_text) == ("0", "1.00")


def test_how_maps_are_shown_is_remembered(workspace, services) -> None:
    controls = workspace.maps.controls
    controls.colours.setCurrentIndex(2)
    controls.opacity.setValue(35)
    controls.smooth.setChecked(False)
    stored = services.settings.value
    assert (stored.colour_map, stored.opacity, stored.smooth) == ("inferno", 0.35, False)
    assert workspace.maps.av.view.heat.image.shape == (7, 7, 3), "not smooth: the regions as they are"
    assert workspace.maps.av.view.heat.opacity() == pytest.approx(0.35)


def test_zoom_is_linked_and_goes_back(workspace) -> None:
    left, right = (workspace.maps.av.view, workspace.maps.va.view)
    left.box.setRange(xRange=(60, 120), yRange=(40, 85), padding=0)
    assert np.allclose(left.box.viewRange(), right.box.viewRange(), atol=1.5)
    zoomed = right.box.viewRange()[0]
    action(workspace, "explore_show_the_whole_image").trigger()
    assert right.box.viewRange()[0][0] <= 1
    assert right.box.viewRange()[0][1] >= 239
    assert zoomed != right.box.viewRange()[0]


def test_the_mouse_gives_the_value_of_the_region_on_both_sides(workspace, session, qtbot) -> None:
    view = workspace.maps.av.view
    scene = view.box.mapViewToScene(QPointF(120, 90))
    position = view.mapFromScene(scene)
    qtbot.mouseMove(view.viewport(), position)
    qtbot.waitUntil(lambda: "row 4, column 4" in workspace.maps.va.readout.text())
    value = float(session.explanation.attention_va[session.attribute, 3, 3])
    assert workspace.maps.va.readout.text().startswith(short_number(value))
    view.hovered.emit((5.0, 90.0))
    assert workspace.maps.av.readout.text() == "not viewed"


def test_space_held_shows_the_bare_image(workspace, qtbot) -> None:
    for place in (workspace.gallery.view, workspace.attributes.table, workspace.maps.av.view):
        qtbot.keyPress(place, Qt.Key.Key_Space)
        assert not workspace.maps.av.view.heat.isVisible()
        qtbot.keyRelease(place, Qt.Key.Key_Space)
        assert workspace.maps.av.view.heat.isVisible()
    action(workspace, "explore_show_the_maps").setChecked(False)
    assert not workspace.maps.va.view.heat.isVisible()


def test_a_space_typed_into_a_search_is_a_space(workspace, qtbot) -> None:
    qtbot.keyClicks(workspace.attributes.search, "wing pattern o/s")
    assert workspace.attributes.search.text() == "wing pattern o/s"
    assert workspace.maps.av.view.heat.isVisible()


def test_slash_goes_to_the_search_of_attributes_and_return_chooses(workspace, session, qtbot) -> None:
    workspace.activateWindow()
    workspace.gallery.view.setFocus()
    qtbot.keyClick(workspace.gallery.view, Qt.Key.Key_Slash)
    qtbot.waitUntil(workspace.attributes.search.hasFocus)
    qtbot.keyClicks(workspace.attributes.search, "crest yes")
    qtbot.keyClick(workspace.attributes.search, Qt.Key.Key_Return)
    assert ATTRIBUTES[session.attribute].full_name == "crest::yes"
    qtbot.keyClicks(workspace.attributes.search, " nonsense")
    assert workspace.attributes.empty.isVisible()


def test_the_true_places_of_the_chosen_attributes_part_are_ringed(workspace, session) -> None:
    session.set_attribute(2)
    wing = next(part for part in session.project.parts(session.image.id) if part.part == "wing")
    assert workspace.maps.va.view.part_points() == [(wing.x, wing.y)]
    session.set_attribute(4)
    assert workspace.maps.va.view.part_points() != [(wing.x, wing.y)]
    workspace.maps.controls.parts.setChecked(False)
    assert workspace.maps.va.view.part_points() == []


def test_the_ranking_is_the_sessions_with_seen_and_unseen_marked(workspace, session) -> None:
    order, _ = session.class_ranking()
    model = workspace.ranking.model
    assert [model.name_at(row) for row in range(3)] == [CLASSES[row] for row in order]
    assert [model.index(row, 0).data(MARK_ROLE) == "seen" for row in range(3)] == session.table.seen[order].tolist()
    true = session.image.class_name
    assert f"Rank {[CLASSES[row] for row in order].index(true) + 1} of 3" in workspace.ranking.true_class.text()
    assert "✓" in model.index(model.row_of_class(true), CLASS).data()


def test_gamma_re_ranks_at_once_and_goes_back_to_the_checkpoints(workspace, session, qtbot) -> None:
    panel = workspace.ranking
    panel.gamma.setValue(panel.gamma.maximum())
    assert session.gamma == 2.0
    assert panel.gamma_value.text() == "2.00"
    assert panel.model.name_at(0) == "Blue-crested tern", "a great gamma puts the unseen class first"
    qtbot.mouseClick(panel.gamma_reset, LEFT)
    assert session.gamma == 0.5


def test_contributions_sum_to_the_score_that_is_shown(workspace, session, qtbot) -> None:
    why = workspace.why
    assert why.class_name == workspace.ranking.model.name_at(0), "the best class where none is chosen"
    click_row(qtbot, workspace.ranking.table, 2, CLASS)
    assert session.class_name == workspace.ranking.model.name_at(2) == why.class_name
    row = session.table.class_index[session.class_name]
    score = session.class_ranking()[1][row]
    taken_off = session.gamma if session.table.seen[row] else 0.0
    assert why.model.total - taken_off == pytest.approx(float(score))
    assert f"{why.model.total:.3f}".replace("-", "−") in why.sum.text()
    assert workspace.attributes.wanted.text() == f"Wanted by {session.class_name}"


def test_digits_choose_classes_by_rank(workspace, session, qtbot) -> None:
    workspace.activateWindow()
    workspace.gallery.view.setFocus()
    qtbot.keyClick(workspace.gallery.view, Qt.Key.Key_2)
    assert session.class_name == workspace.ranking.model.name_at(1)


def test_an_edited_class_is_ranked_anew_without_the_network(workspace, session, fake_explainer) -> None:
    asked = len(fake_explainer.requests)
    session.add_class("New bird", np.maximum(session.fused_scores(), 0), seen=False)
    assert workspace.ranking.model.rowCount() == 4
    assert workspace.ranking.model.name_at(0) == "New bird"
    assert len(fake_explainer.requests) == asked


def test_the_sub_net_in_focus_ranks_the_attributes(workspace, qtbot) -> None:
    model = workspace.attributes.model
    action(workspace, "explore_swap_the_sub-net_in_focus").trigger()
    assert model.sort_column == VA
    qtbot.mouseClick(workspace.maps.av.view.viewport(), LEFT, pos=QPoint(20, 20))
    assert model.sort_column == AV
    qtbot.keyClick(workspace.maps.av.view, Qt.Key.Key_Tab)
    assert model.sort_column == VA


def test_a_click_on_a_heading_sorts_numbers_from_the_highest_down(workspace, qtbot) -> None:
    table = workspace.attributes.table
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(WANTED) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    values = [float(table.model().index(row, WANTED).data()) for row in range(6)]
    assert values == sorted(values, reverse=True)
    assert table.model().headerData(WANTED, Qt.Orientation.Horizontal) == "Wanted ▾"
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    assert float(table.model().index(0, WANTED).data()) == min(values)


def test_a_chosen_row_is_copied_as_text(workspace, qtbot) -> None:
    table = workspace.attributes.table
    click_row(qtbot, table, 1)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().split("\t")
    assert copied[NAME] == table.model().index(1, NAME).data()
    assert copied[AV] == table.model().index(1, AV).data()


def test_both_maps_are_saved_as_one_picture(workspace, session, qtbot, tmp_path) -> None:
    path = tmp_path / "pair.png"
    with qtbot.waitSignal(session.message, check_params_cb=lambda level, _: level == "info"):
        workspace.save_maps(path)
    assert path.stat().st_size > 5000
    with qtbot.waitSignal(session.message, check_params_cb=lambda level, _: level == "error"):
        workspace.save_maps(tmp_path / "missing folder" / "pair.png")


def test_while_an_image_is_looked_at_it_shows_and_says_so(workspace, session, fake_explainer, qtbot) -> None:
    fake_explainer.answers_by_itself = False
    session.set_image(session.images[4])
    qtbot.waitUntil(lambda: workspace.maps.picture is not None)
    assert workspace.maps.picture.path == session.images[4].path
    assert workspace.maps.av.value_range is None, "no map of another image lies over it"
    assert "Looking" in workspace.maps.av.notice.text()
    assert workspace.maps.va.notice.isVisible()
    fake_explainer.failed.emit(fake_explainer.requests[-1].number, "The network could not be read.")
    assert workspace.maps.av.notice.text() == "The network could not be read."
    assert workspace.ranking.model.index(0, SCORE).data() is None, "nothing is left of the image before"
    assert workspace.why.model.rowCount() == 0
    assert workspace.attributes.model.index(0, AV).data() is None
    fake_explainer.answers_by_itself = True
    session.explain_again()
    qtbot.waitUntil(lambda: workspace.maps.av.value_range is not None)
    assert workspace.maps.av.notice.isHidden()


def test_an_image_that_cannot_be_opened_says_why_where_it_would_be(workspace, session, fake_explainer, qtbot) -> None:
    fake_explainer.answers_by_itself = False
    session.images[3].path.write_bytes(b"no image at all")
    session.set_image(session.images[3])
    qtbot.waitUntil(lambda: session.images[3].path.name in workspace.maps.av.notice.text())
    assert workspace.maps.picture is None


def test_an_image_that_is_drawn_later_shows_as_soon_as_it_is_there(workspace, session, qtbot) -> None:
    record = session.images[5]
    content = record.path.read_bytes()
    record.path.unlink()
    session.set_image(record)
    qtbot.waitUntil(lambda: record.path.name in workspace.maps.av.notice.text())
    qtbot.wait(100)
    assert not workspace.settled()
    record.path.write_bytes(content)
    qtbot.waitUntil(workspace.settled)
    assert workspace.maps.picture.path == record.path
    assert workspace.maps.va.value_range is not None


def test_the_newest_picture_wins(workspace, session, qtbot) -> None:
    for record in session.images:
        session.set_image(record)
    qtbot.waitUntil(workspace.settled)
    assert workspace.maps.picture.path == session.images[-1].path


def test_without_a_project_each_place_says_what_will_be_there(empty_session, services, qtbot) -> None:
    workspace = ExploreWorkspace(empty_session, services)
    qtbot.addWidget(workspace)
    workspace.show()
    assert workspace.settled()
    assert "Open one" in workspace.gallery.empty.text()
    assert "stands here" in workspace.why.sum.text()
    assert workspace.attributes.empty.text()


def test_everything_empties_when_the_project_is_closed(workspace, session) -> None:
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


def action(workspace: ExploreWorkspace, name: str):
    return next(one for one in workspace.actions() if one.objectName() == name)


def test_each_action_has_a_shortcut_of_its_own(workspace) -> None:
    keys = [one.shortcut().toString() for one in workspace.actions()]
    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_images_and_attributes_are_stepped_through_by_actions(workspace, session) -> None:
    action(workspace, "explore_next_image").trigger()
    assert session.image == session.images[1]
    action(workspace, "explore_previous_image").trigger()
    assert session.image == session.images[0]
    before = workspace.attributes.table.currentIndex().row()
    action(workspace, "explore_next_attribute").trigger()
    assert workspace.attributes.table.currentIndex().row() == before + 1


def test_saving_asks_for_a_file_without_stopping_the_window(workspace, session, qtbot, tmp_path) -> None:
    action(workspace, "explore_save_both_maps_as_png").trigger()
    dialog = workspace.findChild(QFileDialog)
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.selectedFiles()[0].endswith(".png")
    with qtbot.waitSignal(session.message):
        dialog.fileSelected.emit(str(tmp_path / "asked.png"))
    dialog.close()
    assert (tmp_path / "asked.png").exists()


def test_the_wheel_zooms_both_pictures_and_a_resize_keeps_the_zoom(workspace, qtbot) -> None:
    view = workspace.maps.va.view
    middle = view.viewport().rect().center()
    wheel = QWheelEvent(
        QPointF(middle),
        view.viewport().mapToGlobal(QPointF(middle)),
        QPoint(0, 0),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), wheel)
    width = np.ptp(view.box.viewRange()[0])
    assert width < 240
    assert np.ptp(workspace.maps.av.view.box.viewRange()[0]) == pytest.approx(width, rel=0.02)
    workspace.resize(1300, 700)
    qtbot.wait(50)
    assert np.ptp(view.box.viewRange()[1]) < 180
