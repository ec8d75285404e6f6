"""The window under a script's hands: a picture's steps say what is clicked and typed, as a test of the window does."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QImage, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QDialog, QWidget

from benchmarks.pictures.encoding import encode
from msdn_gui.program import Program

_LOOK_MS = 50
_STEADY = 6
_PATIENCE_MS = 120_000
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
AnyWidget = TypeVar("AnyWidget", bound=QWidget)


class Stage:
    """One running program, and the ways in which a picture's steps reach into it."""

    def __init__(self, program: Program) -> None:
        self.window = program.window
        self.session = program.session
        self.services = program.services
        self._page: QPixmap | None = None

    @property
    def workspace(self) -> QWidget:
        """The workspace that is shown."""
        return self.window.stack.currentWidget()

    def wait(self, is_so: Callable[[], object], *, looks: int = 1) -> None:
        """Waits until it is so, for some looks in a row; a RuntimeError after two minutes."""
        waited, seen = 0, 0
        while seen < looks:
            if waited > _PATIENCE_MS:
                raise RuntimeError("What the picture waits for did not come.")
            QTest.qWait(_LOOK_MS)
            waited += _LOOK_MS
            seen = seen + 1 if is_so() else 0

    def settle(self) -> None:
        """Waits until all that is to be seen is there."""
        self.wait(self.window.settled, looks=_STEADY)

    def show(self, workspace: str) -> None:
        """Goes to a workspace."""
        self.window.show_workspace(workspace)
        self.settle()

    def open_photographs(self) -> None:
        """Opens the project's own photographs anew, as a folder of which nothing is known but what it holds."""
        folder = self.session.document.require_project().path / "images"
        self.window.opening.open_path(folder)
        self.wait(
            lambda: self.session.document.project is not None and self.session.document.project.name == folder.name
        )
        self.settle()

    def act(self, name: str) -> None:
        """Triggers an action of the window or of the shown workspace, by its name."""
        here = self.workspace.actions()
        action = next((one for one in here if one.objectName() == name), None) or self.window.findChild(QAction, name)
        if action is None or not action.isEnabled():
            raise RuntimeError(f"There is no action “{name}” to be done here.")
        action.trigger()
        self.settle()

    def find(self, kind: type[AnyWidget], name: str = "") -> AnyWidget:
        """The first visible widget of a class, by its object name where one is given; dialogues first."""
        for root in (*(w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)), self.window):
            for widget in root.findChildren(kind, name or None):
                if widget.isVisible():
                    return widget
        raise RuntimeError(f"There is no {kind.__name__} “{name}” to be seen.")

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """A click of the left button, in the middle where no place is given."""
        target = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        QTest.mouseClick(
            target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or target.rect().center()
        )
        self.settle()

    def click_cell(self, view: QAbstractItemView, row: int, column: int = 0) -> None:
        """A click on an item, scrolled to where it must be."""
        index = view.model().index(row, column)
        view.scrollTo(index)
        self.click(view, view.visualRect(index).center())

    def type(self, widget: QWidget, text: str) -> None:
        """Types into a widget."""
        widget.setFocus()
        QTest.keyClicks(widget, text)
        self.settle()

    def press(self, widget: QWidget, key: Qt.Key) -> None:
        """Presses one key in a widget."""
        QTest.keyClick(widget, key)
        self.settle()

    def browse(self, page: Path, size: tuple[int, int]) -> None:
        """Opens a page in a browser, which is the picture then; a RuntimeError where no Chromium is installed."""
        browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
        if browser is None:
            raise RuntimeError(f"A page is shown by a browser; install one of {', '.join(_BROWSERS)}.")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "page.png"
            words = ("--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile")
            place = (f"--window-size={size[0]},{size[1]}", f"--screenshot={file}", page.as_uri())
            subprocess.run([browser, *words, *place], check=True, capture_output=True, timeout=_PATIENCE_MS / 1000)
            self._page = QPixmap(str(file))

    def shoot(self, file: Path) -> None:
        """The window as it is; dialogues stand in its middle and pop-ups where they are."""
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
                room = self.window.size() - other.size()
                place = QPoint(room.width() // 2, max(0, room.height() // 2))
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
    """What is done before it is taken."""
    theme: str = "light"
    size: tuple[int, int] = (1280, 800)
