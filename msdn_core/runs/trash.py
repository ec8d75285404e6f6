"""Deleting a run so that it can be had back: it is moved into the project's ``trash`` folder, whole."""

from __future__ import annotations

from pathlib import Path

from msdn_core.errors import RunError
from msdn_core.links import refuse_links
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.queue import queue_lock

FOLDER = "trash"


def discard(run: RunDirectory) -> Path:
    """Moves a run that is not at work into the project's trash, and gives where it lies there.

    Raises RunError where it is at work, or cannot be moved.
    """
    with queue_lock(run.project_path):
        if run.status().state.alive:
            raise RunError(f"Run “{run.name}” is at work; stop or cancel it before it is deleted.")
        folder = run.project_path / FOLDER
        refuse_links(run.project_path, folder)
        names = (run.name, *(f"{run.name} {number}" for number in range(2, 10_000)))
        place = next(folder / name for name in names if not (folder / name).exists())
        return _move(run.path, place)


def restore(place: Path, run: RunDirectory) -> None:
    """Moves a run from the trash back to where it was; RunError where its name is taken by now."""
    if run.path.exists():
        raise RunError(f"There is another run “{run.name}” by now, so {place} cannot come back; rename one of them.")
    _move(place, run.path)


def _move(source: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(exist_ok=True)
        return source.rename(target)
    except OSError as fault:
        raise RunError(f"{source} cannot be moved to {target} ({fault.strerror or fault}).") from fault
