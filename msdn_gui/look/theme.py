"""How the window looks: neutral greys, one accent, and the colours that stand for data, in light and in dark."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from msdn_gui.look.colours import DARK, LIGHT, Colours
from msdn_gui.look.fonts import choose_font
from msdn_gui.look.plain_style import PlainStyle
from msdn_gui.look.stylesheet import stylesheet

SPACING = 8
"""Pixels: distances are multiples of it (or its half within one control)."""
TEXT_POINTS = 10.0
SMALL_POINTS = 8.5
MODES = ("system", "light", "dark")
TEXT_SCALES = (0.9, 1.0, 1.1, 1.25)

SEEN_SIGN = "●"
UNSEEN_SIGN = "◆"
AV_LABEL = "A→V"
VA_LABEL = "V→A"
AV_NAME = "attribute → visual"
VA_NAME = "visual → attribute"


class Theme(QObject):
    """The application's look; in mode ``system`` it follows the system's colour scheme."""

    changed = Signal()
    """The colours have changed; widgets that paint themselves must repaint."""

    def __init__(self, application: QApplication | None = None) -> None:
        super().__init__(application)
        self._application = application
        self._mode = "system"
        self._text_scale = 1.0
        self.colours = LIGHT
        if application is not None:
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def mode(self) -> str:
        """``system``, ``light`` or ``dark``."""
        return self._mode

    @property
    def dark(self) -> bool:
        """Whether the dark colours are on."""
        return self.colours is DARK

    def set_mode(self, mode: str) -> None:
        """Set the mode: ``light``, ``dark``, or ``system`` for the system's colour scheme."""
        self._mode = mode if mode in MODES else "system"
        self._apply()

    @property
    def text_scale(self) -> float:
        """How much larger letters are than the program has them."""
        return self._text_scale

    def set_text_scale(self, scale: float) -> None:
        """Makes all letters larger or smaller, those on the screen too; one of ``TEXT_SCALES``, or the nearest."""
        before = self._text_scale
        self._text_scale = min(TEXT_SCALES, key=lambda one: abs(one - scale))
        if self._application is None or self._text_scale == before:
            return
        own = [one for one in self._application.allWidgets() if one.testAttribute(Qt.WidgetAttribute.WA_SetFont)]
        points = [one.font().pointSizeF() / before for one in own]
        # Widgets that a style sheet has reached keep their letters until they are styled anew.
        self._application.setStyleSheet("")
        self._application.setFont(text_font())
        self._apply()
        for widget, size in zip(own, points, strict=True):
            font = widget.font()
            font.setPointSizeF(size * self._text_scale)
            widget.setFont(font)

    def _follow_system(self, _scheme: Qt.ColorScheme) -> None:
        if self._mode == "system":
            self._apply()

    def _apply(self) -> None:
        dark = self._mode == "dark" or (
            self._mode == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )
        self.colours = DARK if dark else LIGHT
        if self._application is not None:
            self._application.setPalette(palette(self.colours))
            self._application.setStyleSheet(stylesheet(self.colours))
        self.changed.emit()


_theme: Theme | None = None


def theme() -> Theme:
    """The one theme of this application; made, in light, when it is first asked for."""
    global _theme
    application = QApplication.instance()
    if _theme is None or (_theme.parent() is not application):
        _theme = Theme(application if isinstance(application, QApplication) else None)
    return _theme


def install(application: QApplication, mode: str, text_scale: float = 1.0) -> Theme:
    """Gives the application its style, font and colours."""
    application.setStyle(PlainStyle())
    application.setFont(choose_font())
    installed = theme()
    installed.set_text_scale(text_scale)
    application.setFont(text_font())
    installed.set_mode(mode)
    return installed


def text_font(points: float = TEXT_POINTS, *, bold: bool = False) -> QFont:
    """The window's own font with figures of one width, so that numbers line up."""
    font = QFont(QGuiApplication.font())
    font.setPointSizeF(points * theme().text_scale)
    font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    # Only newer releases of PySide6 construct a tag from a text directly.
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font


def small_font(*, bold: bool = False) -> QFont:
    """The smaller of the two text sizes."""
    return text_font(SMALL_POINTS, bold=bold)


def palette(colours: Colours) -> QPalette:
    """The palette that Fusion draws with."""
    made = QPalette()
    role = QPalette.ColorRole
    for place, name in {
        role.Window: "window", role.WindowText: "text", role.Base: "panel", role.AlternateBase: "raised",
        role.Text: "text", role.Button: "raised", role.ButtonText: "text", role.BrightText: "error",
        role.ToolTipBase: "panel", role.ToolTipText: "text", role.PlaceholderText: "muted", role.Link: "accent",
        role.LinkVisited: "accent", role.Highlight: "selection", role.HighlightedText: "text",
        role.Light: "raised", role.Midlight: "hover", role.Mid: "line", role.Dark: "line", role.Shadow: "line",
        role.Accent: "accent",
    }.items():  # fmt: skip
        made.setColor(place, colours.q(name))
    for place in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, place, colours.q("disabled"))
    return made
