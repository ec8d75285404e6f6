"""The option ``--run``: a run of the project, its directory, or any checkpoint file."""

from __future__ import annotations

from pathlib import Path

from msdn_core.errors import RunError
from msdn_core.runs.listing import find_run


def find_checkpoint(project: Path, run: str, kind: str = "best") -> Path:
    """Return the checkpoint file; ``kind`` is ``best`` or ``last``. Raises RunError if there is none."""
    given = Path(run)
    if given.suffix == ".safetensors" and given.is_file():
        return given
    directory = find_run(project, run)
    found = directory.checkpoint(kind) or directory.checkpoint("last")
    if found is None:
        raise RunError(f"Run “{run}” has no checkpoint yet; resume it, or choose another run.")
    return found
