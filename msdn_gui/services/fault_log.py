"""The log of warnings and errors: a file of limited size in the program's folder."""

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
_MAX_CHARACTERS = 20_000
_PACKAGES = ("PySide6-Essentials", "pyqtgraph", "numpy", "torch", "torchvision", "timm", "pillow", "safetensors")


def log_file() -> Path:
    """Return the log's path; the full log before it is ``log.txt.1``."""
    return data_home() / "log.txt"


def log_to_file() -> logging.Handler:
    """Write warnings and errors of all modules to the log; with the one before it, it stays below 2 MB."""
    handler = logging.handlers.RotatingFileHandler(
        log_file(), maxBytes=_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)
    return handler


def report(sentence: str, details: str) -> str:
    """Return a report that a person can send to the developers: what happened, where, and the versions.

    It has no personal data except paths, in which the home folder is ``~``.
    """
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    text = "\n".join((sentence, "", now, *versions(), "", _shortened(details).strip() or "No details."))
    try:
        return text.replace(str(Path.home()), "~")
    except RuntimeError:  # No home folder is known.
        return text


def versions() -> list[str]:
    """Return the versions of the program, Python, the system and libraries, without importing any of them."""
    lines = [f"MSDN Explorer {__version__}", f"Python {platform.python_version()} on {platform.platform()}"]
    for package in _PACKAGES:
        try:
            lines.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return lines


def _shortened(text: str) -> str:
    if len(text) <= _MAX_CHARACTERS:
        return text
    half = _MAX_CHARACTERS // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters omitted …\n{text[-half:]}"
