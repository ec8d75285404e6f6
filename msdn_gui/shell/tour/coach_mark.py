"""A note that points at a part of the window, and lets everything through that is not on it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from msdn_gui.look.theme import SPACING, small_font, theme
from msdn_gui.widgets.build import make_button, make_label

_WIDTH = 344
_ARROW = 10
"""Pixels around the note, which its arrow stands in."""
_RING = 4
_RADIUS = 8.0


class Ring(QWidget):
    """A frame around what is meant; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tourRing")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self.update)
        self.hide()

    def surround(self, place: QRect) -> None:
        """Shows itself around a place of the window; an empty one hides it."""
        self.setVisible(not place.isEmpty())
        self.setGeometry(place.adjusted(-_RING, -_RING, _RING, _RING) & self.parentWidget().rect())
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
        self._tip: QPoint | None = None
        self.ring = Ring(parent)
        self._title = make_label(name="coachTitle")
        self._title.setProperty("look", "heading")
        self._count = make_label(name="coachCount")
        self._count.setProperty("look", "muted")
        self._count.setFont(small_font())
        self._text = make_label(name="coachText")
        self._text.setWordWrap(True)
        self._note = make_label(name="coachNote")
        self._note.setFont(small_font())
        self._note.setProperty("look", "muted")
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
        column = QVBoxLayout(self)
        inside = _ARROW + SPACING * 2
        column.setContentsMargins(inside, inside - 2, inside, inside - 4)
        column.setSpacing(SPACING)
        column.addLayout(head)
        column.addWidget(self._text)
        column.addWidget(self._note)
        column.addSpacing(SPACING // 2)
        column.addLayout(buttons)
        theme().changed.connect(self.update)
        self.hide()

    def say(self, title: str, text: str, *, count: str = "", leave: str, back: bool, onward: str) -> None:
        """Shows these words and buttons."""
        self._title.setText(title)
        self._text.setText(text)
        self._count.setText(count)
        self.say_note("")
        self.leave_button.setText(leave)
        self.back_button.setVisible(back)
        self.onward_button.setText(onward)
        self.setAccessibleName(f"{title} {count}".strip())
        self.setAccessibleDescription(text)

    def say_note(self, note: str) -> None:
        """One more line, in small print; the height follows when it is put in its place."""
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def take_focus(self) -> None:
        """Where the keys go: on."""
        self.onward_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def point_at(self, target: QRect) -> None:
        """Stands beside a place of the window and points at it; in the lower right corner where there is none."""
        room = self.parentWidget().rect()
        self.layout().invalidate()
        self.resize(_WIDTH, self.heightForWidth(_WIDTH))
        place, self._tip = beside(target & room, self.size(), room)
        self.move(place)
        self.ring.surround(target & room)
        self.show()
        self.raise_()
        self.update()

    def leave(self) -> None:
        """Goes, with its ring."""
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
    """Where a note of a size stands in the room so that it covers as little of the target as can be, and where its
    arrow ends (None: it stands in the lower right corner and points at nothing)."""
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
    # Beside what is tall, below or above what is flat.
    for place, tip in (*level, *upright) if target.height() < size.height() // 2 else (*upright, *level):
        if room.contains(QRect(place, size)):
            return place, tip
    # The target fills the room: the note stands on its lower right corner.
    return QPoint(
        min(corner.x(), target.right() - size.width()), min(corner.y(), target.bottom() - size.height())
    ), None


def _arrow(tip: QPointF, body: QRectF) -> QPainterPath:
    """A triangle from the nearest edge of the body to the tip."""
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
