"""The line in which images are searched: completes keys and names, and opens saved searches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from msdn_core.domain.query import FLAGS, NAMED, SCORES, parse_query, quoted
from msdn_core.domain.query_matching import SPLIT_NAMES, find_names
from msdn_core.errors import QueryError
from msdn_gui.look.icons import bind_icon
from msdn_gui.timers import make_timer
from msdn_gui.widgets.build import named

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PAUSE_MS = 150
_MOST_COMPLETIONS = 200
_POPUP_WIDTH = 340
_TIP = (
    "Words of an image name or a class, and class:  split:  predicted:  wrong  unlabelled  checked  flagged  "
    "unreviewed  score:ATTRIBUTE>0.5 (fused), av: and va: (one sub-net).\n"
    "An image must match all of them. A minus in front excludes; put names of several words in quotes."
)


@dataclass(frozen=True)
class Names:
    """Names that can be used in a query."""

    classes: Sequence[str]
    attributes: Sequence[str]


class QueryBox(QLineEdit):
    """Searches a moment after the last letter, or immediately with Return."""

    searched = Signal(str)
    menu_requested = Signal(QPoint)
    """The point of the screen at which to open the menu of saved searches."""

    def __init__(self, names: Callable[[], Names]) -> None:
        super().__init__()
        self.setObjectName("gallery_query")
        self.setPlaceholderText("Search images")
        self.setClearButtonEnabled(True)
        self.setAccessibleName("Search images")
        self.setToolTip(_TIP)
        self._names = names
        self._searched_text = ""
        self._start = 0
        self._endings: dict[str, str] = {}
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(12)
        self._completer.setWidget(self)
        popup = self._completer.popup()
        assert popup is not None  # QCompleter makes one on request.
        self._popup = named(popup, "query_completions")
        self._pause = make_timer(self, _PAUSE_MS, single_shot=True)
        self._pause.timeout.connect(self._search_if_complete)
        self.menu = named(QAction("Open saved searches", self), "query_menu")
        bind_icon(self.menu, "chevron-down", "muted")
        self.addAction(self.menu, QLineEdit.ActionPosition.TrailingPosition)
        self._completer.activated.connect(self._on_activated)
        self.textChanged.connect(self._on_text_changed)
        self.textEdited.connect(lambda _: self._complete())
        self.editingFinished.connect(self._search)

    @property
    def is_settled(self) -> bool:
        """Whether the text was searched."""
        return not self._pause.isActive()

    def set_query(self, text: str) -> None:
        """Search a query immediately."""
        self.setText(text)
        self._search()

    def open_menu(self) -> None:
        """Open the saved searches below the line."""
        self.menu_requested.emit(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def event(self, event: QEvent) -> bool:
        """Insert the completion on Tab."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return super().event(event)
        if event.key() == Qt.Key.Key_Tab and self._popup.isVisible():
            index = self._popup.currentIndex()
            self._insert_completion((index if index.isValid() else self._words.index(0)).data())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Insert the selected completion on Return; open completions on Down."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._popup.isVisible():
            if self._popup.currentIndex().isValid():
                event.ignore()
                return
            self._popup.hide()
        if key == Qt.Key.Key_Down and not self._popup.isVisible():
            self._complete(all_keys=True)
            return
        super().keyPressEvent(event)

    def _on_activated(self, completion: str | QModelIndex) -> None:
        self._insert_completion(completion if isinstance(completion, str) else str(completion.data()))

    def _on_text_changed(self, text: str) -> None:
        # A long query does not fit in the line.
        self.setToolTip(f"{text}\n\n{_TIP}" if text else _TIP)
        self._pause.start()

    def _search(self) -> None:
        self._pause.stop()
        if self.text() != self._searched_text:
            self._searched_text = self.text()
            self.searched.emit(self.text())

    def _search_if_complete(self) -> None:
        """Search, unless a term is incomplete while completions are shown."""
        if self._popup.isVisible():
            try:
                parse_query(self.text())
            except QueryError:
                return
        self._search()

    def _complete(self, *, all_keys: bool = False) -> None:
        self._start, self._endings = _completions(self.text()[: self.cursorPosition()], self._names, all_keys=all_keys)
        self._words.setStringList(list(self._endings))
        if not self._endings:
            self._popup.hide()
            return
        self._completer.complete(QRect(0, 0, max(self.width(), _POPUP_WIDTH), self.height()))

    def _insert_completion(self, completion: str) -> None:
        self._popup.hide()
        ending = self._endings.get(completion)
        if ending is None:
            return
        place = self.cursorPosition()
        self.setSelection(self._start, place - self._start)
        self.insert(ending)
        if not ending.endswith(" "):
            self._complete()


def _completions(before: str, names: Callable[[], Names], *, all_keys: bool) -> tuple[int, dict[str, str]]:
    """Return the start of the word at the cursor, and its completions: shown text to inserted text."""
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
        known: Sequence[str] = names().attributes
        end = ">"
    elif key in NAMED:
        known, end = (tuple(SPLIT_NAMES.values()) if key == "split" else names().classes), " "
    else:
        return begin, {}
    matches = find_names(typed, known) if typed.strip() else range(len(known))
    found = [known[index] for index in matches[:_MOST_COMPLETIONS]]
    if not typed.strip() or found != [typed]:
        return begin, {name: quoted(name) + end for name in found}
    return begin, {}
