"""Drive the window for a picture: its steps click and type, as a test of the window does."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QDialog, QWidget

from benchmarks.pictures.encoding import encode

if TYPE_CHECKING:
    from msdn_gui.program import Program

_POLL_MS = 50
_STEADY_CHECKS = 6
_TIMEOUT_MS = 120_000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
AnyWidget = TypeVar("AnyWidget", bound=QWidget)


class Stage:
    """A running program, driven by the steps of a picture."""

    def __init__(self, program: Program) -> None:
        self.window = program.window
        self.session = program.session
        self.services = program.services
        self._page: QPixmap | None = None

    @property
    def workspace(self) -> QWidget:
        """The workspace that is shown."""
        return self.window.stack.currentWidget()

    def wait(self, is_so: Callable[[], object], *, checks: int = 1) -> None:
        """Wait until a condition is true ``checks`` times in a row; raise RuntimeError after two minutes."""
        waited, passed = 0, 0
        while passed < checks:
            if waited > _TIMEOUT_MS:
                raise RuntimeError("The condition that the picture waits for was not met within two minutes.")
            QTest.qWait(_POLL_MS)
            waited += _POLL_MS
            passed = passed + 1 if is_so() else 0

    def settle(self) -> None:
        """Wait until everything visible is complete."""
        self.wait(self.window.settled, checks=_STEADY_CHECKS)

    def show(self, workspace: str) -> None:
        """Show a workspace."""
        self.window.show_workspace(workspace)
        self.settle()

    def open_photographs(self) -> None:
        """Open the project's photographs as a folder of images without classes or attributes."""
        folder = self.session.document.require_project().path / "images"
        self.window.opening.open_path(folder)
        self.wait(
            lambda: self.session.document.project is not None and self.session.document.project.name == folder.name
        )
        self.settle()

    def act(self, name: str) -> None:
        """Trigger an action of the window or of the visible workspace by its id."""
        local = (action for action in self.workspace.actions() if action.objectName() == name)
        action = next(local, None) or self.window.findChild(QAction, name)
        if action is None or not action.isEnabled():
            raise RuntimeError(f"The action “{name}” does not exist or is disabled here.")
        action.trigger()
        self.settle()

    def find(self, kind: type[AnyWidget], name: str = "") -> AnyWidget:
        """Return the first visible widget of a class and, if given, an object name; dialogs come first."""
        for root in (*(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)), self.window):
            for widget in root.findChildren(kind, name or None):
                if widget.isVisible():
                    return widget
        raise RuntimeError(f"No {kind.__name__} “{name}” is visible.")

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click with the left button, in the middle unless a position is given."""
        target = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        QTest.mouseClick(
            target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or target.rect().center()
        )
        self.settle()

    def click_cell(self, view: QAbstractItemView, row: int, column: int = 0) -> None:
        """Scroll to an item and click it."""
        index = view.model().index(row, column)
        view.scrollTo(index)
        self.click(view, view.visualRect(index).center())

    def type(self, widget: QWidget, text: str) -> None:
        """Type into a widget."""
        widget.setFocus()
        QTest.keyClicks(widget, text)
        self.settle()

    def press(self, widget: QWidget, key: Qt.Key) -> None:
        """Press one key in a widget."""
        QTest.keyClick(widget, key)
        self.settle()

    def browse(self, page: Path, size: tuple[int, int]) -> None:
        """Use a page in a browser as the picture; raise RuntimeError if no Chromium is installed."""
        browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
        if browser is None:
            raise RuntimeError(f"This picture needs a browser; install one of {', '.join(_BROWSERS)}.")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "page.png"
            words = ("--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile")
            place = (f"--window-size={size[0]},{size[1]}", f"--screenshot={file}", page.as_uri())
            subprocess.run([browser, *words, *place], check=True, capture_output=True, timeout=_TIMEOUT_MS / 1000)
            self._page = QPixmap(str(file))

    def shoot(self, file: Path) -> None:
        """Save the window, with dialogs in its middle and pop-ups at their position."""
        if self._page is not None:
            _save(self._page, file)
            return
        picture = self.window.grab()
        painter = QPainter(picture)
        for other in QApplication.topLevelWidgets():
            if not other.isVisible() or other is self.window:
                continue
            place = self.window.mapFromGlobal(other.pos())
            if isinstance(other, QDialog):
                margin = self.window.size() - other.size()
                place = QPoint(margin.width() // 2, max(0, margin.height() // 2))
            painter.drawPixmap(place, other.grab())
        painter.end()
        _save(picture, file)


def _save(picture: QPixmap, file: Path) -> None:
    image = picture.toImage().convertToFormat(QImage.Format.Format_RGB888)
    shape = (image.height(), image.bytesPerLine())
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(shape)[:, : 3 * image.width()]
    file.write_bytes(encode(Image.fromarray(rows.reshape(image.height(), image.width(), 3))))


Steps = Callable[[Stage], None]


@dataclass(frozen=True)
class Picture:
    """A picture of the guide: ``docs/pictures/NAME.webp``."""

    name: str
    workspace: str
    steps: Steps = lambda stage: stage.settle()
    """Bring the window into the state to save."""
    theme: str = "light"
    size: tuple[int, int] = (1280, 800)
