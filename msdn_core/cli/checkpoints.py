"""What ``--run`` may name: a run of the project, its directory, or a checkpoint file of anywhere."""

from __future__ import annotations

from pathlib import Path

from msdn_core.errors import RunError
from msdn_core.runs.listing import find_run


def find_checkpoint(project: Path, run: str, kind: str = "best") -> Path:
    """The checkpoint file meant; ``kind`` is ``best`` or ``last``. Raises RunError where there is none."""
    given = Path(run)
    if given.suffix == ".safetensors" and given.is_file():
        return given
    directory = find_run(project, run)
    found = directory.checkpoint(kind) or directory.checkpoint("last")
    if found is None:
        raise RunError(f"Run “{run}” has saved no checkpoint yet; let it train on, or choose another run.")
    return found
