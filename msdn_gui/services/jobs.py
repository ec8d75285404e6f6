"""Commands of the engine as child processes: ``python -m msdn_core --json …``."""

from __future__ import annotations

import contextlib
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from msdn_core.child_environment import PROGRAM_FOLDER, child_environment
from msdn_core.exit_status import describe_exit
from msdn_core.safe_files import parse_json
from msdn_gui.timers import make_timer

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT_ERROR_LINES = 8
_MOST_LINE_BYTES = 64 * 1024 * 1024
_MOST_REASON_CHARACTERS = 500
_END_MS = 3000
_FATAL = b"Fatal Python error: "


class Job(QObject):
    """One running command of the engine.

    Ends with exactly one of ``finished(dict)``, ``failed(sentence)`` or ``cancelled()``, and ``ended()`` after it.
    """

    progress = Signal(str, int, int, object)
    """Stage, done, total (0 if unknown), remaining seconds (float or None)."""
    finished = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    ended = Signal()

    def __init__(
        self, title: str, arguments: Sequence[str], *, workspace: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.workspace = workspace
        self.arguments = tuple(arguments)
        self.stage = ""
        self.done = 0
        self.total = 0
        self.remaining_s: float | None = None
        self.result: dict[str, Any] | None = None
        self.error = ""
        self._cancelled = False
        self._over = False
        self._lines = _Lines()
        self._errors = b""
        self._process = QProcess(self)
        self._process.setProcessEnvironment(_environment())
        self._process.setWorkingDirectory(str(PROGRAM_FOLDER))
        self._process.readyReadStandardOutput.connect(self._read_output)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._has_low_priority = False
        self._killer = make_timer(self, _END_MS, single_shot=True)
        self._killer.timeout.connect(self._process.kill)

    @property
    def is_running(self) -> bool:
        """Whether the job has not ended."""
        return not self._over

    @property
    def process_id(self) -> int:
        """The process id of the child; 0 if there is none."""
        return int(self._process.processId())

    def start(self) -> None:
        """Start the child."""
        self._process.start(sys.executable, list(self.arguments))

    def cancel(self) -> None:
        """End the child; finished work is kept, because every command can resume or is one transaction."""
        if self._over:
            return
        self._cancelled = True
        if sys.platform == "win32":
            self._process.kill()
            return
        self._process.terminate()
        self._killer.start()

    def end_now(self) -> None:
        """End the child and wait for its end; used when the window closes."""
        if self._over:
            return
        self._cancelled = True
        self._process.kill()
        self._process.waitForFinished(_END_MS)

    def _read_output(self) -> None:
        for line in self._lines.feed(bytes(self._process.readAllStandardOutput().data())):
            self._read_line(line)

    def _read_line(self, line: bytes) -> None:
        if not line.startswith(b"{"):
            return  # A library printed something; messages of the engine are JSON objects.
        try:
            content = parse_json(line, finite=False)
        except ValueError:
            return
        if not isinstance(content, dict):
            return
        if set(content) == {"progress"} and isinstance(content["progress"], dict):
            self._read_progress(content["progress"])
        elif set(content) == {"error"}:
            self.error = _plain(str(content["error"]))
        else:
            self.result = content

    def _read_progress(self, content: dict[str, Any]) -> None:
        remaining = content.get("remaining_s")
        self.stage = _plain(str(content.get("stage") or ""))
        self.done = _number(content.get("done"))
        self.total = _number(content.get("total"))
        self.remaining_s = float(remaining) if isinstance(remaining, int | float) and isfinite(remaining) else None
        if not self._has_low_priority:
            # The first data is there: from here on, the window has priority.
            self._has_low_priority = True
            lower_priority(self.process_id)
        self.progress.emit(self.stage, self.done, self.total, self.remaining_s)

    def _read_errors(self) -> None:
        text = self._errors + self._process.readAllStandardError().data()
        lines = text.split(b"\n")
        # If native code crashed, the line that says so comes before the stacks of all threads.
        fatal = [line for line in lines[:-_KEPT_ERROR_LINES] if line.startswith(_FATAL)]
        self._errors = b"\n".join(fatal[-1:] + lines[-_KEPT_ERROR_LINES:])[-4000:]

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and not self._over:
            self.error = f"{self.title} could not be started ({self._process.errorString()}); check the installation."
            self._end(succeeded=False)

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._over:
            return
        self._read_output()
        self._read_errors()
        self._read_line(self._lines.rest)
        normal = status == QProcess.ExitStatus.NormalExit
        # A command may exit with a status other than 0 and have a result: doctor does if it finds a problem.
        succeeded = normal and self.result is not None and not self.error
        if not succeeded and not self.error:
            # A signal, for example of a system without memory, lets a process say nothing; its last line is of before.
            last = _reason(self._errors) if normal else _fatal_reason(self._errors)
            # On Windows, a crash has a status; elsewhere the number of a signal.
            killed = f"unexpectedly ({describe_exit(code if sys.platform == 'win32' else -code)})"
            how = f"with status {code}" if normal else killed
            detail = f": {last}" if last else ""
            self.error = f"{self.title} ended {how}{detail}. Start it again; finished work is kept."
        self._end(succeeded=succeeded)

    def _end(self, *, succeeded: bool) -> None:
        self._over = True
        self._killer.stop()
        if self._cancelled:
            self.cancelled.emit()
        elif succeeded:
            self.finished.emit(self.result)
        else:
            self.failed.emit(self.error)
        self.ended.emit()


class Jobs(QObject):
    """All jobs of the window, which the status chip shows."""

    started = Signal(object)
    changed = Signal(object)
    """A job made progress."""
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[Job] = []

    @property
    def running(self) -> tuple[Job, ...]:
        """The running jobs, oldest first."""
        return tuple(self._running)

    def find(self, kind: str) -> Job | None:
        """Return the running job of a command, e.g. ``features``."""
        return next((job for job in self._running if kind in job.arguments), None)

    def engine(self, title: str, *arguments: str | Path, workspace: str = "") -> Job:
        """Start ``python -m msdn_core --json ARGUMENTS`` with a lower priority; the status chip shows ``title``.

        A path is made absolute, because the child has a working directory of its own.
        """
        words = [str(word.absolute() if isinstance(word, Path) else word) for word in arguments]
        return self.start(title, ["-m", "msdn_core", "--json", *words], workspace=workspace)

    def start(self, title: str, arguments: Sequence[str], *, workspace: str = "") -> Job:
        """Start Python with any arguments, with the same protocol."""
        job = Job(title, arguments, workspace=workspace, parent=self)
        self._running.append(job)
        job.progress.connect(lambda *_: self.changed.emit(job))
        job.ended.connect(lambda: self._on_ended(job))
        job.start()
        self.started.emit(job)
        return job

    def close(self) -> None:
        """End all jobs and wait for their processes."""
        for job in list(self._running):
            job.end_now()

    def _on_ended(self, job: Job) -> None:
        if job in self._running:
            self._running.remove(job)
        self.ended.emit(job)
        job.deleteLater()


def lower_priority(process: int) -> None:
    """Lower the priority of a process below the window's, and that of its children.

    On Windows, the python.exe of a virtual environment only starts the interpreter and waits for it.
    """
    import psutil

    with contextlib.suppress(psutil.Error, OSError, ValueError):
        started = psutil.Process(process)
        for child in (started, *started.children()):
            child.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else max(child.nice(), 10))


