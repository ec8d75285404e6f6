"""The class table with 1,000 classes × 312 attributes: milliseconds of the window's thread per operation.

    python -m benchmarks.gui.classes

A frame at 60 Hz is 16.7 ms. Each line is one operation, including all repainting.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QUndoGroup
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from msdn_core.domain.attributes import Attribute, ClassTable
from msdn_core.project import Project
from msdn_gui.classes.workspace import ClassesWorkspace
from msdn_gui.look.theme import install
from msdn_gui.services import Services
from msdn_gui.services.explaining import ExplainerService
from msdn_gui.services.jobs import Jobs
from msdn_gui.services.runs import RunMonitor
from msdn_gui.services.settings import SettingsStore
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES, ATTRIBUTES = 1000, 312


def large_table() -> ClassTable:
    """Return a table in percent, as CUB's: groups of eleven attributes, three of four classes seen."""
    draw = np.random.default_rng(0)
    attributes = tuple(Attribute(f"group {column // 11}", f"value {column}") for column in range(ATTRIBUTES))
    names = tuple(f"{row:04}.Some_kind_of_bird" for row in range(CLASSES))
    vectors = np.round(draw.uniform(0, 100, (CLASSES, ATTRIBUTES)) * (draw.random((CLASSES, ATTRIBUTES)) < 0.6), 2)
    return ClassTable(attributes, names, vectors, draw.random(CLASSES) < 0.75)


def measure(widget: QWidget, name: str, do: Callable[[int], object], times: int) -> None:
    """Print the cost of an operation, painting included."""
    costs = []
    for number in range(times):
        started = time.thread_time()
        do(number)
        QApplication.processEvents()
        QApplication.sendEvent(widget, QEvent(QEvent.Type.UpdateRequest))
        costs.append(1000 * (time.thread_time() - started))
    print(f"{name:36} median {statistics.median(costs):6.1f}   worst {max(costs):6.1f}")


def main() -> None:
    """Open the table, work on it, and print the costs."""
    application = QApplication([])
    install(application, "light")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MSDN_EXPLORER_HOME"] = folder
        with Project.create(Path(folder) / "large") as project:
            project.define_classes(large_table())
        services = Services(
            ExplainerService(), Thumbnails(), Jobs(), RunMonitor(), SettingsStore(is_kept=False), QUndoGroup()
        )
        session = Session()
        session.open_project(Path(folder) / "large")
        started = time.thread_time()
        workspace = ClassesWorkspace(session, services)
        workspace.resize(1528, 900)
        workspace.show()
        QApplication.processEvents()
        print(f"{'open':36}        {1000 * (time.thread_time() - started):6.1f}")
        run_steps(workspace)
        session.close_project()
        for service in (services.jobs, services.run_monitor, services.thumbnails, services.explainer):
            service.close()


def run_steps(workspace: ClassesWorkspace) -> None:
    """Go through a typical session."""
    view, editing = workspace.view, workspace.editing
    class_filter, attribute_filter = workspace.table.class_filter, workspace.table.attribute_filter
    down, right = view.verticalScrollBar(), view.horizontalScrollBar()
    measure(workspace, "scroll 60 pixels down", lambda _: down.setValue(down.value() + 60), 60)
    measure(workspace, "scroll a page down", lambda _: down.setValue(down.value() + down.pageStep()), 30)
    measure(workspace, "scroll 60 pixels right", lambda _: right.setValue(right.value() + 60), 60)
    view.setCurrentIndex(workspace.model.index(3, 3))
    measure(workspace, "next cell by keyboard", lambda _: QTest.keyClick(view, Qt.Key.Key_Down), 40)
    measure(workspace, "edit a cell", lambda number: editing.set_selected(number / 7 + 1), 40)
    measure(workspace, "undo", lambda _: workspace.undo_stack.undo(), 40)
    letters = "kind 00"
    measure(workspace, "letter in the class filter", lambda n: class_filter.setText(letters[:n]), 8)
    class_filter.clear()
    measure(workspace, "letter in the attribute filter", lambda n: attribute_filter.setText("value 9"[:n]), 8)
    attribute_filter.clear()
    copied = workspace.model.table.vectors[4].copy()
    measure(workspace, "copy a class", lambda n: editing.add_class(f"New {n}", copied), 10)
    measure(workspace, "rename a class", lambda n: editing.rename_class(f"New {n}", f"Newer {n}"), 10)
    measure(workspace, "remove a class", lambda n: editing.remove_classes([f"Newer {n}"]), 10)
    view.selectAll()
    measure(workspace, "set all 312,000 cells", lambda n: editing.set_selected(5.0 + n), 3)


if __name__ == "__main__":
    main()
