"""The class of an image: nine of them on digit keys, all of them by search."""

from __future__ import annotations

import json

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SEEN_SIGN, SPACING, UNSEEN_SIGN
from msdn_gui.session import Session
from msdn_gui.widgets.action import tell_keys
from msdn_gui.widgets.build import make_button, make_label, make_line_edit, named

DIGITS = 9
_KEPT = "annotate_digits"
_HINT = "Right click on a class puts it on a digit."
_NO_CLASSES = "There are no classes yet: write a name above for the chosen images, or take them by folders."


class LabelPanel(QWidget):
    """Buttons with the digit keys, the search, and what to do with a name that no class has."""

    chosen = Signal(object)
    """The class's name that the user gave, or None for no class."""
    new_class = Signal(str)
    """A name that no class has yet, for the chosen images."""

    def __init__(self, session: Session, maker: ActionMaker) -> None:
        super().__init__()
        self._session = session
        self._names: list[str | None] = [None] * DIGITS
        self._found: list[str] = []
        self.digits = [
            maker.make(
                f"class_{digit}", f"Class on digit {digit}", str(digit), lambda place=digit - 1: self._give(place)
            )
            for digit in range(1, DIGITS + 1)
        ]
        self.none = maker.make("class_0", "No class", "0", lambda: self.chosen.emit(None), tip="Take the class away")
        self.by_model = maker.toggle(
            "digits_by_model", "The model's best nine", "L", on=False, tip="Digits choose by the ranking of the image"
        )
        self.find = maker.make("find_class", "Find a class", "/", self._focus_search, sign="search")
        self.buttons = [KeyButton(action) for action in self.digits]
        self.search = make_line_edit(name="label_search", clearable=True)
        tell_keys(self.find, lambda keys: self.search.setPlaceholderText(f"Find a class{keys}"))
        self.search.setToolTip("Return gives the first class of the list")
        self._model = QStringListModel(self)
        self.list = _ClassList(self)
        self.list.setModel(self._model)
        self.add = make_button(name="label_add")
        bind_icon(self.add, "add")
        self.hint = make_label(_HINT, name="label_hint", wrap=True)
        self.hint.setProperty("look", "muted")

        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        top = QHBoxLayout()
        top.setSpacing(SPACING // 2)
        top.addWidget(KeyButton(self.by_model), 3)
        top.addWidget(KeyButton(self.none), 2)
        layout.addLayout(top)
        layout.addSpacing(SPACING // 2)
        for button in self.buttons:
            layout.addWidget(button)
        self._many = QHBoxLayout()
        layout.addLayout(self._many)
        layout.addSpacing(SPACING // 2)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.add)
        layout.addWidget(self.hint)

        self.by_model.toggled.connect(lambda _: self._fill())
        self.search.textChanged.connect(self._narrow)
        self.search.returnPressed.connect(self._give_first)
        self.list.activated.connect(lambda index: self._say(index.row()))
        self.list.asked_for_digit.connect(self._put_on_digit)
        self.add.clicked.connect(lambda: self._add(self.search.text()))
        session.document.project_changed.connect(lambda _: self._fill())
        session.document.table_changed.connect(self._fill)
        session.inference.explanation_changed.connect(lambda _: self._fill())
        session.selection.image_changed.connect(lambda _: self._fill())
        session.document.images_changed.connect(self._fill)
        self._fill()

    @property
    def actions_of_tab(self) -> list[QAction]:
        """What has its key while this tab is shown."""
        return [*self.digits, self.none, self.by_model, self.find]

    def offer(self, action: QAction) -> None:
        """A button more, for what is said of many images at once."""
        self._many.addWidget(KeyButton(action))

    # Inside

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()

    def _fill(self) -> None:
        if not self.isVisible():
            return
        session = self._session
        if self.by_model.isChecked():
            ranking = session.inference.class_ranking()
            if ranking is not None:
                self._names = [session.document.table.classes[row] for row in ranking[0][:DIGITS]]
            elif session.selection.image is None or session.inference.checkpoint is None:
                self._names = []
        else:
            self._names = list(self._kept())
        self._names += [None] * (DIGITS - len(self._names))
        given = session.selection.image.class_name if session.selection.image is not None else None
        for action, button, name in zip(self.digits, self.buttons, self._names, strict=True):
            action.setText(f"Class: {name}" if name else "No class on this digit")
            action.setToolTip(f"Give the image the class {name}" if name else "No class is on this digit")
            button.set_text(self._with_sign(name) if name else "–")
            button.setProperty("look", "primary" if name is not None and name == given else "")
            button.style().polish(button)
        self._narrow()

    def _kept(self) -> list[str | None]:
        """The project's own nine, or else its first ones."""
        project, table = self._session.document.project, self._session.document.table
        text = project.meta(_KEPT) if project is not None else None
        try:
            kept = json.loads(text) if text else None
        except ValueError:
            kept = None
        if not isinstance(kept, list):
            return list(table.classes[:DIGITS])
        return [name if name in table.class_index else None for name in kept[:DIGITS]]

    def _narrow(self) -> None:
        words = self.search.text().lower().split()
        table = self._session.document.table
        self._found = [name for name in table.classes if all(word in name.lower() for word in words)]
        self._model.setStringList([self._with_sign(name) for name in self._found])
        name = self.search.text().strip()
        known = name.lower() in {one.lower() for one in table.classes}
        self.add.setVisible(bool(name) and not known and not self._session.document.table_is_borrowed)
        self.add.setText(f"New class “{name}”")
        self.hint.setText(_HINT if table.classes else _NO_CLASSES)
        self.hint.setVisible(not (table.classes and self.by_model.isChecked()))

    def _with_sign(self, name: str) -> str:
        table = self._session.document.table
        return f"{SEEN_SIGN if table.seen[table.class_index[name]] else UNSEEN_SIGN} {name}"

    def _give(self, place: int) -> None:
        if self._names[place] is not None:
            self.chosen.emit(self._names[place])

    def _say(self, row: int) -> None:
        if 0 <= row < len(self._found):
            self.chosen.emit(self._found[row])

    def _give_first(self) -> None:
        if self._found:
            self._say(0)
        elif self.add.isVisible():
            self._add(self.search.text())

    def _add(self, text: str) -> None:
        if text.strip():
            self.new_class.emit(text.strip())
            self.search.clear()

    def _put_on_digit(self, row: int, digit: int) -> None:
        project = self._session.document.project
        if project is None or project.read_only:
            return
        names = [*self._kept(), *[None] * DIGITS][:DIGITS]
        names[digit - 1] = self._found[row]
        project.set_meta(_KEPT, json.dumps(names, ensure_ascii=False))
        self._fill()

    def _focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()


class _ClassList(QListView):
    asked_for_digit = Signal(int, int)
    """A row and the digit that its class shall be on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("label_classes")
        self.setAccessibleName("All classes")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setSpacing(2)
        self.setMouseTracking(True)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.indexAt(event.pos()).row()
        if row < 0:
            return
        menu = named(QMenu(self), "digit_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for digit in range(1, DIGITS + 1):
            action = menu.addAction(f"Put on digit {digit}")
            action.triggered.connect(lambda _checked=False, digit=digit: self.asked_for_digit.emit(row, digit))
        menu.popup(event.globalPos())
