"""Where a run's test images and classes are drawn: principal components at once, t-SNE by a job, which keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.embedding import Plane, principal_plane
from msdn_core.errors import RunError
from msdn_core.runs.embeddings import StoredEmbedding, embedding_digest, embedding_file, embedding_space, read_embedding
from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_core.runs.evaluations import evaluation_folder
from msdn_core.runs.listing import find_run
from msdn_gui.services.background import Background
from msdn_gui.session import Session

if TYPE_CHECKING:
    from msdn_gui.services import Services
    from msdn_gui.services.jobs import Job

Key = tuple[Path, str, str, str]
"""Project, run, checkpoint and whose scores."""


@dataclass(frozen=True, eq=False)
class Planes:
    """What there is of one run's scores."""

    principal: Plane
    kept: StoredEmbedding | None
    """t-SNE, where it was made of these very scores and class vectors."""
    fault: str = ""
    """Why there is no t-SNE though one was made."""


class PlaneMaker(QObject):
    """Finds the planes of the run that is shown on another thread, and has t-SNE made by the engine."""

    changed = Signal()
    """``planes``, or how far the job is, is another one."""

    def __init__(self, session: Session, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self.planes: Planes | None = None
        self.is_working = False
        self._session, self._jobs = session, services.jobs
        self._wanted: tuple[EvaluatedRun, str] | None = None
        self._running: dict[Key, Job] = {}
        self._faults: dict[Key, str] = {}
        self._work = Background(self)
        self._work.done.connect(self._take)
        self._work.failed.connect(self._fail)

    @property
    def job(self) -> Job | None:
        """The job that makes what is shown now."""
        key = self._key()
        return self._running.get(key) if key is not None else None

    @property
    def fault(self) -> str:
        """Why what is shown could not be made."""
        key = self._key()
        return self._faults.get(key, "") if key is not None else ""

    def show(self, run: EvaluatedRun, source: str) -> None:
        """Finds the planes of a run by one of ``SOURCES``; ``changed`` follows where they were others."""
        if self._wanted == (run, source):
            return
        self._wanted = (run, source)
        self._look()

    def make(self) -> None:
        """Has the t-SNE of what is shown made."""
        key = self._key()
        if key is None or key in self._running:
            return
        project, name, kind, source = key
        self._faults.pop(key, None)
        job = self._jobs.engine(
            f"t-SNE of {name}",
            *("embed", project, "--run", name, "--checkpoint", kind, "--scores", source),
            workspace="evaluate",
        )
        self._running[key] = job
        job.progress.connect(lambda *_: self.changed.emit())
        job.failed.connect(lambda sentence: self._faults.update({key: sentence}))
        job.ended.connect(lambda: self._end(key))
        self.changed.emit()

    def cancel(self) -> None:
        """Ends the job that makes what is shown."""
        if self.job is not None:
            self.job.cancel()

    def _key(self) -> Key | None:
        project = self._session.document.project
        if project is None or self._wanted is None:
            return None
        run, source = self._wanted
        return project.path, run.name, run.kind, source

    def _look(self) -> None:
        key = self._key()
        self.planes, self.is_working = None, key is not None
        self._work.cancel()
        if key is None or self._wanted is None:
            return
        (run, source), project = self._wanted, key[0]
        self._work.start(lambda: _find(project, run, source))
        self.changed.emit()

    def _take(self, planes: Planes) -> None:
        self.planes, self.is_working = planes, False
        self.changed.emit()

    def _fail(self, sentence: str) -> None:
        """There is no plane at all; whoever shows it says why."""
        self.is_working = False
        key = self._key()
        if key is not None:
            self._faults[key] = sentence
        self.changed.emit()

    def _end(self, key: Key) -> None:
        del self._running[key]
        if key == self._key():
            self._look()


def _find(project: Path, run: EvaluatedRun, source: str) -> Planes:
    predictions = run.evaluation.predictions
    kept, fault = None, ""
    try:
        folder = evaluation_folder(find_run(project, run.name), run.kind)
        kept = read_embedding(embedding_file(folder, source), predictions)
    except RunError as error:
        fault = str(error)
    if kept is not None and kept.made_of != embedding_digest(predictions, source):
        kept, fault = None, "The t-SNE that is kept was made of an earlier evaluation."
    return Planes(principal_plane(embedding_space(predictions, source)), kept, fault)
