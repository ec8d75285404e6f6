"""The signs of judgements and reviews: each has its own shape, so that they do not differ by colour alone."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from msdn_gui.look.theme import theme

_COLOURS = {
    "present": "positive",
    "absent": "negative",
    "not visible": "muted",
    "checked": "good",
    "flagged": "warning",
}
SIGNS = tuple(_COLOURS)


def draw_sign(painter: QPainter, centre: QPointF, sign: str, radius: float = 7.0) -> None:
    """Draw one of ``SIGNS``: tick, minus, crossed-out ring, double tick or flag; nothing for any other text."""
    if sign not in _COLOURS:
        return
    colours = theme().colours
    ground = colours.q(_COLOURS[sign])
    ink = colours.q("panel")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.q("panel"), 1.2))
    painter.setBrush(ground)
    if sign == "flagged":
        square = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        painter.drawRoundedRect(square, 3, 3)
    else:
        painter.drawEllipse(centre, radius, radius)
    pen = QPen(ink, radius * 0.26)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _STROKES[sign](painter, centre, radius / 7, ink)
    painter.restore()


def _line(painter: QPainter, centre: QPointF, unit: float, *points: tuple[float, float]) -> None:
    painter.drawPolyline(QPolygonF([centre + QPointF(x * unit, y * unit) for x, y in points]))


def _tick(painter: QPainter, centre: QPointF, unit: float, _ink: QColor) -> None:
    _line(painter, centre, unit, (-3, 0.2), (-0.8, 2.6), (3.2, -2.4))


def _double_tick(painter: QPainter, centre: QPointF, unit: float, _ink: QColor) -> None:
    _line(painter, centre, unit, (-4.2, 0.4), (-2.4, 2.4), (0.8, -2.2))
    _line(painter, centre, unit, (-0.2, 2.0), (0.4, 2.4), (3.8, -2.2))


def _minus(painter: QPainter, centre: QPointF, unit: float, _ink: QColor) -> None:
    _line(painter, centre, unit, (-3, 0), (3, 0))


def _struck_ring(painter: QPainter, centre: QPointF, unit: float, _ink: QColor) -> None:
    painter.drawEllipse(centre, 2.6 * unit, 2.6 * unit)
    _line(painter, centre, unit, (-3.4, 3.4), (3.4, -3.4))


def _flag(painter: QPainter, centre: QPointF, unit: float, ink: QColor) -> None:
    _line(painter, centre, unit, (-2.4, 4), (-2.4, -4))
    painter.setBrush(ink)
    cloth = ((-2.4, -4), (3.4, -2), (-2.4, 0.4))
    painter.drawPolygon(QPolygonF([centre + QPointF(x * unit, y * unit) for x, y in cloth]))


_STROKES = {
    "present": _tick,
    "absent": _minus,
    "not visible": _struck_ring,
    "checked": _double_tick,
    "flagged": _flag,
}
