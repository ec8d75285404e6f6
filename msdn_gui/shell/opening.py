"""All ways into a project: a folder of one, a folder of images, the aviary, a data set of any format."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from msdn_core.errors import MsdnError
from msdn_core.project import PROJECT_FILE, ImageRecord, Project
from msdn_core.runs.directory import RunDirectory
from msdn_gui.services import Services
from msdn_gui.services.jobs import Job
from msdn_gui.services.locations import aviary_folder, folder_project, new_project_folder
from msdn_gui.session import Session
from msdn_gui.session.checkpoints import run_behind

_TOLD = 3
"""Findings of an import that are told in the window."""


@dataclass(frozen=True)
class ImportRequest:
    """What to import; ``options`` are those of ``msdn_core.importers.formats``, or a checkpoint's recipe."""

    format: str
    source: Path
    options: dict[str, str] = field(default_factory=dict)


class Opening(QObject):
    """Opens projects in the session; what takes longer runs as a job, and the project opens as soon as it can."""

    busy_changed = Signal(bool)
    """A project is being made, and will open by itself."""

    def __init__(self, session: Session, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._services = services
        self._wanted: object = None
        session.document.project_changed.connect(self._remember)
        session.inference.checkpoint_changed.connect(self._remember_checkpoint)
        # A long list of images comes a moment after its project.
        session.document.images_changed.connect(self._choose_first_image)

    @property
    def is_busy(self) -> bool:
        """Whether a project is being made that will open by itself."""
        return self._wanted is not None

    def expect(self) -> None:
        """From now on something is about to be opened; the window says so until it is."""
        self._want(self)

    def open_first(self, path: Path | None) -> None:
        """What a start shows: the given folder, the project that was open last, the start screen, or at first the
        aviary."""
        if path is not None:
            self.open_path(path)
            return
        kept = self._services.settings.value
        last = kept.last_project
        if last and Project.is_project(Path(last)):
            self.open_project(Path(last))
        elif kept.recent_projects:
            # The start screen: the project was closed, or is gone.
            self._want(None)
            if last:
                self._session.messages.warning(
                    f"The project {last} is not there any more; open it from where it is now, or another one.",
                )
        else:
            self.open_aviary(aviary_folder())

    def open_path(self, path: Path) -> None:
        """A project, its file, or a folder of images."""
        path = Path(path).absolute()
        if path.name == PROJECT_FILE:
            path = path.parent
        if Project.is_project(path):
            self.open_project(path)
        elif path.is_dir():
            self.open_images(path)
        else:
            self._want(None)
            self._session.messages.error(f"There is no folder {path}; drop or open a folder.")

    def open_project(self, path: Path) -> bool:
        """Opens a project; where it cannot be, the message bar says why and the open one stays."""
        self._want(None)
        session, settings = self._session, self._services.settings
        before = settings.remembered(path)
        try:
            session.open_project(path)
        except MsdnError as fault:
            session.messages.error(str(fault))
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
            # A workspace may have chosen another one meanwhile.
            session.selection.set_image(last)
        self._choose_first_image()
        if self._is_undrawn_aviary():
            self._draw(path)
        return True

    def open_checkpoint(self, path: Path) -> None:
        """Looks through a checkpoint; where nothing is open, the project opens that its run belongs to."""
        if self._session.document.project is None:
            run = run_behind(path)
            project = run.parent.parent if run is not None else path.parent
            if not Project.is_project(project):
                self._session.messages.warning(
                    f"{path.name} does not lie in a project; open images to look at first, then the checkpoint.",
                )
                return
            if not self.open_project(project):
                return
        self._session.inference.set_checkpoint(path)

    def close_project(self) -> None:
        """Lets go of the project; the next start opens none."""
        self._want(None)
        self._session.close_project()
        self._services.settings.change(last_project="")

    def open_images(self, folder: Path) -> None:
        """Opens a folder of images: its project is made, or found again with the images that are new."""
        project = folder_project(folder)
        if self._session.document.project is not None and self._session.document.project.path == project:
            self._session.close_project()
        job = self._services.jobs.engine(
            f"Reading {folder.name}", "import", "images", folder, project, workspace="explore"
        )
        self._open_when_done(job, project)

    def import_data(self, request: ImportRequest) -> None:
        """Makes a project of a data set and opens it, or a run of a published checkpoint and looks through it."""
        source, current = request.source, self._session.document.project
        if request.format in ("images", "project"):
            self.open_path(source)
            return
        more = [word for name, value in request.options.items() for word in (f"--{name.replace('_', '-')}", value)]
        title = f"Importing {source.name}"
        if request.format == "checkpoint":
            if current is not None:
                job = self._services.jobs.engine(title, "import", "checkpoint", source, current.path, *more)
                job.finished.connect(lambda result: self._look_through(current.path, result))
                job.failed.connect(lambda sentence: self._session.messages.error(sentence))
            return
        project = new_project_folder(source.stem if source.is_file() else source.name)
        job = self._services.jobs.engine(title, "import", request.format, source, project, *more, workspace="explore")
        self._open_when_done(job, project)

    def _look_through(self, project: Path, result: dict[str, Any]) -> None:
        """A published checkpoint was imported as a run."""
        if self._session.document.project is None or self._session.document.project.path != project:
            return
        run = RunDirectory(Path(str(result.get("path", ""))))
        checkpoint = run.checkpoint("best") or run.checkpoint("last")
        if checkpoint is not None:
            self._session.inference.set_checkpoint(checkpoint)
        findings = " ".join(map(str, result.get("findings", [])))
        self._session.messages.info(f"The checkpoint is run “{run.name}” now. {findings}".strip())

    def new_aviary(self) -> None:
        """Makes one more demo project."""
        self.open_aviary(new_project_folder("Aviary"))

    def open_aviary(self, path: Path) -> None:
        """Opens the demo project in a folder; it is made there first, and drawn while it is looked at."""
        if Project.is_project(path) and self.open_project(path):
            return
        self._draw(path)

    def _draw(self, path: Path) -> None:
        """The first line of the job says that the database is there; the drawing goes on behind the window."""
        job = self._services.jobs.engine("Drawing the aviary", "demo", path, workspace="explore")
        if self._session.document.project is not None and self._session.document.project.path == path:
            job.failed.connect(lambda sentence: self._session.messages.error(sentence))
            return
        self._want(job)
        job.progress.connect(lambda *_: self._open_early(job, path))
        job.finished.connect(lambda _: self._open_early(job, path))
        job.failed.connect(lambda sentence: self._fail(job, sentence))
        job.cancelled.connect(lambda: self._fail(job, ""))

    def _open_early(self, job: Job, path: Path) -> None:
        if self._wanted is job and Project.is_project(path):
            self._want(None)
            try:
                self._session.open_project(path)
            except MsdnError as fault:
                self._session.messages.error(str(fault))
            self._choose_first_image()

    def _open_when_done(self, job: Job, project: Path) -> None:
        self._want(job)
        job.finished.connect(lambda result: self._opened(job, project, result))
        job.failed.connect(lambda sentence: self._fail(job, sentence, project))
        job.cancelled.connect(lambda: self._fail(job, ""))

    def _opened(self, job: Job, project: Path, result: dict[str, Any]) -> None:
        if self._wanted is not job:
            return
        self.open_project(project)
        findings = [str(finding) for finding in result.get("findings", [])]
        if findings:
            more = [f"And {len(findings) - _TOLD} more findings."] if len(findings) > _TOLD else []
            self._session.messages.info(" ".join(findings[:_TOLD] + more))

    def _fail(self, job: Job, sentence: str, project: Path | None = None) -> None:
        if self._wanted is not job:
            return
        self._want(None)
        # The folder of images may be gone while what is known of it is still there.
        if project is not None and Project.is_project(project):
            self.open_project(project)
        if sentence:
            self._session.messages.error(sentence)

    def _want(self, job: object) -> None:
        was = self.is_busy
        self._wanted = job
        if was != self.is_busy:
            self.busy_changed.emit(self.is_busy)

    def _choose_first_image(self) -> None:
        """The one that was looked at last, or the first that is there."""
        session = self._session
        if session.selection.image is None and session.document.images and session.document.project is not None:
            last = _image_named(
                session.document.images, self._services.settings.remembered(session.document.project.path).image
            )
            there = next(
                (record for record in session.document.images[:64] if record.path.exists()), session.document.images[0]
            )
            session.selection.set_image(last or there)

    def _is_undrawn_aviary(self) -> bool:
        project = self._session.document.project
        if project is None or not project.meta("aviary_seed"):
            return False
        return any(not record.path.exists() for record in self._session.document.images)

    def _remember(self, project: Project | None) -> None:
        if project is not None:
            self._services.settings.remember_project(project.path)
        self._services.run_monitor.set_project(project.path if project is not None else None)

    def _remember_checkpoint(self, checkpoint: Any) -> None:
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
