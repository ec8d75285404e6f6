"""All actions with their keys, to look them up and to change them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from msdn_gui.look.theme import SPACING, small_font, text_font
from msdn_gui.shell.action_list import ActionList, Listed
from msdn_gui.shell.settings.key_recorder import KeyRecorder
from msdn_gui.widgets.action import keys_text
from msdn_gui.widgets.build import make_button, make_label, make_line_edit

_TEXT, _KEYS, _PART = range(3)
_ROW_HEIGHT = 26
_NAME_ROLE = Qt.ItemDataRole.UserRole
_HINT = "Double-click an action, or press Return on it, and press its new keys. They hold at once."


class ShortcutsPage(QWidget):
    """A tree by menus and workspaces; keys that were changed are bold."""

    def __init__(self, actions: ActionList) -> None:
        super().__init__()
        self._actions = actions
        self._items: dict[str, QTreeWidgetItem] = {}
        self._wanted: tuple[str, QKeySequence] | None = None
        self.filter = make_line_edit(name="shortcuts_filter", clearable=True)
        self.filter.setPlaceholderText("Part of a name, of its place, or keys as Ctrl+F")
        self.filter.setAccessibleName("Filter the actions")
        self.tree = QTreeWidget(objectName="shortcuts_tree", columnCount=3)
        self.tree.setAccessibleName("Actions and their keys")
        self.tree.setHeaderLabels(["Action", "Keys", "Only in"])
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setSectionResizeMode(_TEXT, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        for column, width in ((_KEYS, 190), (_PART, 120)):
            header.resizeSection(column, width)
        self.words = make_label(_HINT, name="shortcuts_words", wrap=True)
        self.words.setFont(small_font())
        self.words.setProperty("look", "muted")
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        self.take = make_button("Use them here", name="shortcuts_take")
        self.keep = make_button("Leave them there", name="shortcuts_keep")
        self.change = make_button("Change …", name="shortcuts_change")
        self.none = make_button("No keys", name="shortcuts_none")
        self.reset = make_button("Reset", name="shortcuts_reset")
        self.reset_all = make_button("Reset all", name="shortcuts_reset_all")
        self._compose()
        self._fill()
        self.filter.textChanged.connect(self._filter)
        self.tree.itemActivated.connect(lambda item, _column: self._record(item))
        self.tree.currentItemChanged.connect(lambda *_: self._allow())
        self.change.clicked.connect(lambda: self._record(self.tree.currentItem()))
        self.none.clicked.connect(lambda: self._assign(self._name(), []))
        self.reset.clicked.connect(lambda: self._reset(self._name()))
        self.reset_all.clicked.connect(actions.reset_all)
        self.take.clicked.connect(self._take)
        self.keep.clicked.connect(lambda: self._ask(None))
        actions.changed.connect(self._show_keys)
        self._ask(None)
        self._show_keys()

    def _compose(self) -> None:
        question = QHBoxLayout()
        question.addWidget(self.words, 1)
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
        groups: dict[str, QTreeWidgetItem] = {}
        for row in self._actions.rows:
            place = row.place.split(" › ")[0]
            if place not in groups:
                groups[place] = QTreeWidgetItem(self.tree, [place])
                groups[place].setFont(_TEXT, text_font(bold=True))
                groups[place].setFirstColumnSpanned(True)
                groups[place].setExpanded(True)
                groups[place].setSizeHint(_TEXT, QSize(0, _ROW_HEIGHT))
            item = QTreeWidgetItem(groups[place], [row.text.removesuffix(" …"), "", row.part])
            item.setData(_TEXT, _NAME_ROLE, row.name)
            item.setToolTip(_TEXT, row.hint)
            item.setSizeHint(_TEXT, QSize(0, _ROW_HEIGHT))
            self._items[row.name] = item

    def _show_keys(self) -> None:
        for name, item in self._items.items():
            item.setText(_KEYS, keys_text(self._actions.keys(name)))
            item.setFont(_KEYS, text_font(bold=self._actions.is_changed(name)))
        self.reset_all.setEnabled(any(map(self._actions.is_changed, self._items)))
        self._filter(self.filter.text())
        self._allow()

    def _filter(self, typed: str) -> None:
        words = typed.lower().split()
        for place in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(place)
            shown = 0
            for number in range(group.childCount()):
                item = group.child(number)
                text = " ".join([group.text(_TEXT), *(item.text(column) for column in range(3))]).lower()
                item.setHidden(not all(word in text for word in words))
                shown += not item.isHidden()
            group.setHidden(shown == 0)

    def _name(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(_TEXT, _NAME_ROLE) or "") if item is not None else ""

    def _allow(self) -> None:
        name = self._name()
        self.change.setEnabled(bool(name))
        self.none.setEnabled(bool(name) and bool(self._actions.keys(name)))
        self.reset.setEnabled(bool(name) and self._actions.is_changed(name))

    # What is pressed

    def _record(self, item: QTreeWidgetItem | None) -> None:
        name = str(item.data(_TEXT, _NAME_ROLE) or "") if item is not None else ""
        if not name:
            return
        self._ask(None)
        recorder = KeyRecorder()
        self.tree.setItemWidget(item, _KEYS, recorder)
        recorder.recorded.connect(lambda keys: self._recorded(name, keys))
        for ended in (recorder.recorded, recorder.left):
            # The widget goes once the event that ended it is over.
            ended.connect(lambda *_: QTimer.singleShot(0, self, lambda: self.tree.removeItemWidget(item, _KEYS)))
        recorder.setFocus(Qt.FocusReason.OtherFocusReason)

    def _recorded(self, name: str, keys: QKeySequence) -> None:
        clashes = self._actions.clashes(name, [keys])
        if clashes:
            self._wanted = (name, keys)
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

    def _take(self) -> None:
        if self._wanted is not None:
            name, keys = self._wanted
            self._assign(name, [keys])

    def _ask(self, clashes: list[Listed] | None) -> None:
        """Asks whom the pressed keys shall belong to, or asks nothing any more."""
        if clashes is None or self._wanted is None:
            self._wanted = None
            self.words.setText(_HINT)
        else:
            who = ", ".join(f"“{one.text.removesuffix(' …')}” ({one.place})" for one in clashes)
            self.words.setText(f"{keys_text([self._wanted[1]])} already belongs to {who}.")
        self.take.setVisible(self._wanted is not None)
        self.keep.setVisible(self._wanted is not None)
