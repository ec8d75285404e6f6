"""The attribute sheet: the right maps in the right order, saved as PNG, SVG and NPZ."""

from __future__ import annotations

import numpy as np
import pytest
from explore_kit import action, shown_workspace
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from small_birds import ATTRIBUTES

from msdn_gui.explore.export.sheet_dialog import SheetDialog
from msdn_gui.session.messages import Level


@pytest.fixture
def dialog(session, services, qtbot) -> SheetDialog:
    workspace = shown_workspace(session, services, qtbot)
    action(workspace, "explore.sheet").trigger()
    made = workspace.findChild(SheetDialog)
    qtbot.waitUntil(made.isVisible)
    return made


def test_the_sheet_shows_the_strongest_attributes_in_each_order(dialog, session) -> None:
    dialog.count.setValue(3)
    e = session.inference.explanation
    assert dialog.canvas.sheet.attributes == tuple(np.argsort(-e.scores_av)[:3])
    dialog.order.setCurrentIndex(dialog.order.findData("va"))
    assert dialog.canvas.sheet.attributes == tuple(np.argsort(-e.scores_va)[:3])
    session.selection.set_class("Striped heron")
    dialog.order.setCurrentIndex(dialog.order.findData("contribution"))
    assert dialog.canvas.sheet.attributes == tuple(
        np.argsort(-session.inference.prediction().contributions("Striped heron"))[:3]
    )
    assert dialog.canvas.width() == dialog.canvas.sheet.size.width()


def test_the_sheet_follows_the_image(dialog, session, qtbot) -> None:
    before = dialog.canvas.sheet.explanation
    session.selection.set_image(session.document.images[3])
    qtbot.waitUntil(lambda: dialog.canvas.sheet.explanation is not before)
    assert session.document.images[3].name in dialog.canvas.sheet.caption


def test_the_sheet_is_saved_as_png_svg_and_npz(dialog, session, qtbot, tmp_path) -> None:
    dialog.count.setValue(2)
    for ending in ("png", "svg", "npz"):
        with qtbot.waitSignal(session.messages.posted, check_params_cb=lambda level, _: level is Level.INFO):
            dialog.save_to(tmp_path / f"sheet.{ending}")
    size = dialog.canvas.sheet.size
    picture = QImage(str(tmp_path / "sheet.png"))
    assert picture.size() == size * 2
    drawing = QSvgRenderer(str(tmp_path / "sheet.svg"))
    assert drawing.isValid()
    assert drawing.viewBox().size() == size
    top = list(dialog.canvas.sheet.attributes)
    with np.load(tmp_path / "sheet.npz", allow_pickle=False) as numbers:
        assert numbers["attributes"].tolist() == [ATTRIBUTES[k].full_name for k in top]
        np.testing.assert_array_equal(numbers["attention_va"], session.inference.explanation.attention_va[top])
        np.testing.assert_array_equal(numbers["scores_av"], session.inference.explanation.scores_av[top])


def test_a_sheet_that_cannot_be_written_posts_an_error(dialog, session, qtbot, tmp_path) -> None:
    for name in ("sheet.gif", "no such folder/sheet.png"):
        with qtbot.waitSignal(session.messages.posted, check_params_cb=lambda level, _: level is Level.ERROR):
            dialog.save_to(tmp_path / name)
    assert list(tmp_path.glob("sheet*")) == []
