"""Shown in place of a run's results until the run has been evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from msdn_core.domain.annotation import Split
from msdn_gui.widgets.notices.job_notice import JobNotice
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.evaluate.runs.evaluations import RunEntry
    from msdn_gui.services import Services
    from msdn_gui.services.jobs import Job
    from msdn_gui.session import Session

_TESTS = (Split.TEST_SEEN, Split.TEST_UNSEEN)
_STAGES = {"features": "Extracting features", "maps": "Measuring attention maps"}


class EvaluationNotice(JobNotice):
    """Runs the command ``evaluate`` on one run after another; each job can be cancelled."""

    ended = Signal(str)
    """The name of a run of the open project whose evaluation ended, successfully or not."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__("evaluating", "Evaluate run", "evaluate_run", _STAGES, 420)
        self._session, self._jobs = session, services.jobs
        # By project and run: a job continues while another project is open, which may have a run of the same name.
        self._running: dict[tuple[Path | None, str], Job] = {}
        self._faults: dict[tuple[Path | None, str], str] = {}
        self._entry: RunEntry | None = None
        self._refresher = Refresher(self, self._refresh)
        session.document.images_changed.connect(self._refresher.request)

    def is_running(self, name: str) -> bool:
        """Return whether a run of the open project is being evaluated."""
        return self._key(name) in self._running

    def show_entry(self, entry: RunEntry | None, fault: str = "") -> None:
        """Show what a run lacks."""
        self._entry = entry
        if fault and entry is not None:
            self._faults[self._key(entry.name)] = fault
        self._refresh()

    def begin(self, entry: RunEntry) -> None:
        """Start to evaluate a run; the evaluation is stored with it."""
        project, key = self._session.document.project, self._key(entry.name)
        if project is None or entry.kind is None or key in self._running:
            return
        self._faults.pop(key, None)
        words = ("evaluate", project.path, "--run", entry.name, "--checkpoint", entry.kind, "--keep")
        job = self._running[key] = self._jobs.engine(f"Evaluating {entry.name}", *words, workspace="evaluate")
        job.progress.connect(lambda *_: self._refresher.request())
        job.failed.connect(lambda sentence: self._on_job_failed(key, sentence))
        job.ended.connect(lambda: self._on_job_ended(key))
        self._refresh()

    def _key(self, name: str) -> tuple[Path | None, str]:
        project = self._session.document.project
        return (project.path if project is not None else None), name

    def _refresh(self) -> None:
        entry = self._entry
        if entry is None:
            return
        key = self._key(entry.name)
        job = self._running.get(key)
        if job is not None:
            self.show_job(job, "Loading the network.")
        elif entry.kind is None:
            self.show_missing(
                f"{entry.name} has no checkpoint yet",
                "A run can be evaluated once it has saved its first checkpoint. Train shows its progress.",
                can_start=False,
            )
        elif self._lacks_tests():
            self.show_missing(
                "No test images",
                "A run is evaluated on images that it was not trained on. Select “Keep a fifth for testing” in the "
                "Annotate menu, then train again.",
                can_start=False,
            )
        else:
            self.show_missing(
                f"{entry.name} has not been evaluated",
                self._faults.get(key)
                or "Evaluation runs the checkpoint on the test images and measures its attention maps. The results are "
                "stored with the run.",
                can_start=True,
            )

    def _lacks_tests(self) -> bool:
        """Return whether no image is for testing; False while images are being read, as the command checks again."""
        images = self._session.document.images
        return bool(images) and not any(image.split in _TESTS for image in images)

    def _on_job_failed(self, key: tuple[Path | None, str], sentence: str) -> None:
        self._faults[key] = sentence
        self._session.messages.error(sentence)

    def _on_job_ended(self, key: tuple[Path | None, str]) -> None:
        del self._running[key]
        self._refresh()
        if key == self._key(key[1]):
            self.ended.emit(key[1])
