"""Errors of the program: caught, logged and shown, in the window or at the next start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from msdn_gui.widgets.notices.message_bar import MessageBar

ROOT = Path(__file__).parents[2]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems")

# A window with nothing open; ``say`` prints what its message bar says and ends it, as a person would.
_WINDOW = """
import sys, threading
from msdn_gui.program import Program
program = Program()
from PySide6.QtCore import QTimer, QRunnable, QThreadPool
from PySide6.QtWidgets import QPushButton
window = program.window
window.opening.open_first = lambda path: None
def later(ms, function): QTimer.singleShot(ms, window, function)
def say():
    print(window.message_bar.text, flush=True)
    program.application.clipboard().clear()
    window.findChild(QPushButton, "copyReport").click()
    print(program.application.clipboard().text(), flush=True)
    program.application.quit()
"""


def window(home: Path, script: str) -> subprocess.CompletedProcess[str]:
    code = _WINDOW + textwrap.dedent(script) + "\nsys.exit(program.run())\n"
    environment = {**os.environ, "MSDN_EXPLORER_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_an_error_anywhere_is_shown_and_logged_and_the_window_stays_open(home: Path) -> None:
    ended = window(
        home,
        """
        def in_a_slot(): raise ValueError("of a slot")
        def in_a_thread(): raise KeyError("of a thread")
        def in_the_background(): raise IndexError("of the background")
        class Work(QRunnable):
            def run(self): raise OSError("of a pool")
        from msdn_gui.services.background import Background
        background = Background(window)
        background.failed.connect(lambda sentence: print("ANSWERED", sentence, flush=True))
        program.faults.reported.connect(lambda sentence, report: print("TOLD", sentence, flush=True))
        later(0, in_a_slot)
        later(50, in_a_slot)
        later(100, lambda: threading.Thread(target=in_a_thread).start())
        later(150, lambda: background.start(in_the_background))
        later(200, lambda: QThreadPool.globalInstance().start(Work()))
        later(500, say)
        """,
    )
    assert ended.returncode == 0, ended.stderr
    told = [line for line in ended.stdout.splitlines() if line.startswith("TOLD")]
    places = ("of a slot", "of a thread", "of the background", "of a pool")
    assert [place for line in told for place in places if place in line] == list(places), (
        "each is told, and the second one of the slot within a moment is not told again"
    )
    assert "ANSWERED This failed because of an error in the program (IndexError)" in ended.stdout
    report = ended.stdout.split("TOLD")[-1]
    for words in ("OSError: of a pool", "Traceback", "Saved data is intact", "MSDN Explorer 0", "PySide6", "torch"):
        assert words in report
    log = (home / "log.txt").read_text(encoding="utf-8")
    assert all(place in log for place in places)
    assert list((home / "running").iterdir()) == [], "an orderly end leaves no note"


@posix_only
@pytest.mark.parametrize(
    ("number", "words"),
    [(signal.SIGSEGV, "it crashed: Segmentation fault"), (signal.SIGKILL, "it was killed, or the computer shut down")],
)
def test_the_start_after_a_crash_reports_it_once(home: Path, number: signal.Signals, words: str) -> None:
    crashed = window(home, f"import os\nlater(0, lambda: os.kill(os.getpid(), {int(number)}))")
    assert crashed.returncode == -number
    # A start that takes a picture tells nobody, and takes nothing away.
    shot = [sys.executable, str(ROOT / "main.py"), "--screenshot", str(home / "shot.png"), str(home)]
    if number is signal.SIGKILL:
        subprocess.run(shot, cwd=home, env={**os.environ, "MSDN_EXPLORER_HOME": str(home)}, check=True, timeout=60)
    sentence, *report = window(home, "later(300, say)").stdout.splitlines()
    assert words in sentence
    assert "Saved data is intact" in sentence
    if number is signal.SIGSEGV:
        assert "Current thread" in "\n".join(report), "where it crashed stands in the report"
    assert words in (home / "log.txt").read_text(encoding="utf-8")
    assert list((home / "running").iterdir()) == [], "it is said once"


@posix_only
def test_a_second_window_does_not_report_the_first_as_crashed(home: Path) -> None:
    inner = f"""
        import subprocess
        def look():
            code = {_WINDOW + "later(300, say)" + chr(10) + "program.run()"!r}
            print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout, flush=True)
            program.application.quit()
        later(0, look)
        """
    ended = window(home, inner)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == ""


def test_a_report_does_not_contain_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from msdn_gui.services.fault_log import report

    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    text = report("It failed.", f'File "{tmp_path}/x.py"' + "\n" + "y" * 100_000)
    assert str(tmp_path) not in text
    assert '"~/x.py"' in text
    assert len(text) < 25_000


def test_an_error_comes_back_after_a_message_over_it(qtbot, application) -> None:  # noqa: ARG001
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_fault("It failed.", "the report")
    bar.show_message("info", "Written to a.csv.")
    copy, close = bar.findChild(QPushButton, "copyReport"), bar.findChild(QToolButton, "messageClose")
    assert not copy.isVisible()
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert bar.text == "It failed."
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "the report"
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not bar.isVisible()
