"""A font that can be read, also where a machine has none (a bare container that renders a picture)."""

from __future__ import annotations

import io
import logging
import sys

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

_log = logging.getLogger(__name__)
_PREFERRED = ("Inter", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Cantarell", "Ubuntu", "Arial", "Helvetica")


def choose_font() -> QFont:
    """The system's own font where there is one that has letters, otherwise the best that can be had."""
    families = QFontDatabase.families()
    if not families:
        name = _packaged_font()
        return QFont(name) if name else QGuiApplication.font()
    if sys.platform in ("win32", "darwin"):
        return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if system.family() in families and QFontDatabase.isSmoothlyScalable(system.family()):
        return system
    known = {family.split(" [")[0]: family for family in families}
    for name in _PREFERRED:
        if name in known:
            return QFont(known[name])
    sans = [family for family in families if "sans" in family.lower() and "mono" not in family.lower()]
    return QFont((sans or families)[0])


def _packaged_font() -> str:
    """Pillow carries one (Aileron, CC0) for machines without any."""
    from PIL import ImageFont

    try:
        file = getattr(ImageFont.load_default(16), "path", None)
        number = QFontDatabase.addApplicationFontFromData(file.getvalue()) if isinstance(file, io.BytesIO) else -1
    except (OSError, ImportError) as fault:
        _log.warning("no font is here, and Pillow's could not be loaded: %s", fault)
        return ""
    names = QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return names[0] if names else ""
