"""The class of an image: nine classes on digit keys, all of them by search."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.display_names import class_text
from msdn_core.domain.name_spellings import folded
from msdn_core.domain.text_search import has_words, search_words
from msdn_core.safe_files import parse_json
from msdn_gui.actions.bind import ActionSet, follow_keys, reason_of, set_reason
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.tab_actions import DIGITS
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SEEN_SIGN, SPACING, UNSEEN_SIGN
from msdn_gui.widgets.build import make_button, make_column, make_label, make_line_edit, make_row, named
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QContextMenuEvent

    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange
    from msdn_gui.widgets.index import Index

_DIGITS_META = "annotate_digits"
_HINT = "Right-click a class to put it on a digit."
_NO_CLASSES = "There are no classes yet. Type a name above for the selected images, or label them by folder."


class LabelPanel(QWidget):
    """Buttons with digit keys, the search, and a button that adds a class."""

    chosen = Signal(object)
    """The name of the class to assign, or None for no class."""
    new_class = Signal(str)
    """The name of a class to add and to assign."""

    def __init__(self, session: Session, actions: ActionSet) -> None:
        super().__init__()
        self._session = session
        self._names: list[str | None] = [None] * len(DIGITS)
        self._best_nine = actions["annotate.best_nine"]
        self._digit_actions = [actions[f"annotate.class_{digit}"] for digit in DIGITS]
        self.buttons = [KeyButton(action) for action in self._digit_actions]
        self.search = make_line_edit(name="label_search", clearable=True)
        follow_keys(
            actions["annotate.search_classes"],
            lambda keys: self.search.setPlaceholderText(f"Search classes{keys}"),
        )
        self.search.setToolTip("Return assigns the first class in the list")
        self._model = _ClassModel()
        self.list = _ClassList(self._model)
        self.add = make_button(name="label_add")
        bind_icon(self.add, "add")
        self.hint = make_label(_HINT, name="label_hint", wrap=True)
        self.hint.setProperty("look", "muted")
        self._compose(actions)
        self._connect()
        self._refresh()

    def assign_digit(self, digit: int) -> None:
        """Assign the class on a digit, if there is one."""
        name = self._names[digit - 1]
        if name is not None:
            self.chosen.emit(name)

    def focus_search(self) -> None:
        """Move the keyboard focus to the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # Inside

    def _compose(self, actions: ActionSet) -> None:
        half = SPACING // 2
        top = make_row(spacing=half)
        top.addWidget(KeyButton(self._best_nine), 3)
        top.addWidget(KeyButton(actions["annotate.no_class"]), 2)
        layout = make_column(top, spacing=half, margin=SPACING)
        layout.addSpacing(half)
        for button in self.buttons:
            layout.addWidget(button)
        many = make_row(
            KeyButton(actions["annotate.copy_class"]),
            KeyButton(actions["annotate.label_by_folder"]),
            spacing=half,
        )
        layout.addLayout(many)
        layout.addSpacing(half)
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.add)
        layout.addWidget(self.hint)
        self.setLayout(layout)

    def _connect(self) -> None:
        session = self._session
        everything = Refresher(self, self._refresh, self._apply_table_change)
        digits = Refresher(self, self._update_digits)
        self._best_nine.toggled.connect(lambda _: self._refresh())
        self.search.textChanged.connect(self._update_list)
        self.search.returnPressed.connect(self._assign_first)
        self.list.activated.connect(lambda index: self._assign_row(index.row()))
        self.list.digit_requested.connect(self._assign_to_digit)
        self.add.clicked.connect(lambda: self._add(self.search.text()))
        session.document.project_changed.connect(everything.request)
        session.document.table_changed.connect(everything.on_table_changed)
        session.inference.explanation_changed.connect(digits.request)
        session.selection.image_changed.connect(digits.request)
        session.document.images_changed.connect(digits.request)

    def _apply_table_change(self, change: TableChange) -> bool:
        """Return whether a change shows nothing new here, or update the ranking of the nine classes."""
        if change.is_values_only and self._best_nine.isChecked():
            self._update_digits()
        return change.is_values_only

    def _refresh(self) -> None:
        self._update_digits()
        self._update_list()

    def _update_digits(self) -> None:
        image = self._session.selection.image
        names = self._best_names() if self._best_nine.isChecked() else self._saved_names()
        self._names = [*names, *[None] * len(DIGITS)][: len(DIGITS)]
        assigned = image.class_name if image is not None else None
        for action, button, name in zip(self._digit_actions, self.buttons, self._names, strict=True):
            action.setText(f"Assign class {class_text(name)}" if name else "No class on this digit")
            action.setStatusTip(f"Assign the class {name}" if name else "No class is on this digit")
            # Updates the tooltip.
            set_reason(action, reason_of(action))
            button.set_text(_text_with_sign(self._session.document.table, name) if name else "–")
            button.setProperty("look", "primary" if name is not None and name == assigned else "")
            button.style().polish(button)

    def _best_names(self) -> list[str | None]:
        """Return the nine best classes by the model; the present ones while they are being computed."""
        session = self._session
        ranking = session.inference.class_ranking()
        if ranking is not None:
            return [session.document.table.classes[row] for row in ranking[0][: len(DIGITS)]]
        is_pending = session.selection.image is not None and session.inference.checkpoint is not None
        known = session.document.table.class_index
        return [name if name in known else None for name in self._names] if is_pending else []

    def _saved_names(self) -> list[str | None]:
        """Return the nine classes that the project keeps, or else its first ones."""
        project, table = self._session.document.project, self._session.document.table
        text = project.meta(_DIGITS_META) if project is not None else None
        try:
            saved = parse_json(text) if text else None
        except ValueError:
            saved = None
        if not isinstance(saved, list):
            return list(table.classes[: len(DIGITS)])
        return [name if isinstance(name, str) and name in table.class_index else None for name in saved[: len(DIGITS)]]

    def _update_list(self) -> None:
        table, name = self._session.document.table, self.search.text().strip()
        words = search_words(name)
        self._model.show_classes(table, [one for one in table.classes if has_words(_searched(one), words)])
        is_known = folded(name) in map(folded, table.classes)
        self.add.setVisible(bool(name) and not is_known and not self._session.document.table_is_borrowed)
        self.add.setText(f"Add class “{name}”")
        self.hint.setText(_HINT if table.classes else _NO_CLASSES)
        self.hint.setVisible(not (table.classes and self._best_nine.isChecked()))

    def _assign_row(self, row: int) -> None:
        if 0 <= row < len(self._model.names):
            self.chosen.emit(self._model.names[row])

    def _assign_first(self) -> None:
        if self._model.names:
            self._assign_row(0)
        elif self.add.isVisible():
            self._add(self.search.text())

    def _add(self, text: str) -> None:
        if text.strip():
            self.new_class.emit(text.strip())
            self.search.clear()

    def _assign_to_digit(self, row: int, digit: int) -> None:
        project = self._session.document.project
        if project is None or project.read_only:
            return
        names = [*self._saved_names(), *[None] * len(DIGITS)][: len(DIGITS)]
        names[digit - 1] = self._model.names[row]
        project.set_meta(_DIGITS_META, json.dumps(names, ensure_ascii=False))
        self._update_digits()


