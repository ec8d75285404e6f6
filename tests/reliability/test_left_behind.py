"""A test session that is killed takes its processes with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
from trials import posix_only, wait_for

SESSION = """
import subprocess, sys
import left_behind
left_behind.watch_this_process()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""


@posix_only
def test_a_killed_session_leaves_no_process() -> None:
    tests = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", SESSION], cwd=tests, stdout=subprocess.PIPE, text=True) as session:
        assert session.stdout is not None
        child = psutil.Process(int(session.stdout.readline()))
        session.kill()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
