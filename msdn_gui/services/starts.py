"""Which starts of the program came to an orderly end: a note that the next start finds where one did not.

Each running window has a text file and a lock in ``running/``. The system frees the lock when the process dies, so a
note whose lock can be had is of a window that was killed or crashed. What a crash in native code leaves, the
interpreter's own fault handler writes into the note.
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

from msdn_gui.services.fault_log import versions
from msdn_gui.services.locations import data_home

_MOST_BYTES = 200_000
_MOST_NOTES = 20
_FATAL = ("Fatal Python error: ", "Windows fatal exception: ")


@dataclass(frozen=True)
class UnfinishedStart:
    """A start that never ended as it should."""

    details: str
    """What its note says; with the fault handler's words where native code crashed."""

    @property
    def sentence(self) -> str:
        """What happened, as far as is known, and what to do."""
        fatal = [line.removeprefix(sign) for line in self.details.splitlines() for sign in _FATAL if sign in line]
        how = f"it crashed: {fatal[0].strip()}" if fatal else "it was killed, or the machine went down"
        return (
            f"MSDN Explorer ended unexpectedly last time ({how}). What was saved is whole, and training runs are in "
            "Train; if it happens again, send the report."
        )


class StartNote:
    """This start's note: there from ``begin`` to ``end``."""

    def __init__(self, path: Path, lock: FileLock) -> None:
        self._path = path
        self._lock = lock
        self._was_enabled = faulthandler.is_enabled()
        self._file = path.open("wb", buffering=0)
        self._file.write(("\n".join((f"Process {os.getpid()}", *versions())) + "\n").encode("utf-8", "replace"))
        faulthandler.enable(self._file)

    @classmethod
    def begin(cls) -> StartNote | None:
        """Leaves a note that this process runs; None where the folder cannot be written."""
        folder = data_home() / "running"
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        lock = FileLock(folder / f"{name}.lock", thread_local=False)
        try:
            folder.mkdir(exist_ok=True)
            # First the lock: a note without one reads as a crash.
            lock.acquire(blocking=False)
            return cls(folder / f"{name}.txt", lock)
        except (OSError, NotImplementedError, Timeout):
            lock.release()
            return None

    def end(self) -> None:
        """Takes the note away: this start ended as it should."""
        faulthandler.disable()
        if self._was_enabled and sys.__stderr__ is not None:
            with contextlib.suppress(OSError, ValueError):
                faulthandler.enable(sys.__stderr__)
        self._file.close()
        _take_away(self._path, self._lock)


def take_unfinished() -> list[UnfinishedStart]:
    """The starts that were killed or crashed since somebody asked, the newest first; their notes are taken away."""
    found = []
    with contextlib.suppress(OSError):
        notes = sorted((data_home() / "running").glob("*.txt"), key=lambda path: path.stat().st_mtime, reverse=True)
        for note in notes:
            lock = FileLock(note.with_suffix(".lock"), thread_local=False)
            try:
                lock.acquire(blocking=False)
            except (OSError, NotImplementedError, Timeout):
                continue  # That window is open.
            with contextlib.suppress(OSError), note.open("rb") as file:
                found.append(UnfinishedStart(file.read(_MOST_BYTES).decode("utf-8", "replace")))
            _take_away(note, lock)
    return found[:_MOST_NOTES]


def _take_away(note: Path, lock: FileLock) -> None:
    with contextlib.suppress(OSError):
        note.unlink(missing_ok=True)
    lock.release()
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink(missing_ok=True)
