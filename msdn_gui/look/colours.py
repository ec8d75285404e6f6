"""The colours of both themes: neutral greys, one accent, and the colours of data."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Colours:
    """Chrome and data colours of one theme, as ``#rrggbb``."""

    window: str
    """Around panels."""
    panel: str
    """Behind lists, tables and forms."""
    raised: str
    """Buttons and headers."""
    hover: str
    pressed: str
    line: str
    """Borders and grid lines."""
    text: str
    muted: str
    """Secondary text."""
    disabled: str
    accent: str
    on_accent: str
    selection: str
    """Behind selected rows; text keeps its colour on it."""
    canvas: str
    """Behind photographs."""
    # Data colours mean the same in every workspace; a shape or a word stands beside each.
    seen: str
    unseen: str
    av: str
    va: str
    positive: str
    negative: str
    good: str
    warning: str
    error: str
    heat: str
    """The background of a table cell with a high value."""

    def q(self, name: str) -> QColor:
        """Return a colour by name, e.g. ``colours.q("seen")``."""
        return QColor(getattr(self, name))


LIGHT = Colours(
    window="#ececec", panel="#fafafa", raised="#f4f4f4", hover="#e4e4e4", pressed="#d6d6d6", line="#d2d2d2",
    text="#1e1e1e", muted="#666666", disabled="#a6a6a6", accent="#3d6fb4", on_accent="#ffffff", selection="#d5e1f1",
    canvas="#dcdcdc", seen="#2f6fb7", unseen="#c65d0a", av="#0f857b", va="#7d4fb8", positive="#2f7d4f",
    negative="#b5483f", good="#2f7d4f", warning="#9a6700", error="#b3362c", heat="#8fa9c7",
)  # fmt: skip
DARK = Colours(
    window="#1f1f1f", panel="#292929", raised="#343434", hover="#3d3d3d", pressed="#484848", line="#414141",
    text="#e6e6e6", muted="#a2a2a2", disabled="#6c6c6c", accent="#6f9fe0", on_accent="#14181f", selection="#34465e",
    canvas="#181818", seen="#6ba6ea", unseen="#f0964a", av="#3fbdb0", va="#b48cf0", positive="#6cc08b",
    negative="#e2857c", good="#6cc08b", warning="#e0b04a", error="#ef8379", heat="#456486",
)  # fmt: skip
