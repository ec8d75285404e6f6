"""All actions with their keys, to look them up and to change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.text_search import has_words, search_words
from msdn_gui.actions.bind import keys_text
from msdn_gui.look.theme import SPACING, small_font, text_font
from msdn_gui.shell.action_tables import group_of, place_of
from msdn_gui.shell.settings.key_recorder import KeyRecorder
from msdn_gui.widgets.build import make_button, make_label, make_line_edit, named

if TYPE_CHECKING:
    from PySide6.QtGui import QKeySequence

    from msdn_gui.actions.spec import ActionSpec
    from msdn_gui.shell.action_list import ActionList

_TEXT, _KEYS, _PART = range(3)
_ROW_HEIGHT = 26
_NAME_ROLE = Qt.ItemDataRole.UserRole
_HINT = "Double-click an action, or press Return on it, then press its new keys. They take effect immediately."


class ShortcutsPage(QWidget):
    """A tree by menus and workspaces; changed keys are bold."""

    def __init__(self, actions: ActionList) -> None:
        super().__init__()
        self._actions = actions
        self._items: dict[str, QTreeWidgetItem] = {}
        self._groups: dict[str, tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = {}
        self._recorded_keys: tuple[str, QKeySequence] | None = None
        self.filter = make_line_edit(
            name="shortcuts_filter",
            placeholder="Part of an action's name or place, or keys such as Ctrl+F",
            clearable=True,
            accessible="Filter actions",
        )
        self.tree = named(QTreeWidget(), "shortcuts_tree")
        self.tree.setColumnCount(3)
        self.tree.setAccessibleName("Actions and their keys")
        self.tree.setHeaderLabels(["Action", "Keys", "Only in"])
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setSectionResizeMode(_TEXT, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        for column, width in ((_KEYS, 190), (_PART, 120)):
            header.resizeSection(column, width)
        self.note = make_label(_HINT, name="shortcuts_words", wrap=True)
        self.note.setFont(small_font())
        self.note.setProperty("look", "muted")
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.take = make_button("Use here", name="shortcuts_take")
        self.keep = make_button("Cancel", name="shortcuts_keep")
        self.change = make_button("Change …", name="shortcuts_change")
        self.none = make_button("Remove keys", name="shortcuts_none")
        self.reset = make_button("Reset", name="shortcuts_reset")
        self.reset_all = make_button("Reset all", name="shortcuts_reset_all")
        self._compose()
        self._fill()
        self.filter.textChanged.connect(self._filter)
        self.tree.itemActivated.connect(lambda item, _column: self._record(item))
        self.tree.currentItemChanged.connect(lambda *_: self._update_buttons())
        self.change.clicked.connect(lambda: self._record(self.tree.currentItem()))
        self.none.clicked.connect(lambda: self._assign(self._name(), []))
        self.reset.clicked.connect(lambda: self._reset(self._name()))
        self.reset_all.clicked.connect(actions.reset_all)
        self.take.clicked.connect(self._use_recorded)
        self.keep.clicked.connect(lambda: self._ask(None))
        actions.changed.connect(self._show_keys)
        self._ask(None)
        self._show_keys()

    def _compose(self) -> None:
        question = QHBoxLayout()
        question.addWidget(self.note, 1)
        question.addWidget(self.take)
        question.addWidget(self.keep)
        buttons = QHBoxLayout()
        for button in (self.change, self.none, self.reset):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.reset_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(self.filter)
        layout.addWidget(self.tree, 1)
        layout.addLayout(question)
        layout.addLayout(buttons)

    def _fill(self) -> None:
        for spec in self._actions.specs:
            heading = group_of(spec)
            if heading not in self._groups:
                self._groups[heading] = (self._make_group(heading), [])
            group, items = self._groups[heading]
            item = QTreeWidgetItem(group, [spec.plain_text.removesuffix(" …"), "", spec.part])
            item.setData(_TEXT, _NAME_ROLE, spec.id)
            item.setToolTip(_TEXT, spec.hint)
            item.setSizeHint(_TEXT, QSize(0, _ROW_HEIGHT))
            items.append(item)
            self._items[spec.id] = item

    def _make_group(self, heading: str) -> QTreeWidgetItem:
        group = QTreeWidgetItem(self.tree, [heading])
        group.setFont(_TEXT, text_font(bold=True))
        group.setFirstColumnSpanned(True)
        group.setExpanded(True)
        group.setSizeHint(_TEXT, QSize(0, _ROW_HEIGHT))
        return group

    def _show_keys(self) -> None:
        for name, item in self._items.items():
            item.setText(_KEYS, keys_text(self._actions.keys(name)))
            item.setFont(_KEYS, text_font(bold=self._actions.is_changed(name)))
        self.reset_all.setEnabled(any(map(self._actions.is_changed, self._items)))
        self._filter(self.filter.text())
        self._update_buttons()

    def _filter(self, typed: str) -> None:
        words = search_words(typed)
        for heading, (group, items) in self._groups.items():
            for item in items:
                text = " ".join([heading, *(item.text(column) for column in range(3))])
                item.setHidden(not has_words(text, words))
            group.setHidden(all(item.isHidden() for item in items))

    def _name(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(_TEXT, _NAME_ROLE) or "") if item is not None else ""

    def _update_buttons(self) -> None:
        name = self._name()
        self.change.setEnabled(bool(name))
        self.none.setEnabled(bool(name) and bool(self._actions.keys(name)))
        self.reset.setEnabled(bool(name) and self._actions.is_changed(name))

    # Recording

    def _record(self, item: QTreeWidgetItem | None) -> None:
        name = str(item.data(_TEXT, _NAME_ROLE) or "") if item is not None else ""
        if item is None or not name:
            return
        self._ask(None)
        recorder = KeyRecorder()
        self.tree.setItemWidget(item, _KEYS, recorder)
        recorder.recorded.connect(lambda keys: self._on_recorded(name, keys))
        for ended in (recorder.recorded, recorder.left):
            # The widget is removed once the event that ended it is over.
            ended.connect(lambda *_: QTimer.singleShot(0, self, lambda: self.tree.removeItemWidget(item, _KEYS)))
        recorder.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_recorded(self, name: str, keys: QKeySequence) -> None:
        clashes = self._actions.clashes(name, [keys])
        if clashes:
            self._recorded_keys = (name, keys)
            self._ask(clashes)
            self.take.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._assign(name, [keys])

    def _assign(self, name: str, keys: list[QKeySequence]) -> None:
        self._ask(None)
        if name:
            self._actions.assign(name, keys)
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reset(self, name: str) -> None:
        self._ask(None)
        if name:
            self._actions.reset(name)

    def _use_recorded(self) -> None:
        if self._recorded_keys is not None:
            name, keys = self._recorded_keys
            self._assign(name, [keys])

    def _ask(self, clashes: list[ActionSpec] | None) -> None:
        """Ask which action gets the recorded keys, or hide the question."""
        if clashes is None or self._recorded_keys is None:
            self._recorded_keys = None
            self.note.setText(_HINT)
        else:
            who = ", ".join(f"“{one.plain_text.removesuffix(' …')}” ({place_of(one)})" for one in clashes)
            self.note.setText(f"{keys_text([self._recorded_keys[1]])} is already used by {who}.")
        self.take.setVisible(self._recorded_keys is not None)
        self.keep.setVisible(self._recorded_keys is not None)
