"""The maps in Explore: ranges, zoom, notices, and saving them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from explore_kit import AV, HIT, VA, action, click_row, shown_workspace
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from small_birds import ATTRIBUTES

from msdn_core.domain.annotation import Box, Mark
from msdn_core.domain.attention import peak_regions
from msdn_core.domain.display_names import attribute_text
from msdn_core.domain.variants import SubNets
from msdn_gui.explore.picture.truth import Truth
from msdn_gui.explore.ranking.ranking_model import SCORE
from msdn_gui.session.messages import Level
from msdn_gui.widgets.maps.heat import short_number

if TYPE_CHECKING:
    from msdn_gui.explore.workspace import ExploreWorkspace

HAS = {
    "Red wader": {"crown::red", "wing pattern::plain", "crest::no"},
}
"""What a class has by more than half of the table's highest value."""
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def workspace(session, services, qtbot) -> ExploreWorkspace:
    return shown_workspace(session, services, qtbot)


def test_selecting_an_attribute_changes_both_maps(workspace, session, qtbot) -> None:
    table = workspace.attributes.table
    click_row(qtbot, table, 0)
    before = [side.view.heat.image.copy() for side in workspace.maps.sides.values()]
    click_row(qtbot, table, 3)
    chosen = session.selection.attribute
    assert table.model().item_at(3) == chosen
    assert workspace.maps.attribute_title.text() == attribute_text(ATTRIBUTES[chosen])
    assert workspace.maps.attribute_title.toolTip() == ATTRIBUTES[chosen].full_name
    for side, old, stack in zip(
        workspace.maps.sides.values(),
        before,
        (session.inference.explanation.attention_av, session.inference.explanation.attention_va),
        strict=True,
    ):
        assert not np.array_equal(side.view.heat.image, old)
        row, column = peak_regions(stack)[chosen]
        side_length = 180 / 7
        assert side.view.layers[0].peak == pytest.approx((30 + (column + 0.5) * side_length, (row + 0.5) * side_length))
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert session.selection.attribute == table.model().item_at(4)


def test_the_colour_bar_shows_the_selected_range(workspace, session) -> None:
    maps, column = workspace.maps, session.selection.attribute
    one = session.inference.explanation.attention_va[column]
    assert (maps.va.bar.low_text, maps.va.bar.high_text) == (short_number(one.min()), short_number(one.max()))
    assert maps.va.readout.text() == "per map"
    maps.controls.policy.setCurrentIndex(maps.controls.policy.findData("per sub-net"))
    whole = session.inference.explanation.attention_va
    assert maps.va.value_range == (float(whole.min()), float(whole.max()))
    assert maps.va.readout.text() == "per sub-net"
    maps.controls.policy.setCurrentIndex(maps.controls.policy.findData("fixed"))
    assert (maps.va.bar.low_text, maps.va.bar.high_text) == ("0", "1.00")


def test_the_display_of_maps_is_remembered(workspace, services) -> None:
    controls = workspace.maps.controls
    controls.colours.setCurrentIndex(2)
    controls.opacity.setValue(35)
    controls.smooth.setChecked(False)
    stored = services.settings.value
    assert (stored.colour_map, stored.opacity, stored.smooth) == ("inferno", 0.35, False)
    assert workspace.maps.av.view.heat.image.shape == (7, 7, 4), "not smooth: one pixel per region"
    assert workspace.maps.av.view.heat.opacity() == pytest.approx(0.35)


def test_zoom_is_linked_and_goes_back(workspace) -> None:
    left, right = (workspace.maps.av.view, workspace.maps.va.view)
    left.box.setRange(xRange=(60, 120), yRange=(40, 85), padding=0)
    left.box.sigRangeChangedManually.emit([True, True])
    assert np.allclose(left.box.viewRange(), right.box.viewRange(), atol=1.5)
    zoomed = right.box.viewRange()[0]
    action(workspace, "explore.whole_image").trigger()
    assert right.box.viewRange()[0][0] <= 1
    assert right.box.viewRange()[0][1] >= 239
    assert zoomed != right.box.viewRange()[0]


