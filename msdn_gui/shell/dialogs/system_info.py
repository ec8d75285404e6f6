"""What a bug report should say about the system; collected at once, without importing torch."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import psutil
import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QWidget

from msdn_core.version import __version__
from msdn_gui.look.theme import theme
from msdn_gui.services.locations import HOME_VARIABLE, data_home
from msdn_gui.shell.dialogs.libraries import version_of

_PACKAGES = ("torch", "torchvision", "timm", "numpy", "scipy", "h5py", "pillow", "safetensors", "pyqtgraph")
_VARIABLES = ("QT_", "OMP_", "MKL_", "CUDA_", "LANG", "LC_ALL", "XDG_SESSION_TYPE", "DISPLAY", "WAYLAND_DISPLAY")


def system_information(window: QWidget) -> dict[str, str]:
    """Return rows of a name and a text: versions, system, screens with scaling, and environment variables."""
    memory = psutil.virtual_memory()
    python, bits = platform.python_version(), sys.maxsize.bit_length() + 1
    screens = QGuiApplication.screens()
    here = window.screen()
    rows = {
        "MSDN Explorer": __version__,
        "Python": f"{python} ({platform.python_implementation()}, {bits} bit)",
        "System": f"{platform.platform()}, {platform.machine()}",
        "Processor threads": str(os.cpu_count() or "unknown"),
        "Memory": f"{memory.total / 2**30:.1f} GiB, {memory.available / 2**30:.1f} GiB free",
        "Qt": f"{qVersion()}, PySide6 {PySide6.__version__}, platform {QGuiApplication.platformName()}",
        "Theme": f"{theme().mode}, {'dark' if theme().dark else 'light'} now",
        "Font": f"{QApplication.font().family()}, {QApplication.font().pointSizeF():g} points",
    }
    for number, screen in enumerate(screens, 1):
        rows[f"Screen {number}"] = _screen(screen) + (", with the window" if screen is here else "")
    rows["Window"] = f"{window.width()} × {window.height()}, scaling {window.devicePixelRatioF():g}"
    rows |= {name: version_of(name) for name in _PACKAGES}
    rows["Data folder"] = _without_user(data_home())
    settings = {
        name: value for name, value in os.environ.items() if name.startswith(_VARIABLES) or name == HOME_VARIABLE
    }
    rows |= {name: _without_user(Path(value)) if value else "empty" for name, value in sorted(settings.items())}
    return rows


def as_text(rows: dict[str, str]) -> str:
    """Return the rows as lines of text."""
    return "\n".join(f"{name}: {text}" for name, text in rows.items())


def _screen(screen: QScreen) -> str:
    size = screen.size()
    return (
        f"{size.width()} × {size.height()}, scaling {screen.devicePixelRatio():g}, "
        f"{screen.logicalDotsPerInch():.0f} dots per inch, {screen.refreshRate():.0f} Hz"
    )


def _without_user(path: Path) -> str:
    """Return a path in which the home folder is ``~``."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else str(path)
