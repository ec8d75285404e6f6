"""Where faults of the program are written down: one file in its own folder, bounded in size."""

from __future__ import annotations

import logging
import logging.handlers
import platform
from datetime import datetime
from importlib import metadata
from pathlib import Path

from msdn_core.version import __version__
from msdn_gui.services.locations import data_home

_BYTES = 1_000_000
_MOST_LETTERS = 20_000
_PACKAGES = ("PySide6-Essentials", "pyqtgraph", "numpy", "torch", "torchvision", "timm", "pillow", "safetensors")


def log_file() -> Path:
    """Where faults are written down; the one before it, when it was full, is ``log.txt.1``."""
    return data_home() / "log.txt"


def log_to_file() -> logging.Handler:
    """From now on, warnings and errors of all modules go to the log, which stays below 2 MB with the one before it."""
    handler = logging.handlers.RotatingFileHandler(
        log_file(), maxBytes=_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    return handler


def report(sentence: str, details: str) -> str:
    """What a person can send to who looks after the program: what happened, where in it, and the versions.

    No personal data but paths, and in those the home folder reads ``~``.
    """
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    text = "\n".join((sentence, "", now, *versions(), "", _bounded(details).strip() or "No details are known."))
    try:
        return text.replace(str(Path.home()), "~")
    except RuntimeError:  # No home folder is known.
        return text


def versions() -> list[str]:
    """Of the program, the interpreter, the system and the libraries; none of them is loaded for it."""
    lines = [f"MSDN Explorer {__version__}", f"Python {platform.python_version()} on {platform.platform()}"]
    for package in _PACKAGES:
        try:
            lines.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return lines


def _bounded(text: str) -> str:
    if len(text) <= _MOST_LETTERS:
        return text
    half = _MOST_LETTERS // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} letters are left out …\n{text[-half:]}"
