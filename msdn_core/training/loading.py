"""Loading the data of a run while it listens to commands."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from msdn_core.domain.wording import incomplete_finding
from msdn_core.runs.events import FeatureProgress
from msdn_core.training.data import TrainingData, load_data

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from msdn_core.backbones.extraction import Progress
    from msdn_core.ranks import Ranks
    from msdn_core.recipes.config import TrainConfig
    from msdn_core.runs.directory import RunDirectory
    from msdn_core.training.control import Control

_REPORT_S = 0.25
# How long a stop request waits for loading that does not check for it, such as a download.
_LEAVE_S = 5.0


def load_run_data(
    run: RunDirectory, config: TrainConfig, device: torch.device, control: Control, ranks: Ranks
) -> TrainingData:
    """Return a run's data, and report progress and what is left out.

    Raises StopRequested if a command ends the run meanwhile, and the errors of ``load_data``.
    """
    reported = 0.0

    def report(progress: Progress) -> None:
        nonlocal reported
        if time.monotonic() - reported > _REPORT_S or progress.done == progress.total:
            reported = time.monotonic()
            control.emit(
                FeatureProgress(
                    done=progress.done, total=progress.total, rate=progress.rate, remaining_s=progress.remaining_s
                )
            )

    incomplete: list[str] = []

    def load() -> TrainingData | None:
        return load_data(
            run.project_path,
            config,
            device,
            progress=report,
            stop=control.stop_requested,
            ranks=ranks,
            on_incomplete=incomplete.extend,
        )

    data = load() if ranks.count > 1 else _load_until_stopped(load, control)
    if data is None:
        raise control.end
    if data.left_out:
        control.note(f"{data.left_out} images are left out because they cannot be opened.", "warning")
    if incomplete:
        control.note(incomplete_finding(incomplete), "warning")
    spec = data.store.spec
    if config.size and spec.size != config.size:
        rows, columns = spec.grid
        control.note(
            f"The project's features of {rows}×{columns} regions are used as they were imported, and not those of "
            f"images of {config.size} pixels.",
            "warning",
        )
    if data.unseen_images:
        control.note(f"{data.unseen_images} training images are left out because their class is unseen.", "warning")
    return data


def _load_until_stopped(load: Callable[[], TrainingData | None], control: Control) -> TrainingData | None:
    """Load the data on a thread, and raise StopRequested if a stop is requested and loading does not end within 5 s."""
    loaded: list[TrainingData | None] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            loaded.append(load())
        except BaseException as fault:
            errors.append(fault)

    thread = threading.Thread(target=work, name="loading", daemon=True)
    thread.start()
    deadline = 0.0
    while thread.is_alive():
        thread.join(0.05)
        if control.stop_requested():
            deadline = deadline or time.monotonic() + _LEAVE_S
            if time.monotonic() > deadline:
                raise control.end
    if errors:
        raise errors[0]
    return loaded[0]