class _Lines:
    """Splits output into lines as it arrives; a line that never ends is dropped before it fills the memory."""

    def __init__(self) -> None:
        self._part = bytearray()
        self._is_too_long = False

    @property
    def rest(self) -> bytes:
        """What follows the last line break."""
        return b"" if self._is_too_long else bytes(self._part)

    def feed(self, content: bytes) -> list[bytes]:
        """Return the lines that ``content`` completes, without their line breaks."""
        lines = []
        *ends, start = content.split(b"\n")
        for end in ends:
            self._add(end)
            lines.append(self.rest)
            self._part.clear()
            self._is_too_long = False
        self._add(start)
        return lines

    def _add(self, content: bytes) -> None:
        if self._is_too_long or len(self._part) + len(content) > _MOST_LINE_BYTES:
            self._is_too_long = True
            self._part.clear()
        else:
            self._part += content


def _reason(errors: bytes) -> str:
    """Return the line that says why a child ended: that of the fault handler, or the last one."""
    return _fatal_reason(errors) or _plain(errors.strip().rpartition(b"\n")[2].decode("utf-8", "replace"))


def _fatal_reason(errors: bytes) -> str:
    """Return the line of the fault handler, if native code crashed."""
    fatal = [line for line in errors.split(b"\n") if line.startswith(_FATAL)]
    return _plain(fatal[-1].decode("utf-8", "replace")) if fatal else ""


def _plain(text: str) -> str:
    """Return text of a child in one line of limited length, without control characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 2 * _MOST_REASON_CHARACTERS]).strip()
    return line if len(line) <= _MOST_REASON_CHARACTERS else f"{line[:_MOST_REASON_CHARACTERS]}…"


def _number(value: object) -> int:
    return int(value) if isinstance(value, int | float) and abs(value) < 2**31 else 0


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    # In a checkout, the child finds the engine whatever the current folder is.
    for name, value in child_environment().items():
        environment.insert(name, value)
    environment.insert("PYTHONUNBUFFERED", "1")
    environment.insert("PYTHONIOENCODING", "utf-8")
    return environment
