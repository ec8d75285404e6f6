"""One editor per kind of setting: values have the setting's own type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from msdn_gui.widgets.build import make_number_line, make_spin_box
from msdn_gui.widgets.number_fields import NumberLine

if TYPE_CHECKING:
    from dataclasses import Field

BACKBONES = ("lite0", "lite2", "resnet101")
_WIDE = 180
_HIGHEST_OF_BOX = 2**31 - 1
"""A field with arrows counts in 32 bits; seeds can be larger."""


class SettingEditor(QWidget):
    """Edits one setting."""

    changed = Signal()

    def __init__(self, entry: Field[Any]) -> None:
        super().__init__()
        self.setObjectName(f"setting_{entry.name}")
        self.name = entry.name
        self._entry = entry
        self._kind: type[object] = type(entry.default)
        self._input = self._make()
        self._input.setAccessibleName(entry.metadata["label"])
        self._input.setToolTip(entry.metadata["help"])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._input)
        layout.addStretch(1)
        self.setFocusProxy(self._input)

    def value(self) -> Any:
        """Return the value; raise ValueError if the text is not a number."""
        match self._input:
            case QCheckBox():
                return self._input.isChecked()
            case QComboBox():
                return self._input.currentText().strip()
            case QSpinBox():
                return self._input.value()
            case NumberLine():
                return self._input.value()
            case QLineEdit():
                return self._input.text().strip()
        raise TypeError(self._input)

    def set_value(self, value: Any) -> None:
        """Show a value without a signal."""
        with QSignalBlocker(self._input):
            match self._input:
                case QCheckBox():
                    self._input.setChecked(value)
                case QComboBox():
                    self._input.setCurrentText(value)
                case QSpinBox():
                    self._input.setValue(value)
                case NumberLine():
                    self._input.set_value(value)
                case QLineEdit():
                    self._input.setText(value)

    def _make(self) -> QWidget:
        meta = self._entry.metadata
        if self._kind is bool:
            box = QCheckBox("on")
            box.toggled.connect(self.changed)
            return box
        if meta["choices"] or self._entry.name == "backbone":
            choice = QComboBox()
            choice.addItems(meta["choices"] or BACKBONES)
            choice.setEditable(not meta["choices"])
            choice.setFixedWidth(_WIDE)
            choice.currentTextChanged.connect(self.changed)
            return choice
        if self._kind is int and meta["maximum"] <= _HIGHEST_OF_BOX:
            number = make_spin_box(int(meta["minimum"]), int(meta["maximum"]))
            number.setSuffix(f" {meta['unit']}" if meta["unit"] else "")
            number.setSpecialValueText(meta["zero"])
            number.setFixedWidth(_WIDE)
            number.valueChanged.connect(self.changed)
            return number
        is_number = self._kind in (int, float)
        line = make_number_line(whole=self._kind is int) if is_number else QLineEdit()
        line.setFixedWidth(_WIDE)
        line.textChanged.connect(self.changed)
        return line
