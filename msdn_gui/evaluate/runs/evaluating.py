"""Stands where a run's figures will, until it was evaluated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from msdn_core.domain.annotation import Split
from msdn_gui.evaluate.runs.evaluations import RunEntry
from msdn_gui.session import Session
from msdn_gui.widgets.job_notice import JobNotice

if TYPE_CHECKING:
    from msdn_gui.services import Services
    from msdn_gui.services.jobs import Job

_TESTS = (Split.TEST_SEEN, Split.TEST_UNSEEN)
_STAGES = {"features": "Looking at the images", "maps": "Looking closely at the maps"}


class Evaluating(JobNotice):
    """Runs the engine's ``evaluate`` on one run after another's button; each is cancelled by itself."""

    done = Signal(str)
    """A run of the open project whose evaluation ended, well or not."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__("evaluating", "Evaluate", "evaluate_run", _STAGES, 420)
        self._session, self._jobs = session, services.jobs
        # By project and run: a job goes on while another project is looked at, which may have a run of that name.
        self._running: dict[tuple[Path | None, str], Job] = {}
        self._faults: dict[tuple[Path | None, str], str] = {}
        self._entry: RunEntry | None = None
        self.start.clicked.connect(lambda: self._entry is not None and self.begin(self._entry))
        session.document.images_changed.connect(self._refresh)

    def is_running(self, name: str) -> bool:
        """Whether a run is being evaluated."""
        return self._key(name) in self._running

    def show_entry(self, entry: RunEntry | None, fault: str = "") -> None:
        """Says what this run lacks."""
        self._entry = entry
        if fault and entry is not None:
            self._faults[self._key(entry.name)] = fault
        self._refresh()

    def begin(self, entry: RunEntry) -> None:
        """Starts to evaluate a run; its evaluation is kept beside it."""
        project, key = self._session.document.project, self._key(entry.name)
        if project is None or entry.kind is None or key in self._running:
            return
        self._faults.pop(key, None)
        words = ("evaluate", project.path, "--run", entry.name, "--checkpoint", entry.kind, "--keep")
        job = self._running[key] = self._jobs.engine(f"Evaluating {entry.name}", *words, workspace="evaluate")
        job.progress.connect(lambda *_: self._refresh())
        job.failed.connect(lambda sentence: self._take_fault(key, sentence))
        job.ended.connect(lambda: self._take_end(key))
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
            self.show_job(job, "The network is being loaded.")
        elif entry.kind is None:
            self.show_missing(
                f"{entry.name} has no checkpoint yet",
                "A run can be evaluated from its first checkpoint on; see in Train how far it is.",
                can_start=False,
            )
        elif self._lacks_tests():
            self.show_missing(
                "There are no test images",
                "A run is measured on images that it was not trained on. Keep a fifth for testing, in the menu of "
                "Annotate, and train anew.",
                can_start=False,
            )
        else:
            self.show_missing(
                f"{entry.name} was not evaluated yet",
                self._faults.get(key)
                or "Its checkpoint goes once over the test images, and once more over their maps. What was measured is "
                "kept with the run.",
                can_start=True,
            )

    def _lacks_tests(self) -> bool:
        """Whether no image is for testing; while images are still being read, the engine would say so."""
        images = self._session.document.images
        return bool(images) and not any(image.split in _TESTS for image in images)

    def _take_fault(self, key: tuple[Path | None, str], sentence: str) -> None:
        self._faults[key] = sentence
        self._session.messages.error(sentence)

    def _take_end(self, key: tuple[Path | None, str]) -> None:
        del self._running[key]
        self._refresh()
        if key == self._key(key[1]):
            self.done.emit(key[1])
