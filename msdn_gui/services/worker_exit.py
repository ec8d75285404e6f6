"""How the explainer's process ended, and what it wrote when it crashed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_MAX_BYTES = 100_000


class CrashFile:
    """A file that the worker writes to when native code crashes."""

    def __init__(self) -> None:
        """Create the file in the folder of temporary files."""
        handle, self.name = tempfile.mkstemp(prefix="msdn-explainer-", suffix=".txt")
        self._file = os.fdopen(handle, "rb")

    def read_and_remove(self) -> str:
        """Return the content and remove the file."""
        with self._file as file:
            text = file.read(_MAX_BYTES).decode("utf-8", "replace")
        with contextlib.suppress(OSError):
            Path(self.name).unlink(missing_ok=True)
        return text


def worker_processes(pool: ProcessPoolExecutor | None) -> list[Any]:
    """Return the processes of a pool."""
    # Before Python 3.14, the pool has no public way to its workers.
    return list((getattr(pool, "_processes", None) or {}).values())
