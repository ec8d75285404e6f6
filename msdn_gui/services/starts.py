"""Notes of running windows, by which the next start finds those that did not end normally.

Each running window has a text file and a lock in ``running/``. The system releases the lock when the process dies, so
a note whose lock is free belongs to a window that was killed or crashed. If native code crashes, Python's fault
handler writes to the note.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from msdn_core.safe_files import open_regular
from msdn_gui.services.fault_log import versions
from msdn_gui.services.locations import data_home

_MOST_BYTES = 200_000
_MOST_NOTES = 20
_FATAL = ("Fatal Python error: ", "Windows fatal exception: ")


@dataclass(frozen=True)
class UnfinishedStart:
    """A start that did not end normally."""

    details: str
    """The text of its note, with that of the fault handler if native code crashed."""

    @property
    def sentence(self) -> str:
        """What happened, as far as known, and what to do."""
        fatal = [line.removeprefix(sign) for line in self.details.splitlines() for sign in _FATAL if sign in line]
        how = f"it crashed: {fatal[0].strip()}" if fatal else "it was killed, or the computer shut down"
        return (
            f"MSDN Explorer ended unexpectedly last time ({how}). Saved data is intact, and training runs are in "
            "Train. If it happens again, send the report."
        )


class StartNote:
    """The note of this start; it exists from ``begin`` to ``end``."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self._path = path
        self._lock = lock
        self._was_enabled = faulthandler.is_enabled()
        self._file = path.open("wb", buffering=0)
        self._file.write(("\n".join((f"Process {os.getpid()}", *versions())) + "\n").encode("utf-8", "replace"))
        faulthandler.enable(self._file)

    @classmethod
    def begin(cls) -> StartNote | None:
        """Write a note that this process runs; return None if the folder cannot be written."""
        folder = data_home() / "running"
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        lock = FileLock(folder / f"{name}.lock", thread_local=False)
        try:
            folder.mkdir(exist_ok=True)
            # First the lock: a note without one means a crash.
            lock.acquire(blocking=False)
            return cls(folder / f"{name}.txt", lock)
        except (OSError, NotImplementedError, Timeout):
            lock.release()
            return None

    def end(self) -> None:
        """Remove the note: this start ended normally."""
        faulthandler.disable()
        if self._was_enabled and sys.__stderr__ is not None:
            with contextlib.suppress(OSError, ValueError):
                faulthandler.enable(sys.__stderr__)
        self._file.close()
        _remove(self._path, self._lock)


def collect_unfinished() -> list[UnfinishedStart]:
    """Return the starts that were killed or crashed, the newest first, and remove their notes."""
    found = []
    with contextlib.suppress(OSError):
        notes = sorted((data_home() / "running").glob("*.txt"), key=lambda path: path.stat().st_mtime, reverse=True)
        for note in notes:
            lock = FileLock(note.with_suffix(".lock"), thread_local=False)
            try:
                lock.acquire(blocking=False)
            except (OSError, NotImplementedError, Timeout):
                continue  # That window is open.
            with contextlib.suppress(OSError), open_regular(note) as file:
                found.append(UnfinishedStart(file.read(_MOST_BYTES).decode("utf-8", "replace")))
            _remove(note, lock)
    return found[:_MOST_NOTES]


def _remove(note: Path, lock: FileLock) -> None:
    with contextlib.suppress(OSError):
        note.unlink(missing_ok=True)
    lock.release()
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
