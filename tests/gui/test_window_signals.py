"""A signal to the window is an orderly end, whatever the window is doing: no note is left as after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems")
ROOT = Path(__file__).parents[2]

# A window with nothing open and no explainer; as in a terminal in the foreground, nothing is ignored.
_WINDOW = """
import os, signal, sys
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
from msdn_gui.services.explaining import ExplainerService
ExplainerService.prewarm = lambda *_: None
from msdn_gui.services.locations import data_home
from msdn_gui.program import Program
from PySide6.QtCore import QTimer
program = Program()
program.window.opening.open_first = lambda path: None
assert len(list((data_home() / "running").glob("*.txt"))) == 1
def send(name): os.kill(os.getpid(), getattr(signal, name))
"""


def ended(home: Path, script: str) -> None:
    """The window of a script ends with status 0, says nothing, and leaves no note."""
    code = _WINDOW + textwrap.dedent(script) + "\nsys.exit(program.run())\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MSDN_EXPLORER_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list((home / "running").iterdir()) == []


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_window_whose_runs_are_training_and_another_one_does_not_cut_that_short(home, name) -> None:
    ended(
        home,
        f"""
        program.services.run_monitor.active = lambda: ["demo-01"]
        close = program.session.close_project
        program.session.close_project = lambda: (send("{name}"), close())
        QTimer.singleShot(100, program.window, lambda: send("{name}"))
        """,
    )


def test_a_signal_before_the_window_is_shown_ends_the_program(home) -> None:
    ended(home, 'send("SIGTERM")')


def test_an_ignored_signal_stays_ignored(home) -> None:
    ended(
        home,
        """
        program.close()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        program = Program()
        program.window.opening.open_first = lambda path: None
        QTimer.singleShot(100, program.window, lambda: send("SIGHUP"))
        QTimer.singleShot(600, program.window, lambda: (setattr(sys, "waited", True), send("SIGTERM")))
        status = program.run()
        sys.exit(status if sys.waited else 1)
        """,
    )
