"""What goes on, for the chip: jobs of this window, and training runs whoever started them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from msdn_gui.services import Services
from msdn_gui.services.jobs import Job
from msdn_gui.shell.frame.status_chip import Activity, StatusChip


class ActivityWatch(QObject):
    """Puts jobs and runs on the chip and takes them off."""

    def __init__(self, services: Services, chip: StatusChip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._chip = chip
        jobs, monitor = services.jobs, services.run_monitor
        jobs.started.connect(self._show_job)
        jobs.changed.connect(self._show_job)
        jobs.ended.connect(lambda job: chip.take(_key(job)))
        monitor.status_changed.connect(self._show_run)
        monitor.run_list_changed.connect(self._forget_runs)
        chip.cancelled.connect(self._cancel)

    def _show_job(self, job: Job) -> None:
        if job.is_running:
            self._chip.put(
                Activity(_key(job), job.title, job.workspace, job.done, job.total, job.remaining_s, can_cancel=True)
            )

    def _show_run(self, name: str, status: Any) -> None:
        if name not in self._services.run_monitor.active():
            self._chip.take(f"run:{name}")
            return
        state = str(status.state)
        title = f"Training {name}" if state == "running" else f"Training {name} ({state})"
        self._chip.put(Activity(f"run:{name}", title, "train", status.step or 0, status.steps or 0))

    def _forget_runs(self) -> None:
        active = set(self._services.run_monitor.active())
        for key in self._chip.activity_keys():
            if key.startswith("run:") and key.removeprefix("run:") not in active:
                self._chip.take(key)

    def _cancel(self, key: str) -> None:
        for job in self._services.jobs.running:
            if _key(job) == key:
                job.cancel()


def _key(job: Job) -> str:
    return f"job:{id(job)}"
