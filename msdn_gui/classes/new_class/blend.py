"""A new class as a blend of others."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSpinBox

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.composing import blended
from msdn_core.domain.name_matching import match_words
from msdn_gui.classes.class_names import class_texts
from msdn_gui.classes.class_pickers import add_class_completer
from msdn_gui.classes.new_class.starts import Start
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_line_edit, make_spin_box, without_margins


class Blend(Start):
    """Any number of classes with weights; a line is added when the last one is filled."""

    def __init__(self) -> None:
        super().__init__()
        self._table = ClassTable.empty()
        self._by_text: dict[str, str] = {}
        """Raw names by raw and shown names."""
        self._names = QStringListModel(self)
        self.lines: list[tuple[QLineEdit, QSpinBox]] = []
        self._grid = without_margins(QGridLayout(), SPACING // 2)
        self._grid.setColumnStretch(0, 1)
        self.setLayout(self._grid)

    def begin(self, table: ClassTable, source: str | None) -> None:
        """Start with one class, or none."""
        self._table = table
        texts = class_texts(table.classes)
        self._by_text = dict(zip(texts, table.classes, strict=True)) | {name: name for name in table.classes}
        self._names.setStringList(texts)
        for line, weight in self.lines:
            line.deleteLater()
            weight.deleteLater()
        self.lines = []
        self._add_line(texts[table.class_index[source]] if source is not None else "")

    def vector(self) -> FloatArray | None:
        """Return the weighted mean of the classes."""
        if self.fault():
            return None
        rows = [self._table.class_index[self._class_of(text)] for text, _ in self._filled()]
        return blended(self._table.vectors[rows], [weight for _, weight in self._filled()])

    def fault(self) -> str:
        """Return which name is not a class, or that nothing is blended yet."""
        filled = self._filled()
        unknown = next((text for text, _ in filled if not self._class_of(text)), None)
        if unknown is not None:
            return f"There is no class “{unknown}”; select one from the list."
        if not any(weight for _, weight in filled):
            return "Select the classes to blend, with a weight above 0 for at least one."
        return ""

    def _class_of(self, text: str) -> str:
        """Return the raw name of a class that is typed in any spelling; empty if there is none, or more than one."""
        texts = tuple(self._by_text)
        matches = match_words([text], texts)
        places = (*matches.ambiguous.get(text, ()), *matches.matched.values())
        # A class is listed by its raw and by its shown name.
        found = {self._by_text[texts[place]] for place in places}
        return found.pop() if len(found) == 1 else ""

    def _filled(self) -> list[tuple[str, int]]:
        return [(line.text().strip(), weight.value()) for line, weight in self.lines if line.text().strip()]

    def _add_line(self, text: str = "") -> None:
        number = len(self.lines) + 1
        line = make_line_edit(
            text,
            name=f"blend_class_{number}",
            placeholder="Class",
            clearable=True,
            accessible=f"Class {number} of the blend",
        )
        add_class_completer(line, self._names)
        weight = make_spin_box(0, 100, 50, name=f"blend_weight_{number}")
        weight.setAccessibleName(f"Weight of class {number}")
        weight.setToolTip("Its share relative to the other weights")
        self._grid.addWidget(line, number - 1, 0)
        self._grid.addWidget(weight, number - 1, 1)
        self.lines.append((line, weight))
        line.textChanged.connect(self._on_text_changed)
        weight.valueChanged.connect(self.changed)
        if text:
            self._add_line()

    def _on_text_changed(self) -> None:
        if self.lines[-1][0].text().strip():
            self._add_line()
        self.changed.emit()