def test_the_value_under_the_pointer_is_shown_on_both_sides(workspace, session, qtbot) -> None:
    view = workspace.maps.av.view
    scene = view.box.mapViewToScene(QPointF(120, 90))
    position = view.mapFromScene(scene)
    qtbot.mouseMove(view.viewport(), position)
    qtbot.waitUntil(lambda: "row 4, column 4" in workspace.maps.va.readout.text())
    value = float(session.inference.explanation.attention_va[session.selection.attribute, 3, 3])
    assert workspace.maps.va.readout.text().startswith(short_number(value))
    view.hovered.emit((5.0, 90.0))
    assert workspace.maps.av.readout.text() == "outside the network's view"


def test_holding_space_shows_the_image_without_maps(workspace, qtbot) -> None:
    for place in (workspace.gallery.view, workspace.attributes.table, workspace.maps.av.view):
        qtbot.keyPress(place, Qt.Key.Key_Space)
        assert not workspace.maps.av.view.heat.isVisible()
        qtbot.keyRelease(place, Qt.Key.Key_Space)
        assert workspace.maps.av.view.heat.isVisible()
    action(workspace, "explore.show_maps").setChecked(False)
    assert not workspace.maps.va.view.heat.isVisible()


def test_known_parts_of_the_selected_attribute_have_rings(workspace, session, services) -> None:
    session.selection.set_attribute(2)
    wing = next(part for part in session.document.project.parts(session.selection.image.id) if part.part == "wing")
    assert workspace.maps.va.view.marks.truth.attribute_points == ((wing.x, wing.y),)
    session.selection.set_attribute(4)
    assert workspace.maps.va.view.marks.truth.attribute_points != ((wing.x, wing.y),)
    assert len(workspace.maps.va.view.marks.truth.parts) == 2, "the other parts are dots"
    workspace.maps.controls.truth.click()
    assert workspace.maps.va.view.marks.truth == Truth()
    assert services.settings.value.truth is False, "remembered in the settings"


def test_hits_follow_the_pointing_game(workspace, session) -> None:
    found = session.inference.explanation
    for attribute, attribute_of in enumerate(session.document.table.attributes):
        session.selection.set_attribute(attribute)
        names = session.document.project.group_parts()[attribute_of.group]
        places = [part for part in session.document.project.parts(session.selection.image.id) if part.part in names]
        for side, stack in ((workspace.maps.av, found.attention_av), (workspace.maps.va, found.attention_va)):
            height, width = stack.shape[1:]
            peak = divmod(int(stack[attribute].argmax()), width)
            has = attribute_of.full_name in HAS[session.selection.image.class_name]
            near = False
            for part in places:
                row = int((part.y - found.viewed.y) / found.viewed.height * height)
                column = int((part.x - found.viewed.x) / found.viewed.width * width)
                near |= max(abs(row - peak[0]), abs(column - peak[1])) <= 1
            assert side.hit.isVisible() == has, "attributes the class does not have are not counted"
            assert not has or side.hit.text() == ("✓ hit" if near else "✗ miss")
        said = "" if not has else " ".join(side.hit.text()[0] for side in workspace.maps.sides.values())
        model = workspace.attributes.model
        assert (model.index(model.row_of(attribute), HIT).data() or "") == said, "the table shows it for each attribute"
    session.selection.set_attribute(-1)
    assert not workspace.maps.av.hit.isVisible()


def test_marks_drawn_in_annotate_appear_when_explore_is_shown_again(workspace, session) -> None:
    workspace.hide()
    place = Box(60, 40, 80, 50)
    number = session.document.project.annotations.next_mark()
    session.document.project.annotations.put_marks(
        {number: Mark(session.selection.image.id, "wing", place, "me", "2026-01-01T00:00:00Z")}
    )
    workspace.show()
    assert place in workspace.maps.av.view.marks.truth.boxes


