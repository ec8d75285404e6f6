"""Deleting a run so that it can be restored: it is moved to the project's ``trash`` folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_core.atomic import move
from msdn_core.errors import RunError
from msdn_core.links import refuse_links
from msdn_core.runs.queue import queue_lock

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.runs.directory import RunDirectory

FOLDER = "trash"


def discard(run: RunDirectory) -> Path:
    """Move a run to the project's trash and return its place there.

    Raises RunError if it is running or cannot be moved.
    """
    with queue_lock(run.project_path):
        if run.status().state.alive:
            raise RunError(f"Run “{run.name}” is running; stop or cancel it before deleting it.")
        folder = run.project_path / FOLDER
        refuse_links(run.project_path, folder)
        names = (run.name, *(f"{run.name} {number}" for number in range(2, 10_000)))
        place = next(folder / name for name in names if not (folder / name).exists())
        return _move(run.path, place)


def restore(place: Path, run: RunDirectory) -> None:
    """Move a run from the trash back to its place; raise RunError if its name is taken."""
    refuse_links(run.project_path, run.path)
    if run.path.exists():
        raise RunError(f"Another run “{run.name}” exists, so {place} cannot be restored; rename one of them.")
    _move(place, run.path)


def _move(source: Path, target: Path) -> Path:
    try:
        target.parent.mkdir(exist_ok=True)
        move(source, target)
    except OSError as fault:
        raise RunError(f"{source} cannot be moved to {target} ({fault.strerror or fault}).") from fault
    return target
