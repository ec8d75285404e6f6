"""A new class as a blend of others."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QGridLayout, QLineEdit, QSpinBox, QWidget

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.composing import blended
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_line_edit, make_spin_box


class Blend(QWidget):
    """Any number of classes by weight; a line more comes as soon as the last one is filled."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self._names = QStringListModel(self)
        self.lines: list[tuple[QLineEdit, QSpinBox]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACING // 2)
        self._grid.setColumnStretch(0, 1)

    def begin(self, table: ClassTable, source: str | None) -> None:
        self._table = table
        self._names.setStringList(list(table.classes))
        for line, weight in self.lines:
            line.deleteLater()
            weight.deleteLater()
        self.lines = []
        self._add(source or "")

    def vector(self) -> FloatArray | None:
        if self.fault():
            return None
        rows = [self._table.class_index[name] for name, _ in self._filled()]
        return blended(self._table.vectors[rows], [weight for _, weight in self._filled()])

    def fault(self) -> str:
        filled = self._filled()
        unknown = next((name for name, _ in filled if name not in self._table.class_index), None)
        if unknown is not None:
            return f"There is no class “{unknown}” to blend; choose one that the list offers."
        if not any(weight for _, weight in filled):
            return "Name the classes to blend, and give one of them a weight above 0."
        return ""

    def _filled(self) -> list[tuple[str, int]]:
        return [(line.text().strip(), weight.value()) for line, weight in self.lines if line.text().strip()]

    def _add(self, name: str = "") -> None:
        number = len(self.lines) + 1
        line = make_line_edit(name, name=f"blend_class_{number}", placeholder="A class", clearable=True)
        line.setAccessibleName(f"Class {number} of the blend")
        completer = QCompleter(self._names, line)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        line.setCompleter(completer)
        weight = make_spin_box(0, 100, 50, name=f"blend_weight_{number}")
        weight.setAccessibleName(f"Weight of class {number}")
        weight.setToolTip("Its share, against the other weights")
        self._grid.addWidget(line, number - 1, 0)
        self._grid.addWidget(weight, number - 1, 1)
        self.lines.append((line, weight))
        line.textChanged.connect(self._check)
        weight.valueChanged.connect(self.changed)
        if name:
            self._add()

    def _check(self) -> None:
        if self.lines[-1][0].text().strip():
            self._add()
        self.changed.emit()
