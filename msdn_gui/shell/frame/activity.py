"""Shows the jobs of this window and all training runs on the status chip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from msdn_gui.shell.frame.status_chip import Activity, StatusChip

if TYPE_CHECKING:
    from msdn_gui.services import Services
    from msdn_gui.services.jobs import Job


class ActivityWatch(QObject):
    """Adds jobs and runs to the chip and removes them."""

    def __init__(self, services: Services, chip: StatusChip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._chip = chip
        jobs, monitor = services.jobs, services.run_monitor
        jobs.started.connect(self._on_job_changed)
        jobs.changed.connect(self._on_job_changed)
        jobs.ended.connect(lambda job: chip.remove(_key(job)))
        monitor.status_changed.connect(self._on_run_changed)
        monitor.run_list_changed.connect(self._on_run_list_changed)
        chip.cancelled.connect(self._on_cancelled)

    def _on_job_changed(self, job: Job) -> None:
        if job.is_running:
            self._chip.show_activity(
                Activity(_key(job), job.title, job.workspace, job.done, job.total, job.remaining_s, can_cancel=True)
            )

    def _on_run_changed(self, name: str, status: Any) -> None:
        if name not in self._services.run_monitor.active():
            self._chip.remove(f"run:{name}")
            return
        state = str(status.state)
        title = f"Training {name}" if state == "running" else f"Training {name} ({state})"
        self._chip.show_activity(Activity(f"run:{name}", title, "train", status.step or 0, status.steps or 0))

    def _on_run_list_changed(self) -> None:
        active = set(self._services.run_monitor.active())
        for key in self._chip.activity_keys():
            if key.startswith("run:") and key.removeprefix("run:") not in active:
                self._chip.remove(key)

    def _on_cancelled(self, key: str) -> None:
        for job in self._services.jobs.running:
            if _key(job) == key:
                job.cancel()


def _key(job: Job) -> str:
    return f"job:{id(job)}"
