"""Kills the processes that a test session leaves behind, however the session ends.

``python left_behind.py KEY`` waits until its standard input closes, which also happens where pytest is killed, and
then kills each process whose environment holds ``KEY``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

VARIABLE = "MSDN_TEST_SESSION"


def watch_this_process() -> subprocess.Popen[bytes]:
    """Mark the children of this process, and start the watcher that kills them once this process has ended."""
    words = [sys.executable, __file__, str(uuid.uuid4())]
    # Started before the mark is set, so the watcher does not carry it; in a session of its own, so Ctrl+C spares it.
    watcher = subprocess.Popen(words, stdin=subprocess.PIPE, cwd=Path(__file__).parent, start_new_session=True)
    os.environ[VARIABLE] = words[-1]
    return watcher


def kill_marked(key: str) -> None:
    """Kill all processes that carry this mark."""
    import psutil

    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(VARIABLE) == key:
                process.kill()


if __name__ == "__main__":
    sys.stdin.buffer.read()
    kill_marked(sys.argv[1])
