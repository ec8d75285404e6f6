"""What another version of the class table has that this one does not, class by class."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.domain.table_changes import ChangeKind, ClassChange, Comparison
from msdn_gui.classes.values.numbers import short
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_button, make_column, make_label, make_row, named

_WORDS = {
    ChangeKind.NEW: "New class",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.SAME: "Unchanged",
    ChangeKind.MISSING: "Only in this project; stays unchanged",
    ChangeKind.REFUSED: "Cannot be imported",
}
_IMPORTABLE = (ChangeKind.NEW, ChangeKind.CHANGED)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CHANGE_ROLE = Qt.ItemDataRole.UserRole
_MAX_NAMED = 3


class ComparisonPanel(QWidget):
    """One line per class, those with differences first; expanding a line shows its values."""

    import_requested = Signal(list)
    """The checked ``ClassChange``s."""
    closed = Signal()

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
        self.tree.setUniformRowHeights(True)
        self.tree.setStyleSheet("QTreeWidget::item { padding: 3px 6px; }")
        self.submit = make_button("Import checked classes", name="import_changes")
        self.submit.setProperty("look", "primary")
        self._compose()
        self.tree.itemExpanded.connect(self._on_item_expanded)
        self.tree.itemChanged.connect(lambda *_: self._update_button())
        self.submit.clicked.connect(lambda: self.import_requested.emit(self.checked()))

    def _compose(self) -> None:
        close = make_button("Close", name="close_comparison")
        close.clicked.connect(self.closed)
        buttons = make_row(spacing=SPACING)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.submit)
        column = make_column(self.title, self.summary, spacing=SPACING)
        column.addWidget(self.tree, 1)
        column.addLayout(buttons)
        column.setContentsMargins(2 * SPACING, SPACING, SPACING, SPACING)
        self.setLayout(column)

    def show_comparison(
        self, title: str, other: str, table: ClassTable, comparison: Comparison, *, editable: bool
    ) -> None:
        """Show how another version, headed ``other``, differs from ``table``."""
        self._table = table
        self.title.setText(title)
        self.summary.setText(_summary(comparison))
        self.submit.setVisible(editable)
        self.tree.blockSignals(True)
        self.tree.clear()
        self.tree.setHeaderLabels(["Class", "Project", other, "Difference"])
        for section in (1, 2):
            self.tree.headerItem().setTextAlignment(section, _RIGHT)
        header = self.tree.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        for section, width in enumerate((260, 90, 100)):
            header.resizeSection(section, width)
        order = list(ChangeKind)
        ranked = {ChangeKind.REFUSED: -1}
        changes = sorted(comparison.changes, key=lambda change: ranked.get(change.kind, order.index(change.kind)))
        self.tree.addTopLevelItems([self._line(change, editable) for change in changes])
        self.tree.blockSignals(False)
        self._update_button()

    def checked(self) -> list[ClassChange]:
        """Return the changes that would be imported."""
        lines = map(self.tree.topLevelItem, range(self.tree.topLevelItemCount()))
        return [
            line.data(0, _CHANGE_ROLE)
            for line in lines
            if line is not None and line.checkState(0) is Qt.CheckState.Checked
        ]

    def _line(self, change: ClassChange, editable: bool) -> QTreeWidgetItem:
        count = len(change.columns)
        word = _WORDS[change.kind]
        if change.kind is ChangeKind.CHANGED:
            word = f"{count:,} value{'' if count == 1 else 's'} changed"
        text = f"{word}: {change.reason}" if change.reason else word
        line = QTreeWidgetItem([class_text(change.name), "", "", text])
        line.setData(0, _CHANGE_ROLE, change)
        line.setToolTip(0, change.name)
        line.setToolTip(3, change.reason)
        if change.kind is ChangeKind.REFUSED:
            line.setForeground(3, QColor(theme().colours.error))
        if change.kind in _IMPORTABLE and editable:
            line.setCheckState(0, Qt.CheckState.Checked)
        if count:
            # Values are listed when the line is expanded: there may be hundreds of thousands.
            line.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return line

    def _on_item_expanded(self, line: QTreeWidgetItem) -> None:
        change = line.data(0, _CHANGE_ROLE)
        if change is None or line.childCount():
            return
        children = []
        rows = zip(change.columns.tolist(), change.before.tolist(), change.after.tolist(), strict=True)
        for column, before, after in rows:
            attribute = self._table.attributes[column]
            child = QTreeWidgetItem([attribute_text(attribute), short(before), short(after), ""])
            child.setToolTip(0, attribute.full_name)
            child.setTextAlignment(1, _RIGHT)
            child.setTextAlignment(2, _RIGHT)
            children.append(child)
        line.addChildren(children)

    def _update_button(self) -> None:
        count = len(self.checked())
        self.submit.setEnabled(count > 0)
        self.submit.setText(
            f"Import {count:,} class{'' if count == 1 else 'es'}" if count else "Import checked classes"
        )


def _summary(comparison: Comparison) -> str:
    parts = []
    for kind, word in (
        (ChangeKind.CHANGED, "changed"),
        (ChangeKind.NEW, "new"),
        (ChangeKind.SAME, "unchanged"),
        (ChangeKind.MISSING, "only in this project"),
        (ChangeKind.REFUSED, "cannot be imported"),
    ):
        count = comparison.count(kind)
        if count:
            parts.append(f"{count:,} {word}")
    sentences = [f"Classes: {', '.join(parts) or 'none'}."]
    if comparison.unknown_attributes:
        sentences.append(
            f"Ignored because this project lacks these attributes: {_some(comparison.unknown_attributes)}."
        )
    if comparison.missing_attributes:
        sentences.append(f"Unchanged because the other version lacks them: {_some(comparison.missing_attributes)}.")
    return " ".join(sentences)


def _some(attributes: tuple[str, ...]) -> str:
    more = len(attributes) - _MAX_NAMED
    names = [attribute_text(name) for name in attributes[:_MAX_NAMED]]
    return ", ".join(names) + (f" and {more:,} more" if more > 0 else "")
