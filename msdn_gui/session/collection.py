"""The attribute scores of all images by the selected checkpoint: read on another thread, computed by a job."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

from msdn_core.domain.scoring import fused_attribute_scores
from msdn_core.domain.search import ClassScores
from msdn_core.runs.attribute_scores import checkpoint_digest, read_attribute_scores, scores_file
from msdn_gui.services.background import attempted

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from msdn_gui.services.jobs import Job, Jobs
    from msdn_gui.session.checkpoints import Checkpoint


class CollectionPhase(Enum):
    """The state of the scores."""

    NOTHING = "nothing"
    """There is no project or no checkpoint."""
    LOADING = "loading"
    MISSING = "missing"
    """This checkpoint has not scored any image."""
    READY = "ready"


@dataclass(frozen=True, eq=False)
class Collection:
    """The attribute scores of N images."""

    image_ids: NDArray[np.int64]
    scores_av: NDArray[np.float32]
    scores_va: NDArray[np.float32]
    """(N, K) attribute scores of each sub-net."""
    fused: NDArray[np.float32]
    """(N, K) fused as the checkpoint specifies, with the part of a global branch."""
    scores: ClassScores = field(init=False, repr=False)
    """The scores of the class that is being edited."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "scores", ClassScores(self.fused))


class CollectionScores(QObject):
    """Follows the session's project and checkpoint; ``changed`` is sent with each new phase."""

    changed = Signal()
    scoring_changed = Signal()
    """The job that scores all images has started, progressed or ended."""
    scoring_failed = Signal(str)
    _done = Signal(int, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.phase = CollectionPhase.NOTHING
        self.collection: Collection | None = None
        self.fault = ""
        """Why the stored scores cannot be used; empty if there are none or they can be used."""
        self.job: Job | None = None
        """The job that scores all images, whichever workspace started it."""
        self.scoring_fault = ""
        """Why the last job failed."""
        self._place: tuple[Path, Checkpoint] | None = None
        self._number = 0
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(self._on_read, Qt.ConnectionType.QueuedConnection)

    def show(self, project: Path | None, checkpoint: Checkpoint | None) -> None:
        """Read the scores of a project's images by a checkpoint."""
        self._place = (project, checkpoint) if project is not None and checkpoint is not None else None
        self.look_again()

    def look_again(self) -> None:
        """Read the scores again: the images may have been scored since."""
        self._number += 1
        self.collection, self.fault = None, ""
        if self._place is None:
            self.phase = CollectionPhase.NOTHING
        else:
            self.phase = CollectionPhase.LOADING
            self._pool.start(_Read(self, self._number, *self._place))
        self.changed.emit()

    def score(self, jobs: Jobs, workspace: str) -> Job | None:
        """Start a job that scores all images; None if one is running, or there is no project or checkpoint."""
        if self._place is None or self.job is not None:
            return None
        project, checkpoint = self._place
        self.scoring_fault = ""
        self.job = job = jobs.engine(
            "Scoring all images", "score", project, "--run", checkpoint.path, workspace=workspace
        )
        job.progress.connect(lambda *_: self.scoring_changed.emit())
        job.failed.connect(self._on_scoring_failed)
        job.ended.connect(self._on_scoring_ended)
        self.scoring_changed.emit()
        return job

    def wait(self) -> None:
        """Wait until nothing is being read."""
        self._pool.waitForDone()

    def _on_scoring_failed(self, sentence: str) -> None:
        self.scoring_fault = sentence
        self.scoring_failed.emit(sentence)

    def _on_scoring_ended(self) -> None:
        self.job = None
        self.scoring_changed.emit()
        self.look_again()

    def _on_read(self, number: int, collection: Collection | None, fault: str) -> None:
        if number != self._number:
            return
        self.collection, self.fault = collection, fault
        self.phase = CollectionPhase.READY if collection is not None else CollectionPhase.MISSING
        self.changed.emit()


class _Read(QRunnable):
    def __init__(self, owner: CollectionScores, number: int, project: Path, checkpoint: Checkpoint) -> None:
        super().__init__()
        self._owner, self._number, self._project, self._checkpoint = owner, number, project, checkpoint

    def run(self) -> None:
        collection, fault = attempted(lambda: _read(self._project, self._checkpoint))
        with contextlib.suppress(RuntimeError):  # The window is gone.
            self._owner._done.emit(self._number, collection, fault)


def _read(project: Path, checkpoint: Checkpoint) -> Collection | None:
    header = checkpoint.header
    found = read_attribute_scores(scores_file(project, checkpoint.run, checkpoint.path.stem))
    if found is None or tuple(found.attributes.tolist()) != header.attributes:
        return None
    # The run may have been trained further, or replaced by another of its name; its scores would differ.
    if found.checkpoint != checkpoint_digest(checkpoint.path):
        return None
    fused = fused_attribute_scores(found.scores_av, found.scores_va, found.scores_pooled, header.fusion)
    return Collection(found.image_ids, found.scores_av, found.scores_va, np.ascontiguousarray(fused, dtype=np.float32))
