"""A note that points at a part of the window, without blocking anything."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.widgets.build import make_button, make_label

_WIDTH = 344
_ARROW = 10
"""Pixels around the note, for its arrow."""
_RING = 4
_RADIUS = 8.0


class Ring(QWidget):
    """A frame around the target; it lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.setObjectName("tourRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self.update)
        self.hide()

    def surround(self, place: QRect) -> None:
        """Show the frame around a rectangle of the window; an empty one hides it."""
        self.setVisible(not place.isEmpty())
        self.setGeometry(place.adjusted(-_RING, -_RING, _RING, _RING) & self._window.rect())
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colours.q("accent"), 3))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 5, 5)
        painter.end()


class CoachMark(QWidget):
    """The note: a title, a few sentences, and up to three buttons."""

    onward = Signal()
    back = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("coachMark")
        self._window = parent
        self._tip: QPoint | None = None
        self.ring = Ring(parent)
        self._title = make_label(name="coachTitle")
        self._title.setProperty("look", "heading")
        self._count = make_label(name="coachCount")
        self._count.setProperty("look", "muted")
        self._count.setFont(small_font())
        self._text = make_label(name="coachText", wrap=True)
        self._hint = make_label(name="coachNote")
        self._hint.setFont(small_font())
        self._hint.setProperty("look", "muted")
        self.leave_button = make_button(name="coachLeave")
        self.leave_button.setProperty("look", "quiet")
        self.back_button = make_button("&Back", name="coachBack")
        self.onward_button = make_button(name="coachOnward")
        self.onward_button.setProperty("look", "primary")
        self.leave_button.clicked.connect(self.left)
        self.back_button.clicked.connect(self.back)
        self.onward_button.clicked.connect(self.onward)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._count)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addWidget(self.leave_button)
        buttons.addStretch(1)
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.onward_button)
        column = self._column = QVBoxLayout(self)
        inside = _ARROW + SPACING * 2
        column.setContentsMargins(inside, inside - 2, inside, inside - 4)
        column.setSpacing(SPACING)
        column.addLayout(head)
        column.addWidget(self._text)
        column.addWidget(self._hint)
        column.addSpacing(SPACING // 2)
        column.addLayout(buttons)
        theme().changed.connect(self.update)
        self.hide()

    def set_note(self, title: str, text: str, *, count: str = "", leave: str, back: bool, onward: str) -> None:
        """Set the texts; a button without one is hidden."""
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(count)
        self.set_hint("")
        self.leave_button.setText(leave)
        self.leave_button.setVisible(bool(leave))
        self.back_button.setVisible(back)
        self.onward_button.setText(onward)
        self.setAccessibleName(f"{title} {count}".strip())
        self.setAccessibleDescription(text)

    def set_hint(self, text: str) -> None:
        """Set the line in small print; ``point_at`` adapts the height."""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def take_focus(self) -> None:
        """Give the focus to the button that continues."""
        self.onward_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def point_at(self, target: QRect) -> None:
        """Show the note beside a rectangle of the window; in the lower right corner if it is empty."""
        room = self._window.rect()
        self._column.invalidate()
        self.resize(_WIDTH, self.heightForWidth(_WIDTH))
        place, self._tip = beside(target & room, self.size(), room)
        self.move(place)
        self.ring.surround(target & room)
        self.show()
        self.raise_()
        self.update()

    def leave(self) -> None:
        """Hide the note and its frame."""
        self.hide()
        self.ring.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours, body = theme().colours, QRectF(self.rect()).adjusted(_ARROW, _ARROW, -_ARROW, -_ARROW)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in range(6, 0, -2):
            painter.setBrush(QColor(0, 0, 0, 14))
            painter.drawRoundedRect(body.adjusted(-spread, -spread + 2, spread, spread + 2), _RADIUS + 2, _RADIUS + 2)
        outline = QPainterPath()
        outline.addRoundedRect(body, _RADIUS, _RADIUS)
        if self._tip is not None:
            outline = outline.united(_arrow(QPointF(self._tip - self.pos()), body))
        painter.setBrush(colours.q("panel"))
        painter.setPen(QPen(colours.q("accent"), 1.5))
        painter.drawPath(outline)
        painter.end()


def beside(target: QRect, size: QSize, room: QRect) -> tuple[QPoint, QPoint | None]:
    """Return where a note covers as little of the target as possible, and where its arrow ends.

    Without an arrow (None), the note is in the lower right corner.
    """
    corner = QPoint(room.right() - size.width() - SPACING, room.bottom() - size.height() - SPACING * 5)
    if target.isEmpty():
        return corner, None
    middle, gap = target.center(), _RING
    x = min(max(middle.x() - size.width() // 2, room.left()), room.right() - size.width())
    y = min(max(middle.y() - size.height() // 2, room.top()), room.bottom() - size.height())
    upright = (
        (QPoint(target.right() + gap, y), QPoint(target.right() + gap, middle.y())),
        (QPoint(target.left() - gap - size.width(), y), QPoint(target.left() - gap, middle.y())),
    )
    level = (
        (QPoint(x, target.bottom() + gap), QPoint(middle.x(), target.bottom() + gap)),
        (QPoint(x, target.top() - gap - size.height()), QPoint(middle.x(), target.top() - gap)),
    )
    # Beside a tall target, below or above a flat one.
    for place, tip in (*level, *upright) if target.height() < size.height() // 2 else (*upright, *level):
        if room.contains(QRect(place, size)):
            return place, tip
    # The target fills the window: the note covers its lower right corner.
    return QPoint(
        min(corner.x(), target.right() - size.width()), min(corner.y(), target.bottom() - size.height())
    ), None


def _arrow(tip: QPointF, body: QRectF) -> QPainterPath:
    """Return a triangle from the nearest edge of the body to the tip."""
    half = _ARROW * 0.9
    y = min(max(tip.y(), body.top() + _RADIUS + half), body.bottom() - _RADIUS - half)
    x = min(max(tip.x(), body.left() + _RADIUS + half), body.right() - _RADIUS - half)
    if tip.x() <= body.left() or tip.x() >= body.right():
        edge = body.left() + 1 if tip.x() <= body.left() else body.right() - 1
        corners = (QPointF(edge, y - half), QPointF(tip.x(), y), QPointF(edge, y + half))
    else:
        edge = body.top() + 1 if tip.y() <= body.top() else body.bottom() - 1
        corners = (QPointF(x - half, edge), QPointF(x, tip.y()), QPointF(x + half, edge))
    path = QPainterPath(corners[0])
    path.lineTo(corners[1])
    path.lineTo(corners[2])
    path.closeSubpath()
    return path
