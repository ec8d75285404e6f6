"""Remembers what the start screen shows of the open project, and what is selected in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.project import ImageRecord, Project
    from msdn_gui.services.settings import SettingsStore
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange

MOSAIC = 5
"""Images of a card on the start screen."""
_DELAY_MS = 200


class ProjectMemory(QObject):
    """Follows the session; the settings are written on another thread."""

    def __init__(self, session: Session, settings: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._selection: dict[str, str] = {}
        self._selected_in: Path | None = None
        self._timer = make_timer(self, _DELAY_MS, single_shot=True)
        self._timer.timeout.connect(self._flush)
        session.document.project_changed.connect(self._on_project_changed)
        session.document.images_changed.connect(self._on_images_changed)
        session.document.table_changed.connect(self._on_table_changed)
        session.selection.image_changed.connect(self._on_image_changed)
        session.selection.attribute_changed.connect(self._on_attribute_changed)
        session.selection.class_changed.connect(self._on_class_changed)
        self._on_project_changed(session.document.project)

    def _on_project_changed(self, project: Project | None) -> None:
        self._flush()
        if project is not None:
            opened = datetime.now().astimezone().isoformat(timespec="seconds")
            self._settings.remember(project.path, name=project.name, opened=opened)
            self._on_images_changed()
            self._remember_table()

    def _on_images_changed(self) -> None:
        project, images = self._session.document.project, self._session.document.images
        # A long list is read on another thread; what is remembered of it stays until then.
        if project is not None and images:
            places = np.unique(np.linspace(0, len(images) - 1, MOSAIC).astype(int))
            pictures = tuple(str(images[place].path) for place in places)
            self._settings.remember(project.path, images=len(images), pictures=pictures)

    def _on_table_changed(self, change: TableChange) -> None:
        if not change.is_values_only:
            self._remember_table()

    def _remember_table(self) -> None:
        project, table = self._session.document.project, self._session.document.table
        if project is not None:
            self._settings.remember(
                project.path,
                classes=len(table.classes),
                unseen=int((~table.seen).sum()),
                attributes=len(table.attributes),
            )

    # A selection that is cleared, as when the project is closed, is remembered as it was.

    def _on_image_changed(self, record: ImageRecord | None) -> None:
        if record is not None:
            self._remember_selection("image", record.name)

    def _on_attribute_changed(self, column: int) -> None:
        if column >= 0:
            self._remember_selection("attribute", self._session.document.table.attributes[column].full_name)

    def _on_class_changed(self, name: str | None) -> None:
        if name is not None:
            self._remember_selection("class_name", name)

    def _remember_selection(self, key: str, name: str) -> None:
        """Remember it in a moment: the selection may follow every key that is pressed."""
        project = self._session.document.project
        if project is not None:
            self._selection[key] = name
            self._selected_in = project.path
            if not self._timer.isActive():
                self._timer.start()

    def _flush(self) -> None:
        self._timer.stop()
        if self._selected_in is not None and self._selection:
            self._settings.remember(self._selected_in, **self._selection)
        self._selection = {}
