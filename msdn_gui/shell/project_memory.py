"""Keeps what the start screen shows of the open project, and what is chosen in it, as it changes."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from PySide6.QtCore import QObject

from msdn_core.project import ImageRecord, Project
from msdn_gui.services.settings import SettingsStore
from msdn_gui.session import Session

MOSAIC = 5
"""Images in a mosaic."""


class Remembering(QObject):
    """Listens to the session and tells the settings, which are written on another thread."""

    def __init__(self, session: Session, settings: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        session.document.project_changed.connect(self._remember_opening)
        session.document.images_changed.connect(self._remember_images)
        session.document.table_changed.connect(self._remember_table)
        session.selection.image_changed.connect(self._remember_image)
        session.selection.attribute_changed.connect(self._remember_attribute)
        session.selection.class_changed.connect(self._remember_class)
        self._remember_opening(session.document.project)

    def _remember_opening(self, project: Project | None) -> None:
        if project is not None:
            opened = datetime.now().astimezone().isoformat(timespec="seconds")
            self._settings.remember(project.path, name=project.name, opened=opened)
            self._remember_images()
            self._remember_table()

    def _remember_images(self) -> None:
        project, images = self._session.document.project, self._session.document.images
        # A long list comes a moment later; what is known of it is kept until then.
        if project is not None and images:
            places = np.unique(np.linspace(0, len(images) - 1, MOSAIC).astype(int))
            pictures = tuple(str(images[place].path) for place in places)
            self._settings.remember(project.path, images=len(images), pictures=pictures)

    def _remember_table(self) -> None:
        project, table = self._session.document.project, self._session.document.table
        if project is not None:
            self._settings.remember(
                project.path,
                classes=len(table.classes),
                unseen=int((~table.seen).sum()),
                attributes=len(table.attributes),
            )

    # A choice that is given up, as when the project is closed, is remembered as it was.

    def _remember_image(self, record: ImageRecord | None) -> None:
        if self._session.document.project is not None and record is not None:
            self._settings.remember(self._session.document.project.path, image=record.name)

    def _remember_attribute(self, column: int) -> None:
        if self._session.document.project is not None and column >= 0:
            name = self._session.document.table.attributes[column].full_name
            self._settings.remember(self._session.document.project.path, attribute=name)

    def _remember_class(self, name: str | None) -> None:
        if self._session.document.project is not None and name is not None:
            self._settings.remember(self._session.document.project.path, class_name=name)
