"""Tells a person why the program did not start, also where there is no console."""

from __future__ import annotations

import sys
from contextlib import suppress

from msdn_gui.services.fault_log import log_file, report


def log_problem(sentence: str, details: str = "") -> bool:
    """Append a problem to the log, and return whether it could be written."""
    try:
        with log_file().open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(report(sentence, details) + "\n")
    except (OSError, RuntimeError):  # RuntimeError: no home folder is known.
        return False
    return True


def show_problem(sentence: str) -> None:
    """Print a sentence on standard error; without one (a start from a menu of Windows), show a message box."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"msdn: {sentence}", file=sys.stderr)
            return
    log_problem(sentence)
    _message_box(sentence)


def _message_box(sentence: str) -> None:
    # Qt may be what is missing, so the system's own box comes first where there is one.
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, sentence, "MSDN Explorer", 0x10)
        return
    with suppress(ImportError):
        from PySide6.QtWidgets import QApplication, QMessageBox

        application = QApplication.instance() or QApplication(["msdn-explorer"])
        QMessageBox.critical(None, "MSDN Explorer", sentence)
        del application
