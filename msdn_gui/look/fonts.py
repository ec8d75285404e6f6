"""A font that can be read, also where a machine has none (a bare container that renders a picture)."""

from __future__ import annotations

import io
import logging
import sys

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from msdn_core.resources import resource

_log = logging.getLogger(__name__)
# Qt lists these names even where nothing stands behind them.
_ALIASES = {"Monospace", "Sans Serif", "Serif", "Sans"}
_PREFERRED = ("Inter", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Cantarell", "Ubuntu", "Arial", "Helvetica")


def choose_font() -> QFont:
    """The system's own font where there is one that has letters, otherwise the best that can be had."""
    families = [family for family in QFontDatabase.families() if family not in _ALIASES]
    if not families:
        font = QGuiApplication.font()
        font.setFamilies(_packaged_fonts() or font.families())
        return font
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


def _packaged_fonts() -> list[str]:
    """Pillow carries one (Aileron, CC0) for machines without any; the signs it lacks are our own."""
    from PIL import ImageFont

    numbers = []
    try:
        file = getattr(ImageFont.load_default(16), "path", None)
        if isinstance(file, io.BytesIO):
            numbers.append(QFontDatabase.addApplicationFontFromData(file.getvalue()))
    except (OSError, ImportError) as fault:
        _log.warning("no font is here, and Pillow's could not be loaded: %s", fault)
    numbers.append(QFontDatabase.addApplicationFont(str(resource("fonts", "symbols.ttf"))))
    return [name for number in numbers if number >= 0 for name in QFontDatabase.applicationFontFamilies(number)]
