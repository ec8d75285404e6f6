"""Shared helpers for the tests of Explore."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QWidget

from msdn_gui.explore.attributes.columns import column_number
from msdn_gui.explore.workspace import ExploreWorkspace

if TYPE_CHECKING:
    from collections.abc import Iterator

LEFT = Qt.MouseButton.LeftButton
NAME, AV, VA, HIT, FUSED, CLASS_VALUE = map(column_number, ("attribute", "av", "va", "hit", "fused", "class"))
"""Columns of the attribute table."""


def shown_workspace(session, services, qtbot) -> ExploreWorkspace:
    made = ExploreWorkspace(session, services)
    qtbot.addWidget(made)
    made.resize(1208, 640)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(made.settled, timeout=10_000)
    return made


@contextmanager
def in_pages(workspace: ExploreWorkspace) -> Iterator[QStackedWidget]:
    """Show the workspace as the first page of a window, with an empty second page."""
    pages = QStackedWidget()
    pages.resize(workspace.size())
    pages.addWidget(workspace)
    pages.addWidget(QWidget())
    pages.show()
    yield pages
    pages.close()
    workspace.setParent(None)


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
    return next(found for found in workspace.actions() if found.objectName() == name)