def _text_with_sign(table: ClassTable, name: str) -> str:
    return f"{SEEN_SIGN if table.seen[table.class_index[name]] else UNSEEN_SIGN} {class_text(name)}"


def _searched(name: str) -> str:
    return f"{name}\n{class_text(name)}"


class _ClassModel(QAbstractListModel):
    """Classes by name, each with the sign of seen or unseen."""

    def __init__(self) -> None:
        super().__init__()
        self.names: Sequence[str] = ()
        self._table = ClassTable.empty()

    def show_classes(self, table: ClassTable, names: Sequence[str]) -> None:
        """Show some classes of a table."""
        self.beginResetModel()
        self._table, self.names = table, names
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of classes."""
        return 0 if parent.isValid() else len(self.names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a class as text, and its raw name as tooltip."""
        if not index.isValid():
            return None
        name = self.names[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _text_with_sign(self._table, name)
        return name if role == Qt.ItemDataRole.ToolTipRole else None


class _ClassList(QListView):
    digit_requested = Signal(int, int)
    """A row, and the digit to put its class on."""

    def __init__(self, model: _ClassModel) -> None:
        super().__init__()
        self.setObjectName("label_classes")
        self.setAccessibleName("All classes")
        model.setParent(self)
        self.setModel(model)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setSpacing(2)
        self.setMouseTracking(True)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to put the class on a digit."""
        row = self.indexAt(event.pos()).row()
        if row < 0:
            return
        menu = named(QMenu(self), "digit_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for digit in DIGITS:
            action = menu.addAction(f"Put on digit {digit}")
            action.triggered.connect(lambda _checked=False, digit=digit: self.digit_requested.emit(row, digit))
        menu.popup(event.globalPos())
