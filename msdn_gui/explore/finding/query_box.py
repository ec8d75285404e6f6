"""The line in which images are searched: offers keys and names while one types, and remembers searches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit

from msdn_core.domain.query import FLAGS, NAMED, SCORES, parse_query, quoted
from msdn_core.domain.query_matching import SPLIT_NAMES, find_names
from msdn_core.errors import QueryError
from msdn_gui.look.icons import bind_icon
from msdn_gui.timers import make_timer
from msdn_gui.widgets.build import named

_PAUSE_MS = 150
_OFFERED = 200
_POPUP_WIDTH = 340
_TIP = (
    "Words of a name or a class, and class:  split:  predicted:  wrong  unlabelled  checked  flagged  unreviewed  "
    "score:ATTRIBUTE>0.5 (both sub-nets, fused)  av:  va: (one of them).\n"
    "All have to hold; a minus in front excludes; quotes keep a name of several words together."
)


@dataclass(frozen=True)
class Names:
    """What can be named in a query."""

    classes: Sequence[str]
    attributes: Sequence[str]


class QueryBox(QLineEdit):
    """Asks a moment after the last letter, or at once with Return."""

    asked = Signal(str)
    menu_asked = Signal(QPoint)
    """Where the menu of saved searches shall open."""

    def __init__(self, names: Callable[[], Names]) -> None:
        super().__init__(objectName="gallery_query", placeholderText="Search images", clearButtonEnabled=True)
        self.setAccessibleName("Search images")
        self.setToolTip(_TIP)
        self._names = names
        self._asked_text = ""
        self._start = 0
        self._endings: dict[str, str] = {}
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(12)
        self._completer.setWidget(self)
        self._completer.popup().setObjectName("query_offers")
        self._pause = make_timer(self, _PAUSE_MS, single_shot=True)
        self._pause.timeout.connect(self._ask_if_whole)
        self.menu = named(QAction("Saved searches", self), "query_menu")
        bind_icon(self.menu, "chevron-down", "muted")
        self.menu.triggered.connect(lambda: self.open_menu())
        self.addAction(self.menu, QLineEdit.ActionPosition.TrailingPosition)
        self._completer.activated[str].connect(self._put)
        self.textChanged.connect(self._take_text)
        self.textEdited.connect(lambda _: self._offer())
        self.editingFinished.connect(self._ask)

    @property
    def is_settled(self) -> bool:
        """Whether what stands here was asked for."""
        return not self._pause.isActive()

    def put_query(self, text: str) -> None:
        """Another query, which is asked for at once."""
        self.setText(text)
        self._ask()

    def open_menu(self) -> None:
        """Saved searches, below the box."""
        self.menu_asked.emit(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def event(self, event: QEvent) -> bool:
        """Tab takes what is offered, where something is."""
        if event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and self._popup.isVisible():
            index = self._popup.currentIndex()
            self._put((index if index.isValid() else self._words.index(0)).data())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return takes what is chosen among the offers; Down opens them."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._popup.isVisible():
            if self._popup.currentIndex().isValid():
                event.ignore()
                return
            self._popup.hide()
        if key == Qt.Key.Key_Down and not self._popup.isVisible():
            self._offer(all_keys=True)
            return
        super().keyPressEvent(event)

    @property
    def _popup(self) -> QAbstractItemView:
        return self._completer.popup()

    def _take_text(self, text: str) -> None:
        # A long query does not fit into the line.
        self.setToolTip(f"{text}\n\n{_TIP}" if text else _TIP)
        self._pause.start()

    def _ask(self) -> None:
        self._pause.stop()
        if self.text() != self._asked_text:
            self._asked_text = self.text()
            self.asked.emit(self.text())

    def _ask_if_whole(self) -> None:
        """While names are offered, a term that is not whole yet is no mistake."""
        if self._popup.isVisible():
            try:
                parse_query(self.text())
            except QueryError:
                return
        self._ask()

    def _offer(self, *, all_keys: bool = False) -> None:
        self._start, self._endings = _offers(self.text()[: self.cursorPosition()], self._names, all_keys=all_keys)
        self._words.setStringList(list(self._endings))
        if not self._endings:
            self._popup.hide()
            return
        self._completer.complete(QRect(0, 0, max(self.width(), _POPUP_WIDTH), self.height()))

    def _put(self, offered: str) -> None:
        self._popup.hide()
        ending = self._endings.get(offered)
        if ending is None:
            return
        place = self.cursorPosition()
        self.setSelection(self._start, place - self._start)
        self.insert(ending)
        if not ending.endswith(" "):
            self._offer()


def _offers(before: str, names: Callable[[], Names], *, all_keys: bool) -> tuple[int, dict[str, str]]:
    """Where the word begins that the cursor stands in, and what it could become: what is shown, and what is put in."""
    start, colon, comma, in_quotes = 0, -1, -1, False
    for place, letter in enumerate(before):
        if letter == '"':
            in_quotes = not in_quotes
        elif in_quotes:
            continue
        elif letter.isspace():
            start, colon, comma = place + 1, -1, -1
        elif letter == ":" and colon < 0:
            colon = place
        elif letter == "," and colon >= 0:
            comma = place
    if before[start : start + 1] == "-":
        start += 1
    if colon < 0:
        typed = before[start:].lower()
        keys = [*(f"{key}:" for key in NAMED), *FLAGS, *(f"{key}:" for key in SCORES)]
        found = [key for key in keys if key.startswith(typed) and key != typed] if typed or all_keys else []
        return start, {key: key if key.endswith(":") else f"{key} " for key in found}
    key, begin = before[start:colon].lower(), max(colon, comma) + 1
    typed = before[begin:].replace('"', "")
    if key in SCORES:
        if any(sign in typed for sign in "<>"):
            return begin, {}
        known, end = names().attributes, ">"
    elif key in NAMED:
        known, end = (tuple(SPLIT_NAMES.values()) if key == "split" else names().classes), " "
    else:
        return begin, {}
    found = [known[place] for place in find_names(typed, known)[:_OFFERED]] if typed.strip() else known[:_OFFERED]
    if not typed.strip() or found != [typed]:
        return begin, {name: quoted(name) + end for name in found}
    return begin, {}
