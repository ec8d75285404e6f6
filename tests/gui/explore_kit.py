"""What the tests of Explore share."""

from __future__ import annotations

from PySide6.QtCore import Qt

from msdn_gui.explore.workspace import ExploreWorkspace

LEFT = Qt.MouseButton.LeftButton


def shown_workspace(session, services, qtbot) -> ExploreWorkspace:
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
    path = view.model().record_at(row).path
    qtbot.waitUntil(lambda: workspace.settled() and workspace.maps.picture.path == path)


def action(workspace: ExploreWorkspace, name: str):
    return next(one for one in workspace.actions() if one.objectName() == name)
