"""The planes on which test images and classes are drawn: principal components at once, t-SNE by a job."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.embedding import Plane, principal_plane
from msdn_core.errors import RunError
from msdn_core.runs.embeddings import StoredEmbedding, embedding_digest, embedding_file, embedding_space, read_embedding
from msdn_core.runs.evaluations import evaluation_folder
from msdn_core.runs.listing import find_run
from msdn_gui.services.background import Background

if TYPE_CHECKING:
    from msdn_core.runs.evaluated_run import EvaluatedRun
    from msdn_gui.services import Services
    from msdn_gui.services.jobs import Job
    from msdn_gui.session import Session

Key = tuple[Path, str, str, str]
"""Project, run, checkpoint and source of the scores."""


@dataclass(frozen=True, eq=False)
class Planes:
    """The planes of one run's scores."""

    principal: Plane
    stored: StoredEmbedding | None
    """t-SNE, if it was computed from the same scores and class vectors."""
    fault: str = ""
    """Why a stored t-SNE cannot be used."""


class PlaneMaker(QObject):
    """Computes the planes of the shown run on another thread, and t-SNE by the command ``embed``."""

    changed = Signal()
    """``planes``, or the progress of the job, changed."""

    def __init__(self, session: Session, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self.planes: Planes | None = None
        self.is_working = False
        self._session, self._jobs = session, services.jobs
        self._request: tuple[EvaluatedRun, str] | None = None
        self._running: dict[Key, Job] = {}
        self._faults: dict[Key, str] = {}
        self._background = Background(self)
        self._background.done.connect(self._on_planes_computed)
        self._background.failed.connect(self._on_failed)

    @property
    def job(self) -> Job | None:
        """The job that computes the shown t-SNE."""
        key = self._key()
        return self._running.get(key) if key is not None else None

    @property
    def fault(self) -> str:
        """Why the shown plane could not be computed."""
        key = self._key()
        return self._faults.get(key, "") if key is not None else ""

    def show(self, run: EvaluatedRun, source: str) -> None:
        """Compute the planes of a run from one source of scores; ``changed`` follows if they are others."""
        if self._request == (run, source):
            return
        self._request = (run, source)
        self._compute()

    def make(self) -> None:
        """Start a job that computes the t-SNE of the shown scores."""
        key = self._key()
        if key is None or key in self._running:
            return
        project, name, kind, source = key
        self._faults.pop(key, None)
        job = self._jobs.engine(
            f"Computing t-SNE of {name}",
            *("embed", project, "--run", name, "--checkpoint", kind, "--scores", source),
            workspace="evaluate",
        )
        self._running[key] = job
        job.progress.connect(lambda *_: self.changed.emit())
        job.failed.connect(lambda sentence: self._faults.update({key: sentence}))
        job.ended.connect(lambda: self._on_job_ended(key))
        self.changed.emit()

    def cancel(self) -> None:
        """Cancel the job that computes the shown t-SNE."""
        if self.job is not None:
            self.job.cancel()

    def _key(self) -> Key | None:
        project = self._session.document.project
        if project is None or self._request is None:
            return None
        run, source = self._request
        return project.path, run.name, run.kind, source

    def _compute(self) -> None:
        key = self._key()
        self.planes, self.is_working = None, key is not None
        self._background.cancel()
        if key is None or self._request is None:
            return
        (run, source), project = self._request, key[0]
        self._background.start(lambda: _planes_of(project, run, source))
        self.changed.emit()

    def _on_planes_computed(self, planes: Planes) -> None:
        self.planes, self.is_working = planes, False
        self.changed.emit()

    def _on_failed(self, sentence: str) -> None:
        """Keep the reason, which the page shows in place of a plane."""
        self.is_working = False
        key = self._key()
        if key is not None:
            self._faults[key] = sentence
        self.changed.emit()

    def _on_job_ended(self, key: Key) -> None:
        del self._running[key]
        if key == self._key():
            self._compute()


def _planes_of(project: Path, run: EvaluatedRun, source: str) -> Planes:
    predictions = run.evaluation.predictions
    stored, fault = None, ""
    try:
        folder = evaluation_folder(find_run(project, run.name), run.kind)
        stored = read_embedding(embedding_file(folder, source), predictions)
    except RunError as error:
        fault = str(error)
    if stored is not None and stored.made_of != embedding_digest(predictions, source):
        stored, fault = None, "The stored t-SNE belongs to an earlier evaluation."
    return Planes(principal_plane(embedding_space(predictions, source)), stored, fault)
