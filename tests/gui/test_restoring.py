"""The last session is restored, even if the window was killed shortly after a change."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QSplitter, QTabBar, QTabWidget
from small_birds import write_checkpoint

from msdn_core.project import Project
from msdn_gui.services.settings import SettingsStore
from msdn_gui.session import Session
from msdn_gui.shell.window import MainWindow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from msdn_gui.services import Services

LEFT = Qt.MouseButton.LeftButton


@contextmanager
def opened(services: Services, size: tuple[int, int] | None = None) -> Iterator[MainWindow]:
    """A window as a start makes it, with its own session."""
    session = Session(services.explainer)
    window = MainWindow(session, services)
    window.restore()
    if size is not None:
        window.resize(*size)
    window.opening.expect()
    window.show_workspace(services.settings.value.workspace)
    window.show()
    window.opening.open_first(None)
    try:
        yield window
    finally:
        window.close_for_good()
        session.close_project()
        session.deleteLater()
        QApplication.processEvents()


@pytest.fixture
def small(session: Session, services: Services) -> Path:
    """Return the folder of the small project, which was open last."""
    path = session.document.project.path
    session.close_project()
    services.settings.remember_project(path)
    return path


@pytest.fixture
def after_a_kill(tmp_path: Path, services: Services) -> Iterator[Services]:
    """Return a function that gives the services of the next start, as if the window were killed now."""
    kept: list[SettingsStore] = []

    def read() -> Services:
        shutil.copy(services.settings.path, tmp_path / "after.json")
        kept.append(SettingsStore(tmp_path / "after.json"))
        return replace(services, settings=kept[-1])

    yield read
    for store in kept:
        store.write()
        store.deleteLater()


def is_written(settings: SettingsStore) -> bool:
    """Return whether the file has the present settings."""
    content = json.dumps(asdict(settings.value), indent=2, ensure_ascii=False)
    return settings.path.is_file() and settings.path.read_text("utf-8") == content


def drag_handle(qtbot, splitter: QSplitter, by: int) -> list[int]:
    handle = splitter.handle(1)
    middle = handle.rect().center()
    qtbot.mousePress(handle, LEFT, pos=middle)
    qtbot.mouseMove(handle, middle + QPoint(by, 0))
    qtbot.mouseRelease(handle, LEFT, pos=middle + QPoint(by, 0))
    return splitter.sizes()


@pytest.mark.usefixtures("small")
def test_a_killed_window_is_restored(services, qtbot, after_a_kill) -> None:
    with opened(services, (960, 640)) as window:
        session = window.session
        qtbot.waitUntil(window.settled)
        window.show_workspace("annotate")
        bar = window.findChild(QTabWidget, "annotate_tabs").findChild(QTabBar)
        qtbot.mouseClick(bar, LEFT, pos=bar.tabRect(2).center())
        qtbot.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        sizes = drag_handle(qtbot, window.findChild(QSplitter, "annotate_columns"), 70)
        session.selection.set_attribute(3)
        session.selection.set_class(session.document.table.classes[2])
        image, class_name = session.selection.image, session.selection.class_name
        assert image != session.document.images[0]
        path = session.document.project.path
        qtbot.waitUntil(lambda: services.settings.remembered(path).class_name == class_name)
        qtbot.waitUntil(lambda: bool(services.settings.value.geometry) and is_written(services.settings))
        next_start = after_a_kill()
    with opened(next_start) as window:
        session = window.session
        qtbot.waitUntil(window.settled)
        assert (session.selection.image, session.selection.attribute, session.selection.class_name) == (
            image,
            3,
            class_name,
        )
        assert (window.width(), window.height()) == (960, 640)
        assert window.current == "annotate"
        assert window.findChild(QTabWidget, "annotate_tabs").currentIndex() == 2
        assert window.findChild(QSplitter, "annotate_columns").sizes() == pytest.approx(sizes, abs=2)


def test_the_selection_of_each_project_is_restored(small, services, tmp_path, qtbot) -> None:
    Project.create(tmp_path / "other").close()
    with opened(services) as window:
        session = window.session
        qtbot.waitUntil(window.settled)
        session.selection.set_image(session.document.images[4])
        session.selection.set_attribute(2)
        window.opening.open_path(tmp_path / "other")
        assert session.selection.image is None
        window.opening.open_path(small)
        assert (session.selection.image, session.selection.attribute) == (session.document.images[4], 2)


def test_a_remembered_checkpoint_that_no_longer_fits_is_skipped_silently(small, services, tmp_path, qtbot) -> None:
    """The attributes were changed since, which was reported then."""
    other = write_checkpoint(tmp_path / "other.safetensors", run="other", attributes=tuple("abcdef"))
    services.settings.change(checkpoints={str(small): str(other)})
    with opened(services) as window:
        qtbot.waitUntil(window.settled)
        assert window.session.selection.image is not None
        assert not window.message_bar.isVisible()
        assert "other" not in window.top_bar.checkpoint_button.text()


def test_remembered_things_that_no_longer_exist_are_skipped(small, services, qtbot) -> None:
    services.settings.remember(small, image="deleted.jpg", attribute="no::such", class_name="Nobody")
    services.settings.change(pages={"annotate_tabs": "99"}, geometry="rubbish", workspace="annotate")
    with opened(services) as window:
        qtbot.waitUntil(window.settled)
        assert window.session.selection.image == window.session.document.images[0]
        assert window.session.selection.class_name is None
        assert window.findChild(QTabWidget, "annotate_tabs").currentIndex() == 0