def test_both_maps_are_saved_as_one_picture(workspace, session, qtbot, tmp_path) -> None:
    path = tmp_path / "pair.png"
    with qtbot.waitSignal(session.messages.posted, check_params_cb=lambda level, _: level is Level.INFO):
        workspace.save_maps(path)
    assert path.stat().st_size > 5000
    with qtbot.waitSignal(session.messages.posted, check_params_cb=lambda level, _: level is Level.ERROR):
        workspace.save_maps(tmp_path / "missing folder" / "pair.png")


def test_an_image_is_shown_while_its_maps_are_computed(workspace, session, fake_explainer, qtbot) -> None:
    fake_explainer.answers_by_itself = False
    session.selection.set_image(session.document.images[4])
    qtbot.waitUntil(lambda: workspace.maps.picture is not None)
    assert workspace.maps.picture.path == session.document.images[4].path
    assert workspace.maps.av.value_range is None, "no map of another image is over it"
    assert "Computing attention" in workspace.maps.av.notice.text()
    assert workspace.maps.va.notice.isVisible()
    fake_explainer.failed.emit(fake_explainer.requests[-1].number, "The network could not be read.")
    assert workspace.maps.av.notice.text() == "The network could not be read."
    assert workspace.ranking.model.index(0, SCORE).data() is None, "nothing of the previous image is left"
    assert workspace.why.model.rowCount() == 0
    assert workspace.attributes.model.index(0, AV).data() is None
    fake_explainer.answers_by_itself = True
    session.inference.explain_again()
    qtbot.waitUntil(lambda: workspace.maps.av.value_range is not None)
    assert workspace.maps.av.notice.isHidden()


def test_an_error_is_shown_in_place_of_an_unreadable_image(workspace, session, fake_explainer, qtbot) -> None:
    fake_explainer.answers_by_itself = False
    session.document.images[3].path.write_bytes(b"no image at all")
    session.selection.set_image(session.document.images[3])
    qtbot.waitUntil(lambda: session.document.images[3].path.name in workspace.maps.av.notice.text())
    assert workspace.maps.picture is None


def test_an_image_is_shown_once_its_file_exists(workspace, session, qtbot) -> None:
    record = session.document.images[5]
    content = record.path.read_bytes()
    record.path.unlink()
    session.selection.set_image(record)
    qtbot.waitUntil(lambda: record.path.name in workspace.maps.av.notice.text())
    qtbot.wait(100)
    assert not workspace.settled()
    record.path.write_bytes(content)
    qtbot.waitUntil(workspace.settled)
    assert workspace.maps.picture.path == record.path
    assert workspace.maps.va.value_range is not None


def test_the_newest_picture_wins(workspace, session, qtbot) -> None:
    for record in session.document.images:
        session.selection.set_image(record)
    qtbot.waitUntil(workspace.settled)
    assert workspace.maps.picture.path == session.document.images[-1].path


def test_saving_asks_for_a_file_without_stopping_the_window(workspace, session, qtbot, tmp_path) -> None:
    action(workspace, "explore.save_maps").trigger()
    dialog = workspace.findChild(QFileDialog)
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.selectedFiles()[0].endswith(".png")
    with qtbot.waitSignal(session.messages.posted):
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
    before = view.width()
    workspace.resize(1300, 700)
    qtbot.waitUntil(lambda: view.width() != before)
    assert np.ptp(view.box.viewRange()[1]) < 180


