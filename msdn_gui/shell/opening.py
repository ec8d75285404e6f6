"""All ways to open a project: its folder, a folder of images, the aviary, or a data set of any format."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from msdn_core.errors import MsdnError
from msdn_core.project import PROJECT_FILE, ImageRecord, Project
from msdn_core.runs.directory import RunDirectory
from msdn_gui.services.locations import aviary_folder, folder_project, new_project_folder
from msdn_gui.session.checkpoints import run_behind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.services import Services
    from msdn_gui.services.jobs import Job
    from msdn_gui.session import Session

_MAX_FINDINGS = 3
"""Findings of an import that the window shows."""


@dataclass(frozen=True)
class ImportRequest:
    """What to import; ``options`` are those of ``msdn_core.importers.formats``, or a checkpoint's recipe."""

    format: str
    source: Path
    options: dict[str, str] = field(default_factory=dict)


class Opening(QObject):
    """Opens projects in the session; a project that must be made first is made by a job and opens after it."""

    busy_changed = Signal(bool)
    """Whether a project is being made that opens by itself."""

    def __init__(self, session: Session, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._services = services
        self._pending: object = None
        session.document.project_changed.connect(self._on_project_changed)
        session.inference.checkpoint_changed.connect(self._on_checkpoint_changed)
        # A long list of images is read after its project was opened.
        session.document.images_changed.connect(self._select_first_image)

    @property
    def is_busy(self) -> bool:
        """Whether a project is being made that opens by itself."""
        return self._pending is not None

    def expect(self) -> None:
        """Show that a project is about to be opened, until it is."""
        self._set_pending(self)

    def open_first(self, path: Path | None) -> None:
        """Open the given folder, the last project or the start screen; at the very first start, the aviary."""
        if path is not None:
            self.open_path(path)
            return
        kept = self._services.settings.value
        last = kept.last_project
        if last and Project.is_project(Path(last)):
            self.open_project(Path(last))
        elif kept.recent_projects:
            # The start screen: the project was closed or no longer exists.
            self._set_pending(None)
            if last:
                self._session.messages.warning(
                    f"The project {last} no longer exists there; open it from its new location, or open another one.",
                )
        else:
            self.open_aviary(aviary_folder())

    def open_path(self, path: Path) -> None:
        """Open a project, given by its folder or file, or a folder of images."""
        path = Path(path).absolute()
        if path.name == PROJECT_FILE:
            path = path.parent
        if Project.is_project(path):
            self.open_project(path)
        elif path.is_dir():
            self.open_images(path)
        else:
            self._set_pending(None)
            self._session.messages.error(f"{path} is not a folder; open or drop a folder.")

    def open_project(self, path: Path) -> bool:
        """Open a project; if that fails, the message bar says why and the open project stays open."""
        self._set_pending(None)
        session, settings = self._session, self._services.settings
        before = settings.remembered(path)
        try:
            session.open_project(path)
        except MsdnError as error:
            session.messages.error(str(error))
            return False
        kept = settings.value.checkpoints.get(str(path))
        current = session.inference.checkpoint
        if kept and (current is None or str(current.path) != kept) and session.inference.fits(Path(kept)):
            session.inference.set_checkpoint(Path(kept))
        names = [attribute.full_name for attribute in session.document.table.attributes]
        if before.attribute in names:
            session.selection.set_attribute(names.index(before.attribute))
        session.selection.set_class(before.class_name)
        last = _image_named(session.document.images, before.image)
        if last is not None:
            # A workspace may have selected another one meanwhile.
            session.selection.set_image(last)
        self._select_first_image()
        if self._is_undrawn_aviary():
            self._draw(path)
        return True

    def open_checkpoint(self, path: Path) -> None:
        """Use a checkpoint; if no project is open, open that of the checkpoint's run first."""
        if self._session.document.project is None:
            run = run_behind(path)
            project = run.parent.parent if run is not None else path.parent
            if not Project.is_project(project):
                self._session.messages.warning(
                    f"{path.name} is not in a project; open a project or images first, then the checkpoint.",
                )
                return
            if not self.open_project(project):
                return
        self._session.inference.set_checkpoint(path)

    def close_project(self) -> None:
        """Close the project; the next start opens none."""
        self._set_pending(None)
        self._session.close_project()
        self._services.settings.change(last_project="")

    def open_images(self, folder: Path) -> None:
        """Open a folder of images: its project is created, or updated with new images."""
        project = folder_project(folder)
        if self._session.document.project is not None and self._session.document.project.path == project:
            self._session.close_project()
        job = self._services.jobs.engine(
            f"Reading {folder.name}", "import", "images", folder, project, workspace="explore"
        )
        self._open_when_done(job, project)

    def import_data(self, request: ImportRequest) -> None:
        """Create a project from a data set and open it, or import a published checkpoint as a run and use it."""
        source, current = request.source, self._session.document.project
        if request.format in ("images", "project"):
            self.open_path(source)
            return
        options = [part for name, value in request.options.items() for part in (f"--{name.replace('_', '-')}", value)]
        title = f"Importing {source.name}"
        if request.format == "checkpoint":
            if current is not None:
                job = self._services.jobs.engine(title, "import", "checkpoint", source, current.path, *options)
                job.finished.connect(lambda result: self._on_checkpoint_imported(current.path, result))
                job.failed.connect(self._session.messages.error)
            return
        project = new_project_folder(source.stem if source.is_file() else source.name)
        job = self._services.jobs.engine(
            title, "import", request.format, source, project, *options, workspace="explore"
        )
        self._open_when_done(job, project)

    def _on_checkpoint_imported(self, project: Path, result: dict[str, Any]) -> None:
        if self._session.document.project is None or self._session.document.project.path != project:
            return
        run = RunDirectory(Path(str(result.get("path", ""))))
        checkpoint = run.checkpoint("best") or run.checkpoint("last")
        if checkpoint is not None:
            self._session.inference.set_checkpoint(checkpoint)
        findings = " ".join(map(str, result.get("findings", [])))
        self._session.messages.info(f"Imported the checkpoint as run “{run.name}”. {findings}".strip())

    def new_aviary(self) -> None:
        """Create another demo project."""
        self.open_aviary(new_project_folder("Aviary"))

    def open_aviary(self, path: Path) -> None:
        """Open the demo project in a folder; create it if necessary, and draw its images while it is open."""
        if Project.is_project(path) and self.open_project(path):
            return
        self._draw(path)

    def _draw(self, path: Path) -> None:
        """Start drawing; the project opens when the job's first line says that the database exists."""
        job = self._services.jobs.engine("Drawing the aviary", "demo", path, workspace="explore")
        if self._session.document.project is not None and self._session.document.project.path == path:
            job.failed.connect(self._session.messages.error)
            return
        self._set_pending(job)
        job.progress.connect(lambda *_: self._open_during_drawing(job, path))
        job.finished.connect(lambda _: self._open_during_drawing(job, path))
        job.failed.connect(lambda sentence: self._on_failed(job, sentence))
        job.cancelled.connect(lambda: self._on_failed(job, ""))

    def _open_during_drawing(self, job: Job, path: Path) -> None:
        if self._pending is job and Project.is_project(path):
            self._set_pending(None)
            try:
                self._session.open_project(path)
            except MsdnError as error:
                self._session.messages.error(str(error))
            self._select_first_image()

    def _open_when_done(self, job: Job, project: Path) -> None:
        self._set_pending(job)
        job.finished.connect(lambda result: self._on_made(job, project, result))
        job.failed.connect(lambda sentence: self._on_failed(job, sentence, project))
        job.cancelled.connect(lambda: self._on_failed(job, ""))

    def _on_made(self, job: Job, project: Path, result: dict[str, Any]) -> None:
        if self._pending is not job:
            return
        self.open_project(project)
        findings = [str(finding) for finding in result.get("findings", [])]
        if findings:
            more = [f"And {len(findings) - _MAX_FINDINGS} more findings."] if len(findings) > _MAX_FINDINGS else []
            self._session.messages.info(" ".join(findings[:_MAX_FINDINGS] + more))

    def _on_failed(self, job: Job, sentence: str, project: Path | None = None) -> None:
        if self._pending is not job:
            return
        self._set_pending(None)
        # The folder of images may be gone while its project still exists.
        if project is not None and Project.is_project(project):
            self.open_project(project)
        if sentence:
            self._session.messages.error(sentence)

    def _set_pending(self, job: object) -> None:
        was = self.is_busy
        self._pending = job
        if was != self.is_busy:
            self.busy_changed.emit(self.is_busy)

    def _select_first_image(self) -> None:
        """Select the image that was selected last, or the first one whose file exists."""
        session = self._session
        if session.selection.image is None and session.document.images and session.document.project is not None:
            last = _image_named(
                session.document.images, self._services.settings.remembered(session.document.project.path).image
            )
            first = next(
                (record for record in session.document.images[:64] if record.path.exists()), session.document.images[0]
            )
            session.selection.set_image(last or first)

    def _is_undrawn_aviary(self) -> bool:
        project = self._session.document.project
        if project is None or not project.meta("aviary_seed"):
            return False
        return any(not record.path.exists() for record in self._session.document.images)

    def _on_project_changed(self, project: Project | None) -> None:
        if project is not None:
            self._services.settings.remember_project(project.path)
        self._services.run_monitor.set_project(project.path if project is not None else None)

    def _on_checkpoint_changed(self, checkpoint: Any) -> None:
        project = self._session.document.project
        if project is None or checkpoint is None:
            return
        kept = dict(self._services.settings.value.checkpoints)
        kept.pop(str(project.path), None)
        kept[str(project.path)] = str(checkpoint.path)
        with contextlib.suppress(IndexError):
            while len(kept) > 50:
                kept.pop(next(iter(kept)))
        self._services.settings.change(checkpoints=kept)


def _image_named(images: Sequence[ImageRecord], name: str) -> ImageRecord | None:
    return next((record for record in images if record.name == name), None) if name else None
