"""Another version of the class table beside this one, row by row, before anything of it is taken."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.table_changes import ChangeKind, ClassChange, Comparison
from msdn_gui.classes.table.numbers import short
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_button, make_label, named

_WORDS = {
    ChangeKind.NEW: "New class",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.SAME: "The same",
    ChangeKind.MISSING: "Not there; stays as it is",
    ChangeKind.REFUSED: "Cannot be taken",
}
_TAKEN = (ChangeKind.NEW, ChangeKind.CHANGED)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CHANGE_ROLE = Qt.ItemDataRole.UserRole


class ComparisonPanel(QWidget):
    """A line a class, those with differences first; its values unfold below it."""

    taken = Signal(list)
    """The ``ClassChange``s that a person wants to have."""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("comparison")
        self._table = ClassTable.empty()
        self.title = make_label(name="comparison_title", wrap=True)
        self.title.setProperty("look", "heading")
        self.summary = make_label(name="comparison_summary", wrap=True)
        self.summary.setProperty("look", "muted")
        self.tree = named(QTreeWidget(), "comparison_rows")
        self.tree.setAccessibleName("Classes of both versions")
        self.tree.setHeaderLabels(["Class", "Here", "There", ""])
        self.tree.setUniformRowHeights(True)
        self.tree.setStyleSheet("QTreeWidget::item { padding: 3px 0; }")
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        for section, width in enumerate((260, 70, 70)):
            self.tree.header().resizeSection(section, width)
        self.take = make_button("Take the ticked classes", name="take_changes")
        self.take.setProperty("look", "primary")
        leave = make_button("Close", name="leave_comparison")
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        for widget in (self.title, self.summary):
            layout.addWidget(widget)
        layout.addWidget(self.tree, 1)
        layout.addLayout(buttons)
        self.tree.itemExpanded.connect(self._unfold)
        self.tree.itemChanged.connect(lambda *_: self._count())
        self.take.clicked.connect(lambda: self.taken.emit(self.ticked()))
        leave.clicked.connect(self.left)

    def show_comparison(self, title: str, table: ClassTable, comparison: Comparison, *, editable: bool) -> None:
        """Shows what another version says otherwise than ``table``."""
        self._table = table
        self.title.setText(title)
        self.summary.setText(_summary(comparison))
        self.take.setVisible(editable)
        self.tree.blockSignals(True)
        self.tree.clear()
        order = list(ChangeKind)
        ranked = {ChangeKind.REFUSED: -1}
        changes = sorted(comparison.changes, key=lambda change: ranked.get(change.kind, order.index(change.kind)))
        self.tree.addTopLevelItems([self._line(change, editable) for change in changes])
        self.tree.blockSignals(False)
        self._count()

    def ticked(self) -> list[ClassChange]:
        """The changes that would be taken."""
        lines = map(self.tree.topLevelItem, range(self.tree.topLevelItemCount()))
        return [line.data(0, _CHANGE_ROLE) for line in lines if line.checkState(0) is Qt.CheckState.Checked]

    def _line(self, change: ClassChange, editable: bool) -> QTreeWidgetItem:
        count = len(change.columns)
        word = _WORDS[change.kind]
        if change.kind is ChangeKind.CHANGED:
            word = f"{count:,} value{'' if count == 1 else 's'} changed"
        line = QTreeWidgetItem([change.name, "", "", f"{word}: {change.reason}" if change.reason else word])
        line.setData(0, _CHANGE_ROLE, change)
        line.setToolTip(3, change.reason)
        if change.kind is ChangeKind.REFUSED:
            line.setForeground(3, QColor(theme().colours.error))
        if change.kind in _TAKEN and editable:
            line.setCheckState(0, Qt.CheckState.Checked)
        if count:
            # Its values are listed once somebody asks: there may be hundreds of thousands.
            line.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return line

    def _unfold(self, line: QTreeWidgetItem) -> None:
        change = line.data(0, _CHANGE_ROLE)
        if change is None or line.childCount():
            return
        children = []
        rows = zip(change.columns.tolist(), change.before.tolist(), change.after.tolist(), strict=True)
        for column, before, after in rows:
            child = QTreeWidgetItem([self._table.attributes[column].full_name, short(before), short(after), ""])
            child.setTextAlignment(1, _RIGHT)
            child.setTextAlignment(2, _RIGHT)
            children.append(child)
        line.addChildren(children)

    def _count(self) -> None:
        count = len(self.ticked())
        self.take.setEnabled(count > 0)
        self.take.setText(f"Take {count:,} class{'' if count == 1 else 'es'}" if count else "Take the ticked classes")


def _summary(comparison: Comparison) -> str:
    parts = []
    for kind, word in (
        (ChangeKind.CHANGED, "changed"),
        (ChangeKind.NEW, "new"),
        (ChangeKind.SAME, "the same"),
        (ChangeKind.MISSING, "not there"),
        (ChangeKind.REFUSED, "cannot be taken"),
    ):
        count = comparison.count(kind)
        if count:
            parts.append(f"{count:,} {word}")
    sentences = [f"Classes: {', '.join(parts) or 'none'}."]
    if comparison.unknown_attributes:
        sentences.append(f"Left out, for this table has no such attribute: {_some(comparison.unknown_attributes)}.")
    if comparison.missing_attributes:
        sentences.append(f"Not there, so nothing changes: {_some(comparison.missing_attributes)}.")
    return " ".join(sentences)


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more:,} more" if more > 0 else "")