@pytest.mark.parametrize(
    ("sub_nets", "sentence", "without_map", "without_score"),
    [
        (SubNets.AV, "no visual→attribute sub-net", {"va"}, {VA}),
        (SubNets.VA, "no attribute→visual sub-net", {"av"}, {AV}),
        (SubNets.NONE, "the baseline: it averages over the regions", {"av", "va"}, {VA}),
    ],
)
def test_a_missing_sub_net_is_explained_in_place_of_its_map(
    session, services, fake_explainer, qtbot, sub_nets, sentence, without_map, without_score
) -> None:
    fake_explainer.sub_nets = sub_nets
    workspace = shown_workspace(session, services, qtbot)
    maps, model = workspace.maps, workspace.attributes.model
    for name, side in maps.sides.items():
        assert (side.value_range is None) == (name in without_map)
        assert (sentence in side.notice.text()) == (name in without_map)
        assert bool(side.score.text()) == (name not in without_map)
    for column in (AV, VA):
        assert (model.cell(0, column, Qt.ItemDataRole.DisplayRole) is None) == (column in without_score)
    best = (
        session.inference.explanation.scores_va if sub_nets is SubNets.VA else session.inference.explanation.scores_av
    )
    assert session.selection.attribute == int(np.argmax(best))


def test_only_regions_above_the_threshold_are_coloured_and_counted(workspace, session, qtbot) -> None:
    maps = workspace.maps
    maps.controls.smooth.click()
    maps.av.view.setFocus()
    for _ in range(8):
        qtbot.keyClick(maps.av.view, Qt.Key.Key_Plus)
    assert maps.controls.threshold.value() == 40
    for side, stack in (
        (maps.av, session.inference.explanation.attention_av),
        (maps.va, session.inference.explanation.attention_va),
    ):
        values = stack[session.selection.attribute]
        cut = values.min() + 0.4 * (values.max() - values.min())
        assert np.array_equal(side.view.heat.image[..., 3] > 0, values >= cut)
        share = f"{float((values >= cut).mean()):.0%}"
        assert side.readout.text() == f"per map, {share} above {short_number(cut)}"
        assert f"only values of {cut:.6g} or more" in side.bar.accessibleName()
    maps.controls.threshold.setValue(100)
    assert int((maps.av.view.heat.image[..., 3] > 0).sum()) == 1, "the peak is left"
    action(workspace, "explore.lower_threshold").trigger()
    assert maps.controls.threshold.value() == 95
    maps.controls.threshold.setValue(0)
    assert maps.av.view.heat.image[..., 3].all()
    assert maps.av.readout.text() == "per map"


def test_the_divider_shows_both_maps_on_one_image(workspace, qtbot) -> None:
    maps = workspace.maps
    of_va = maps.va.view.heat.image.copy()
    qtbot.keyClick(maps.av.view, Qt.Key.Key_W)
    assert maps.controls.wipe.isChecked()
    view = maps.av.view
    assert not maps.va.view.isVisible()
    assert maps.va.score.isVisible()
    qtbot.waitUntil(lambda: view.box.width() > 400)
    first, second = view.layers
    assert np.array_equal(second.heat.image, of_va)
    assert (first.item.rect().right(), second.item.rect().left()) == (120, 120)

    def at(x: float) -> QPoint:
        return view.mapFromScene(view.box.mapViewToScene(QPointF(x, 90)))

    before = view.box.viewRange()
    qtbot.mousePress(view.viewport(), LEFT, pos=at(120))
    qtbot.mouseMove(view.viewport(), at(60))
    qtbot.mouseRelease(view.viewport(), LEFT, pos=at(60))
    assert first.item.rect().right() == second.item.rect().left() == pytest.approx(60, abs=1)
    assert view.box.viewRange() == before, "the image stays where it is"
    assert workspace.attributes.title.text() == "Attributes", "no region is selected"
    qtbot.keyClick(view, Qt.Key.Key_Period)
    assert second.item.rect().left() == pytest.approx(72, abs=1)
    qtbot.keyClick(view, Qt.Key.Key_Comma)
    assert second.item.rect().left() == pytest.approx(60, abs=1)
    qtbot.mouseClick(view.viewport(), LEFT, pos=at(180))
    assert maps.pairs.focused == "va", "the clicked half is in focus"
    qtbot.keyClick(view, Qt.Key.Key_W)
    assert maps.va.view.isVisible()
    assert first.item.rect().right() > 240
    assert np.array_equal(maps.va.view.heat.image, of_va)
