"""What is open: a project, its images and its class table."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.attributes import ClassTable
from msdn_core.errors import MsdnError, ProjectError
from msdn_core.file_systems import network_share
from msdn_core.project import PROJECT_FILE, ImageRecord, Project
from msdn_gui.session.changes import ChangeKind, Origin, TableChange
from msdn_gui.session.image_list import ImageList
from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from msdn_gui.session.messages import Messages

_WATCH_MS = 2000
_MAX_IMAGES_READ_AT_ONCE = 3000
"""More images than this are read on another thread."""
_CLOCK_TOLERANCE_S = 120.0


@dataclass(frozen=True)
class OpenedProject:
    """A project that was opened and read, before the window shows it."""

    project: Project
    table: ClassTable
    images: list[ImageRecord] | None
    """None if there are so many that they are read on another thread."""
    clock_behind_s: float
    network_share: str
    """The kind of network file system that it is on; empty for a local disk."""


def read_project(path: Path) -> OpenedProject:
    """Open a project and read it; raise MsdnError if that fails."""
    project = Project.open(path)
    try:
        table = project.table()
        # Read before anything is written: opening touches the file.
        behind = project.clock_behind_s()
        images = project.images() if project.image_count() <= _MAX_IMAGES_READ_AT_ONCE else None
    except MsdnError:
        project.close()
        raise
    return OpenedProject(project, table, images, behind, network_share(path))


class Document(QObject):
    """The open project as the window shows it; follows what other processes commit to it."""

    project_changed = Signal(object)
    """Project, or None when it was closed."""
    images_changed = Signal()
    table_changed = Signal(object)
    """TableChange."""

    def __init__(self, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        self.project: Project | None = None
        self.images: list[ImageRecord] = []
        """In the order of their ids."""
        self.table = ClassTable.empty()
        """The project's class table; a checkpoint's while the project has none of its own."""
        self._own_table = ClassTable.empty()
        self._version = 0
        self._is_missing = False
        self._watch = make_timer(self, _WATCH_MS)
        self._watch.timeout.connect(self.check_for_changes)
        self._image_list = ImageList(self)
        self._image_list.loaded.connect(self._on_images_loaded)
        self._image_list.failed.connect(messages.error)

    # Open and close

    def show(self, opened: OpenedProject) -> None:
        """Show a project that ``read_project`` opened; no other may be open."""
        project = self.project = opened.project
        self._own_table = self.table = opened.table
        self.images = opened.images or []
        self._version = project.data_version()
        self._is_missing = False
        self._watch.start()
        self.project_changed.emit(project)
        self.table_changed.emit(TableChange(origin=Origin.SESSION))
        self.images_changed.emit()
        if opened.images is None:
            self._image_list.load(project.path)
        if project.read_only:
            self._messages.warning(f"This project is read-only: {project.read_only_reason}")
        elif opened.clock_behind_s > _CLOCK_TOLERANCE_S:
            self._messages.warning(
                f"This computer's clock is {opened.clock_behind_s / 60:.0f} minutes behind the last change of this "
                "project; correct it, or new annotations will count as older than existing ones."
            )
        elif opened.network_share:
            self._messages.warning(
                f"This project is on a network share ({opened.network_share}); open it on one computer at a time, "
                "since its database is not safe if two computers write to it."
            )

    def close(self) -> None:
        """Close the project, if one is open."""
        if self.project is None:
            return
        self._watch.stop()
        self._image_list.wait()
        self.project.close()
        self.project = None
        self.images = []
        self._own_table = self.table = ClassTable.empty()
        self.project_changed.emit(None)
        self.table_changed.emit(TableChange(origin=Origin.SESSION))
        self.images_changed.emit()

    def require_project(self) -> Project:
        """Return the open project, for an edit of it; raise ProjectError if there is none or its file is gone."""
        if self.project is None:
            raise ProjectError("No project is open; open one first.")
        if not (self.project.path / PROJECT_FILE).exists():
            # The system keeps a deleted file as long as it is open: an edit would succeed, and be lost.
            raise ProjectError(_missing_text(self.project))
        return self.project

    # Images

    def reload_images(self) -> None:
        """Read all images again, e.g. after an import; many of them on another thread."""
        if self.project is None:
            return
        if self.project.image_count() <= _MAX_IMAGES_READ_AT_ONCE:
            self.set_images(self.project.images())
        else:
            self._image_list.load(self.project.path)

    def refresh_images(self, ids: Collection[int]) -> None:
        """Read some images again, whose class or split has changed."""
        if self.project is None:
            return
        if len(ids) > _MAX_IMAGES_READ_AT_ONCE:
            self.reload_images()
            return
        fresh = {number: self.project.image(number) for number in ids}
        self.set_images([fresh.get(record.id, record) for record in self.images])

    def set_images(self, images: list[ImageRecord]) -> None:
        """Replace the list of images."""
        self.images = images
        self.images_changed.emit()

    def index_of(self, record: ImageRecord) -> int:
        """Return the index of an image in ``images``, or −1 if it is not there."""
        index = bisect_left(self.images, record.id, key=lambda one: one.id)
        return index if index < len(self.images) and self.images[index].id == record.id else -1

    # The class table

    @property
    def own_table(self) -> ClassTable:
        """The project's own class table, empty while it has none."""
        return self._own_table

    @property
    def table_is_borrowed(self) -> bool:
        """Whether the class table is the checkpoint's, because the project has none of its own."""
        return not self._own_table.attributes and bool(self.table.attributes)

    def set_table(self, table: ClassTable, change: TableChange) -> None:
        """Show the project's own table as it is now."""
        self._own_table = self.table = table
        self.table_changed.emit(change)

    def borrow_table(self, table: ClassTable | None) -> None:
        """Show a checkpoint's table while the project has no attributes of its own; None shows the project's."""
        if self._own_table.attributes:
            return
        self.table = self._own_table if table is None else table
        self.table_changed.emit(TableChange(origin=Origin.SESSION))

    # Other processes

    def check_for_changes(self) -> None:
        """Read again what another process has committed since."""
        if self.project is None or self._check_missing(self.project):
            return
        try:
            version = self.project.data_version()
            if version == self._version:
                return
            self._version = version
            table = self.project.table()
            if table.attributes or not self.table_is_borrowed:
                self.set_table(table, TableChange(ChangeKind.TABLE, origin=Origin.OTHER_PROCESS))
            else:
                self._own_table = table
            self.reload_images()
        except MsdnError as error:
            self._messages.error(str(error))

    def _check_missing(self, project: Project) -> bool:
        """Return whether the project's file was taken away, and say so the first time."""
        was_missing, self._is_missing = self._is_missing, not (project.path / PROJECT_FILE).exists()
        if self._is_missing and not was_missing:
            self._messages.error(_missing_text(project))
        return self._is_missing

    def _on_images_loaded(self, path: Path, images: list[ImageRecord]) -> None:
        if self.project is not None and self.project.path == path:
            self.set_images(images)


def _missing_text(project: Project) -> str:
    return f"{project.path} no longer contains a project, so nothing can be saved; put it back or open another project."
